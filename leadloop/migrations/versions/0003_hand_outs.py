"""How leads leave the queue is kept: the place, why they stood there, and how likely that was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hand_outs",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("lead_id", sa.String(200), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("since_us", sa.BigInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("drawn_from", sa.Integer, nullable=False),
        sa.Column("arm", sa.String(16), nullable=False),
        sa.Column("propensity", sa.Float(53), nullable=False),
    )
    op.create_index("hand_outs_of_lead", "hand_outs", ["lead_id", "since_us"])


def downgrade() -> None:
    """Take the table away, and with it how leads left the queue."""
    op.drop_index("hand_outs_of_lead", "hand_outs")
    op.drop_table("hand_outs")
