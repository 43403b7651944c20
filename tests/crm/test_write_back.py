"""What the CRM says of open leads follows what scores them (a model, its level) and where: in turn, and never backwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.facts.tables import OUTBOX
from features.facts.values import LeadId
from models.artefact import model_folder
from models.level import STEPS, level_of
from models.since_report import Look, SinceReport, save_since
from serving.gate.api_keys import ApiKeys
from tests.crm.house import CrmHouse, crm_house
from tests.crm.standins.bitrix24 import TOKEN, Bitrix24StandIn
from tests.crm.standins.server import Answer
from tests.crm.test_bitrix24 import CRM
from tests.serving.doors import VERSION, promote

OTHER_FIELDS = CRM.replace("UF_CRM_SCORE", "UF_CRM_CHANCE").replace("UF_CRM_GRADE", "UF_CRM_CLASS")
ANSWERED = {"UF_CRM_NEED": "1", "UF_CRM_BUDGET": "1", "UF_CRM_URGENCY": "1"}


@pytest.fixture
def portal() -> Iterator[Bitrix24StandIn]:
    made = Bitrix24StandIn()
    made.bucket.burst = 10_000
    yield made
    made.close()


@pytest.fixture
def made(tmp_path: Path, portal: Bitrix24StandIn) -> Iterator[CrmHouse]:
    with opened(tmp_path, portal) as house:
        yield house


@contextmanager
def opened(folder: Path, portal: Bitrix24StandIn, crm: str = CRM) -> Iterator[CrmHouse]:
    secrets = {"LEADLOOP_BITRIX24_HOOK": portal.hook, "LEADLOOP_BITRIX24_APPLICATION_TOKEN": TOKEN}
    with crm_house(folder, portal, crm, "/crm/bitrix24", secrets) as made:
        made.desk.connector._asker._pace.sleep = lambda _: None  # type: ignore[attr-defined]
        yield made


def promoted(made: CrmHouse, version: str = VERSION) -> None:
    promote(made.house.settings.home, version)
    made.desk.service.desk.champion.look()


def follow(made: CrmHouse, shift: float) -> None:
    """Let the champion's level be believed to lie ``shift`` away from where it learned."""
    level = level_of(-2.0, [(shift, 0.0)] * len(STEPS), [(0.0, 0.0, 0.0)] * len(STEPS), [0.0] * len(STEPS), 100.0)
    now, home = made.clock(), made.house.settings.home
    look = Look(now, shift, shift, 0.0, 1.0, 9)
    save_since(SinceReport(VERSION, now, now, level.to_json(), None, (), 0.0, (look,)), model_folder(home, VERSION))
    made.desk.service.desk.champion.look()


def told(portal: Bitrix24StandIn, numbers: list[str], field: str = "UF_CRM_SCORE") -> list[Any]:
    return [portal.records["lead"][number].get(field) for number in numbers]


def by_the_desk(made: CrmHouse, numbers: list[str]) -> list[float]:
    desk = made.desk.service.desk
    scores = [desk.scored(made.history(number), made.clock()).score.probability for number in numbers]
    return [round(100 * one, 1) for one in scores]


def put_and_sent(made: CrmHouse) -> int:
    """Return how many letters three turns put and delivered."""
    before = made.count(OUTBOX)
    for _ in range(3):
        made.turn()
    return made.count(OUTBOX) - before


def test_another_champion_reaches_every_open_lead_once_and_no_other(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    numbers = [portal.add(UF_CRM_AREA=area) for area in ("20", "120", "300")]
    won = portal.add(UF_CRM_AREA="120")
    portal.update("lead", won, STATUS_ID="JUNK")
    made.turn()
    assert told(portal, numbers) == [6.0] * 3
    promoted(made)
    assert put_and_sent(made) == 3
    assert told(portal, numbers) == by_the_desk(made, numbers) != [6.0] * 3
    assert told(portal, [won]) != by_the_desk(made, [won])
    logged = [made.desk.service.log.scores_of(LeadId(number))[-1] for number in numbers]
    assert [round(100 * one.probability, 1) for one in logged] == told(portal, numbers)
    assert {one.model_version for one in logged} == {VERSION}
    assert put_and_sent(made) == 0


def test_the_open_leads_are_looked_at_once_a_change_and_not_after_a_restart(
    tmp_path: Path, portal: Bitrix24StandIn
) -> None:
    with opened(tmp_path, portal) as made:
        looks = _looks_at_open_leads(made)
        portal.add(UF_CRM_AREA="120")
        put_and_sent(made)
        promoted(made)
        assert put_and_sent(made) == 1
        assert len(looks) == 2
    with opened(tmp_path, portal) as made:
        looks = _looks_at_open_leads(made)
        assert put_and_sent(made) == 0
        assert looks == []


def _looks_at_open_leads(made: CrmHouse) -> list[datetime]:
    """Return where the moments are noted from now on at which it is asked who is open."""
    anew, looks = made.desk.write_back._anew, list[datetime]()
    asked = anew._may_be_open

    def may_be_open(moment: datetime) -> Sequence[LeadId]:
        looks.append(moment)
        return asked(moment)

    anew._may_be_open = may_be_open
    return looks


def test_a_champion_that_says_nearly_the_same_writes_nothing_and_logs_nothing(
    made: CrmHouse, portal: Bitrix24StandIn
) -> None:
    promoted(made)
    for area in ("20", "120"):
        portal.add(UF_CRM_AREA=area)
    put_and_sent(made)
    scores = made.scores()
    promoted(made, "20260401-090000-def")
    assert put_and_sent(made) == 0
    assert made.scores() == scores


def test_open_leads_follow_the_level_where_it_moved_them_enough(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    promoted(made)
    hot, cold = portal.add(UF_CRM_AREA="120"), portal.add(UF_CRM_AREA="20")
    put_and_sent(made)
    before = told(portal, [hot, cold])
    follow(made, 0.005)
    assert put_and_sent(made) == 0
    follow(made, 0.4)
    assert put_and_sent(made) == 1
    assert told(portal, [cold]) == before[1:], "it moved by less than moved_by"
    assert told(portal, [hot]) == by_the_desk(made, [hot]) != before[:1]


def test_scores_that_are_to_be_written_from_now_on_are_written_of_known_open_leads(
    tmp_path: Path, portal: Bitrix24StandIn
) -> None:
    with opened(tmp_path, portal, CRM.split("  write_back")[0]) as made:
        number = portal.add(UF_CRM_AREA="120")
        assert put_and_sent(made) == 0
        portal.update("lead", number, **ANSWERED)
        assert put_and_sent(made) == 0
    with opened(tmp_path, portal) as made:
        assert put_and_sent(made) == 1
        assert told(portal, [number], "UF_CRM_GRADE") == ["A"]


def test_fields_that_are_named_otherwise_are_filled_though_the_score_is_the_same(
    tmp_path: Path, portal: Bitrix24StandIn
) -> None:
    with opened(tmp_path, portal) as made:
        number, won = portal.add(UF_CRM_AREA="120"), portal.add(UF_CRM_AREA="120")
        put_and_sent(made)
        portal.update("lead", number, **ANSWERED)
        portal.update("lead", won, STATUS_ID="JUNK")
        put_and_sent(made)
    with opened(tmp_path, portal, OTHER_FIELDS) as made:
        assert put_and_sent(made) == 1
        assert told(portal, [number], "UF_CRM_CLASS") == ["A"]
        assert told(portal, [number, won], "UF_CRM_CHANCE") == [30.0, None]
    with opened(tmp_path, portal, OTHER_FIELDS.replace("managers: {7: Анна}", "managers: {7: Анна, 8: Борис}")) as made:
        assert put_and_sent(made) == 0


def test_a_database_of_the_version_before_is_told_no_score_twice(
    tmp_path: Path, portal: Bitrix24StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before, opened(tmp_path, portal) as made:
        before.setattr("leadloop.connecting.scored_anew.ScoredAnew.note", lambda *_: False)
        number = portal.add(UF_CRM_AREA="120")
        assert put_and_sent(made) == 1
    with opened(tmp_path, portal) as made:
        assert put_and_sent(made) == 0
        promoted(made)
        assert put_and_sent(made) == 1
        assert told(portal, [number]) == by_the_desk(made, [number])


def test_a_new_lead_is_not_told_behind_a_long_line_of_old_ones(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    numbers = [portal.add(UF_CRM_AREA=str(100 + one)) for one in range(9)]
    made.turn()
    made.desk.connector.letters_a_minute = 2
    promoted(made)
    made.hear()
    made.hear()
    assert len(made.outbox.letters("waiting")) == 2, "no more are put than the CRM takes in a minute"
    new, called = portal.add(UF_CRM_AREA="200"), numbers[0]
    body, headers = {"result": "reached", "answers": {"need": "yes"}}, {"X-API-Key": _key(made)}
    assert httpx.post(f"{made.url}/v1/leads/{called}/calls", json=body, headers=headers).status_code == 201
    made.hear()
    assert len(made.outbox.letters("waiting")) == 3
    assert made.send() == 3
    assert told(portal, [new]) == by_the_desk(made, [new])
    made.hear()
    newest = made.outbox.letters("waiting")
    assert len(newest) == 2
    assert any(f'"id":"{called}"'.encode() in one.letter.body for one in newest), "its call goes ahead of those in turn"
    for _ in range(9):
        made.send()
        made.hear()
    assert told(portal, numbers) == by_the_desk(made, numbers)


def test_a_dead_letter_is_closed_by_the_next_score_and_never_sent_again(
    made: CrmHouse, portal: Bitrix24StandIn
) -> None:
    number = portal.add(UF_CRM_AREA="120")
    made.hear()
    portal.faults = [Answer(403, {"error": "insufficient_scope"})]
    made.send()
    (dead,) = made.outbox.letters("dead")
    portal.update("lead", number, **ANSWERED)
    made.hear()
    assert made.outbox.letters("dead") == []
    assert made.outbox.again(dead.id, made.clock()).superseded == 1
    assert made.outbox.all_again("crm-bitrix24", made.clock()).sent == 0
    assert made.send() == 1
    assert told(portal, [number], "UF_CRM_GRADE") == ["A"]


def test_letters_that_died_before_newer_ones_were_put_are_closed_by_the_next_change(
    made: CrmHouse, portal: Bitrix24StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = portal.add(UF_CRM_AREA="120")
    made.hear()
    portal.faults = [Answer(403, {"error": "insufficient_scope"})]
    made.send()
    with monkeypatch.context() as before:
        before.setattr("leadloop.connecting.write_back.supersede", lambda *_: 0)
        portal.update("lead", number, **ANSWERED)
        made.turn()
    assert len(made.outbox.letters("dead")) == 1
    promoted(made)
    made.turn()
    assert made.outbox.letters("dead") == []


def test_while_a_dead_letter_is_sent_again_a_newer_score_waits_for_it(made: CrmHouse, portal: Bitrix24StandIn) -> None:
    number = portal.add(UF_CRM_AREA="120")
    made.hear()
    portal.faults = [Answer(403, {"error": "insufficient_scope"})]
    made.send()
    assert made.outbox.all_again("crm-bitrix24", made.clock()).sent == 1
    portal.update("lead", number, **ANSWERED)
    made.hear()
    assert made.count(OUTBOX) == 1
    made.send()
    made.hear()
    made.send()
    assert told(portal, [number], "UF_CRM_GRADE") == ["A"]


def _key(made: CrmHouse) -> str:
    return ApiKeys(made.house.engine).create("crm", ["write"], made.clock())[1]
