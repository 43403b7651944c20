"""Going through all streams at once says what going through each by itself says, whatever was learned late or taken back."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from features.facts.company import Company
from features.facts.values import LeadId
from monitoring.alarms import day_pass
from monitoring.alarms.arrival_clock import ArrivalScore
from monitoring.alarms.day_pass import DayPass
from monitoring.alarms.episodes import Face, Standing, standing
from monitoring.alarms.stream_counts import Tally
from monitoring.alarms.watch import Watch, watch
from monitoring.lead_book import LeadSummary
from tests.monitoring.leads import COMPANY, summary
from tests.support.facts import NOON

DAY = timedelta(days=1)
FORM = COMPANY.model_copy(
    update={
        "fields": COMPANY.fields
        | Company.model_validate({"company": "x", "fields": {"role": {"kind": "choice"}}}).fields
    }
)
DAYS = 110
CHANNELS = ("vk", "avito", "yandex")


def some_leads(draw: random.Random, channels: tuple[str, ...] = CHANNELS) -> list[LeadSummary]:
    """Return leads of a few channels, one of which goes bad; some wait for their call, some come on days of their own."""
    found = []
    for number in range(900):
        day = draw.randrange(DAYS) if number % 3 else min(DAYS - 1, 7 * draw.randrange(DAYS // 7))
        channel = draw.choice(channels)
        is_bad = draw.random() < (0.7 if channel == channels[0] and day >= 80 else 0.15)
        spoken = draw.random() < 0.9
        at = NOON + day * DAY + draw.random() * DAY / 4
        lead = summary(f"{number}", at, channel, is_bad=is_bad, spoken=spoken)
        known = at + draw.choice([0, 0, 1, 9]) * DAY
        found.append(
            replace(
                lead,
                campaign=draw.choice([None, "winter", "summer"]),
                ad=draw.choice([None, "a", "b", "c"]),
                offer=draw.choice([None, "windows", "doors"]),
                answers=(draw.choice(["owner", "tenant", "student"]),),
                reached_at_once=draw.random() < 0.7,
                processed_known_at=known if spoken else None,
                talk_known_at=known if spoken else None,
                first_grade=("non_target" if is_bad else "A") if spoken else None,
                won_at=at + 3 * DAY if draw.random() < 0.2 else None,
            )
        )
    return sorted(found, key=lambda one: (one.created_at, one.lead_id))


def some_scores(draw: random.Random, leads: list[LeadSummary]) -> dict[LeadId, ArrivalScore]:
    return {
        one.lead_id: ArrivalScore(draw.uniform(0.02, 0.4), draw.choice(["1", "2"]))
        for one in leads
        if draw.random() < 0.95
    }


def seen(
    leads: list[LeadSummary], day: int, scores: Mapping[LeadId, ArrivalScore], tally: Tally | None = None
) -> Watch:
    return watch(leads, company=FORM, moment=NOON + day * DAY, scores=scores, tally=tally)


@pytest.mark.parametrize("channels", [CHANNELS, ("vk",), tuple(f"c{n}" for n in range(11))], ids=len)
def test_all_streams_at_once_stand_as_each_does_by_itself(
    channels: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(len(channels))
    leads = some_leads(draw, channels)
    for day, scores in ((DAYS, {}), (DAYS + 70, some_scores(draw, leads))):
        at_once = seen(leads, day, scores)
        with monkeypatch.context() as each:
            each.setattr(day_pass, "NEAR", -1.0)  # no stream is far from its mark: each is gone through
            assert seen(leads, day, scores) == at_once
    assert len(at_once.quiet) > 10


def test_only_streams_near_their_mark_are_gone_through_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    gone_through: list[float] = []

    def counted(faces: Sequence[Face], threshold: float, until: float) -> Standing:
        gone_through.append(threshold)
        return standing(faces, threshold, until)

    monkeypatch.setattr(day_pass, "standing", counted)
    found = seen(some_leads(random.Random(1)), DAYS, {})
    assert found.alarms
    assert len(found.alarms) <= len(gone_through) < len(found.quiet) / 3


def test_a_tally_kept_from_day_to_day_says_what_a_new_one_says() -> None:
    """Leads come in any order, calls are told late, an import is taken back and comes again."""
    draw = random.Random(7)
    leads = some_leads(draw)
    imported = {one.lead_id for one in draw.sample(leads, 150)}
    scores = some_scores(draw, leads)
    tally = Tally(FORM)
    alarmed = 0
    for day in [*draw.sample(range(40, DAYS + 60), 4), DAYS]:
        moment = NOON + day * DAY
        known = [_as_known(one, day) for one in leads if one.created_at <= moment]
        if draw.random() < 0.5:
            known = [one for one in known if one.lead_id not in imported]
        told = {one: score for one, score in scores.items() if draw.random() < 0.9}
        kept = seen(known, day, told, tally)
        assert kept == seen(known, day, dict(reversed(told.items())))
        alarmed += len(kept.alarms)
    assert alarmed


def _as_known(one: LeadSummary, day: int) -> LeadSummary:
    """Return a lead without the talk that was told later."""
    if one.talk_known_at is None or one.talk_known_at <= NOON + day * DAY:
        return one
    return replace(
        one,
        spoken=False,
        is_non_target=False,
        talk_known_at=None,
        processed_known_at=None,
        first_grade=None,
        won_at=None,
    )


def test_a_million_leads_would_be_gone_through_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    leads = some_leads(random.Random(2))
    whole = seen(leads, DAYS, {})
    monkeypatch.setattr("monitoring.alarms.calm.MOST_ROWS", 7)
    assert seen(leads, DAYS, {}) == whole


def test_a_pass_without_a_lead_finds_nothing_and_says_that_it_could_not() -> None:
    found = DayPass(Tally(COMPANY), COMPANY, NOON, ()).watch((), {}, lambda _: True)
    assert (found.alarms, found.quiet, found.state) == ((), (), "too_little")
