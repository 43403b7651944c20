"""Alarms are kept: when they were raised and ended, who was told, who saw them and what was decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alarm_events",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("alarm", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("said_by", sa.String(80)),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_index("alarm_events_of_alarm", "alarm_events", ["alarm", "id"])
    op.create_table(
        "alarm_deliveries",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("delivery", sa.String(32), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("alarms", sa.Text, nullable=False),
        sa.Column("why", sa.Text),
    )
    op.create_index("alarm_deliveries_to", "alarm_deliveries", ["recipient", "id"])


def downgrade() -> None:
    """Take the tables away, and with them what was decided."""
    op.drop_index("alarm_deliveries_to", "alarm_deliveries")
    op.drop_table("alarm_deliveries")
    op.drop_index("alarm_events_of_alarm", "alarm_events")
    op.drop_table("alarm_events")
