"""A lead's facts are found by the lead alone, and who is whose lies on SQLite in the order of its hashes: fewer pages to write.

No row is touched that a program of the version before reads or writes, so it goes on beside this one; what it imports it looks up
without an index of the keys, which on a large database takes longer until it is stopped.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OF_NO_LEAD = sa.text("lead_id IS NULL")


def upgrade() -> None:
    """Put a small index in the place of the large one, and lay out the persons anew."""
    op.create_index(
        "facts_of_no_lead", "facts", ["key", "number"], sqlite_where=OF_NO_LEAD, postgresql_where=OF_NO_LEAD
    )
    op.drop_index("facts_by_key", "facts")
    _lay_out_persons(with_rowid=False)


def downgrade() -> None:
    """Index every key again, and give the persons numbers."""
    _lay_out_persons(with_rowid=True)
    op.create_index("facts_by_key", "facts", ["key", "number"])
    op.drop_index("facts_of_no_lead", "facts")


def _lay_out_persons(*, with_rowid: bool) -> None:
    """Copy the table into one that is laid out in another way; PostgreSQL has one way only."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.rename_table("persons", "persons_before")
    op.create_table(
        "persons",
        sa.Column("person_key", sa.String(32), primary_key=True),
        sa.Column("lead_id", sa.String(200), primary_key=True),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sqlite_with_rowid=with_rowid,
    )
    op.execute(
        "INSERT INTO persons (person_key, lead_id, at_us) "
        "SELECT person_key, lead_id, at_us FROM persons_before ORDER BY person_key, lead_id"
    )
    op.drop_table("persons_before")
    op.create_index("persons_of_lead", "persons", ["lead_id"])
