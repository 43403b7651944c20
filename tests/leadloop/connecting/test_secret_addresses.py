"""A letter to Bitrix24 holds no secret: it is put in as the letter is taken, and one without it waits and says so."""

from __future__ import annotations

from sqlalchemy import Engine, text

from features.facts.database import reading
from leadloop.connecting.secret_addresses import HOOK_PLACE, WITHOUT_HOOK, SecretAddresses, secret_of
from tests.features.outbox.letters import letter
from tests.support.facts import NOON

ADDRESS = f"https://x.bitrix24.ru/rest/{HOOK_PLACE}/crm.lead.update.json"


def test_the_secret_is_put_in_when_a_letter_is_taken_and_stands_in_no_table(sqlite_engine: Engine) -> None:
    outbox = SecretAddresses(sqlite_engine, "1/abc")
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


def test_only_the_address_of_an_incoming_webhook_has_a_secret() -> None:
    assert secret_of("https://x.bitrix24.ru/rest/1/abc/") == "1/abc"
    for wrong in (
        None,
        "",
        "https://x.bitrix24.ru",
        "https://u:p@x.ru/rest/1/abc",
        "ftp://x/rest/1/a",
        "https://x/rest/1/a/../b",
    ):
        assert secret_of(wrong) is None
