"""The tables of the store; ``leadloop/migrations`` brings a database to this shape."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()
Number = BigInteger().with_variant(Integer, "sqlite")
"""Storage numbers: 64 bits everywhere (SQLite's own row id, so that it numbers them itself)."""

FACTS = Table(
    "facts",
    METADATA,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("lead_id", String(200)),
    Column("key", LargeBinary(16), nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("known_us", BigInteger, nullable=False),
    Column("import_id", Integer),
    Column("payload", Text, nullable=False),
    Index("facts_of_lead", "lead_id", "number"),
    Index("facts_by_key", "key", "number"),
)

IMPORTS = Table(
    "imports",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("started_us", BigInteger, nullable=False),
    Column("finished_us", BigInteger),
    Column("exported_us", BigInteger, nullable=False),
    Column("rows_done", BigInteger, nullable=False, default=0),
    Column("stored", BigInteger, nullable=False, default=0),
    Column("unchanged", BigInteger, nullable=False, default=0),
    Column("rejected", BigInteger, nullable=False, default=0),
    Column("undone_number", BigInteger),
)

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("lead_id", String(200), nullable=False),
    Column("name", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("import_id", Integer),
    Column("key_id", Number),
    Column("sealed", LargeBinary),
    Index("contacts_of_lead", "lead_id", "id"),
)
"""Every contact that a lead was given; the one with the highest id holds. It is ``sealed`` under a key of its own; in plain
columns stands only what a version before this one still wrote."""

PERSONS = Table(
    "persons",
    METADATA,
    Column("person_key", String(32), primary_key=True),
    Column("lead_id", String(200), primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Index("persons_of_lead", "lead_id"),
)

COMPANIES = Table(
    "companies",
    METADATA,
    Column("hash", String(16), primary_key=True),
    Column("words", Text, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
)

SCORES = Table(
    "scores",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("lead_id", String(200)),
    Column("at_us", BigInteger, nullable=False),
    Column("probability", Float(53), nullable=False),
    Column("log_odds", Float(53), nullable=False),
    Column("rules_grade", String(16), nullable=False),
    Column("refined_grade", String(16), nullable=False),
    Column("model_version", String(64)),
    Column("number", BigInteger, nullable=False),
    Column("rates_number", BigInteger, nullable=False),
    Column("rates_us", BigInteger),
    Column("company_hash", String(16), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("row", Text, nullable=False),
    Index("scores_of_lead", "lead_id", "id"),
)

HAND_OUTS = Table(
    "hand_outs",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("lead_id", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("since_us", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("drawn_from", Integer, nullable=False),
    Column("arm", String(16), nullable=False),
    Column("propensity", Float(53), nullable=False),
    Index("hand_outs_of_lead", "lead_id", "since_us"),
)
"""How leads left the queue: one for every wait of a lead that ended in somebody's hands."""

FORGOTTEN = Table(
    "forgotten",
    METADATA,
    Column("lead_id", String(200), primary_key=True),
    Column("token", String(32), nullable=False),
    Column("at_us", BigInteger, nullable=False),
)
"""The leads of forgotten persons; ``token`` holds a person's leads together and says nothing of him."""

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("scopes", String(100), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("rate", Float(53), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger),
)
"""Keys of programs: never the key itself, but its hash."""

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("login", String(320), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("manager", String(300)),
    Column("password", String(200)),
    Column("created_us", BigInteger, nullable=False),
    Column("removed_us", BigInteger),
)
"""The people who sign in; ``manager`` is the name that ``company.yaml`` calls a manager by."""

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("account_id", Integer),
    Column("role", String(16)),
    Column("begun_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Index("sessions_of_account", "account_id"),
)
"""Signed-in browsers; one without an account looks around a demo, or came with a key, in the ``role`` told here."""

LINKS = Table(
    "links",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("account_id", Integer),
    Column("said", Text),
    Column("expires_us", BigInteger, nullable=False),
)
"""What opens a door once: links by which people set their password, and sign-ins under way at an OpenID provider."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("method", String(8), nullable=False),
    Column("route", String(200), nullable=False),
    Column("lead_id", String(200)),
    Column("status", Integer, nullable=False),
    Index("audit_of_lead", "lead_id", "id"),
)
"""Who saw personal data and who changed what; the database itself refuses to change or delete a line."""
