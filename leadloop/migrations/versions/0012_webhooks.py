"""How far each destination of webhooks has been told, and how a challenger scores beside the champion."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webhook_cursors",
        sa.Column("destination", sa.String(64), primary_key=True),
        sa.Column("stream", sa.String(16), primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("said", sa.String(200)),
    )
    op.create_table(
        "webhook_leads",
        sa.Column("destination", sa.String(64), primary_key=True),
        sa.Column("lead_id", sa.String(200), primary_key=True),
        sa.Column("probability", sa.Float(53), nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
    )
    op.create_table(
        "shadow_scores",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("lead_id", sa.String(200)),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("champion", sa.String(64)),
        sa.Column("challenger", sa.String(64), nullable=False),
        sa.Column("champion_probability", sa.Float(53), nullable=False),
        sa.Column("challenger_probability", sa.Float(53), nullable=False),
        sa.Column("champion_grade", sa.String(16), nullable=False),
        sa.Column("challenger_grade", sa.String(16), nullable=False),
    )
    op.create_index("shadow_scores_of", "shadow_scores", ["challenger", "id"])


def downgrade() -> None:
    """Take the tables away; webhooks begin anew from then on, and what a challenger scored in the shadow is lost."""
    op.drop_index("shadow_scores_of", "shadow_scores")
    op.drop_table("shadow_scores")
    op.drop_table("webhook_leads")
    op.drop_table("webhook_cursors")
