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
    Index("contacts_of_lead", "lead_id", "id"),
)
"""Every contact that a lead was given; the one with the highest id holds."""

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

KEPT_ANSWERS = Table(
    "kept_answers",
    METADATA,
    Column("key", LargeBinary(16), primary_key=True),
    Column("body", LargeBinary(16), nullable=False),
    Column("kept_us", BigInteger, nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Index("kept_answers_by_age", "kept_us"),
)
"""What was answered to a request with an Idempotency-Key, under hashes of the key and of what was sent."""
