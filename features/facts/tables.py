"""The tables of the store; ``leadloop/migrations`` brings a database to this shape."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text, or_, text

METADATA = MetaData()
Number = BigInteger().with_variant(Integer, "sqlite")
"""Storage numbers: 64 bits everywhere (SQLite's own row id, so that it numbers them itself)."""
OF_NO_LEAD = text("lead_id IS NULL")

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
    Index("facts_of_no_lead", "key", "number", sqlite_where=OF_NO_LEAD, postgresql_where=OF_NO_LEAD),
)
"""A lead's facts are found by the lead, costs and plans by their key: keys come in no order, so an index of all of them would
have a page of its own written for each fact."""

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
columns stands only what a version before this one still wrote. Of one that was replaced or taken back the key's number stays."""
HELD = or_(CONTACTS.c.key_id.is_(None), CONTACTS.c.sealed.is_not(None))
"""Which rows still hold a contact; the others only name a key, so that forgetting a person finds it."""
NO_CONTACT = {"name": None, "phone": None, "email": None, "sealed": None}
"""What a row holds whose contact was replaced, or taken back with its import."""

PERSONS = Table(
    "persons",
    METADATA,
    Column("person_key", String(32), primary_key=True),
    Column("lead_id", String(200), primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Index("persons_of_lead", "lead_id"),
    sqlite_with_rowid=False,
)
"""Whose leads are whose. On SQLite its rows lie in the order of the hashes themselves: with numbers of their own each would be
written twice."""

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

ALARM_EVENTS = Table(
    "alarm_events",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("alarm", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("said_by", String(80)),
    Column("payload", Text, nullable=False),
    Index("alarm_events_of_alarm", "alarm", "id"),
)
"""What happened to each alarm: raised, goes on, ended, seen, decided, snoozed, woken; appended to, never changed."""

ALARM_DELIVERIES = Table(
    "alarm_deliveries",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("delivery", String(32), nullable=False),
    Column("recipient", String(80), nullable=False),
    Column("way", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("day", String(10), nullable=False),
    Column("state", String(16), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("alarms", Text, nullable=False),
    Column("why", Text),
    Index("alarm_deliveries_to", "recipient", "id"),
)
"""What became of each message to people: a row before it is sent, a row after; the name of the recipient, no address."""

OFFER_VERSIONS = Table(
    "offer_versions",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("told_us", BigInteger, nullable=False),
    Column("words", Text, nullable=False),
)
"""What marketers told of offers, campaigns and ads; appended to, never changed."""

SPEND_MAPPINGS = Table(
    "spend_mappings",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("saved_us", BigInteger, nullable=False),
    Column("source", String(300)),
    Column("campaign", String(300)),
    Column("ad", String(300)),
    Column("to_source", String(300)),
    Column("to_campaign", String(300)),
    Column("to_ad", String(300)),
)
"""By which of the leads' marks costs told under other names go; added to, never changed: the latest row of a name holds."""

CONVERSION_BATCHES = Table(
    "conversion_batches",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("system", String(32), nullable=False),
    Column("way", String(8), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("lines", Integer, nullable=False),
    Column("first_told", Integer, nullable=False),
    Column("restated", Integer, nullable=False),
    Column("letter_id", Number),
    Index("conversion_batches_of_system", "system", "id"),
)
"""Every handing out of conversions to an ad system: a file, a pull, a push; appended to, never changed."""

CONVERSIONS = Table(
    "conversions",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("batch_id", Number, nullable=False),
    Column("system", String(32), nullable=False),
    Column("lead_id", String(200), nullable=False),
    Column("step", String(16), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("status", String(16)),
    Column("basis", String(40), nullable=False),
    Column("value", Float(53)),
    Column("digest", String(64), nullable=False),
    Index("conversions_of_system", "system", "id"),
)
"""What was told of which lead, in the batch in which it was told first; a restatement is another row."""

PULL_KEYS = Table(
    "pull_keys",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("system", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("pull_keys_of_system", "system", "version", unique=True),
)
"""Which version of its signed address an ad system may pull from: the highest."""

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("destination", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("once_key", String(128), nullable=False),
    Column("request", Text, nullable=False),
    Column("body", LargeBinary),
    Column("body_sha256", String(64), nullable=False),
    Column("repeatable", Integer, nullable=False),
    Column("put_us", BigInteger, nullable=False),
    Column("good_until_us", BigInteger),
    Column("state", String(16), nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Column("answer", Text),
    Index("outbox_once", "destination", "once_key", unique=True),
    Index("outbox_due", "state", "due_us"),
)
"""What has to reach another system: each letter until it was delivered, or a person has to look at it."""

WEBHOOK_CURSORS = Table(
    "webhook_cursors",
    METADATA,
    Column("destination", String(64), primary_key=True),
    Column("stream", String(16), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("said", String(200)),
)
"""How far a destination of webhooks has been told of scores, of alarms, and of which model it was told last."""

WEBHOOK_LEADS = Table(
    "webhook_leads",
    METADATA,
    Column("destination", String(64), primary_key=True),
    Column("lead_id", String(200), primary_key=True),
    Column("probability", Float(53), nullable=False),
    Column("grade", String(16), nullable=False),
)
"""What a destination was told last of each lead, so that it is told again only what is another."""

WEBHOOK_SETTLED = Table(
    "webhook_settled",
    METADATA,
    Column("destination", String(64), primary_key=True),
    Column("lead_id", String(200), primary_key=True),
    Column("outcome", String(16), nullable=False),
)
"""Which outcome of a lead a destination was told last, so that it is told again only where that changed."""

SHADOW_SCORES = Table(
    "shadow_scores",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("lead_id", String(200)),
    Column("at_us", BigInteger, nullable=False),
    Column("champion", String(64)),
    Column("challenger", String(64), nullable=False),
    Column("champion_probability", Float(53), nullable=False),
    Column("challenger_probability", Float(53), nullable=False),
    Column("champion_grade", String(16), nullable=False),
    Column("challenger_grade", String(16), nullable=False),
    Index("shadow_scores_of", "challenger", "id"),
)
"""What a challenger would have said beside what the champion said; nobody is shown it and no queue is ordered by it."""

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

DUTY_RUNS = Table(
    "duty_runs",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("worker", String(100), nullable=False),
    Column("every_us", BigInteger, nullable=False),
    Column("begun_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger),
    Column("outcome", String(16)),
    Column("told", Text),
    Column("succeeded_us", BigInteger),
    Column("failures", Integer, nullable=False),
)
"""The last run of each duty of the worker: when, and what came of it."""

CRM_INBOX = Table(
    "crm_inbox",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("crm", String(16), nullable=False),
    Column("entity", String(16), nullable=False),
    Column("record_id", String(128), nullable=False),
    Column("event", String(64), nullable=False),
    Column("told_us", BigInteger),
    Column("got_us", BigInteger, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("why", Text),
    Index("crm_inbox_once", "crm", "digest", unique=True),
    Index("crm_inbox_due", "crm", "state", "due_us"),
)
"""What CRMs told: which record has something new; no more of it, as the record itself is asked for."""

CRM_RECORDS = Table(
    "crm_records",
    METADATA,
    Column("crm", String(16), primary_key=True),
    Column("entity", String(16), primary_key=True),
    Column("record_id", String(128), primary_key=True),
    Column("lead_id", String(200)),
    Column("lead_digest", LargeBinary(16)),
    Column("stage_digest", LargeBinary(16)),
    Column("stage", String(300)),
    Column("stage_us", BigInteger),
    Column("modified_us", BigInteger),
    Column("seen_us", BigInteger, nullable=False),
    Column("deleted_us", BigInteger),
    Column("why", Text),
    Column("company_hash", String(64), nullable=False),
    Index("crm_records_of_lead", "lead_id"),
)
"""What each record of a CRM said when it was seen last, as keyed hashes, and what of it could not be taken."""

CRM_CURSORS = Table(
    "crm_cursors",
    METADATA,
    Column("crm", String(16), primary_key=True),
    Column("entity", String(16), primary_key=True),
    Column("cursor_us", BigInteger, nullable=False),
    Column("looked_us", BigInteger, nullable=False),
)
"""Up to which change each kind of a CRM's records was looked through."""

CRM_WRITTEN = Table(
    "crm_written",
    METADATA,
    Column("crm", String(16), primary_key=True),
    Column("lead_id", String(200), primary_key=True),
    Column("probability", Float(53)),
    Column("grade", String(16)),
    Column("at_us", BigInteger, nullable=False),
    Column("letter_id", Number),
    Column("owed", Integer, nullable=False),
    Index("crm_written_owed", "crm", "owed"),
)
"""The score that each lead's record was told last, in which letter; ``owed``: a newer one waits until that letter is out."""
