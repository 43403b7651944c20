"""Rates at a midnight: the labels that were known before it, and no others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.facts.channels import mark_of
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.values import Lead, LeadFact, LeadId
from features.outcome_window import is_past_horizon, outcome_as_of
from features.rows.as_of import Gate
from features.rows.rates_timeline import RatesTimeline, last_midnight, next_midnight
from features.rows.source_rates import SourceKey, source_path
from tests.features.rows.windows import COMPANY, company_with
from tests.support.facts import MINUTES, NOON, call, facts_of_leads, history, lead, source, stage

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
COMPANIES = [
    COMPANY,
    company_with(horizon_days=None),
    company_with(calls_recorded=False, time_zone="Europe/Berlin"),
    company_with(horizon_days=3, time_zone="America/New_York"),
]


def counted_one_by_one(
    histories: list[LeadHistory], gate: Gate, midnight: datetime
) -> dict[SourceKey, tuple[int, int]]:
    """Return (settled, sold) by source, each lead judged by what was known just before midnight."""
    settled, sold = Counter[SourceKey](), Counter[SourceKey]()
    then = [known for one in histories if (known := gate.as_of(one, midnight - INSTANT))]
    untold = [
        (outcome.untold, outcome.kind) for known in then if is_past_horizon(known) and (outcome := outcome_as_of(known))
    ]
    for known in then:
        outcome = outcome_as_of(known)
        mine = [kind for sort, kind in untold if sort == outcome.untold]
        left = mine.count("never_called")
        closed = len(mine) - left - mine.count("ignored")
        if not outcome.is_settled or (outcome.untold and closed < 0.9 * (closed + left)):
            continue
        keys = [(), *source_path(known.channel, mark_of(known.marks, "campaign"), mark_of(known.marks, "ad"))]
        settled.update(keys)
        sold.update(keys if outcome.kind == "bought" else [])
    return {key: (settled[key], sold[key]) for key in settled}


def late_lead() -> list[LeadFact]:
    return [replace(lead(), known_at=NOON + 150 * DAY), call()]


@given(
    st.lists(facts_of_leads(), max_size=4),
    MINUTES.map(lambda minutes: timedelta(minutes=minutes)),
    st.sampled_from(COMPANIES),
)
@example([late_lead()], 160 * DAY, COMPANY)
@example([[lead(), call(), replace(source(campaign="абв"), known_at=NOON + 100 * DAY)]], 120 * DAY, COMPANY)
def test_the_rates_at_a_midnight_are_the_labels_known_before_it(
    leads: list[list[LeadFact]], ahead: timedelta, company: Company
) -> None:
    gate = Gate(company)
    histories = [history(*facts) for facts in leads]
    moment = NOON + ahead
    rates = RatesTimeline(gate).learn(histories).at(moment)
    expected = counted_one_by_one(histories, gate, last_midnight(moment, company.zone))
    assert {key: count for key, count in rates.counts.items() if count != (0, 0)} == expected


@given(st.lists(facts_of_leads(), max_size=4), MINUTES, st.sampled_from(COMPANIES))
def test_nothing_that_is_known_after_a_midnight_changes_its_rates(
    leads: list[list[LeadFact]], minutes: int, company: Company
) -> None:
    moment = NOON + timedelta(minutes=minutes)
    midnight = last_midnight(moment, company.zone)
    pasts = [[fact for fact in facts if fact.known_at < midnight] for facts in leads]
    all_told = RatesTimeline(Gate(company)).learn(history(*facts) for facts in leads).at(moment)
    only_past = RatesTimeline(Gate(company)).learn(history(*facts) for facts in pasts if facts).at(moment)
    keys = {*all_told.counts, *only_past.counts}
    assert {key: all_told.settled(key) for key in keys} == {key: only_past.settled(key) for key in keys}


@given(st.lists(facts_of_leads(), max_size=3), st.lists(facts_of_leads(), max_size=3), MINUTES)
def test_what_was_learned_and_forgotten_leaves_no_trace(
    kept: list[list[LeadFact]], gone: list[list[LeadFact]], minutes: int
) -> None:
    moment, gate = NOON + timedelta(minutes=minutes), Gate(COMPANY)
    plain = RatesTimeline(gate).learn(history(*facts) for facts in kept).at(moment)
    mixed = RatesTimeline(gate).learn(history(*facts) for facts in [*gone, *kept])
    mixed.at(moment).settled(())
    left = mixed.forget(history(*facts) for facts in gone).at(moment)
    assert {key: left.settled(key) for key in left.counts} == {key: plain.settled(key) for key in left.counts}
    assert set(plain.counts) <= set(left.counts)


def test_a_label_counts_from_the_midnight_after_it_was_known() -> None:
    sold = history(lead(), source(source="vk"), call(), stage())
    timeline = RatesTimeline(Gate(COMPANY)).learn([sold])
    settles = NOON + 60 * DAY
    assert timeline.at(settles + INSTANT).settled(("channel", "vk")) == (0, 0)
    assert timeline.at(next_midnight(settles, COMPANY.zone) - INSTANT).settled(("channel", "vk")) == (0, 0)
    assert timeline.at(next_midnight(settles, COMPANY.zone)).settled(("channel", "vk")) == (1, 1)


def test_a_label_that_is_corrected_counts_anew_and_the_past_stays() -> None:
    late_win = stage(known_at=NOON + 90 * DAY)
    timeline = RatesTimeline(Gate(COMPANY)).learn([history(lead(), call(), late_win)])
    assert timeline.at(NOON + 62 * DAY).settled(()) == (1, 0)
    assert timeline.at(NOON + 90 * DAY).settled(()) == (1, 0)
    assert timeline.at(NOON + 91 * DAY).settled(()) == (1, 1)


def test_an_offer_has_rates_of_its_own() -> None:
    timeline = RatesTimeline(Gate(COMPANY)).learn([history(lead(), source(offer=" Скидка "), call())])
    assert timeline.at(NOON + 70 * DAY).settled(("offer", "скидка")) == (1, 0)


def test_leads_that_nobody_called_count_nowhere() -> None:
    timeline = RatesTimeline(Gate(COMPANY)).learn([history(lead(), source(source="vk"))])
    assert dict(timeline.at(NOON + 100 * DAY).counts) == {}


@pytest.mark.parametrize(("left", "counts"), [(0, (10, 4)), (1, (10, 4)), (2, (0, 0))])
def test_leads_that_nobody_called_count_where_nearly_all_of_them_were_closed(
    left: int, counts: tuple[int, int]
) -> None:
    ended = [
        history(lead(str(n)), source(str(n), source="vk"), stage(str(n), "won" if n < 4 else "lost")) for n in range(10)
    ]
    open_ones = [history(lead(f"open {n}"), source(f"open {n}", source="vk")) for n in range(left)]
    rates = RatesTimeline(Gate(COMPANY)).learn([*ended, *open_ones]).at(NOON + 70 * DAY)
    assert rates.settled(("channel", "vk")) == rates.settled(()) == counts


def test_what_is_kept_of_a_timeline_knows_the_leads_that_nobody_called() -> None:
    leads = [history(lead("won"), source("won", source="vk"), stage("won")), history(lead("open"))]
    timeline = RatesTimeline(Gate(COMPANY)).learn(leads)
    gone_on = RatesTimeline(Gate(COMPANY)).go_on_from(timeline.steps())
    assert not gone_on.closings_tell("uncalled", next_midnight(NOON + 70 * DAY, COMPANY.zone))
    assert gone_on.forget(leads[1:]).at(NOON + 70 * DAY).settled(("channel", "vk")) == (1, 1)


@pytest.mark.parametrize("zone", ["Europe/Moscow", "Europe/Berlin", "America/New_York", "UTC"])
@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_the_next_midnight_is_the_first_after_a_moment_on_days_of_any_length(zone: str, day: datetime) -> None:
    where = company_with(time_zone=zone).zone
    for hours in range(-30, 30):
        moment = day + timedelta(hours=hours)
        after = next_midnight(moment, where)
        assert last_midnight(moment, where) <= moment < after
        assert last_midnight(after - INSTANT, where) == last_midnight(moment, where)
        assert last_midnight(after, where) == after


def test_a_lead_id_is_no_part_of_its_label() -> None:
    twins = [history(Lead(LeadId(name), NOON, NOON), call(name)) for name in ("a", "b")]
    assert RatesTimeline(Gate(COMPANY)).learn(twins).at(NOON + 70 * DAY).settled(()) == (2, 0)
