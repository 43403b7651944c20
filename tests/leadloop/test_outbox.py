"""``leadloop outbox``: a score is sent again only where no newer one of the same record was put since, and it says so."""

from __future__ import annotations

from datetime import timedelta

from features.facts.database import engine_for
from features.outbox.outbox import Outbox
from features.outbox.superseded import once_key_about
from tests.features.outbox.letters import letter
from tests.leadloop.command_line import Small, one_line
from tests.support.facts import NOON


def test_older_scores_of_a_record_are_not_sent_again_and_that_is_said(opened: Small) -> None:
    engine = engine_for(f"sqlite:///{opened.home / 'leadloop.db'}")
    outbox = Outbox(engine)
    for minute, record in enumerate(("7", "8", "7", "8", "9", "9")):
        moment = NOON + timedelta(minutes=minute)
        key = once_key_about("lead", record, moment, "ab12")
        number = outbox.put(letter(key, destination="crm-bitrix24", kind="crm:bitrix24"), moment)
        outbox.take(number, moment)
        outbox.given_up(number, moment, "403 no such right")
    assert "Letter 1 is not sent again: a newer score of the same record was put since." in one_line(
        opened.done("outbox", "--again", "1")
    )
    assert "Letter 3 is sent again, by `leadloop work`" in one_line(opened.done("outbox", "--again", "3"))
    said = one_line(opened.done("outbox", "--all-again", "crm-bitrix24"))
    assert (
        "2 letters to crm-bitrix24 are sent again. 2 were superseded: a newer score of the same record was put since."
        in said
    )
    assert [one.state for one in reversed(outbox.letters())] == [
        "superseded", "superseded", "waiting", "waiting", "superseded", "waiting",
    ]  # fmt: skip
    assert "a newer one was put since" in one_line(opened.done("outbox", "--show", "1"))
    engine.dispose()
