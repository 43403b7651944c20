"""What was known of each lead before anybody could know how it ends, and how it ended: what a portrait is drawn from.

At arrival that is the form, the marks and how the contact can be reached; after the first talk also what managers asked.
A field that is filled in later than that, or declared ``feature: false``, has no place here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from features.facts.channels import NOTHING, tidied
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.outcome_window import closed_at, first_told_closed, outcome_as_of
from features.rows.as_of import Gate, KnownLead
from features.rows.feature import Feature, FeatureRow
from features.rows.feature_row import RowBuilder, answer_feature_name
from features.rows.form_answers import CHOSEN, DAYS_AHEAD, FAMILY, WORDS_WRITTEN
from features.rows.rates_timeline import label_changes
from models.score import Scorer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
KnownBy = Literal["arrival", "talk"]
"""What a portrait may know of a lead: what it came with, or what the first talk told as well."""
DID_NOT_BUY, BOUGHT, OPEN, NEVER_CALLED = 0, 1, 2, 3
NAN = float("nan")
Levels = Sequence[str | None]
Items = Sequence[frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Traits:
    """What some leads were like, and what became of them; every array has an entry a lead.

    Parameters
    ----------
    levels
        Field -> each lead's level, None where it is missing.
    numbers
        Field -> each lead's number, nan where it is missing.
    items
        Field -> what each lead chose of a list, None where the field is missing.
    state
        ``DID_NOT_BUY``, ``BOUGHT``, ``OPEN`` or ``NEVER_CALLED``.
    weight
        How much of a sale a lead is: 1 bought, 0 did not, an open one its chance; 0 for those never called, who are left out.
    settled_at
        POSIX seconds since when the outcome is known; nan where it is not.
    asked_late
        The fields of which a missing answer tells how the talk went, and nothing of the person.
    """

    levels: Mapping[str, Levels]
    numbers: Mapping[str, Floats]
    items: Mapping[str, Items]
    state: Ints
    weight: Floats
    settled_at: Floats
    asked_late: frozenset[str] = field(default_factory=frozenset)

    def __len__(self) -> int:
        return len(self.state)

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of all fields."""
        return (*self.levels, *self.numbers, *self.items)

    @property
    def is_settled(self) -> Bools:
        """Return of which leads the outcome is known."""
        settled: Bools = self.state <= BOUGHT
        return settled

    @property
    def counts(self) -> Bools:
        """Return which leads take part: those worked, settled or open."""
        worked: Bools = self.state != NEVER_CALLED
        return worked

    def of(self, some: Ints | Bools) -> Traits:
        """Return some of the leads."""
        places = np.flatnonzero(some) if some.dtype == np.bool_ else some
        chosen = places.tolist()
        return replace(
            self,
            levels={name: [values[n] for n in chosen] for name, values in self.levels.items()},
            numbers={name: values[places] for name, values in self.numbers.items()},
            items={name: [values[n] for n in chosen] for name, values in self.items.items()},
            state=self.state[places],
            weight=self.weight[places],
            settled_at=self.settled_at[places],
        )


def traits_of(
    histories: Iterable[LeadHistory],
    rows: RowBuilder,
    scorer: Scorer,
    *,
    moment: datetime,
    known_by: KnownBy = "arrival",
) -> Traits:
    """Return what the leads were like at arrival (or after the first talk), and what was known of them at ``moment``.

    Test leads count nowhere. Of the portrait after the talk only those take part who were spoken to before their outcome
    was known.
    """
    reader = _Reader(rows, scorer, moment, known_by)
    return reader.table(one for history in histories if (one := reader.read(history)))


@dataclass(frozen=True, slots=True)
class _Read:
    row: FeatureRow
    items: Mapping[str, frozenset[str] | None]
    state: int
    weight: float
    settled_at: float


class _Reader:
    def __init__(self, rows: RowBuilder, scorer: Scorer, moment: datetime, known_by: KnownBy) -> None:
        self._rows, self._scorer, self._moment, self._known_by = rows, scorer, moment, known_by
        self.company = rows.company
        late = known_by == "talk"
        self._lists = {
            answer_feature_name(name): name
            for name, one in self.company.fields.items()
            if one.kind == "list" and one.feature and (late or one.is_known_at_arrival)
        }
        self._features = [one for one in rows.features if self._may_tell(one, late) and one.name not in self._lists]

    def read(self, history: LeadHistory) -> _Read | None:
        now = self._rows.known(history, self._moment)
        if now is None or "ignore" in now.stage_kinds:
            return None
        seen_at = self._seen_at(history, now)
        if seen_at is None:
            return None
        then = self._rows.gate.as_of(history, seen_at)
        assert then is not None  # the lead had arrived by then
        outcome = outcome_as_of(now)
        state = {"did_not_buy": DID_NOT_BUY, "bought": BOUGHT, "open": OPEN}.get(outcome.kind, NEVER_CALLED)
        weight = 1.0 if outcome.won and state != NEVER_CALLED else self._chance(now) if state == OPEN else 0.0
        settled_at = _settled_at(history, self._rows.gate, self._moment) if outcome.is_settled else NAN
        row = {one.name: one.of(then) for one in self._features}
        return _Read(row, {name: _chosen(then, of) for name, of in self._lists.items()}, state, weight, settled_at)

    def table(self, read: Iterable[_Read]) -> Traits:
        leads = list(read)
        levels = [one.name for one in self._features if one.kind == "level"]
        numbers = [one.name for one in self._features if one.kind == "number"]
        return Traits(
            levels={name: [_level(one.row[name]) for one in leads] for name in levels},
            numbers={name: np.array([_number(one.row[name]) for one in leads], dtype=np.float64) for name in numbers},
            items={name: [one.items[name] for one in leads] for name in self._lists},
            state=np.array([one.state for one in leads], dtype=np.int64),
            weight=np.array([one.weight for one in leads], dtype=np.float64),
            settled_at=np.array([one.settled_at for one in leads], dtype=np.float64),
            asked_late=frozenset(
                answer_feature_name(name) for name, one in self.company.fields.items() if not one.is_known_at_arrival
            ),
        )

    def _may_tell(self, one: Feature, late: bool) -> bool:
        """Return whether a feature tells who the person is: not how managers worked, nor how well sources sold."""
        if one.family == FAMILY:
            return not one.name.endswith((CHOSEN, WORDS_WRITTEN)) and (late or _asked_at_arrival(one, self.company))
        return one.family in ("source", "contact") and one.kind == "level"

    def _seen_at(self, history: LeadHistory, now: KnownLead) -> datetime | None:
        if self._known_by == "arrival":
            return history.arrived_at
        talk = min((call.known_at for call in now.spoken_calls), default=None)
        if talk is None:
            return None
        told = first_told_closed(history, self.company)
        return talk if told is None or talk < told else None

    def _chance(self, now: KnownLead) -> float:
        """Return how likely an open lead still buys; of one that was closed as lost nothing is expected, as on every page."""
        return 0.0 if closed_at(now) else self._scorer.probability(now, self._rows.row(now))


def field_behind(feature: str, company: Company) -> str | None:
    """Return the field of ``company.yaml`` that a feature is made from; None for what holds for all companies."""
    names = {answer_feature_name(name): name for name in company.fields}
    names |= {
        answer_feature_name(f"{name}{end}"): name
        for name in company.fields
        for end in (DAYS_AHEAD, CHOSEN, WORDS_WRITTEN)
    }
    return names.get(feature)


def _asked_at_arrival(one: Feature, company: Company) -> bool:
    behind = field_behind(one.name, company)
    return behind is None or company.fields[behind].is_known_at_arrival


def _settled_at(history: LeadHistory, gate: Gate, moment: datetime) -> float:
    changes: Iterator[datetime] = (at for at, *_ in label_changes(history, gate) if at <= moment)
    return max((at.timestamp() for at in changes), default=NAN)


def _chosen(then: KnownLead, name: str) -> frozenset[str] | None:
    answer = then.answers.get(name)
    if answer is None:
        return None
    chosen = answer if isinstance(answer, tuple) else (str(answer),)
    return frozenset(word for item in chosen if (word := tidied(item)) not in NOTHING)


def _level(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else NAN
