"""What CRMs told, what their records said when they were seen last, and the scores that were written back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "crm_inbox",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("crm", sa.String(16), nullable=False),
        sa.Column("entity", sa.String(16), nullable=False),
        sa.Column("record_id", sa.String(128), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("told_us", sa.BigInteger),
        sa.Column("got_us", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_us", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("why", sa.Text),
    )
    op.create_index("crm_inbox_once", "crm_inbox", ["crm", "digest"], unique=True)
    op.create_index("crm_inbox_due", "crm_inbox", ["crm", "state", "due_us"])
    op.create_table(
        "crm_records",
        sa.Column("crm", sa.String(16), primary_key=True),
        sa.Column("entity", sa.String(16), primary_key=True),
        sa.Column("record_id", sa.String(128), primary_key=True),
        sa.Column("lead_id", sa.String(200)),
        sa.Column("lead_digest", sa.LargeBinary(16)),
        sa.Column("stage_digest", sa.LargeBinary(16)),
        sa.Column("stage", sa.String(300)),
        sa.Column("stage_us", sa.BigInteger),
        sa.Column("modified_us", sa.BigInteger),
        sa.Column("seen_us", sa.BigInteger, nullable=False),
        sa.Column("deleted_us", sa.BigInteger),
        sa.Column("why", sa.Text),
        sa.Column("company_hash", sa.String(64), nullable=False),
    )
    op.create_index("crm_records_of_lead", "crm_records", ["lead_id"])
    op.create_table(
        "crm_cursors",
        sa.Column("crm", sa.String(16), primary_key=True),
        sa.Column("entity", sa.String(16), primary_key=True),
        sa.Column("cursor_us", sa.BigInteger, nullable=False),
        sa.Column("looked_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "crm_written",
        sa.Column("crm", sa.String(16), primary_key=True),
        sa.Column("lead_id", sa.String(200), primary_key=True),
        sa.Column("probability", sa.Float(53)),
        sa.Column("grade", sa.String(16)),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("letter_id", NUMBER),
        sa.Column("owed", sa.Integer, nullable=False),
    )
    op.create_index("crm_written_owed", "crm_written", ["crm", "owed"])


def downgrade() -> None:
    """Take the tables away: CRMs are looked through anew afterwards, and told every score once more."""
    op.drop_index("crm_written_owed", "crm_written")
    op.drop_table("crm_written")
    op.drop_table("crm_cursors")
    op.drop_index("crm_records_of_lead", "crm_records")
    op.drop_table("crm_records")
    op.drop_index("crm_inbox_due", "crm_inbox")
    op.drop_index("crm_inbox_once", "crm_inbox")
    op.drop_table("crm_inbox")
