"""Forgetting a person: what named her is gone for good, what her leads teach stays; free texts lie sealed until then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, Row, insert, select, text

from features.crm.written_book import WrittenBook, note_written
from features.errors import UnknownLead, UnknownLetter
from features.facts.company import Company
from features.facts.contacts import Contact, ContactBook, ContactOfLead, told_contacts, traces_of
from features.facts.database import reading, writing
from features.facts.forgetting import forget_person
from features.facts.gathered import GatheredFacts
from features.facts.import_log import ImportLog
from features.facts.keyring import keyring_of
from features.facts.persons import earlier_requests
from features.facts.sealed_texts import free_texts, seal_plain_texts, sealed_keys
from features.facts.store import FactStore
from features.facts.tables import CONTACTS, FACTS, SCORES
from features.facts.tellings import Telling
from features.facts.values import Call, Lead, LeadId, Source, Stage
from features.outbox.letter import Letter
from features.outbox.outbox import Outbox
from monitoring.conversions.ledger import Told, remember_in
from tests.support.contacts import keep_contact
from tests.support.facts import NOON, call, lead, source, stage

AGLAYA = Contact("Аглая Епанчина", "8 912 345-67-89", "aglaya@epanchin.example")
TEXTS = frozenset({"wish"})
WORDS = ("глая", "панчин", "345-67-89", "9123456789", "aglaya@")


def keys_of(contact: Contact) -> tuple[str, ...]:
    return traces_of(contact, secret=b"secret", region="RU").person_keys


def stored_words(engine: Engine) -> str:
    with reading(engine) as connection:
        return "".join(
            str(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in ("facts", "contacts", "persons")
        )


@pytest.fixture
def store(engine: Engine) -> FactStore:
    """Give the facts of a lead that names its person wherever it can, and of one that is another's."""
    keyring_of(engine).texts = TEXTS
    made = FactStore(engine)
    her = replace(lead("7", area=40.0, role="owner", wish="пишите Аглае на почту"), person_keys=keys_of(AGLAYA))
    noted = replace(
        call("7", need="yes"), comment="Аглая Епанчина", attracts="вид из окна", ideal_product="+7 912 345 67 89"
    )
    mark = source("7", source="yandex", landing_page="https://x.example/?to=aglaya@epanchin.example")
    gone = replace(stage("7", "lost"), reason="нет ответа с 8 912 345-67-89")
    other = replace(lead("8", area=50.0, wish="потише"), person_keys=("another",))
    made.append([her, mark, noted, gone, other])
    for lead_id, contact in (("7", AGLAYA), ("8", Contact("Иван", "8 916 111-22-33", None))):
        keep_contact(engine, lead_id, contact)
    return made


def test_free_texts_notes_and_addresses_lie_sealed_and_are_read_as_they_were_written(
    store: FactStore, engine: Engine
) -> None:
    assert not any(word in stored_words(engine) for word in (*WORDS, "потише", "вид из"))
    facts = [one.fact for one in store.history(LeadId("7")).stored]
    assert [one.answers["wish"] for one in facts if isinstance(one, Lead)] == ["пишите Аглае на почту"]
    assert [one.marks["landing_page"][-12:] for one in facts if isinstance(one, Source)] == ["chin.example"]
    assert [one.comment for one in facts if isinstance(one, Call)] == ["Аглая Епанчина"]
    assert [one.reason for one in facts if isinstance(one, Stage)] == ["нет ответа с 8 912 345-67-89"]


def test_where_a_key_is_gone_the_number_of_words_stays(store: FactStore, engine: Engine) -> None:
    with reading(engine) as connection:
        payloads = connection.execute(select(FACTS.c.payload)).scalars().all()
        of_contacts = connection.execute(select(CONTACTS.c.key_id)).scalars().all()
    keyring_of(engine).destroy([*of_contacts, *(key for payload in payloads for key in sealed_keys(payload))])
    facts = [one.fact for one in store.history(LeadId("7")).stored]
    assert [one.answers for one in facts if isinstance(one, Lead)] == [
        {"area": 40.0, "role": "owner", "wish": "· · · ·"}
    ]
    assert [(one.comment, one.attracts) for one in facts if isinstance(one, Call)] == [("· ·", "· · ·")]
    assert ContactBook(engine, b"").contact(LeadId("7")) == Contact(None, None, None)


def test_whoever_is_forgotten_is_named_nowhere_and_the_rest_stays(store: FactStore, engine: Engine) -> None:
    before = store.history(LeadId("8"))
    number = store.last_number()
    assert forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON).leads == ["7"]
    facts = [one.fact for one in store.history(LeadId("7")).stored]
    shown = "".join(f"{one.answers if isinstance(one, Lead | Call) else one}" for one in facts)
    assert not any(word in shown + stored_words(engine) for word in WORDS)
    assert not set(keys_of(AGLAYA)) & {key for one in facts if isinstance(one, Lead) for key in one.person_keys}
    assert [one.answers for one in facts if isinstance(one, Lead)] == [
        {"area": 40.0, "role": "owner", "wish": "· · · ·"}
    ]
    assert [(one.answers, one.attracts) for one in facts if isinstance(one, Call)] == [({"need": "yes"}, "· · ·")]
    assert [one.stage for one in facts if isinstance(one, Stage)] == ["lost"]
    assert store.history(LeadId("8")) == before
    assert store.last_number() == number
    assert ContactBook(engine, b"").contact(LeadId("8")) == Contact("Иван", "8 916 111-22-33", None)


def test_whatever_is_told_of_a_forgotten_lead_later_names_nobody_either(store: FactStore, engine: Engine) -> None:
    forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    keep_contact(engine, "7", AGLAYA)
    again = replace(lead("7", area=41.0, wish="Аглая"), person_keys=keys_of(AGLAYA))
    assert None not in store.append([again, replace(call("7", at=NOON), comment="Аглая")])
    assert not any(word in stored_words(engine) for word in WORDS)
    assert not set(keys_of(AGLAYA)) & set(stored_words(engine).split("'"))
    assert ContactBook(engine, b"").contact(LeadId("7")) == Contact(None, None, None)


def test_of_whoever_is_forgotten_nothing_lies_in_plain_that_would_have_to_be_sealed(
    store: FactStore, engine: Engine
) -> None:
    forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    store.append([replace(call("7", at=NOON), comment="Аглая просит позвонить")])
    with writing(engine) as connection:
        assert seal_plain_texts(connection) == 0


def test_a_person_is_forgotten_once_for_all_her_leads_and_a_second_time_does_no_harm(
    store: FactStore, engine: Engine
) -> None:
    store.append([replace(lead("9"), person_keys=keys_of(Contact(None, AGLAYA.phone, None)))])
    assert forget_person(engine, LeadId("9"), texts=TEXTS, moment=NOON).leads == ["7", "9"]
    assert forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON).leads == ["7", "9"]
    assert earlier_requests(engine, _keys(store, "9"), before=LeadId("9")) == ["7"]


def test_what_was_told_of_her_piece_by_piece_names_nobody_either(store: FactStore, engine: Engine) -> None:
    piece = Telling(
        NOON, {"wish": "Аглая ждёт", "area": 40.0, "role": None}, {"landing_page": "x?to=aglaya@epanchin.example"}
    )

    def tell() -> bool:
        with writing(engine) as connection:
            facts = GatheredFacts(connection, [LeadId("7")])
            was_told = facts.has_telling(LeadId("7"), piece)
            facts.keep_telling(LeadId("7"), piece, NOON)
            facts.append(replace(call("7", at=NOON), comment="Аглая"))
            facts.keep_contact(ContactOfLead(LeadId("7"), AGLAYA))
            facts.store()
        return was_told

    assert not tell()
    assert not any(word in stored_words(engine) for word in WORDS)  # sealed
    with writing(engine) as connection:
        kept = GatheredFacts(connection, [LeadId("7")])
        assert piece in kept.tellings(LeadId("7"))
        assert kept.contact(LeadId("7")) == AGLAYA
    forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    assert tell()
    keyring_of(engine).close()
    assert not any(word in stored_words(engine) for word in WORDS)
    with writing(engine) as connection:
        kept = GatheredFacts(connection, [LeadId("7")])
        assert not any(word in str(kept.tellings(LeadId("7"))) for word in WORDS)
        assert kept.contact(LeadId("7")) == Contact(None, None, None)


def test_a_letter_that_tells_of_her_is_emptied_and_waits_for_a_person(store: FactStore, engine: Engine) -> None:
    outbox = Outbox(engine)
    hers, others = (
        outbox.put(Letter("meta", "conversions:meta", key, "https://x.example", b"hashes", "application/json"), NOON)
        for key in "ab"
    )
    with writing(engine) as connection:
        for letter_id, lead_id in ((hers, "7"), (others, "8")):
            told = Told(LeadId(lead_id), "paid", NOON, None, "paid 1.00", 1.0, "")
            remember_in(
                connection, "meta", [told], way="push", at=NOON, name="x", sha256="", lines=1, restated=0, letter_id=letter_id
            )  # fmt: skip
    forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    assert [outbox.letter(one).letter.body for one in (hers, others)] == [b"", b"hashes"]
    assert [one.id for one in outbox.letters("dead")] == [hers]
    with pytest.raises(UnknownLetter):
        outbox.again(hers, NOON)


def test_a_letter_to_the_crm_that_gives_reasons_is_emptied_and_its_score_is_told_anew(
    store: FactStore, engine: Engine
) -> None:
    outbox, book = Outbox(engine), WrittenBook(engine, "amocrm")
    letters = [
        outbox.put(Letter("crm", "crm:amocrm", key, "https://x.example", b"reasons", "application/json"), NOON)
        for key in "ab"
    ]
    with writing(engine) as connection:
        for letter_id, lead_id in zip(letters, "78", strict=True):
            note_written(
                connection, "amocrm", lead_id, probability=0.3, grade="A", letter_id=letter_id, moment=NOON
            )  # fmt: skip
    forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    assert [outbox.letter(one).letter.body for one in letters] == [b"", b"reasons"]
    assert [one.lead_id for one in book.owed(9)] == ["7"]


@pytest.mark.parametrize("way", ["told again", "gathered", "taken back"])
def test_a_contact_that_another_took_the_place_of_is_forgotten_in_every_backup_as_well(
    engine: Engine, way: str
) -> None:
    store, later = FactStore(engine), Contact("Аглая", "8 912 000-00-00", None)
    imports = ImportLog(engine)
    begun = imports.begin(file="a", sha256="0", kind="leads", started_at=NOON, exported_at=NOON)
    import_id = begun.id if way == "taken back" else None
    store.append([lead("7")])
    keep_contact(engine, "7", AGLAYA, import_id)
    backup = _contacts_of(engine)
    if way == "gathered":
        with writing(engine) as connection:
            facts = GatheredFacts(connection, [LeadId("7")])
            facts.keep_contact(ContactOfLead(LeadId("7"), later))
            facts.store()
    else:
        keep_contact(engine, "7", later)
    if import_id is not None:
        store.undo(import_id)
    assert told_contacts(backup, keyring_of(engine)) == [AGLAYA]
    assert ContactBook(engine, b"").contact(LeadId("7")) == later
    assert ContactBook(engine, b"").contacts([LeadId("7")]) == {LeadId("7"): later}
    assert AGLAYA not in told_contacts(_contacts_of(engine), keyring_of(engine))
    forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    assert told_contacts(backup, keyring_of(engine)) == [Contact(None, None, None)]


def test_rows_of_scores_repeat_neither_her_phone_nor_her_address_nor_her_name(store: FactStore, engine: Engine) -> None:
    store.append([lead("7", role="аглая епанчина", wish="x")])
    hers = {"role": "аглая епанчина", "area": 40.0, "campaign": "для aglaya@epanchin.example", "weekday": "monday"}
    asked = {"role": "Аглая", "ad": "звонить +7 (912) 345-67-89"}
    others = {"role": "аглая", "campaign": "для ivan@example.com"}
    log_row(engine, "7", hers)
    log_row(engine, None, asked)
    log_row(engine, None, others)
    log_row(engine, "8", others)
    forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    with reading(engine) as connection:
        rows = [orjson.loads(one) for one in connection.execute(select(SCORES.c.row).order_by(SCORES.c.id)).scalars()]
    assert rows == [
        {"role": "· ·", "area": 40.0, "campaign": "(contact)", "weekday": "monday"},
        {"role": "Аглая", "ad": "(contact)"},
        others,
        others,
    ]


def test_an_address_of_a_page_that_names_her_keeps_the_page(store: FactStore, engine: Engine) -> None:
    pages = (
        "/okna?mail=aglaya%40epanchin.example",
        "/okna?name=%D0%90%D0%B3%D0%BB%D0%B0%D1%8F",
        "/okna?tel=%2B79123456789",
    )
    store.append([source("7", landing_page=page, campaign=str(n)) for n, page in enumerate(pages)])
    assert "aglaya%40" not in stored_words(engine)  # sealed
    forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    kept = [one.fact.marks["landing_page"] for one in store.history(LeadId("7")).stored if isinstance(one.fact, Source)]
    assert kept[1:] == ["/okna"] * len(pages)


def test_a_forgetting_that_ends_in_the_middle_has_destroyed_the_keys_or_can_be_asked_again(
    store: FactStore, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring, backup = keyring_of(engine), _contacts_of(engine)
    with monkeypatch.context() as broken:
        broken.setattr(keyring, "destroy", _fails)
        with pytest.raises(OSError, match="disk"):
            forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    assert forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON).leads == ["7"]
    assert told_contacts(backup, keyring)[0] == Contact(None, None, None)


def test_of_a_lead_that_was_given_her_phone_by_mistake_only_what_it_was_before_goes(
    store: FactStore, engine: Engine
) -> None:
    olga, backups = Contact("Ольга", "8 916 000-00-02", "olga@example.com"), []
    for contact in (replace(olga, phone=AGLAYA.phone), olga):
        store.append([replace(lead("9", wish="окна"), known_at=_next(store), person_keys=keys_of(contact))])
        keep_contact(engine, "9", contact)
        backups.append(_contacts_of(engine))
    told = forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    assert (told.leads, told.once, told.shared) == (["7"], ["9"], [])
    assert ContactBook(engine, b"").contact(LeadId("9")) == olga
    assert not any(AGLAYA.phone == one.phone for one in told_contacts(backups[0], keyring_of(engine)))
    said = stored_words(engine)
    assert keys_of(AGLAYA)[0] not in said
    assert keys_of(olga)[0] in said
    assert "окна" not in said  # sealed, as it was
    answers = [one.fact.answers for one in store.history(LeadId("9")).stored if isinstance(one.fact, Lead)]
    assert answers == [{"wish": "окна"}] * 2


def test_an_import_that_is_replaced_since_keeps_the_contacts_of_others(store: FactStore, engine: Engine) -> None:
    olga, mistaken = Contact("Ольга", "8 916 000-00-02", None), Contact("Ольга", AGLAYA.phone, None)
    begun = ImportLog(engine).begin(file="a", sha256="0", kind="leads", started_at=NOON, exported_at=NOON)
    for contact in (replace(olga, phone="8 916 000-00-01"), mistaken, olga):
        store.append([replace(lead("9"), known_at=_next(store), person_keys=keys_of(contact))])
        keep_contact(engine, "9", contact, begun.id)
    forget_person(engine, LeadId("7"), texts=TEXTS, moment=NOON)
    kept = [one.phone for one in told_contacts(_contacts_of(engine), keyring_of(engine)) if one.name == "Ольга"]
    assert kept == ["8 916 000-00-01", "8 916 000-00-02"]


def test_a_lead_that_was_never_sent_has_nobody_to_forget(store: FactStore, engine: Engine) -> None:
    with pytest.raises(UnknownLead):
        forget_person(engine, LeadId("none"), texts=TEXTS, moment=NOON)


def test_a_text_that_decides_a_grade_is_no_free_text() -> None:
    fields = {"wish": {"kind": "text"}, "need": {"kind": "text"}, "area": {"kind": "number"}}
    rules = {"criteria": {"need": {"field": "need", "yes": ["да"], "no": ["нет"]}}}
    company = Company.model_validate({"company": "x", "fields": fields, "abc": rules})
    assert free_texts(company) == {"wish"}


def _keys(store: FactStore, lead_id: str) -> tuple[str, ...]:
    return next(one.fact.person_keys for one in store.history(LeadId(lead_id)).stored if isinstance(one.fact, Lead))


def log_row(engine: Engine, lead_id: str | None, row: Mapping[str, object]) -> None:
    """Log a score with its row, as scoring does."""
    words = ("rules_grade", "refined_grade", "company_hash", "kind")
    numbers = ("at_us", "probability", "log_odds", "number", "rates_number")
    with writing(engine) as connection:
        told = {**dict.fromkeys(words, ""), **dict.fromkeys(numbers, 0), "lead_id": lead_id}
        connection.execute(insert(SCORES).values(**told, row=orjson.dumps(row).decode()))


def _contacts_of(engine: Engine) -> Sequence[Row[Any]]:
    with reading(engine) as connection:
        return connection.execute(select(CONTACTS).order_by(CONTACTS.c.id)).all()


def _fails(_: object) -> None:
    raise OSError("the disk is full")


def _next(store: FactStore) -> datetime:
    return NOON + timedelta(minutes=store.last_number())
