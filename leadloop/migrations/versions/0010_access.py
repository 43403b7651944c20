"""Keys, accounts, sessions and the audit log; contacts and what managers note are sealed.

The plain columns of contacts stay, empty: a process of the version before goes on while the step is made, and what it still
writes there is sealed by `leadloop keys rotate-contacts`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from features.facts.contacts import open_sealed_contacts, seal_plain_contacts
from features.facts.database import wiped
from features.facts.sealed_texts import open_sealed_texts, seal_plain_texts

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
REFUSAL = "the audit log is only added to"


def upgrade() -> None:
    """Make the tables, and seal what is stored in plain."""
    op.create_table(
        "forgotten",
        sa.Column("lead_id", sa.String(200), primary_key=True),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("scopes", sa.String(100), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("rate", sa.Float(53), nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("revoked_us", sa.BigInteger),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("login", sa.String(320), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("manager", sa.String(300)),
        sa.Column("password", sa.String(200)),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("removed_us", sa.BigInteger),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("account_id", sa.Integer),
        sa.Column("role", sa.String(16)),
        sa.Column("begun_us", sa.BigInteger, nullable=False),
        sa.Column("seen_us", sa.BigInteger, nullable=False),
    )
    op.create_index("sessions_of_account", "sessions", ["account_id"])
    op.create_table(
        "links",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("said", sa.Text),
        sa.Column("expires_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("route", sa.String(200), nullable=False),
        sa.Column("lead_id", sa.String(200)),
        sa.Column("status", sa.Integer, nullable=False),
    )
    op.create_index("audit_of_lead", "audit", ["lead_id", "id"])
    _only_added_to()
    op.add_column("contacts", sa.Column("key_id", NUMBER))
    op.add_column("contacts", sa.Column("sealed", sa.LargeBinary))
    wiped(op.get_bind())
    seal_plain_contacts(op.get_bind())
    seal_plain_texts(op.get_bind())


def downgrade() -> None:
    """Write contacts and notes in plain again, and lose keys, accounts, the audit log and who was forgotten."""
    open_sealed_contacts(op.get_bind())
    open_sealed_texts(op.get_bind())
    op.drop_column("contacts", "sealed")
    op.drop_column("contacts", "key_id")
    op.drop_index("audit_of_lead", "audit")
    op.drop_index("sessions_of_account", "sessions")
    for table in ("audit", "links", "sessions", "accounts", "api_keys", "forgotten"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_only_added_to()")


def _only_added_to() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_only_added_to()"
    )
