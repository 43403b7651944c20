"""What goes back to the ad systems is kept, and an outbox for whatever has to reach another system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "conversion_batches",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("system", sa.String(32), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("first_told", sa.Integer, nullable=False),
        sa.Column("restated", sa.Integer, nullable=False),
        sa.Column("letter_id", NUMBER),
    )
    op.create_index("conversion_batches_of_system", "conversion_batches", ["system", "id"])
    op.create_table(
        "conversions",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("batch_id", NUMBER, nullable=False),
        sa.Column("system", sa.String(32), nullable=False),
        sa.Column("lead_id", sa.String(200), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(16)),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("value", sa.Float(53)),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("conversions_of_system", "conversions", ["system", "id"])
    op.create_table(
        "pull_keys",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("system", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
    )
    op.create_index("pull_keys_of_system", "pull_keys", ["system", "version"], unique=True)
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("destination", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("once_key", sa.String(128), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("repeatable", sa.Integer, nullable=False),
        sa.Column("put_us", sa.BigInteger, nullable=False),
        sa.Column("good_until_us", sa.BigInteger),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_us", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("changed_us", sa.BigInteger, nullable=False),
        sa.Column("answer", sa.Text),
    )
    op.create_index("outbox_once", "outbox", ["destination", "once_key"], unique=True)
    op.create_index("outbox_due", "outbox", ["state", "due_us"])


def downgrade() -> None:
    """Take the tables away, and with them what was sent."""
    for name, index in (
        ("outbox", ("outbox_due", "outbox_once")),
        ("pull_keys", ("pull_keys_of_system",)),
        ("conversions", ("conversions_of_system",)),
        ("conversion_batches", ("conversion_batches_of_system",)),
    ):
        for one in index:
            op.drop_index(one, name)
        op.drop_table(name)
