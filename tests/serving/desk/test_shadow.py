"""A challenger scores a share of the leads for nobody to see; what it would have said can be told from what was said."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from features.errors import ArtefactUnreadable
from features.facts.database import reading
from features.facts.tables import SHADOW_SCORES
from features.facts.values import LeadId
from models.abc_rules import RuleGrade
from models.artefact import MODEL_FILE, model_folder
from models.shadow_log import FEWEST, ShadowLog, ShadowScore, parting_of
from models.shadow_pointer import CHALLENGER, Challenge, challenge_of, set_challenge
from serving.desk import shadow as line
from tests.serving.doors import VERSION, Doors, eventually, open_doors, promote
from tests.support.facts import NOON


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it look for a challenger at once and gather for a moment alone."""
    monkeypatch.setattr(line, "LOOK_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(line, "GATHERED_FOR_SECONDS", 0.05)


def home(doors: Doors) -> Path:
    return doors.service.settings.home


def count(doors: Doors) -> int:
    with reading(doors.service.desk.store.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(SHADOW_SCORES)).scalar_one())


def challenged(doors: Doors, share: float = 1.0) -> None:
    """Let a challenger score beside a champion, both known to the service."""
    promote(home(doors), "other")
    text = (model_folder(home(doors), "other") / MODEL_FILE).read_text(encoding="utf-8")
    (model_folder(home(doors), "other") / MODEL_FILE).write_text(text.replace("1.5", "2.5"), encoding="utf-8")
    promote(home(doors))
    doors.service.desk.champion.look()
    set_challenge(home(doors), Challenge("other", share))
    shadow = doors.service.desk.shadow
    assert shadow is not None
    eventually(lambda: shadow.challenge is not None)


def test_what_is_stored_and_what_is_asked_is_scored_beside_and_nobody_is_shown_it(any_doors: Doors) -> None:
    challenged(any_doors)
    sent = any_doors.lead("7", answers={"area": 80})["score"]
    asked = any_doors.send("/v1/score", answers={"area": 20})
    eventually(lambda: count(any_doors) == 2)
    assert sent["model_version"] == asked["model_version"] == VERSION
    assert any_doors.asked("/v1/leads/7")["score"]["probability"] == pytest.approx(sent["probability"])
    eventually(lambda: count(any_doors) == 3)  # it was asked about again
    told = ShadowLog(any_doors.service.desk.store.engine).parting(VERSION, "other")
    assert told.leads == 2
    assert {one.model_version for one in any_doors.logged("7")} == {VERSION}
    assert any_doors.queue() == ["7"]


def test_the_model_page_says_how_far_it_parts_or_that_it_is_not_enough(doors: Doors) -> None:
    challenged(doors)
    assert 'id="shadow"' not in doors.page("/models/other")
    doors.lead("L0", answers={"area": 80})
    eventually(lambda: count(doors) == 1)
    assert "Пока мало данных" in doors.page("/models/other")
    for number in range(1, FEWEST):
        doors.lead(f"L{number}", answers={"area": 80 if number % 2 else 20})
    eventually(lambda: count(doors) == FEWEST)
    page = doors.page("/models/other")
    assert "Рядом оценено заявок: 20" in page
    assert 'id="shadow"' not in doors.page(f"/models/{VERSION}")
    assert "would have another grade" in doors.client.get("/models/other?lang=en", headers={"accept": "text/html"}).text


def test_of_stored_leads_it_is_a_share_of_them_and_always_the_same(doors: Doors) -> None:
    """Which ones is told by their ids alone: those whose checksum lies in the first 0.3 of all checksums, 23 of these 60."""
    challenged(doors, share=0.3)
    leads = [f"L{number}" for number in range(60)]
    for _ in range(2):
        for number, lead_id in enumerate(leads):
            doors.lead(lead_id, answers={"area": number})
    drawn = [lead_id for lead_id in leads if crc32(lead_id.encode()) < 0.3 * 2**32]
    assert len(drawn) == 23
    eventually(lambda: count(doors) >= 2 * len(drawn))
    with reading(doors.service.desk.store.engine) as connection:
        ids = list(connection.execute(select(SHADOW_SCORES.c.lead_id)).scalars())
    assert sorted(ids) == sorted(2 * drawn)


def test_where_more_comes_than_it_can_score_leads_are_left_out_and_counted_and_answers_do_not_wait(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenged(doors)
    shadow = doors.service.desk.shadow
    assert shadow is not None
    held = threading.Event()
    challenger = shadow._challenger
    assert challenger is not None
    truly = challenger.score

    def waits(*asked: Any) -> Any:
        held.wait(20)
        return truly(*asked)

    monkeypatch.setattr(challenger, "score", waits)
    for _ in range(line.LONGEST_LINE + 50):
        doors.send("/v1/score", answers={"area": 20})
    assert shadow.left_out > 0
    held.set()
    eventually(lambda: count(doors) > 0, 20)


@pytest.mark.parametrize("damage", ["the model", "the pointer", "gone"])
def test_a_challenger_that_cannot_be_read_scores_nothing_and_answers_go_on(
    doors: Doors, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    challenged(doors)
    shadow = doors.service.desk.shadow
    assert shadow is not None
    if damage == "gone":
        set_challenge(home(doors), None)
    else:
        folder = model_folder(home(doors), "other")
        (folder / MODEL_FILE if damage == "the model" else folder.parent / CHALLENGER).write_text("{")
    eventually(lambda: shadow.challenge is None)
    assert doors.lead("7")["score"]["model_version"] == VERSION
    assert sum("in the shadow" in one.message for one in caplog.records) == (damage != "gone")


def test_what_stands_on_the_line_at_the_end_is_scored(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        challenged(doors)
        doors.lead("7", answers={"area": 80})
    assert count(doors) == 1


def test_what_came_while_the_line_before_was_being_written_is_scored_at_the_end(
    tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes, may_go_on, truly = threading.Event(), threading.Event(), ShadowLog.remember

    def held(log: ShadowLog, scores: Sequence[ShadowScore]) -> None:
        if scores:
            writes.set()
            may_go_on.wait(30)
        truly(log, scores)

    monkeypatch.setattr(ShadowLog, "remember", held)
    with open_doors(tmp_path, sqlite_engine) as doors:
        challenged(doors)
        doors.lead("7", answers={"area": 80})
        assert writes.wait(30)
        doors.lead("8", answers={"area": 80})
        shadow = doors.service.desk.shadow
        assert shadow is not None
        ends = threading.Thread(target=shadow.close)
        ends.start()
        eventually(shadow._closing.is_set)
        may_go_on.set()
        ends.join(30)
    assert count(doors) == 2


def pair(
    lead_id: str | None, champion: float, challenger: float, minutes: int = 0, grade: RuleGrade = "B"
) -> ShadowScore:
    return ShadowScore(
        None if lead_id is None else LeadId(lead_id), NOON + timedelta(minutes=minutes), "a", "b", champion, challenger,
        "B", grade,
    )  # fmt: skip


def test_a_lead_counts_once_by_its_newest_score_and_those_without_an_id_each() -> None:
    told = parting_of([pair("7", 0.2, 0.4, 9, "A"), pair(None, 0.1, 0.1), pair("7", 0.2, 0.9), pair(None, 0.1, 0.1)])
    assert (told.leads, told.changed, dict(told.moves)) == (3, 1, {("B", "A"): 1})
    assert told.difference == pytest.approx(0.2 / 3)
    assert not told.is_enough


def test_the_interval_is_the_textbooks_one() -> None:
    """Differences 1..9 per cent: mean 5, standard deviation 2.7386, so 5 +- 1.96 x 2.7386 / 3 = 3.211 to 6.789."""
    told = parting_of([pair(str(n), 0.0, n / 100) for n in range(1, 10)])
    assert [round(100 * one, 3) for one in told.difference_interval] == [3.211, 6.789]


@given(st.text(max_size=30), st.floats(0.001, 1))
def test_what_was_set_is_read_again(tmp_path_factory: pytest.TempPathFactory, version: str, share: float) -> None:
    folder = tmp_path_factory.mktemp("home")
    if version:
        set_challenge(folder, Challenge(version, share))
        assert challenge_of(folder) == Challenge(version, share)
    set_challenge(folder, None)
    assert challenge_of(folder) is None


@pytest.mark.parametrize(
    "said", ["", "[]", '{"version": "a"}', '{"version": "a", "share": 2}', '{"version": "", "share": 1}']
)
def test_a_damaged_pointer_is_told(tmp_path: Path, said: str) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / CHALLENGER).write_text(said)
    with pytest.raises(ArtefactUnreadable, match="models shadow"):
        challenge_of(tmp_path)
