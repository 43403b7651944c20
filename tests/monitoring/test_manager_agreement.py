"""Managers and model are compared on what each said before the end was known, and before the other could be copied."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from features.facts.store import FactStore
from features.facts.values import MANAGER_GRADES, Call, LeadFact, LeadId, ManagerGrade
from models.abc_rules import RuleGrade
from models.score_log import LoggedScore, ScoreLog, ServedGrade
from monitoring.lead_book import LeadBook, summaries_of
from monitoring.manager_agreement import SIDES, Agreement, ServedGrades, agreement, side_of
from tests.monitoring.leads import COMPANY, random_facts
from tests.support.facts import NOON, call, history, lead, stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATE = NOON + 400 * DAY
FIRST = "20260302-abc123"
RULE_GRADES: tuple[RuleGrade, ...] = ("A", "B", "C")


def logged(lead_id: str, at: datetime, grade: RuleGrade, version: str | None = FIRST) -> LoggedScore:
    return LoggedScore(LeadId(lead_id), at, 0.2, -1.4, "C", grade, version, 1, 1, None, "0" * 16, "stored", {})


def graded(lead_id: str, grade: ManagerGrade, at: datetime = NOON + 2 * HOUR) -> Call:
    return replace(call(lead_id, at), grade=grade)


def told(
    engine: Engine,
    leads: Sequence[Sequence[LeadFact]],
    scores: Sequence[LoggedScore],
    *,
    moment: datetime = LATE,
    version: str | None = FIRST,
) -> Agreement:
    log = ScoreLog(engine)
    log.remember(scores)
    summaries = summaries_of([history(*facts) for facts in leads], COMPANY, moment)
    served = ServedGrades(log).of(summaries)
    return agreement(summaries, served, company=COMPANY, moment=moment, version=version)


def test_the_model_speaks_by_the_last_score_before_the_manager_graded(engine: Engine) -> None:
    scores = [
        logged("7", NOON, "C"), logged("7", NOON + HOUR, "B"),
        logged("7", NOON + 2 * HOUR, "A"), logged("7", NOON + 3 * HOUR, "A"),
    ]  # fmt: skip
    found = told(engine, [[lead("7"), graded("7", "A")]], scores)
    assert list(found.pairs) == [("A", "B")]
    assert (found.sides["manager_higher"].leads, found.leads, found.graded) == (1, 1, 1)


def test_a_lead_counts_once_by_the_first_grade_that_it_was_given(engine: Engine) -> None:
    facts: list[LeadFact] = [lead("7"), graded("7", "C"), graded("7", "A", NOON + 5 * HOUR)]
    found = told(engine, [facts], [logged("7", NOON, "B"), logged("7", NOON + 4 * HOUR, "A")])
    assert list(found.pairs) == [("C", "B")]


def test_what_was_graded_once_its_end_was_known_does_not_count(engine: Engine) -> None:
    won = stage("7", "won", NOON + HOUR)
    facts: list[LeadFact] = [lead("7"), won, graded("7", "A")]
    found = told(engine, [facts], [logged("7", NOON, "B")])
    assert (found.leads, found.after_the_end, found.graded) == (0, 1, 1)


def test_a_comment_corrected_after_the_end_does_not_make_the_grade_a_late_one(engine: Engine) -> None:
    said = graded("7", "B", NOON + HOUR)
    won = stage("7", "won", NOON + 5 * DAY)
    facts: list[LeadFact] = [lead("7"), said, won, replace(said, comment="Поправка", known_at=NOON + 9 * DAY)]
    found = told(engine, [facts], [logged("7", NOON, "B"), logged("7", NOON + 2 * HOUR, "C")])
    assert (list(found.pairs), found.after_the_end) == ([("B", "B")], 0)


def test_what_no_model_or_another_one_had_graded_before_is_counted_apart(engine: Engine) -> None:
    leads: list[list[LeadFact]] = [[lead(name), graded(name, "A")] for name in ("none", "late", "rules", "other")]
    scores = [
        logged("late", NOON + 3 * HOUR, "A"), logged("rules", NOON, "A", None), logged("other", NOON, "A", "20260101-000000")
    ]  # fmt: skip
    found = told(engine, leads, scores)
    assert (found.leads, found.not_served) == (0, 4)
    assert told(engine, leads, [], version=None).leads == 1


def test_only_settled_leads_say_how_often_they_bought(engine: Engine) -> None:
    names = ("won", "lost", "young")
    facts: dict[str, list[LeadFact]] = {name: [lead(name), graded(name, "A")] for name in names}
    facts["won"].append(stage("won", "won", NOON + 3 * DAY))
    facts["young"] = [lead("young", LATE - DAY), graded("young", "A", LATE - DAY + 2 * HOUR)]
    scores = [logged(name, facts[name][0].at, "A") for name in names]
    found = told(engine, list(facts.values()), scores).sides["same"]
    assert (found.leads, found.bought.count, found.bought.of) == (3, 1, 2)


def test_with_few_leads_how_often_they_agree_is_not_enough_data(engine: Engine) -> None:
    leads: list[list[LeadFact]] = [[lead(str(n)), graded(str(n), "A")] for n in range(20)]
    scores = [logged(str(n), NOON, "A" if n % 2 else "B") for n in range(20)]
    found = told(engine, leads, scores)
    assert (found.is_enough, found.agreed.count, found.agreed.of) == (True, 10, 20)
    assert not told(engine, leads[:19], []).is_enough


def test_who_grades_higher_is_the_one_whose_grade_is_better() -> None:
    assert side_of("A", "B") == "manager_higher"
    assert side_of("B", "B") == "same"
    assert side_of("C", "B") == side_of("non_target", "C") == "model_higher"


class CountingLog(ScoreLog):
    """A score log that notes of which leads it was asked."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.asked: list[set[str]] = []

    def last_before(self, asked: Sequence[tuple[LeadId, datetime]]) -> dict[LeadId, ServedGrade]:
        self.asked.append({str(lead_id) for lead_id, _ in asked})
        return super().last_before(asked)


def test_the_log_is_asked_once_for_all_leads_and_then_only_of_those_scored_since(engine: Engine) -> None:
    log = CountingLog(engine)
    log.remember([logged("scored", NOON, "B")])
    leads = [history(lead(name), graded(name, "A")) for name in ("scored", "never", "soon")]
    summaries, served = summaries_of(leads, COMPANY, LATE), ServedGrades(log)
    assert set(served.of(summaries)) == set(served.of(summaries)) == {"scored"}
    assert log.asked == [{"scored", "never", "soon"}]
    log.remember([logged("soon", NOON + HOUR, "C"), logged("another", NOON, "A")])
    assert {name: one.grade for name, one in served.of(summaries).items()} == {"scored": "B", "soon": "C"}
    assert log.asked[1:] == [{"soon"}]


def test_every_lead_that_a_manager_graded_is_counted_exactly_once_and_the_book_says_the_same(engine: Engine) -> None:
    draw, store, log = random.Random(5), FactStore(engine), ScoreLog(engine)
    for n in range(60):
        facts = [
            replace(one, grade=draw.choice((None, *MANAGER_GRADES))) if isinstance(one, Call) else one
            for one in random_facts(draw, f"L{n}")
        ]
        store.append(facts)
        version = draw.choice([None, FIRST])
        log.remember([logged(f"L{n}", facts[0].at, draw.choice(RULE_GRADES), version)])
    book = [one for one in LeadBook(store, COMPANY).summaries(LATE) if one.own_grade]
    some = summaries_of(store.histories(lead_ids=store.leads_graded_by_managers()), COMPANY, LATE)
    assert sorted(one.lead_id for one in book) == sorted(one.lead_id for one in some if one.own_grade)
    found = agreement(book, ServedGrades(log).of(book), company=COMPANY, moment=LATE)
    assert found.graded == len(book) > 20
    assert sum(one.leads for one in found.pairs.values()) == found.leads > 5
    assert set(found.sides) == set(SIDES)
    assert all(one.bought.of <= one.leads for one in found.pairs.values())
