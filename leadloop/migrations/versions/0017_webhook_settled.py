"""Which outcome of a lead each destination of webhooks was told last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "webhook_settled",
        sa.Column("destination", sa.String(64), primary_key=True),
        sa.Column("lead_id", sa.String(200), primary_key=True),
        sa.Column("outcome", sa.String(16), nullable=False),
    )


def downgrade() -> None:
    """Take the table away; outcomes that are corrected are then told as if for the first time."""
    op.drop_table("webhook_settled")
