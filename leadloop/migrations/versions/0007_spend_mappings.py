"""Costs told under other names than the leads' marks have can be mapped to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NAMES = ("source", "campaign", "ad", "to_source", "to_campaign", "to_ad")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "spend_mappings",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("saved_us", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.String(300)) for name in NAMES),
    )


def downgrade() -> None:
    """Take the table away, and with it the mappings: costs go by the names they were told under."""
    op.drop_table("spend_mappings")
