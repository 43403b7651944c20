"""How the pass of a day grows with the leads that a company had in a year: processor seconds, streams and memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from benchmarks.alarms.company_years import CAMPAIGNS, COMPANY, company_year
from benchmarks.alarms.streams import YEAR
from monitoring.alarms.stream_counts import Tally
from monitoring.alarms.watch import watch
from monitoring.lead_book import LeadSummary

T = TypeVar("T")


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
