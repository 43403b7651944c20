"""How early alarms come and how often they are false, beside peers at the same measured rate of false alarms.

    python -m benchmarks.alarms [single] [market] [company] [demo] [growth] [--years 510] [--runs 150]

20 called leads a day; nobody knows the share before or after, nor the day, except the CUSUM, which knows all but the day.
``single``: one channel alone, looked at after every lead. ``market``: the same with a weekly season and a market that moves
for all channels at once, beside five other channels; the CUSUM knows season and market too. ``company``: six channels with 40
campaigns, the whole pass, with everything that it watches. ``demo``: the simulated company, on the clock of the form's answers
beside that of the calls, where the spoiled traffic answers differently and where it does not. ``growth``: seconds of the pass
over companies of more and more leads. The detector is the product's own; only the streams are drawn with numpy. False alarms
are counted over whole years after a first 60 days.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import log, sqrt
from pathlib import Path
from typing import TypeVar

import numpy as np
from scipy.stats import chi2, norm

from benchmarks.alarm_peers import (
    WEEK,
    Leads,
    Peer,
    Places,
    Shares,
    adwin,
    adwin_asked_always,
    cusum,
    ddm,
    evidently_p,
    page_hinkley,
    threshold_at,
    weekly_evidently,
    weekly_z,
    z_of,
)
from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.facts.store import FactStore
from features.facts.values import LeadId
from leadloop.database import bring_up_to_date
from leadloop.demo.export import export_all
from leadloop.demo.simulation import simulated
from leadloop.demo.world import Scale, World
from monitoring.alarms.episodes import Face, Standing, standing
from monitoring.alarms.market import Counted, market_of_others
from monitoring.alarms.stream_counts import Tally
from monitoring.alarms.usual import Moved
from monitoring.alarms.watch import watch
from monitoring.lead_book import LeadBook, LeadSummary

T = TypeVar("T")
A_DAY, YEAR, BEFORE = 20, 365, 60
CHANGES = ((0.20, 0.40), (0.20, 0.60), (0.10, 0.20), (0.30, 0.45))
CHANGE_DAY, LONGEST = 150, 50
"""The day of the change in a run, give or take a week, and the days after it for which an alarm is waited for."""
BUDGET = 1.0
"""False alarms a year that a single channel bears here."""
OTHERS = 5
COLUMNS = (
    "change", "ours", "CUSUM that knows all", "ratio", "ADWIN", "ADWIN asked after every lead", "Page-Hinkley",
    "z-test, Evidently's test, weekly", "Evidently weekly at its default (false a year)", "DDM at its default (false a year)",
)  # fmt: skip
TUNED_ON = 50
"""Years on which a peer's threshold is set."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A channel's leads in order, the shares that they were drawn with, and how the other channels did on its days."""

    leads: Leads
    before: Shares
    after: Shares
    moved: dict[int, Moved]


def moved_log_odds(rng: np.random.Generator, days: int) -> Shares:
    """Return a weekly season, a market that wanders for all, and one bad month."""
    season = rng.normal(0, 0.15, 7)[np.arange(days) % 7]
    market = np.zeros(days)
    for day in range(1, days):
        market[day] = market[day - 1] * 0.98 + rng.normal(0, 0.04)
    begin = rng.integers(BEFORE, max(days - 30, BEFORE + 1))
    market[begin : begin + 30] += 0.4
    return season + market


def stream(rng: np.random.Generator, before: float, after: float, change: int, days: int, *, market: bool) -> Stream:
    """Return the leads of ``days`` days whose share changes on day ``change``."""
    moved = moved_log_odds(rng, days) if market else np.zeros(days)
    was, becomes = (np.repeat(_share(_log_odds(share) + moved), A_DAY) for share in (before, after))
    leads = rng.random(days * A_DAY) < np.where(np.arange(days * A_DAY) < change * A_DAY, was, becomes)
    known: dict[int, Moved] = {}
    if market:
        others = []
        for usual in rng.uniform(0.1, 0.35, OTHERS):
            bad = rng.binomial(A_DAY, _share(_log_odds(usual) + moved))
            others.append([(float(day), float(count), float(A_DAY)) for day, count in enumerate(bad)])
        known = dict(market_of_others(others, _days(leads)))
    return Stream(leads, was, becomes, known)


def ours(one: Stream) -> Places:
    """Return the leads after which the product alarms."""
    return [round(episode.raised_on * A_DAY) for episode in _standing(one, BUDGET).episodes]


def _standing(one: Stream, budget: float) -> Standing:
    counts = [(place / A_DAY, float(bad), 1.0) for place, bad in enumerate(one.leads.tolist())]
    return standing([Face(counts, one.moved)], YEAR / budget, len(one.leads) / A_DAY)


@dataclass(frozen=True, slots=True)
class Delays:
    """Called leads from the change to the alarm; a run without an alarm counts as long as it lasted."""

    leads: Sequence[int]
    missed: int

    def __str__(self) -> str:
        mean, half = float(np.mean(self.leads)), 1.96 * float(np.std(self.leads)) / sqrt(len(self.leads))
        return f"{mean:.0f} ({mean - half:.0f} to {mean + half:.0f})" + (
            f", {self.missed} missed" if self.missed else ""
        )

    @property
    def mean(self) -> float:
        """Return the mean of called leads."""
        return float(np.mean(self.leads))


def delays(runs: Sequence[tuple[Stream, int]], places_of: Callable[[Stream], Places]) -> Delays:
    """Return how long each run took; alarms before the change are false and do not count here."""
    found, missed = [], 0
    for one, change in runs:
        after = [place for place in places_of(one) if place >= change * A_DAY]
        missed += not after
        found.append(after[0] - change * A_DAY + 1 if after else len(one.leads) - change * A_DAY)
    return Delays(found, missed)


def rate_words(alarms: int, years: float) -> str:
    """Return alarms a year with the exact 95 % interval of a Poisson count (Garwood 1936)."""
    low = chi2.ppf(0.025, 2 * alarms) / 2 / years if alarms else 0.0
    high = chi2.ppf(0.975, 2 * alarms + 2) / 2 / years
    return f"{alarms / years:.2f} ({low:.2f} to {high:.2f}; {alarms} in {years:,.0f} years)"


def detection(years: int, runs: int, *, market: bool, seed: int = 1) -> None:
    """Print false alarms and delays of the product and its peers."""
    rng = np.random.default_rng(seed)
    usual = sorted({before for before, _ in CHANGES})
    falsely: dict[float, float] = {}
    calm: dict[float, list[Stream]] = {}
    whole = 0
    for before in usual:
        alarms = 0
        for number in range(max(years // len(usual), 1)):
            one = stream(rng, before, before, 10**6, BEFORE + YEAR, market=market)
            alarms += len([place for place in ours(one) if place >= BEFORE * A_DAY])
            if number < TUNED_ON:
                calm.setdefault(before, []).append(one)
        falsely[before] = alarms / max(years // len(usual), 1)
        whole += alarms
    counted = len(usual) * max(years // len(usual), 1)
    print(
        f"\nFalse alarms a channel-year, {BUDGET:.0f} borne: {rate_words(whole, counted)};",
        _by_share(falsely),
        flush=True,
    )
    print(_same_test(calm[usual[0]][0].leads))
    print(f"\n| {' | '.join(COLUMNS)} |\n|" + "---|" * len(COLUMNS))
    for before, after in CHANGES:
        drawn = []
        for number in range(runs):
            change = CHANGE_DAY + number % 7
            drawn.append((stream(rng, before, after, change, change + LONGEST, market=market), change))
        _row(drawn, calm[before], before, after, falsely[before])


def _row(runs: Sequence[tuple[Stream, int]], calm: Sequence[Stream], before: float, after: float, rate: float) -> None:
    rate = max(rate, 1 / len(calm))
    tilt = _log_odds(after) - _log_odds(before)

    def knows_all(one: Stream, threshold: float) -> Places:
        return cusum(one.before, _share(_log_odds(one.before) + tilt))(one.leads, threshold)

    free = [(one, change) for one, change in runs if not _is_alarmed(one, change)]
    mine = delays(free, ours)
    threshold = _set_for(knows_all, calm, rate)
    best = delays(runs, lambda one: knows_all(one, threshold))
    cells = [f"{before:.0%} → {after:.0%}", f"{mine} in {len(free)} runs", str(best), f"{mine.mean / best.mean:.2f}"]
    year = [one.leads[BEFORE * A_DAY :] for one in calm]
    peers: list[tuple[Peer, float]] = [
        (adwin, 40.0),
        (adwin_asked_always, 40.0),
        (page_hinkley, 150.0),
        (weekly_z(A_DAY), 8.0),
    ]
    for peer, highest in peers:
        at = threshold_at(peer, year, rate, 0.0, highest)
        cells.append(_beside(delays(runs, lambda one, peer=peer, at=at: peer(one.leads, at)), mine))  # type: ignore[misc]
    default = -log(0.05)
    false = np.mean([len(weekly_evidently(A_DAY)(leads, default)) for leads in year[:2]])
    some, since = runs[: max(len(runs) // 4, 1)], CHANGE_DAY * A_DAY
    asked = weekly_evidently(A_DAY, since)
    cells.append(_beside(delays(some, lambda one: asked(one.leads, default)), mine) + f" ({false:.1f})")
    false = np.mean([len(ddm(leads, 3.0)) for leads in year])
    cells.append(_beside(delays(runs, lambda one: ddm(one.leads, 3.0)), mine) + f" ({false:.2f})")
    print("| " + " | ".join(cells) + " |", flush=True)


def _is_alarmed(one: Stream, change: int) -> bool:
    """Return whether a false alarm stands on the day of the change: the delay is of those who are not alarmed yet."""
    return _standing(replace(one, leads=one.leads[: change * A_DAY]), BUDGET).open is not None


def _same_test(leads: Leads) -> str:
    """Return how far Evidently's p-values are from the z-test's: at one rate of false alarms the two are one peer."""
    week = WEEK * A_DAY
    weeks = [(leads[end - week : end], leads[end - 5 * week : end - week]) for end in range(5 * week, 15 * week, week)]
    apart = max(abs(evidently_p(now, before) - 2 * norm.sf(abs(z_of(now, before)))) for now, before in weeks)
    return f"Evidently's default test of a share is the two-proportion z-test: p-values of ten weeks differ by {apart:.0e} at most."


def _set_for(peer: Callable[[Stream, float], Places], calm: Sequence[Stream], rate: float) -> float:
    low, high = 0.0, 15.0
    for _ in range(12):
        middle = (low + high) / 2
        alarms = sum(len([place for place in peer(one, middle) if place >= BEFORE * A_DAY]) for one in calm) / len(calm)
        low, high = (middle, high) if alarms > rate else (low, middle)
    return (low + high) / 2


def _beside(theirs: Delays, mine: Delays) -> str:
    return f"{theirs}: {mine.mean / theirs.mean:.2f}"


def _by_share(rates: dict[float, float]) -> str:
    return ", ".join(f"{rate:.2f} at {share:.0%}" for share, rate in rates.items())


def _days(leads: Leads) -> list[Counted]:
    counts = leads.reshape(-1, A_DAY).sum(axis=1)
    return [(float(day), float(count), float(A_DAY)) for day, count in enumerate(counts)]


def _share(log_odds: Shares) -> Shares:
    shares: Shares = 1 / (1 + np.exp(-log_odds))
    return shares


def _log_odds(share: float | Shares) -> Shares:
    log_odds: Shares = np.log(np.asarray(share) / (1 - np.asarray(share)))
    return log_odds


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
DEMO_END = date(2026, 3, 31)
ROLES = ("owner", "tenant", "builder", "student")


def company_year(
    rng: np.random.Generator, days: int, a_day: float = A_DAY, bad_since: int | None = None, rise: float = 0.0
) -> list[LeadSummary]:
    """Return the leads of six channels with 40 campaigns; from day ``bad_since`` on, the first channel's log-odds rise."""
    moved, not_reached, sales = (moved_log_odds(rng, days) for _ in range(3))
    roles = rng.dirichlet([8.0] * len(ROLES), len(CAMPAIGNS))
    found = []
    for channel, campaigns in enumerate(CAMPAIGNS):
        usual = _log_odds(rng.uniform(0.1, 0.35)) + rng.normal(0, 0.3, campaigns)
        buys = _log_odds(rng.uniform(0.04, 0.12))
        for day in range(days):
            number = rng.poisson(a_day)
            which = rng.integers(0, campaigns, number)
            more = rise if channel == 0 and bad_since is not None and day >= bad_since else 0.0
            bad = rng.random(number) < _share(usual[which] + moved[day] + more)
            reached = rng.random(number) < _share(np.array(0.2 + not_reached[day]))
            won = rng.random(number) < _share(np.array(buys + sales[day]))
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
        waits = [_days_to_alarm(rng, float(_log_odds(after) - _log_odds(before))) for _ in range(max(years // 2, 4))]
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


def growth(sizes: Sequence[int], ads: int = 200) -> None:
    """Print how the pass of a day grows with the leads that a company had in a year.

    The six channels of ``company_year`` with 40 campaigns, so many ads and six offers. ``read`` is the first reading of all leads,
    once after a start; ``pass`` is the day's pass over what was read, ``next day`` the same with every thousandth lead changed.
    """
    print("\n| leads | streams | read | pass | next day | memory |\n|---|---|---|---|---|---|")
    for size in sizes:
        leads = _with_ads(company_year(np.random.default_rng(1), YEAR, a_day=size / YEAR / len(CAMPAIGNS)), ads)
        tally, moment = Tally(COMPANY), leads[-1].created_at
        read = _seconds(lambda: tally.catch_up(leads))[0]  # noqa: B023 - done at once
        passed, told = _seconds(lambda: watch(leads, company=COMPANY, moment=moment, tally=tally))  # noqa: B023
        leads = [one if place % 1000 else replace(one, closed=True) for place, one in enumerate(leads)]
        later = _seconds(lambda: watch(leads, company=COMPANY, moment=moment, tally=tally))[0]  # noqa: B023
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"| {len(leads):,} | {told.budget.streams:,} | {read:.1f} s | {passed:.1f} s | {later:.1f} s | {memory:,.0f} MiB |",
            flush=True,
        )


def _with_ads(leads: Sequence[LeadSummary], ads: int) -> list[LeadSummary]:
    rng, offers = np.random.default_rng(2), 6
    drawn = zip(
        leads, rng.integers(0, ads, len(leads)).tolist(), rng.integers(0, offers, len(leads)).tolist(), strict=True
    )
    return [replace(one, ad=f"ad {ad}", offer=f"offer {offer}") for one, ad, offer in drawn]


def _seconds(work: Callable[[], T]) -> tuple[float, T]:
    """Return the processor seconds that some work took, and what it came to."""
    begun = time.process_time()
    done = work()
    return time.process_time() - begun, done


def demo(seeds: Sequence[int], folder: Path) -> None:
    """Print on which day after its spoiling the demo company's channel was named, by the form's answers and by the calls."""
    print("\n| company | by the form's answers | by the calls |\n|---|---|---|")
    for variant in ("spoiled_answers", "default"):
        waits: dict[str, list[int]] = {"arrival": [], "call": []}
        for seed in seeds:
            scale = Scale(months=6, seed=seed, variant=variant)
            done = simulated(scale, DEMO_END)
            files = export_all(done, folder / f"{variant}-{seed}")
            named = _named_first(files, done.world)
            for clock, days in waits.items():
                days += [named[clock]] if clock in named else []
        cells = [
            f"{np.mean(days):.1f} days ({min(days)} to {max(days)}; {len(days)} of {len(seeds)})"
            if days
            else "not named"
            for days in waits.values()
        ]
        print(f"| {variant} | " + " | ".join(cells) + " |", flush=True)


def _named_first(files: Sequence[Path], world: World) -> dict[str, int]:
    """Return by clock the days from the spoiling to the day on which the spoiled channel was named."""
    company = read_company(files[0].parent / "company.yaml")
    engine = engine_for(f"sqlite:///{files[0].parent / 'leadloop.db'}")
    bring_up_to_date(engine)
    store, exported = FactStore(engine), datetime.combine(DEMO_END, datetime.min.time(), UTC)
    for file in files[:3]:
        import_file(
            file, company=company, store=store, imports=ImportLog(engine), secret=b"demo", started_at=exported,
            exported_at=exported, rejects_folder=file.parent,
        )  # fmt: skip
    told = watch(LeadBook(store, company).summaries(exported), company=company, moment=exported)
    spoiled_on = DEMO_END - timedelta(days=world.spoiled_days_before_end)
    named: dict[str, int] = {}
    for one in [*told.alarms, *(over.alarm for over in told.ended)]:
        if (
            one.watched.channel == world.spoiled_channel
            and one.raised_on >= spoiled_on
            and one.watched.level == "channel"
        ):
            days = (one.raised_on - spoiled_on).days + 1
            named[one.watched.clock] = min(named.get(one.watched.clock, days), days)
    return named


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["single", "market", "company", "demo", "growth"])
    parser.add_argument("--years", type=int, default=510, help="channel-years without a change")
    parser.add_argument("--runs", type=int, default=150, help="runs of each change")
    parser.add_argument("--company-years", type=int, default=20)
    parser.add_argument("--demo-seeds", type=int, default=5)
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    said = parser.parse_args()
    if "single" in said.parts:
        detection(said.years, said.runs, market=False)
    if "market" in said.parts:
        detection(said.years, said.runs, market=True)
    if "company" in said.parts:
        company(said.company_years)
    if "demo" in said.parts:
        with tempfile.TemporaryDirectory(prefix="leadloop-alarms-") as folder:
            demo(range(1, said.demo_seeds + 1), Path(folder))
    if "growth" in said.parts:
        growth(said.leads)


if __name__ == "__main__":
    main()
