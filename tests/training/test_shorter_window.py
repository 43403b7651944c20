"""Until leads have lived through the company's window, those who bought soon teach already."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from features.errors import NothingToLearn
from features.facts.values import LeadFact
from models.artefact import load_artefact
from models.model_registry import MemoryRegistry
from tests.support.facts import call, lead, stage
from tests.training.small_sets import DAY, START, invented_facts, memory_store, plain_company
from training.retrain import retrained
from training.shorter_window import shorter_window, taught_by

SIXTY_DAYS = START + 60 * DAY


def buyers_after(mean: float, *, count: int = 600, days: int = 60, rate: float = 0.3) -> list[LeadFact]:
    """Return leads spread evenly over ``days``; some buy, after delays that die away evenly, the others stay open."""
    rng = np.random.default_rng(0)
    facts: list[LeadFact] = []
    for number in range(count):
        name, at = f"L{number:04d}", START + timedelta(days=days * number / count)
        facts += [lead(name, at), call(name, at + timedelta(hours=1))]
        if rng.random() < rate:
            facts.append(stage(name, "won", at + timedelta(days=float(rng.exponential(mean)))))
    return facts


def window_of(facts: list[LeadFact], horizon: int | None = 90) -> int | None:
    """Return the shorter window at sixty days."""
    return shorter_window(memory_store(facts).histories(), plain_company(horizon), SIXTY_DAYS)


def test_a_quarter_of_the_leads_has_lived_through_the_window_that_teaches() -> None:
    assert window_of(buyers_after(8.0)) == 45


@pytest.mark.parametrize("mean", [25.0, 300.0])
def test_buyers_who_take_long_are_waited_for(mean: float) -> None:
    assert window_of(buyers_after(mean)) is None


def test_sales_too_few_to_tell_how_long_buyers_take_teach_nothing_sooner() -> None:
    assert window_of(buyers_after(8.0, rate=0.02)) is None


def test_a_window_that_a_quarter_of_the_leads_has_lived_through_needs_no_shorter_one() -> None:
    assert window_of(buyers_after(8.0), horizon=30) is None
    assert window_of(buyers_after(8.0), horizon=None) is None


def test_with_sales_enough_the_companys_own_window_teaches() -> None:
    store = memory_store(invented_facts(1_200, lambda area, owner, passed: 0.3))
    _, company = taught_by(store, plain_company(60), cut_off=START + 90 * DAY)
    assert company.horizon_days == 60


def test_training_learns_who_buys_before_any_lead_is_settled_and_says_by_which_window(tmp_path: Path) -> None:
    facts = invented_facts(3_000, lambda area, owner, passed: 0.5 if owner == "yes" else 0.1)
    store, cut_off = memory_store(facts), START + 80 * DAY
    done = retrained(
        store=store,
        company=plain_company(90),
        home=tmp_path,
        registry=MemoryRegistry(),
        cut_off=cut_off,
        trained_at=cut_off,
    )
    assert done.promoted
    assert load_artefact(done.folder).horizon_days == 60
    assert "the company's 90 days yet: it learned who buys within 60 days" in (done.folder / "card.md").read_text()
    arrived = done.data.young.of(np.flatnonzero(done.data.young.at_arrival)) if done.data.young else done.data
    chance, owner = done.candidate.probability(arrived), arrived.columns["owner"]
    yes = owner.codes == owner.levels.index("yes")  # type: ignore[union-attr]
    assert chance[yes].mean() == pytest.approx(0.5, abs=0.08)
    assert chance[~yes].mean() == pytest.approx(0.1, abs=0.05)


def test_where_no_window_tells_enough_it_still_says_that_nothing_is_settled() -> None:
    with pytest.raises(NothingToLearn, match="Until then the rules serve"):
        taught_by(memory_store(buyers_after(8.0, count=40)), plain_company(90), cut_off=SIXTY_DAYS)
