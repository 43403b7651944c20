"""Works out what won deals tell: the days and calls that they took, and what their notes say beside those of lost ones.

Only leads whose outcome is known count, and those by age: every lead was given the same time to buy, so that the quick
buyers of last week do not make deals look quicker than they are. A note counts if it was made before anybody could know
how the lead ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from scipy.stats import fisher_exact

from features.facts.channels import mark_of
from features.facts.company import Company
from features.facts.contact_signs import shown_mark
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.outcome_window import first_told_closed, outcome_as_of
from features.rows.as_of import Gate, KnownLead
from monitoring.lead_summary import channel_in_reports
from monitoring.won.middle import middle_of
from monitoring.won.note_themes import QUOTES, themes_of, typical
from monitoring.won.won_report import FORMAT, NOTE_KINDS, Deals, NoteKind, Notes, Theme, WonReport

LEVEL = 0.05
FEWEST_OF_A_THEME = 5
"""A theme that fewer leads speak of belongs to the others, and nobody is quoted for it."""
MOST_THEMES = 12
Cleaner = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Settled:
    channel: str
    offer: str | None
    won: bool
    days: float
    calls: int
    notes: Mapping[NoteKind, tuple[str, ...]]


def won_deals(store: FactStore, company: Company, clean: Cleaner, *, moment: datetime) -> WonReport:
    """Return what is known at ``moment`` of won deals.

    Parameters
    ----------
    clean
        Leaves persons out of a text (``ContactBook.without_persons``); no note is read but through it.
    """
    number, gate = store.last_number(), Gate(company)
    read = (_settled(one, gate, clean, moment) for one in store.histories(up_to=number))
    leads = [one for one in read if one]
    return WonReport(
        FORMAT,
        moment,
        number,
        company.horizon_days,
        _deals("", leads),
        _by(leads, lambda one: one.channel),
        _by(leads, lambda one: one.offer),
        _notes(leads),
        FEWEST_OF_A_THEME,
    )


def _settled(history: LeadHistory, gate: Gate, clean: Cleaner, moment: datetime) -> _Settled | None:
    known = gate.as_of(history, moment)
    if known is None:
        return None
    outcome = outcome_as_of(known)
    if not outcome.is_settled:
        return None
    won = outcome.won if outcome.kind == "bought" else None
    until = won.at if won else moment
    days = (until - known.created_at) / timedelta(days=1)
    calls = sum(call.at <= until for call in known.calls)
    told = first_told_closed(history, gate.company)
    return _Settled(
        channel_in_reports(known, gate.channel_of),
        _offer(known),
        won is not None,
        days,
        calls,
        _notes_before(known, told, clean),
    )


def _offer(known: KnownLead) -> str | None:
    said = mark_of(known.marks, "offer")
    return None if said is None else shown_mark(said)


def _notes_before(known: KnownLead, told: datetime | None, clean: Cleaner) -> dict[NoteKind, tuple[str, ...]]:
    """Return a lead's notes, without persons, that were made before its outcome was told."""
    calls = [call for call in known.calls if told is None or call.known_at < told]
    said: dict[NoteKind, tuple[str, ...]] = {}
    for kind in NOTE_KINDS:
        texts = (clean(text) for call in calls if (text := getattr(call, kind)))
        said[kind] = tuple(dict.fromkeys(one for one in texts if any(letter.isalpha() for letter in one)))
    return said


def _deals(name: str, leads: Sequence[_Settled]) -> Deals:
    won, lost = [one for one in leads if one.won], [one for one in leads if not one.won]
    return Deals(
        name,
        len(leads),
        len(won),
        middle_of([one.days for one in won]),
        middle_of([float(one.calls) for one in won]),
        middle_of([float(one.calls) for one in lost]),
    )


def _by(leads: Iterable[_Settled], name_of: Callable[[_Settled], str | None]) -> tuple[Deals, ...]:
    groups: dict[str, list[_Settled]] = {}
    for one in leads:
        name = name_of(one)
        if name is not None:
            groups.setdefault(name, []).append(one)
    made = [_deals(name, those) for name, those in groups.items()]
    return tuple(sorted(made, key=lambda one: (-one.won, -one.settled, one.name)))


@dataclass(frozen=True, slots=True)
class _Found:
    """A theme before its p-value is adjusted."""

    quotes: Sequence[str]
    won: int
    lost: int
    p_value: float


def _notes(leads: Sequence[_Settled]) -> tuple[Notes, ...]:
    """Return the themes of each kind of note; the shares of won and lost leads are held against each other together.

    Fisher's exact test, adjusted for all themes by Benjamini & Yekutieli 2001, Annals of Statistics 29:1165-1188, which
    holds however themes depend on one another: a lead may speak of several.
    """
    found = {kind: _themes(leads, kind) for kind in NOTE_KINDS}
    every = [theme for _, themes, _ in found.values() for theme in themes]
    adjusted = dict(zip(map(id, every), _adjusted([one.p_value for one in every]), strict=True))
    told = []
    for kind, (of, themes, other) in found.items():
        shown = tuple(
            Theme(
                one.quotes[0],
                tuple(one.quotes[1:QUOTES]),
                one.won,
                one.lost,
                *of,
                adjusted[id(one)],
                adjusted[id(one)] <= LEVEL,
            )
            for one in themes
        )
        told.append(Notes(kind, *of, shown, *other))
    return tuple(told)


def _themes(leads: Sequence[_Settled], kind: NoteKind) -> tuple[tuple[int, int], list[_Found], tuple[int, int]]:
    """Return how many won and lost leads have such a note, the themes, and how many of each said something else."""
    speaking = [one for one in leads if one.notes[kind]]
    texts = [(text, n) for n, one in enumerate(speaking) for text in one.notes[kind]]
    is_won = np.array([one.won for one in speaking], dtype=np.bool_)
    of = int(is_won.sum()), int((~is_won).sum())
    numbers = themes_of([text for text, _ in texts])
    said: dict[int, list[int]] = {}
    for place, number in enumerate(numbers.tolist()):
        said.setdefault(number, []).append(place)
    themes, others = [], set()
    for number, places in said.items():
        members = {texts[place][1] for place in places}
        if number < 0 or len(members) < FEWEST_OF_A_THEME:
            others |= members
            continue
        won = sum(bool(is_won[n]) for n in members)
        lost = len(members) - won
        p_value = float(fisher_exact([[won, of[0] - won], [lost, of[1] - lost]]).pvalue) if min(of) else 1.0
        themes.append(_Found(typical([texts[place][0] for place in places]), won, lost, p_value))
    themes.sort(key=lambda one: (-(one.won + one.lost), one.quotes[0]))
    other_won = sum(bool(is_won[n]) for n in others)
    return of, themes[:MOST_THEMES], (other_won, len(others) - other_won)


def _adjusted(p_values: Sequence[float]) -> list[float]:
    count = len(p_values)
    factor = sum(1.0 / n for n in range(1, count + 1))
    order = sorted(range(count), key=lambda n: -p_values[n])
    adjusted, least = [1.0] * count, 1.0
    for place, n in enumerate(order):
        least = min(least, p_values[n] * count * factor / (count - place))
        adjusted[n] = least
    return adjusted
