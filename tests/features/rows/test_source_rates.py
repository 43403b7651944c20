"""A source's rate is shrunk towards its parent's, and told as a difference to the company's own."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.rows.as_of import Gate
from features.rows.source_features import SOURCE_FEATURES
from features.rows.source_rates import NO_RATES, PRIOR_LEADS, SourceKey, SourceRates, source_path
from tests.features.rows.windows import COMPANY, known
from tests.support.facts import NOON, history, lead, source

CHANNEL: SourceKey = ("channel", "vk")
CAMPAIGN: SourceKey = ("campaign", "vk", "summer")
AD: SourceKey = ("ad", "vk", "summer", "one")


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    leads = draw(st.integers(1, 10_000))
    return leads, draw(st.integers(0, leads))


def odds(rate: float) -> float:
    return math.log(rate / (1 - rate))


def test_the_lift_is_the_published_formula_worked_out_by_hand() -> None:
    # The company: 60 of 1,000, so (60 + 0.5) / (1000 + 1) = 0.0604396. The channel: 20 of 100 against 50 pseudo-leads
    # at that rate, (20 + 3.0219780) / 150 = 0.1534799. The campaign: none of 10, (0 + 7.6739927) / 60 = 0.1278999.
    rates = SourceRates({(): (1000, 60), CHANNEL: (100, 20), CAMPAIGN: (10, 0)})
    assert PRIOR_LEADS == 50.0
    assert rates.lift([CHANNEL]) == pytest.approx(odds(0.1534799) - odds(0.0604396), abs=1e-5)
    assert rates.lift([CHANNEL, CAMPAIGN]) == pytest.approx(odds(0.1278999) - odds(0.0604396), abs=1e-5)


@given(counts(), counts())
def test_a_source_nobody_has_seen_stands_where_its_parent_stands(whole: tuple[int, int], own: tuple[int, int]) -> None:
    rates = SourceRates({(): whole, CHANNEL: own})
    assert rates.lift([CHANNEL, CAMPAIGN, AD]) == pytest.approx(rates.lift([CHANNEL]))
    assert rates.lift([("channel", "new")]) == 0.0


@given(counts(), counts())
def test_a_lift_lies_between_nothing_and_the_sources_own_share(whole: tuple[int, int], own: tuple[int, int]) -> None:
    company, share = (whole[1] + 0.5) / (whole[0] + 1), own[1] / own[0]
    lift = SourceRates({(): whole, CHANNEL: own}).lift([CHANNEL])
    assert math.isfinite(lift)
    assert lift * (share - company) >= -1e-9
    if 0 < share < 1:
        assert abs(lift) <= abs(odds(share) - odds(company)) + 1e-9


@given(counts(), st.integers(1, 1000), st.data())
def test_one_more_sale_never_lowers_a_sources_lift(whole: tuple[int, int], leads: int, data: st.DataObject) -> None:
    sales = data.draw(st.integers(0, leads - 1))
    fewer, more = (SourceRates({(): whole, CHANNEL: (leads, sold)}).lift([CHANNEL]) for sold in (sales, sales + 1))
    assert fewer < more


def test_with_nothing_settled_no_source_is_better_than_another() -> None:
    assert NO_RATES.lift([CHANNEL, CAMPAIGN]) == 0.0


def test_the_path_ends_where_the_marks_end() -> None:
    assert source_path("vk", None, "one") == [CHANNEL]
    assert source_path("vk", "summer", "one") == [CHANNEL, CAMPAIGN, AD]


def test_a_row_tells_where_a_lead_came_from_and_how_that_has_sold() -> None:
    facts = (
        lead(),
        source(
            source="VK",
            campaign=" Summer ",
            ad="(not set)",
            offer="Скидка",
            landing_page="/OKNA?email=anna@example.com#top",
        ),
    )
    rates = SourceRates({(): (1000, 60), CHANNEL: (100, 20), CAMPAIGN: (10, 0), ("offer", "скидка"): (50, 0)})
    rated = Gate(COMPANY).as_of(history(*facts), NOON, rates)
    assert rated is not None
    row = {made.name: made.of(rated) for made in SOURCE_FEATURES}
    assert (row["channel"], row["campaign"], row["ad"]) == ("vk", "summer", None)
    assert (row["offer"], row["landing_page"]) == ("скидка", "/okna")
    assert row["channel_lift"] == rates.lift([CHANNEL])
    assert row["ad_lift"] == rates.lift([CHANNEL, CAMPAIGN])
    assert row["offer_lift"] == rates.lift([("offer", "скидка")])


def test_a_lead_without_marks_has_an_unknown_channel_and_no_offer() -> None:
    row = {made.name: made.of(known(lead())) for made in SOURCE_FEATURES}
    assert row.pop("channel") == "unknown"
    assert (row.pop("channel_lift"), row.pop("ad_lift")) == (0.0, 0.0)
    assert set(row.values()) == {None}
