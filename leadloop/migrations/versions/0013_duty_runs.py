"""When each duty of the worker was last done, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "duty_runs",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("worker", sa.String(100), nullable=False),
        sa.Column("every_us", sa.BigInteger, nullable=False),
        sa.Column("begun_us", sa.BigInteger, nullable=False),
        sa.Column("ended_us", sa.BigInteger),
        sa.Column("outcome", sa.String(16)),
        sa.Column("told", sa.Text),
        sa.Column("succeeded_us", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Take the table away; duties are done anew as if for the first time."""
    op.drop_table("duty_runs")
