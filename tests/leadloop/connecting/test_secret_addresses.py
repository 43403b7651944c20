"""A letter to Bitrix24 holds no secret: it is put in as the letter is taken, and one without it waits and says so."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from features.facts.database import reading
from leadloop.connecting.secret_addresses import HOOK_PLACE, WITHOUT_HOOK, SecretAddresses
from tests.features.outbox.letters import letter
from tests.support.facts import NOON

ADDRESS = f"https://x.bitrix24.ru/rest/{HOOK_PLACE}/crm.lead.update.json"
HOOK = "https://x.bitrix24.ru/rest/1/abc/"


def test_the_secret_is_put_in_when_a_letter_is_taken_and_stands_in_no_table(sqlite_engine: Engine) -> None:
    outbox = SecretAddresses(sqlite_engine, HOOK)
    number = outbox.put(letter("k", url=ADDRESS), NOON)
    taken = outbox.take(number, NOON)
    assert taken is not None
    assert taken.letter.url == "https://x.bitrix24.ru/rest/1/abc/crm.lead.update.json"
    with reading(sqlite_engine) as connection:
        assert "1/abc" not in str(connection.execute(text("SELECT * FROM outbox")).all())


def test_without_the_secret_a_letter_waits_and_others_go(sqlite_engine: Engine) -> None:
    outbox = SecretAddresses(sqlite_engine, None)
    number, other = outbox.put(letter("k", url=ADDRESS), NOON), outbox.put(letter("l"), NOON)
    assert outbox.take(number, NOON) is None
    assert outbox.take(other, NOON) is not None
    kept = outbox.letter(number)
    assert (kept.state, kept.due_at, kept.answer) == (
        "waiting",
        NOON + WITHOUT_HOOK,
        f"Not sent: {HOOK_PLACE} is not set.",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "https://x.bitrix24.ru",
        "https://u:p@x.bitrix24.ru/rest/1/abc",
        "ftp://x.bitrix24.ru/rest/1/a",
        HOOK + "../b",
    ],
)
def test_only_the_address_of_an_incoming_webhook_has_a_secret(sqlite_engine: Engine, wrong: str) -> None:
    outbox = SecretAddresses(sqlite_engine, wrong)
    number = outbox.put(letter("k", url=ADDRESS), NOON)
    assert outbox.take(number, NOON) is None
    assert outbox.letter(number).state == "waiting"


@pytest.mark.parametrize(
    "hook",
    ["https://y.bitrix24.ru/rest/9/new/", "http://x.bitrix24.ru/rest/9/new/", "https://x.bitrix24.ru:8443/rest/9/new/"],
)
def test_the_secret_of_one_portal_is_never_shown_to_another(sqlite_engine: Engine, hook: str) -> None:
    number = SecretAddresses(sqlite_engine, HOOK).put(letter("k", url=ADDRESS), NOON)
    outbox = SecretAddresses(sqlite_engine, hook)
    assert outbox.take(number, NOON) is None
    kept, portal = outbox.letter(number), hook.partition("/rest/")[0]
    assert (kept.state, kept.answer) == (
        "dead",
        f"Not sent: it was put for https://x.bitrix24.ru, and {HOOK_PLACE} is now of another portal, {portal}.",
    )


def test_another_code_of_the_same_portal_is_put_in(sqlite_engine: Engine) -> None:
    number = SecretAddresses(sqlite_engine, HOOK).put(letter("k", url=ADDRESS), NOON)
    taken = SecretAddresses(sqlite_engine, "https://X.bitrix24.ru:443/rest/9/new").take(number, NOON)
    assert taken is not None
    assert taken.letter.url == "https://x.bitrix24.ru/rest/9/new/crm.lead.update.json"
