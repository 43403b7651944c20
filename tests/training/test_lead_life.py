"""What was known of a lead is looked up once for each span in which nothing of it changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from features.facts.values import LeadFact
from features.outcome_window import outcome_as_of, sale_told_at
from features.rows.as_of import Gate
from tests.support.facts import NOON, call, facts_of_leads, history, lead, stage
from tests.training.small_sets import DAY, plain_company
from training.dataset import label_at
from training.lead_life import LeadLife

GATE = Gate(plain_company(horizon=30))


@given(facts_of_leads(), st.lists(st.integers(-1, 260 * 24), min_size=1, max_size=12))
def test_a_lead_stands_at_any_moment_as_it_was_known_then(facts: list[LeadFact], hours: list[int]) -> None:
    told = history(*facts)
    life = LeadLife(told, GATE)
    for hour in hours:
        moment = NOON + hour * DAY / 24
        known, standing = GATE.as_of(told, moment), life.standing(moment)
        assert (known is None) == (standing is None)
        if known and standing:
            outcome = outcome_as_of(known)
            assert (standing.kind, standing.created_at) == (outcome.kind, known.created_at)
            by_then = history(*(fact for fact in facts if fact.known_at <= moment))
            assert standing.sale_told_at == (sale_told_at(by_then, GATE.company) if outcome.won else None)
            assert standing.label == (label_at(told, GATE, moment) if outcome.is_settled else None)


def test_a_sale_is_a_label_only_once_the_window_has_closed() -> None:
    life = LeadLife(history(lead(), call(), stage(at=NOON + 3 * DAY)), GATE)
    assert life.standing(NOON - DAY) is None
    young, settled = life.standing(NOON + 30 * DAY), life.standing(NOON + 31 * DAY)
    assert young is not None
    assert settled is not None
    assert (young.kind, young.label, young.sale_told_at) == ("open", None, NOON + 3 * DAY)
    assert (settled.kind, settled.label and settled.label[0]) == ("bought", 1)


def test_a_sale_counts_from_when_it_was_told() -> None:
    late = stage(at=NOON + 3 * DAY, known_at=NOON + 9 * DAY)
    life = LeadLife(history(lead(), call(), late), GATE)
    before, after = life.standing(NOON + 8 * DAY), life.standing(NOON + 10 * DAY)
    assert before is not None
    assert after is not None
    assert (before.sale_told_at, after.sale_told_at) == (None, NOON + 9 * DAY)
