"""What is known of a lead when it comes, before anybody has called: the form's answers, and its chance as scored then.

Both only stand in for what will be known later. The chance is compared with the company's own leads of the four weeks before,
scored by the same version of the model where there were enough: a lead whose chance lies below their median is a weak one. So
a new model, or a market that changes, does not make a channel look worse by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from features.facts.values import LeadId
from monitoring.alarms.answer_levels import FieldLevels
from monitoring.alarms.entries import ANSWER, Entry
from monitoring.lead_book import LeadSummary

BEFORE, FEWEST_SCORED = 28, 100
"""Days whose scores a lead is compared with, and how many of one version are enough."""
CELLS, CELL = 400, 0.05
"""Scores are counted in so many cells of log-odds, of this width, around even odds."""


@dataclass(frozen=True, slots=True)
class ArrivalScore:
    """The purchase probability that a lead was given when it came, and by which version of the model."""

    probability: float
    version: str | None


def told_by_answers(lead: LeadSummary, arrived: int, fields: Sequence[FieldLevels]) -> Iterator[Entry]:
    """Yield which answer a lead gave to each field of the form; ``arrived`` is the day on which it came."""
    for one in fields:
        answer = lead.answers[one.place] if one.place < len(lead.answers) else None
        yield Entry(ANSWER + one.field, arrived, one.level(answer))


def weak_leads(
    arrivals: Iterable[tuple[LeadId, int]], scores: Mapping[LeadId, ArrivalScore]
) -> Iterator[tuple[LeadId, Entry]]:
    """Yield for the scored leads whether their chance was below the median of those scored in the four weeks before.

    Parameters
    ----------
    arrivals
        Leads and the days on which they came.
    """
    by_day: dict[int, list[tuple[LeadId, ArrivalScore]]] = defaultdict(list)
    for lead_id, day in arrivals:
        score = scores.get(lead_id)
        if score:
            by_day[day].append((lead_id, score))
    seen = _Seen()
    for day in sorted(by_day):
        seen.forget_before(day - BEFORE)
        medians = {version: seen.median(version) for version in {score.version for _, score in by_day[day]}}
        for lead_id, score in by_day[day]:
            median = medians[score.version]
            if median is not None:
                yield lead_id, Entry("chance", day, int(_cell(score.probability) < median))
        seen.add(day, [score for _, score in by_day[day]])


class _Seen:
    """The scores of the last weeks, of each version and of all."""

    def __init__(self) -> None:
        self._counts: dict[str | None, list[int]] = defaultdict(lambda: [0] * CELLS)
        self._all = [0] * CELLS
        self._days: dict[int, list[ArrivalScore]] = {}

    def add(self, day: int, scores: list[ArrivalScore]) -> None:
        self._days[day] = scores
        self._count(scores, 1)

    def forget_before(self, day: int) -> None:
        for old in [one for one in self._days if one < day]:
            self._count(self._days.pop(old), -1)

    def median(self, version: str | None) -> int | None:
        """Return the cell of the median, of the version's scores or, where they are few, of all."""
        own = self._counts[version]
        counts = own if sum(own) >= FEWEST_SCORED else self._all
        whole, so_far = sum(counts), 0
        if whole < FEWEST_SCORED:
            return None
        for cell, count in enumerate(counts):
            so_far += count
            if 2 * so_far > whole:
                return cell
        return None

    def _count(self, scores: Iterable[ArrivalScore], by: int) -> None:
        for one in scores:
            cell = _cell(one.probability)
            self._counts[one.version][cell] += by
            self._all[cell] += by


def _cell(probability: float) -> int:
    log_odds = log(max(probability, 1e-9) / max(1.0 - probability, 1e-9))
    return min(max(int(log_odds / CELL) + CELLS // 2, 0), CELLS - 1)
