"""The first tables: facts, imports, contacts, persons, companies, scores."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables as they were in this version; later versions change them in steps of their own."""
    op.create_table(
        "facts",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("lead_id", sa.String(200)),
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("known_us", sa.BigInteger, nullable=False),
        sa.Column("import_id", sa.Integer),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_index("facts_of_lead", "facts", ["lead_id", "number"])
    op.create_index("facts_by_key", "facts", ["key", "number"])
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("started_us", sa.BigInteger, nullable=False),
        sa.Column("finished_us", sa.BigInteger),
        sa.Column("exported_us", sa.BigInteger, nullable=False),
        sa.Column("rows_done", sa.BigInteger, nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("unchanged", sa.BigInteger, nullable=False),
        sa.Column("rejected", sa.BigInteger, nullable=False),
        sa.Column("undone_number", sa.BigInteger),
    )
    op.create_table(
        "contacts",
        sa.Column("lead_id", sa.String(200), primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("import_id", sa.Integer),
    )
    op.create_table(
        "persons",
        sa.Column("person_key", sa.String(32), primary_key=True),
        sa.Column("lead_id", sa.String(200), primary_key=True),
        sa.Column("at_us", sa.BigInteger, nullable=False),
    )
    op.create_index("persons_of_lead", "persons", ["lead_id"])
    op.create_table(
        "companies",
        sa.Column("hash", sa.String(16), primary_key=True),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("first_seen_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "scores",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("lead_id", sa.String(200)),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("probability", sa.Float(53), nullable=False),
        sa.Column("log_odds", sa.Float(53), nullable=False),
        sa.Column("rules_grade", sa.String(16), nullable=False),
        sa.Column("refined_grade", sa.String(16), nullable=False),
        sa.Column("model_version", sa.String(64)),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("rates_number", sa.BigInteger, nullable=False),
        sa.Column("rates_us", sa.BigInteger),
        sa.Column("company_hash", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("row", sa.Text, nullable=False),
    )
    op.create_index("scores_of_lead", "scores", ["lead_id", "id"])


def downgrade() -> None:
    """Take the tables away, and with them everything stored."""
    for table in ("scores", "companies", "persons", "contacts", "imports", "facts"):
        op.drop_table(table)
