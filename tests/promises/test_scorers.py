"""The laws that every scorer keeps, old or new: the rules alone, and every kind of model that refines them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from features.facts.values import LeadFact
from features.rows.as_of import KnownLead
from features.rows.feature import Value
from features.rows.feature_row import GRADE, FixedRates, RowBuilder
from models.abc_rules import GRADES
from models.artefact import Artefact, load_artefact, save_artefact
from models.if_answered import if_answered
from models.level import MOST_GAIN, STEPS, Level
from models.model_scorer import ModelScorer
from models.purchase_model import FieldCells, Part, PurchaseModel
from models.score import RulesScorer, Scorer
from tests.models.small_models import GRADED, STARTS, windows_artefact, windows_company
from tests.support.facts import NOON, call, facts_of_leads, history, lead, source, stage

Row = dict[str, Value]
Promise = Callable[[Scorer, KnownLead, Row], None]
ROWS = RowBuilder(windows_company(), FixedRates())
MOMENT = call().at


MOVED = Level(
    -2.0, ((0.8123456, -0.3),) * len(STEPS), ((0.01, 0.0, 0.01),) * len(STEPS), (0.0,) * len(STEPS), MOST_GAIN
)
"""A market in which more buy, and leads differ less, than a model learned; following it has always paid."""


def artefacts() -> dict[str, Artefact]:
    """Return each kind of model that can serve."""
    model = windows_artefact()
    alone = replace(model, model=PurchaseModel([], []))
    return {"a model": model, "a model at another level": model.at_level(MOVED), "the rules at the rates seen": alone}


SCORERS: dict[str, Scorer] = {"the rules": RulesScorer(), **{name: ModelScorer(of) for name, of in artefacts().items()}}


def seen(*facts: LeadFact) -> tuple[KnownLead, Row]:
    """Return what is known at ``MOMENT`` of a lead with these facts, and its row."""
    known = ROWS.known(history(*facts), MOMENT)
    assert known is not None
    return known, ROWS.row(known)


def gives_a_probability(scorer: Scorer, known: KnownLead, row: Row) -> None:
    assert 0.0 <= scorer.probability(known, row) <= 1.0


def gives_the_same_probability_alone_and_in_a_score(scorer: Scorer, known: KnownLead, row: Row) -> None:
    assert scorer.probability(known, row) == scorer.score(known, row).probability


def lies_between_the_ends_of_its_interval(scorer: Scorer, known: KnownLead, row: Row) -> None:
    score = scorer.score(known, row)
    assert 0.0 <= score.low <= score.probability <= score.high <= 1.0
    assert score.low < score.high


def takes_no_yes_for_a_no(scorer: Scorer, known: KnownLead, row: Row) -> None:
    for name in ("need", "budget", "urgency"):
        without = {field: answer for field, answer in known.answers.items() if field != name}
        said = [
            scorer.probability(
                known.with_answers({**without, **({name: answer} if answer else {})}), {**row, name: answer}
            )
            for answer in ("no", None, "yes")
        ]
        assert said[0] <= said[1] + 1e-12
        assert said[1] <= said[2] + 1e-12


def ignores_column_order(scorer: Scorer, known: KnownLead, row: Row) -> None:
    assert scorer.score(known, dict(reversed(row.items()))) == scorer.score(known, row)


def ignores_columns_it_does_not_know(scorer: Scorer, known: KnownLead, row: Row) -> None:
    assert scorer.score(known, {**row, "colour_of_the_door": "green", "doors": 3.0}) == scorer.score(known, row)


def copes_with_an_unseen_level(scorer: Scorer, known: KnownLead, row: Row) -> None:
    unseen = scorer.probability(known, {**row, "who": "pirate"})
    assert unseen == scorer.probability(known, {**row, "who": "astronaut"})
    assert 0.0 <= unseen <= 1.0


def copes_with_an_unseen_channel(scorer: Scorer, known: KnownLead, row: Row) -> None:
    unseen = scorer.probability(known, {**row, "channel": "radio"})
    assert unseen == scorer.probability(known, {**row, "channel": "телевидение"})
    assert 0.0 <= unseen <= 1.0


def copes_with_everything_missing(scorer: Scorer, known: KnownLead, row: Row) -> None:
    none: Row = dict.fromkeys(row)
    assert scorer.probability(known, none) == scorer.probability(known, {})
    assert 0.0 <= scorer.probability(known, none) <= 1.0


def does_not_extrapolate(scorer: Scorer, known: KnownLead, row: Row) -> None:
    far = [scorer.probability(known, {**row, "area": area}) for area in (51.0, 1e6, 1e300, math.inf)]
    assert len(set(far)) == 1


def answers_the_same_twice(scorer: Scorer, known: KnownLead, row: Row) -> None:
    assert scorer.score(known, row) == scorer.score(known, row)


def its_probability_is_that_of_its_log_odds(scorer: Scorer, known: KnownLead, row: Row) -> None:
    score = scorer.score(known, row)
    assert score.probability == pytest.approx(1 / (1 + math.exp(-score.log_odds)), abs=1e-12)


def its_reasons_add_up(scorer: Scorer, known: KnownLead, row: Row) -> None:
    score = scorer.score(known, row)
    parts = scorer.artefact.model.reasons(row) if isinstance(scorer, ModelScorer) else []
    assert score.start + math.fsum(one.contribution for one in parts) == pytest.approx(score.log_odds, abs=1e-9)
    of_grade = (
        scorer.artefact.grade_reason(score.grading.grade, score.start - scorer.artefact.level)
        if isinstance(scorer, ModelScorer)
        else None
    )
    assert {*score.reasons_for, *score.reasons_against} <= {*parts, of_grade}


def what_it_tells_adds_up_from_the_average_to_its_probability(scorer: Scorer, known: KnownLead, row: Row) -> None:
    score = scorer.score(known, row)
    if score.average is None:
        assert score.everything_else is None
        return
    odds = score.average / (1 - score.average)
    for told in (*score.reasons_for, *score.reasons_against):
        odds *= math.exp(told.contribution)
    odds *= math.exp(score.everything_else or 0.0)
    assert odds / (1 + odds) == pytest.approx(score.probability, abs=1e-9)


def tells_at_most_three_reasons_a_side(scorer: Scorer, known: KnownLead, row: Row) -> None:
    score = scorer.score(known, row)
    assert max(len(score.reasons_for), len(score.reasons_against)) <= 3
    assert all(one.contribution > 0 for one in score.reasons_for)
    assert all(one.contribution < 0 for one in score.reasons_against)


def tells_the_strongest_reason_first(scorer: Scorer, known: KnownLead, row: Row) -> None:
    score = scorer.score(known, row)
    for told in (score.reasons_for, score.reasons_against):
        moved = [abs(one.contribution) for one in told]
        assert moved == sorted(moved, reverse=True)


def tells_no_reason_that_its_own_counts_speak_against(scorer: Scorer, known: KnownLead, row: Row) -> None:
    score = scorer.score(known, row)
    assert all(one.sales / one.leads > (score.average or 0) for one in score.reasons_for)
    assert all(one.sales / one.leads < (score.average or 0) for one in score.reasons_against)


def tells_each_feature_once(scorer: Scorer, known: KnownLead, row: Row) -> None:
    score = scorer.score(known, row)
    told = [one.feature for one in (*score.reasons_for, *score.reasons_against)]
    assert len(told) == len(set(told))


def says_of_whom_when_and_by_what_it_speaks(scorer: Scorer, known: KnownLead, row: Row) -> None:
    score = scorer.score(known, row)
    assert (score.lead_id, score.moment) == (known.lead_id, known.moment)
    assert (score.model_version, score.data_cut_off) == (scorer.version, scorer.data_cut_off)
    assert {score.grading.grade, score.refined_grade} <= set(GRADES)


def asks_only_what_was_not_answered(scorer: Scorer, known: KnownLead, row: Row) -> None:
    ask = scorer.score(known, row).ask
    assert ask is None or (ask in known.company.fields and ask not in known.answers)


def foretells_what_an_answer_makes_of_its_score(scorer: Scorer, known: KnownLead, row: Row) -> None:
    for name in known.company.fields:
        for one in if_answered(name, known, row, rows=ROWS, scorer=scorer):
            answered = known.with_answers({**known.answers, name: one.answer})
            assert scorer.score(answered, ROWS.row(answered)).probability == one.probability


PROMISES: tuple[Promise, ...] = (
    gives_a_probability, lies_between_the_ends_of_its_interval, takes_no_yes_for_a_no,
    gives_the_same_probability_alone_and_in_a_score, ignores_column_order, ignores_columns_it_does_not_know,
    copes_with_an_unseen_level, copes_with_an_unseen_channel,
    copes_with_everything_missing, does_not_extrapolate, answers_the_same_twice, its_probability_is_that_of_its_log_odds,
    its_reasons_add_up, what_it_tells_adds_up_from_the_average_to_its_probability,
    tells_at_most_three_reasons_a_side, tells_the_strongest_reason_first,
    tells_no_reason_that_its_own_counts_speak_against, tells_each_feature_once, says_of_whom_when_and_by_what_it_speaks,
    asks_only_what_was_not_answered, foretells_what_an_answer_makes_of_its_score,
)  # fmt: skip
LEADS: dict[str, tuple[LeadFact, ...]] = {
    "of whom nothing is known": (lead(),),
    "with a form and a source": (lead(area=70.0, who="owner"), source(source="vk")),
    "who was qualified on the phone": (
        lead(area=5.0, who="tenant"), source(source="radio"), replace(call(), answers={"need": "yes", "budget": "yes"})
    ),
    "who is non-target": (lead(who="owner"), call(need="no")),
    "who answered in words that the rules cannot read": (lead(), call(need="perhaps", budget="yes")),
    "whose words mean nothing": (lead(area=-1e9, who="  ???  ", need="perhaps"), source(source="(not set)")),
}  # fmt: skip


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("scorer", SCORERS.values(), ids=SCORERS.keys())
@pytest.mark.parametrize("facts", LEADS.values(), ids=LEADS.keys())
def test_scorer_keeps_its_promises(scorer: Scorer, promise: Promise, facts: tuple[LeadFact, ...]) -> None:
    promise(scorer, *seen(*facts))


@pytest.mark.parametrize("scorer", SCORERS.values(), ids=SCORERS.keys())
@given(facts=facts_of_leads())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_scorer_keeps_its_promises_for_any_lead_at_all(scorer: Scorer, facts: list[LeadFact]) -> None:
    known, row = seen(*facts)
    for promise in PROMISES:
        promise(scorer, known, row)


@pytest.mark.parametrize("scorer", SCORERS.values(), ids=SCORERS.keys())
@given(facts=facts_of_leads())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_what_becomes_known_later_does_not_change_the_answer(scorer: Scorer, facts: list[LeadFact]) -> None:
    known_then = [fact for fact in facts if fact.known_at <= MOMENT]
    assert scorer.score(*seen(*facts)) == scorer.score(*seen(*known_then))
    assert scorer.score(*seen(*facts, stage(at=MOMENT, known_at=MOMENT.replace(year=2030)))) == scorer.score(
        *seen(*known_then)
    )


@pytest.mark.parametrize("artefact", artefacts().values(), ids=artefacts().keys())
@pytest.mark.parametrize("facts", LEADS.values(), ids=LEADS.keys())
def test_a_saved_and_loaded_model_gives_the_very_same_score(
    tmp_path: Path, artefact: Artefact, facts: tuple[LeadFact, ...]
) -> None:
    save_artefact(artefact, tmp_path, text="", card="")
    loaded, fresh = ModelScorer(load_artefact(tmp_path)), ModelScorer(artefact)
    assert loaded.score(*seen(*facts)) == fresh.score(*seen(*facts))


def test_the_rules_say_that_no_model_speaks() -> None:
    score = RulesScorer().score(*seen(lead()))
    assert (score.model_version, score.data_cut_off, score.reasons_for, score.reasons_against) == (None, None, (), ())
    assert score.probability == pytest.approx(0.06)  # the default guess for an ungraded lead


def test_no_reason_says_only_that_nobody_has_called_yet() -> None:
    model = PurchaseModel(
        [
            FieldCells("last_call_result", levels=("reached",)),
            FieldCells("calls_made", cuts=(0.5,), whole=True),
            FieldCells("area", cuts=(10.0,)),
        ],
        [
            Part(("last_call_result",), (-1.0, 0.0, 2.0), (90,) * 3, (1, 1, 70)),
            Part(("calls_made",), (1.5, -1.0, 0.0), (90,) * 3, (70, 1, 1)),
            Part(("area",), (0.0, 1.0, 0.0), (90,) * 3, (1, 70, 1)),
        ],
    )  # fmt: skip
    known = ROWS.known(history(lead(area=20.0)), NOON)
    assert known is not None
    score = ModelScorer(windows_artefact(model=model)).score(known, ROWS.row(known))
    assert [one.feature for one in score.reasons_for] == ["area"]


def test_what_a_call_answered_is_a_reason_by_the_grade_that_it_gave() -> None:
    yes = dict.fromkeys(("need", "budget", "urgency"), "yes")
    score = ModelScorer(windows_artefact()).score(*seen(lead(), replace(call(), answers=yes)))
    told = next(one for one in score.reasons_for if one.feature == GRADE)
    average = sum(STARTS[grade] * leads for grade, (leads, _) in GRADED.items()) / 225
    assert (told.cell, told.leads, told.sales) == ("A", 30, 12)
    assert told.contribution == pytest.approx(STARTS["A"] - average)


def test_a_value_whose_own_rate_says_the_contrary_is_no_reason() -> None:
    model = PurchaseModel(
        [FieldCells("area", cuts=(10.0,)), FieldCells("who", levels=("owner",))],
        [Part(("area",), (0.0, -1.0, 0.0), (100, 100, 0), (10, 35, 0)), Part(("who",), (-1.0, 0.0, 0.0), (90, 1, 1), (0, 1, 1))],
    )  # fmt: skip
    known = ROWS.known(history(lead(area=20.0, who="owner")), NOON)
    assert known is not None
    score = ModelScorer(windows_artefact(model=model)).score(known, ROWS.row(known))
    assert [one.feature for one in score.reasons_against] == ["who"]
    assert score.probability < 0.01
