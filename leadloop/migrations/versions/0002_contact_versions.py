"""A lead's contacts are kept one after another, so that taking an import back brings the one before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KEPT = "lead_id, name, phone, email, import_id"


def upgrade() -> None:
    """Give every contact a number of its own; the highest of a lead's is the one that holds."""
    op.rename_table("contacts", "contacts_before")
    op.create_table(
        "contacts",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("lead_id", sa.String(200), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("import_id", sa.Integer),
    )
    op.create_index("contacts_of_lead", "contacts", ["lead_id", "id"])
    op.execute(f"INSERT INTO contacts ({KEPT}) SELECT {KEPT} FROM contacts_before")
    op.drop_table("contacts_before")


def downgrade() -> None:
    """Keep the contact that holds of each lead, and lose those before it."""
    op.drop_index("contacts_of_lead", "contacts")
    op.rename_table("contacts", "contacts_after")
    op.create_table(
        "contacts",
        sa.Column("lead_id", sa.String(200), primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("import_id", sa.Integer),
    )
    op.execute(
        f"INSERT INTO contacts ({KEPT}) SELECT {KEPT} FROM contacts_after "
        "WHERE id IN (SELECT max(id) FROM contacts_after GROUP BY lead_id)"
    )
    op.drop_table("contacts_after")
