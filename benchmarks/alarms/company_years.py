"""Six channels with 40 campaigns and all that is watched of them: how often falsely, and how soon of one that went bad."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from benchmarks.alarms.streams import A_DAY, BEFORE, YEAR, log_odds_of, moved_log_odds, rate_words, share_of
from features.facts.company import Company
from features.facts.values import LeadId
from monitoring.alarms.watch import watch
from monitoring.lead_book import LeadSummary

COMPANY = Company.model_validate(
    {
        "company": "Six channels",
        "time_zone": "UTC",
        "fields": {"role": {"kind": "choice"}, "need": {"kind": "yes_no", "filled_by": "manager"}},
        "abc": {"criteria": {"need": {"field": "need", "yes": ["yes"], "no": ["no"]}}},
        "stages": {"won": ["won"], "lost": ["lost"], "non_target": ["spam"]},
    }
)
CAMPAIGNS = (7, 7, 7, 7, 6, 6)
FIRST = datetime(2025, 1, 1, 12, tzinfo=UTC)
ROLES = ("owner", "tenant", "builder", "student")


def company_year(
    rng: np.random.Generator, days: int, a_day: float = A_DAY, bad_since: int | None = None, rise: float = 0.0
) -> list[LeadSummary]:
    """Return the leads of six channels with 40 campaigns; from day ``bad_since`` on, the first channel's log-odds rise."""
    moved, not_reached, sales = (moved_log_odds(rng, days) for _ in range(3))
    roles = rng.dirichlet([8.0] * len(ROLES), len(CAMPAIGNS))
    found = []
    for channel, campaigns in enumerate(CAMPAIGNS):
        usual = log_odds_of(rng.uniform(0.1, 0.35)) + rng.normal(0, 0.3, campaigns)
        buys = log_odds_of(rng.uniform(0.04, 0.12))
        for day in range(days):
            number = rng.poisson(a_day)
            which = rng.integers(0, campaigns, number)
            more = rise if channel == 0 and bad_since is not None and day >= bad_since else 0.0
            bad = rng.random(number) < share_of(usual[which] + moved[day] + more)
            reached = rng.random(number) < share_of(np.array(0.2 + not_reached[day]))
            won = rng.random(number) < share_of(np.array(buys + sales[day]))
            role = rng.choice(len(ROLES), number, p=roles[channel])
            at = FIRST + timedelta(days=day)
            found += [
                _summary(
                    f"{channel}-{day}-{n}",
                    at,
                    channel,
                    int(which[n]),
                    ROLES[role[n]],
                    bool(bad[n]),
                    bool(reached[n]),
                    bool(won[n]),
                )
                for n in range(number)
            ]
    return sorted(found, key=lambda one: one.created_at)


def _summary(
    name: str, at: datetime, channel: int, campaign: int, role: str, is_bad: bool, at_once: bool, won: bool
) -> LeadSummary:
    grade = "non_target" if is_bad else "A"
    return LeadSummary(
        lead_id=LeadId(name), created_at=at, channel=f"channel {channel}", campaign=f"campaign {campaign}", ad=None,
        offer=None, persons=(), manager=None, calls=1, called_at=at, processed_known_at=at, spoken=True,
        grade="non_target" if is_bad else "A", is_non_target=is_bad, worked=True, closed=False, ignored=False,
        won_at=at if won else None, amount=None, arrived_at=at, answers=(role,), reached_at_once=at_once,
        talk_known_at=at, first_grade="non_target" if grade == "non_target" else "A",
    )  # fmt: skip


def company(years: int, seed: int = 1) -> None:
    """Print how often a company is alarmed falsely, and how soon it is told of one channel that went bad."""
    rng = np.random.default_rng(seed)
    false: list[int] = []
    streams = 0
    by_clock: dict[str, int] = {}
    for _ in range(years):
        leads = company_year(rng, BEFORE + YEAR)
        told = watch(leads, company=COMPANY, moment=leads[-1].created_at)
        begin = (FIRST + timedelta(days=BEFORE)).date()
        every = [*told.alarms, *(over.alarm for over in told.ended)]
        raised = [one for one in every if one.raised_on >= begin]
        for one in raised:
            by_clock[one.watched.clock] = by_clock.get(one.watched.clock, 0) + 1
        false.append(len(raised))
        streams = told.budget.streams
    print(f"\nCompany of 6 channels, 40 campaigns, {streams} streams, 4 false alarms a year borne: "
          f"{rate_words(sum(false), years)}; years with more than 4: {sum(one > 4 for one in false)}; "
          f"by clock {by_clock}", flush=True)  # fmt: skip
    for before, after in ((0.2, 0.4), (0.2, 0.6)):
        waits = [
            _days_to_alarm(rng, float(log_odds_of(after) - log_odds_of(before))) for _ in range(max(years // 2, 4))
        ]
        found = [one for one in waits if one is not None]
        print(f"A channel whose odds rise as from {before:.0%} to {after:.0%}: told after {np.mean(found):.1f} days on average "
              f"({A_DAY} called leads each), {len(waits) - len(found)} of {len(waits)} not within 30 days", flush=True)  # fmt: skip


def _days_to_alarm(rng: np.random.Generator, rise: float) -> int | None:
    leads = company_year(rng, 180, bad_since=150, rise=rise)
    told = watch(leads, company=COMPANY, moment=leads[-1].created_at)
    begin: date = (FIRST + timedelta(days=150)).date()
    raised = [
        one.raised_on
        for one in [*told.alarms, *(over.alarm for over in told.ended)]
        if one.watched.channel == "channel 0" and one.watched.measure == "non_target" and one.raised_on >= begin
    ]
    return (min(raised) - begin).days + 1 if raised else None
