"""From Bitrix24 to a score and back, over HTTP: what is told, what is missed, what fails, and that it ends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.errors import CrmAway, UnknownLead
from features.facts.tables import CRM_INBOX, CRM_RECORDS, CRM_WRITTEN, FACTS, OUTBOX
from serving.gate.api_keys import ApiKeys
from tests.crm.house import CrmHouse, crm_house, until
from tests.crm.standins.bitrix24 import TOKEN, Bitrix24StandIn
from tests.crm.standins.server import Answer

CRM = """\
crm:
  system: bitrix24
  fields: {area: UF_CRM_AREA, role: UF_CRM_ROLE, need: UF_CRM_NEED, budget: UF_CRM_BUDGET, urgency: UF_CRM_URGENCY}
  choices: {role: {45: владелец, 47: арендатор}}
  stages: {NEW: Новая, MEETING: Встреча, CONVERTED: В работе, JUNK: Мусор, PREPARATION: Подготовка, WON: Продано, LOSE: Отказ}
  managers: {7: Анна}
  deleted_stage: Удалён
  write_back: {score: UF_CRM_SCORE, grade: UF_CRM_GRADE, reasons: UF_CRM_REASONS}
"""
PERSON: dict[str, Any] = {
    "NAME": "Мария", "LAST_NAME": "Иванова", "PHONE": [{"VALUE": "+7 916 123-45-67"}], "EMAIL": [{"VALUE": "m@example.com"}],
}  # fmt: skip
GOOD: dict[str, Any] = {
    "UF_CRM_AREA": "120.5",
    "UF_CRM_ROLE": "45",
    "UTM_SOURCE": "yandex",
    "UTM_CAMPAIGN": "office",
    **PERSON,
}


@pytest.fixture
def portal() -> Iterator[Bitrix24StandIn]:
    made = Bitrix24StandIn()
    yield made
    made.close()


@pytest.fixture
def made(tmp_path: Path, portal: Bitrix24StandIn) -> Iterator[CrmHouse]:
    secrets = {"LEADLOOP_BITRIX24_HOOK": portal.hook, "LEADLOOP_BITRIX24_APPLICATION_TOKEN": TOKEN}
    with crm_house(tmp_path, portal, CRM, "/crm/bitrix24", secrets) as opened:
        opened.desk.connector._asker._pace.sleep = lambda _: None  # type: ignore[attr-defined]
        yield opened


def test_a_lead_that_is_made_there_is_scored_and_its_score_is_written_back(
    made: CrmHouse, portal: Bitrix24StandIn
) -> None:
    number = portal.add(**GOOD)
    assert portal.told == [200]
    made.hear()
    assert made.send() == 1
    lead = made.lead(number)
    assert lead.answers == {"area": 120.5, "role": "владелец"}
    assert lead.manager == "Анна"
    assert made.source(number).marks == {"source": "yandex", "campaign": "office"}
    assert lead.contact_quality["has_phone"] == "yes"
    assert made.stages(number)[0].stage == "Новая"
    record = portal.records["lead"][number]
    assert record["UF_CRM_GRADE"] == "ungraded"
    assert 0 < record["UF_CRM_SCORE"] < 100
    assert "? Вам нужны окна?" in record["UF_CRM_REASONS"]


def test_our_own_writing_back_wakes_nobody(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    portal.add(**GOOD)
    made.hear()
    made.send()
    made.heard(2)
    before = (made.count(FACTS), made.scores(), made.count(OUTBOX))
    for _ in range(3):
        made.ahead += timedelta(minutes=5)
        made.turn()
    assert (made.count(FACTS), made.scores(), made.count(OUTBOX)) == before
    assert made.count(CRM_INBOX) == 2
    assert made.inbox.counts().waiting == 0


def test_a_call_and_its_answers_make_another_score_which_is_written_back(
    made: CrmHouse, portal: Bitrix24StandIn
) -> None:
    number = portal.add(**GOOD)
    made.turn()
    portal.call(number, seconds=185)
    portal.update("lead", number, UF_CRM_NEED="1", UF_CRM_BUDGET="1", UF_CRM_URGENCY="1")
    made.turn()
    (call,) = made.calls(number)
    assert (call.result, call.seconds, call.manager) == ("reached", 185.0, "Анна")
    assert made.lead(number).answers["need"] == "yes"
    assert portal.records["lead"][number]["UF_CRM_GRADE"] == "A"


def test_what_was_no_try_to_reach_a_lead_leaves_it_never_called(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    ends = [("304", "1", "no_answer"), ("486", "1", "busy"), ("404", "1", "wrong_number"), ("402", "1", None), ("304", "2", None),
            ("200", "5", None)]  # fmt: skip
    numbers = [portal.add(**GOOD) for _ in ends]
    for number, (code, kind, _) in zip(numbers, ends, strict=True):
        portal.call(number, code=code, seconds=0, kind=kind)
    made.hear()
    for number, (_, _, result) in zip(numbers, ends, strict=True):
        assert [one.result for one in made.calls(number)] == ([result] if result else [])


def test_stages_move_and_a_deal_of_the_lead_wins_with_its_amount(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    number = portal.add(**GOOD)
    portal.update("lead", number, STATUS_ID="CONVERTED")
    deal = portal.add("deal", LEAD_ID=number, STAGE_ID="PREPARATION", OPPORTUNITY="90000", CURRENCY_ID="RUB")
    made.turn()
    portal.update("deal", deal, STAGE_ID="WON", OPPORTUNITY="95000")
    made.turn()
    stages = made.stages(number)
    assert [one.stage for one in stages] == ["В работе", "Подготовка", "Продано"]
    assert [one.amount for one in stages] == [None, None, 95000.0]
    letters = made.count(OUTBOX)
    portal.update("lead", number, UF_CRM_AREA="10")
    made.turn()
    assert made.count(OUTBOX) == letters, "a sold lead is told no score any more"


def test_a_deal_without_a_lead_is_a_request_of_its_own(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    contact = portal.add("contact", **PERSON)
    deal = portal.add("deal", LEAD_ID="0", CONTACT_ID=contact, STAGE_ID="PREPARATION", UF_CRM_AREA="50")
    made.turn()
    assert made.lead(f"deal-{deal}").answers == {"area": 50.0}
    assert made.lead(f"deal-{deal}").contact_quality["has_phone"] == "yes"
    assert portal.records["deal"][deal]["UF_CRM_GRADE"] == "ungraded"


def test_what_messages_missed_is_found_by_looking_through_page_by_page(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    portal.is_silent = True
    portal.bucket.burst = 10_000
    numbers = [portal.add(UF_CRM_AREA=str(20 + one)) for one in range(60)]
    assert made.count(CRM_INBOX) == 0
    found = made.look_through()
    assert found.failed == []
    assert made.lead(numbers[-1]).answers == {"area": 79.0}
    assert {number: made.lead(number).answers["area"] for number in numbers[:3]} == dict(
        zip(numbers, (20.0, 21.0, 22.0), strict=False)
    )
    facts, scores = made.count(FACTS), made.scores()
    assert made.look_through().taking.facts == 0
    assert (made.count(FACTS), made.scores()) == (facts, scores)


def test_a_wrong_token_is_answered_403_and_nothing_is_kept(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    assert portal.tell("ONCRMLEADADD", "7405", token="guess") == 403
    assert portal.tell("ONCRMLEADADD", "7405", token="") == 403
    assert portal.tell("ONCRMLEADADD", "x", token=TOKEN) == 422
    assert portal.tell("ONTASKADD", "7", token=TOKEN) == 200
    assert made.count(CRM_INBOX) == 0
    assert httpx.post(f"{made.url}/crm/hubspot", content=b"[]").status_code == 404


def test_repetitions_of_a_message_are_one(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    form = {"event": "ONCRMLEADADD", "data[FIELDS][ID]": "7405", "ts": "1772442000", "auth[application_token]": TOKEN}
    for _ in range(3):
        assert httpx.post(f"{made.url}/crm/bitrix24", data=form).json() == {"heard": 1}
    assert made.count(CRM_INBOX) == 1


def test_while_the_crm_is_down_messages_wait_and_nothing_is_lost(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    number = portal.add(**GOOD)
    portal.is_down = True
    with pytest.raises(CrmAway, match="does not answer"):
        made.hear()
    assert made.inbox.counts().failing == 1
    made.hear()  # not due yet: nobody is asked
    portal.is_down = False
    with pytest.raises(UnknownLead):
        made.history(number)
    made.ahead += timedelta(minutes=2)
    made.hear()
    assert made.lead(number).answers["area"] == 120.5
    portal.is_down = True
    assert made.send() == 0
    portal.is_down = False
    made.carrier._clock = lambda: made.clock() + timedelta(hours=1)
    assert made.send() == 1


def test_a_revoked_webhook_is_told_with_what_to_do_and_the_secret_is_not(
    made: CrmHouse, portal: Bitrix24StandIn
) -> None:
    portal.add(**GOOD)
    portal.faults = [Answer(401, {"error": "INVALID_CREDENTIALS"})]
    (told,) = made.hear().failed
    assert "LEADLOOP_BITRIX24_HOOK" in told
    assert "s3cr3tc0de" not in told
    kept = made.inbox.failing()[0]
    assert kept.why is not None
    assert "s3cr3tc0de" not in kept.why


@pytest.mark.parametrize("says", [Answer(403, {"error": "ACCESS_DENIED"}), Answer(500, {"error": "INTERNAL"})])
def test_a_record_that_the_crm_never_gives_out_holds_up_no_other(
    made: CrmHouse, portal: Bitrix24StandIn, says: Answer
) -> None:
    first, withheld, *others = [portal.add(**GOOD) for _ in range(4)]
    portal.withheld[withheld] = says
    for _ in range(4):
        with suppress(CrmAway):
            made.hear()
        made.ahead += timedelta(minutes=10)
    assert all(made.lead(number).answers["area"] == 120.5 for number in (first, *others))
    waits = made.inbox.failing()
    assert [one.record_id for one in waits] == [withheld]
    assert waits[0].tries >= 2
    late = portal.add(**GOOD)
    with suppress(CrmAway):
        made.hear()
    assert made.lead(late).answers["area"] == 120.5
    del portal.withheld[withheld]
    made.ahead += timedelta(days=1)
    assert not made.hear().failed
    assert made.lead(withheld).answers["area"] == 120.5


def test_a_record_that_is_refused_is_told_beside_what_was_taken(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    portal.add(**GOOD)
    withheld = portal.add(**GOOD)
    portal.withheld[withheld] = Answer(403, {"error": "ACCESS_DENIED"})
    found = made.hear()
    assert found.taking.seen == 1
    assert found.failed[0].startswith(f"lead {withheld}: ")
    made.ahead += timedelta(minutes=10)
    assert made.hear().failed == found.failed  # due alone: it is still the record, and not the CRM
    assert made.desk.reconciler.waits_in_vain() == found.failed


def test_a_crm_that_lets_nobody_in_is_not_asked_for_every_record(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    numbers = [portal.add(**GOOD) for _ in range(12)]
    portal.withheld = dict.fromkeys(numbers, Answer(401, {"error": "INVALID_CREDENTIALS"}))
    before = len(portal.asked)
    assert len(made.hear().failed) == 3
    assert len(portal.asked) - before == 4
    assert made.inbox.counts().waiting == 12
    made.hear()  # none is due yet


def test_records_that_are_looked_at_again_under_new_words_do_not_hold_up_each_other(
    made: CrmHouse, portal: Bitrix24StandIn
) -> None:
    numbers = [portal.add(UF_CRM_AREA="много") for _ in range(6)]
    assert len(made.hear().taking.amiss) == 6
    for number in numbers:
        portal.records["lead"][number]["UF_CRM_AREA"] = "50"
        portal.records["lead"][number]["DATE_MODIFY"] = "2020-01-01T00:00:00+03:00"  # out of sight of the look by time
    portal.withheld = {
        numbers[0]: Answer(403, {"error": "ACCESS_DENIED"}),
        numbers[1]: Answer(500, {"error": "INTERNAL"}),
    }
    made.desk.reconciler._company_hash = "other words"
    made.desk.reconciler._draw = random.Random(5)
    portal.bucket.burst = 10_000  # the limit of requests is another test's
    failed = []
    for _ in range(12):
        failed += made.look_through().failed
    assert [made.lead(number).answers.get("area") for number in numbers[2:]] == [50.0] * 4
    assert any(one.startswith(f"lead {numbers[0]}: ") for one in failed)


def test_the_limit_of_requests_is_kept_and_where_it_is_hit_it_is_waited_for(
    made: CrmHouse, portal: Bitrix24StandIn
) -> None:
    waited: list[float] = []
    made.desk.connector._asker._pace.sleep = waited.append  # type: ignore[attr-defined]
    portal.add(**GOOD)
    portal.faults = [portal.over_limit(), portal.over_limit()]
    made.hear()
    assert len(waited) == 2
    assert made.scores() == 2


def test_no_letter_and_no_table_holds_the_secret_or_a_phone(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    number = portal.add(**GOOD)
    portal.call(number)
    made.turn()
    kept = made.house.settings.home / "leadloop.db"
    made.house.engine.dispose()
    everything = b"".join(path.read_bytes() for path in kept.parent.glob("leadloop.db*"))
    for secret in (b"s3cr3tc0de", b"9161234567", "Иванова".encode(), b"m@example.com", TOKEN.encode()):
        assert secret not in everything


def test_what_cannot_be_mapped_is_named_kept_and_taken_once_the_words_are_there(
    tmp_path: Path, portal: Bitrix24StandIn
) -> None:
    secrets = {"LEADLOOP_BITRIX24_HOOK": portal.hook, "LEADLOOP_BITRIX24_APPLICATION_TOKEN": TOKEN}
    without = CRM.replace("MEETING: Встреча, ", "").replace("{7: Анна}", "{8: Борис}")
    with crm_house(tmp_path, portal, without, "/crm/bitrix24", secrets) as opened:
        number = portal.add(STATUS_ID="MEETING", UF_CRM_AREA="много", UF_CRM_ROLE="47")
        done = opened.hear().taking
        assert "crm.stages: the stage MEETING of STATUS_ID has no entry" in done.amiss[0]
        assert "crm.managers: the person 7 has no entry" in done.amiss[0]
        assert "UF_CRM_AREA (fields.area): write it as 1234.50" in done.amiss[0]
        assert "много" not in done.amiss[0]
        assert opened.lead(number).answers == {"role": "арендатор"}
        assert opened.stages(number) == []
        assert [one.record_id for one in opened.book.amiss()] == [number]
    portal.is_silent = True
    with crm_house(tmp_path, portal, CRM, "/crm/bitrix24", secrets) as opened:
        opened.look_through()
        assert [one.stage for one in opened.stages(number)] == ["Встреча"]
        assert opened.lead(number).manager == "Анна"


def test_a_deleted_lead_stays_known_and_reaches_the_stage_that_company_yaml_names(
    made: CrmHouse, portal: Bitrix24StandIn
) -> None:
    number = portal.add(**GOOD)
    made.turn()
    facts = made.count(FACTS)
    portal.delete("lead", number)
    made.turn()
    made.turn()
    assert made.stages(number)[-1].stage == "Удалён"
    assert made.count(FACTS) == facts + 1
    assert made.book.counts()["lead"].deleted == 1


def test_scores_that_come_from_elsewhere_are_written_back_too(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    number = portal.add(**GOOD)
    made.turn()
    answers = {"need": "yes", "budget": "yes", "urgency": "yes"}
    body, headers = {"result": "reached", "answers": answers}, {"X-API-Key": _key(made)}
    assert httpx.post(f"{made.url}/v1/leads/{number}/calls", json=body, headers=headers).status_code == 201
    made.hear()
    assert made.send() == 1
    assert portal.records["lead"][number]["UF_CRM_GRADE"] == "A"
    letters = made.count(OUTBOX)
    made.hear()
    assert made.count(OUTBOX) == letters


def test_an_older_score_never_arrives_after_a_newer_one(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    number = portal.add(**GOOD)
    made.hear()
    portal.update("lead", number, UF_CRM_NEED="0")
    made.hear()
    assert made.count(OUTBOX) == 1, "while a letter is under way the next one is owed"
    assert made.send() == 1
    made.hear()
    assert made.send() == 1
    assert portal.records["lead"][number]["UF_CRM_GRADE"] == "non_target"
    assert made.count(CRM_WRITTEN) == 1


def test_a_burst_of_messages_is_answered_and_ends_in_the_same_leads(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    portal.bucket.burst = 10_000
    for one in range(30):
        portal.add(UF_CRM_AREA=str(one + 1))
    assert portal.told == [200] * 30
    made.hear()
    assert made.count(CRM_RECORDS) == 30
    assert made.inbox.counts().waiting == 0
    until(lambda: made.scores() >= 30)


def _key(made: CrmHouse) -> str:
    return ApiKeys(made.house.engine).create("crm", ["write"], made.clock())[1]
