"""Answers to requests with an Idempotency-Key are kept for a day, so that a repetition is answered the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "kept_answers",
        sa.Column("key", sa.LargeBinary(16), primary_key=True),
        sa.Column("body", sa.LargeBinary(16), nullable=False),
        sa.Column("kept_us", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_index("kept_answers_by_age", "kept_answers", ["kept_us"])


def downgrade() -> None:
    """Take the table away; requests that are repeated afterwards are told from new ones by what they say alone."""
    op.drop_index("kept_answers_by_age", "kept_answers")
    op.drop_table("kept_answers")
