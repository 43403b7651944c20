"""What a view shows stands in its address, so that the same view can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from monitoring.counted_cells import Cut, Dimension, Period

FILTERS: tuple[Dimension, ...] = ("channel", "campaign", "ad", "offer", "landing_page")
BY: Mapping[str, tuple[Dimension, ...]] = {
    "channel": ("channel",),
    "campaign": ("channel", "campaign"),
    "ad": ("channel", "campaign", "ad"),
    "offer": ("offer",),
    "landing_page": ("landing_page",),
    "whole": (),
}
"""What the table's lines may be of, by the word in the address."""
PERIODS: tuple[Period, ...] = ("all", "month", "week", "day")
WITHOUT = "(none)"
"""In the address: leads of which nothing is told in that dimension."""
NAMES = (*FILTERS, "by", "period", "from", "to", "vs_channel", "vs_from", "vs_to", "cohorts")
"""Every word that an address may hold, besides the language."""

NO_DAY, FIRST_DAY, LAST_DAY = date.min, date(1900, 1, 1), date(2999, 12, 31)
"""A view looks at the days around those that were asked for, and the calendar ends with the year 9999."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A word of the address that cannot be used: which, what was said, and what may stand there."""

    name: str
    said: str
    why: str
    known: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A view as it was asked for; ``wrong`` holds what cannot be used, and nothing is shown then."""

    only: Mapping[Dimension, str] = field(default_factory=dict)
    by: str = "channel"
    period: Period = "all"
    first: date | None = None
    last: date | None = None
    vs_channel: str = ""
    vs_first: date | None = None
    vs_last: date | None = None
    cohorts: str = "month"
    wrong: tuple[Wrong, ...] = ()

    @property
    def cut(self) -> Cut:
        """Return what is asked of the books."""
        return Cut(BY[self.by], self._only(), self.first, self.last, self.period)

    @property
    def compares(self) -> bool:
        """Return whether a second view stands beside the first."""
        return bool(self.vs_channel or self.vs_first or self.vs_last)

    @property
    def other_cut(self) -> Cut:
        """Return the view beside the first: another channel, another period, or both; all else is the same."""
        only = self._only()
        if self.vs_channel:
            only["channel"] = None if self.vs_channel == WITHOUT else self.vs_channel
        other_time = self.vs_first or self.vs_last
        first, last = (self.vs_first, self.vs_last) if other_time else (self.first, self.last)
        return Cut(BY[self.by], only, first, last, self.period)

    @property
    def words(self) -> dict[str, str]:
        """Return the view as the words of an address; what is as usual is left out."""
        days = {"from": self.first, "to": self.last, "vs_from": self.vs_first, "vs_to": self.vs_last}
        said = {name: day.isoformat() for name, day in days.items() if day}
        chosen = {"by": self.by, "period": self.period, "vs_channel": self.vs_channel, "cohorts": self.cohorts}
        usual = {"by": "channel", "period": "all", "cohorts": "month"}
        said |= {name: word for name, word in chosen.items() if word and word != usual.get(name)}
        only: dict[str, str] = dict(self.only.items())
        return only | said

    def _only(self) -> dict[Dimension, str | None]:
        return {name: None if word == WITHOUT else word for name, word in self.only.items()}


def asked_of(said: Mapping[str, str], names: Callable[[Dimension], Sequence[str]]) -> Asked:
    """Return the view that an address asks for.

    Parameters
    ----------
    said
        The words of the address by name; empty ones say nothing.
    names
        Gives the names that leads or costs have in a dimension.

    >>> asked = asked_of({"channel": "vk", "from": "2026-03-01", "by": "month"}, lambda _: ["vk"])
    >>> asked.cut.only, str(asked.first), [one.name for one in asked.wrong]
    ({'channel': 'vk'}, '2026-03-01', ['by'])
    """
    wrong = [Wrong(name, name, "no_filter", NAMES) for name in said if name not in (*NAMES, "lang")]
    said = {name: word.strip() for name, word in said.items() if word.strip()}
    only: dict[Dimension, str] = {}
    for dimension in FILTERS:
        if dimension in said:
            only[dimension] = _known(dimension, said[dimension], names(dimension), wrong)
    vs_channel = said.get("vs_channel", "")
    if vs_channel:
        vs_channel = _known("vs_channel", vs_channel, names("channel"), wrong)
    by = _one_of("by", said, tuple(BY), "channel", wrong)
    period = _one_of("period", said, PERIODS, "all", wrong)
    cohorts = _one_of("cohorts", said, ("month", "week"), "month", wrong)
    first, last, vs_first, vs_last = (_day(name, said, wrong) for name in ("from", "to", "vs_from", "vs_to"))
    for begins, ends, name in ((first, last, "to"), (vs_first, vs_last, "vs_to")):
        if begins and ends and ends < begins:
            wrong.append(Wrong(name, ends.isoformat(), "before_from"))
    return Asked(
        only, by, cast(Period, period), first, last, vs_channel, vs_first, vs_last, cohorts, tuple(wrong)
    )  # fmt: skip


def period_before(first: date | None, last: date | None) -> tuple[date, date] | None:
    """Return the equally long span just before one, whole months where it is of whole months; None for an open one.

    >>> [str(day) for day in period_before(date(2026, 3, 1), date(2026, 3, 31)) or ()]
    ['2026-02-01', '2026-02-28']
    """
    if first is None or last is None:
        return None
    ends = first - timedelta(days=1)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        back = first.year * 12 + first.month - 1 - months
        return date(back // 12, back % 12 + 1, 1), ends
    return ends - (last - first), ends


def _known(name: str, word: str, known: Sequence[str], wrong: list[Wrong]) -> str:
    folded = " ".join(word.split()).casefold()
    found = next((one for one in known if one.casefold() == folded), None)
    if word == WITHOUT or found is not None:
        return found or word
    wrong.append(Wrong(name, word, "unknown", known))
    return word


def _one_of(name: str, said: Mapping[str, str], words: Sequence[str], usual: str, wrong: list[Wrong]) -> str:
    word = said.get(name, usual)
    if word in words:
        return word
    wrong.append(Wrong(name, word, "no_such", words))
    return usual


def _day(name: str, said: Mapping[str, str], wrong: list[Wrong]) -> date | None:
    if name not in said:
        return None
    try:
        day = date.fromisoformat(said[name])
    except ValueError:
        day = NO_DAY
    if FIRST_DAY <= day <= LAST_DAY:
        return day
    wrong.append(Wrong(name, said[name], "no_day"))
    return None
