"""The evidence of a change: what a lead says, that it costs nothing to look, and the sums of the literature."""

from __future__ import annotations

from math import comb, exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.alarms.detector import ODDS, WEIGHTS, Detector, costs, gains


@given(st.floats(0.01, 0.95), st.integers(1, 12))
def test_while_nothing_changes_no_number_of_leads_gains_anything_on_average(usual: float, leads: int) -> None:
    for size in range(len(ODDS)):
        mean = sum(
            comb(leads, bad) * usual**bad * (1 - usual) ** (leads - bad) * exp(gains(bad, leads, costs(usual))[size])
            for bad in range(leads + 1)
        )
        assert mean == pytest.approx(1.0)


def test_a_lead_says_the_ratio_of_its_two_likelihoods() -> None:
    for odds, gain in zip(ODDS, gains(1, 1, costs(0.2)), strict=True):
        risen = odds * 0.25 / (1 + odds * 0.25)
        assert gain == pytest.approx(log(risen / 0.2))


def test_the_evidence_is_the_sum_over_every_moment_at_which_the_change_may_have_come() -> None:
    leads = [0, 1, 1, 0, 1, 1, 1]
    said = [gains(bad, 1, costs(0.2)) for bad in leads]
    detector = Detector()
    evidence = 0.0
    for one in said:
        evidence = detector.step(one, days=0.5)
    by_hand = sum(
        weight * 0.5 * exp(sum(one[size] for one in said[begin:]))
        for size, weight in enumerate(WEIGHTS)
        for begin in range(len(leads))
    )
    assert evidence == pytest.approx(by_hand)


def test_leads_of_a_day_told_together_say_what_they_say_one_by_one_after_their_first() -> None:
    together, one_by_one = Detector(), Detector()
    together.step(gains(3, 5, costs(0.2)), days=1.0)
    for place, bad in enumerate([1, 0, 1, 1, 0]):
        one_by_one.step(gains(bad, 1, costs(0.2)), days=1.0 if place == 0 else 0.0)
    assert together.evidence == pytest.approx(one_by_one.evidence)


def test_the_sizes_share_all_of_the_evidence() -> None:
    assert sum(WEIGHTS) == pytest.approx(1.0)
    assert len(WEIGHTS) == len(ODDS)


def test_no_flood_is_too_large_to_count() -> None:
    detector = Detector()
    for _ in range(50):
        detector.step(gains(10_000, 10_000, costs(0.01)), days=1.0)
    assert detector.evidence > 1e100
