"""The leak finder: which columns of an export know how a lead ended, from what stands in them.

Each column is judged by itself first (its name, its gaps, its words, its AUC). Those that nothing speaks against are what
the lead itself told; beside them strangers, fields filled in late and blocks that a process fills are found. Names are
evidence, but the finder does not need them; the order of the columns changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from features.drafting.header_words import first_fitting
from features.drafting.leak_signs import ENOUGH, LATE_NAMES, leak_signs
from features.drafting.leaks.along_time import (
    changes_of,
    comes_and_goes,
    filled_by_window,
    is_leap_at_the_end,
    windows_of,
)
from features.drafting.leaks.auc_gain import Estimate, Floats, auc_of, folds_of, gain_of, log_odds_of, together
from features.drafting.leaks.copied_outcome import weight_of_copying
from features.drafting.leaks.findings import Figures, Finding, Knows
from features.drafting.leaks.late_fields import ALWAYS, goes_with, late_sign, shares_filled
from features.drafting.leaks.nameless import nameless
from features.drafting.leaks.sales_words import sales_words
from features.drafting.leaks.shares import Share
from features.drafting.leaks.strangers import WORTH, strangers
from features.drafting.leaks.sure_words import sure_words
from features.drafting.leaks.told_column import Codes, Flags, ToldColumn, told
from features.facts.file_shape import Decimal

SAME_ROWS = 0.995
ENOUGH_ROWS = 100
SURELY_COPIED = 3.0
TOO_GOOD = 0.75
MANY_COLUMNS = 4
MOSTLY_GAPS = 0.7
NAMELESS_AND_TELLING = 0.70
WORTH_OF_A_PROCESS = 0.02
ENDED_APART = 0.5
NEVER_OPEN = 0.02
JUDGED = ("choice", "number", "yes_no", "text", "date", "list", "identifier")


@dataclass(frozen=True, slots=True)
class Ended:
    """How the leads of an export ended, one flag a lead; where ``is_open`` is set nobody knows yet."""

    won: Flags
    is_open: Flags

    @classmethod
    def of(cls, won: Sequence[bool], is_open: Sequence[bool] | None = None) -> Ended:
        """Return how the leads ended; without ``is_open`` all of them have."""
        flags = np.array(won, dtype=np.bool_)
        return cls(flags, np.zeros_like(flags) if is_open is None else np.array(is_open, dtype=np.bool_) & ~flags)

    @property
    def settled(self) -> Flags:
        """Return which leads have ended."""
        return ~self.is_open

    @property
    def is_enough(self) -> bool:
        """Return whether there are leads enough of both ends for figures to say something."""
        return min(int(self.won.sum()), int((self.settled & ~self.won).sum())) >= ENOUGH


@dataclass(slots=True)
class _Case:
    """What is held against the columns so far."""

    knows: dict[str, Knows] = field(default_factory=dict)
    why: dict[str, list[str]] = field(default_factory=dict)

    def add(self, column: str, knows: Knows, why: str) -> None:
        """Hold something against a column; what was held against it before stays."""
        self.knows.setdefault(column, knows)
        self.why.setdefault(column, []).append(why)

    def add_first(self, column: str, why: Sequence[str]) -> None:
        """Hold a name against a column, before all else that is."""
        self.knows[column] = "leak"
        self.why[column] = [*why, *self.why.get(column, [])]

    def named(self, *knows: Knows) -> set[str]:
        """Return the columns that know so much."""
        return {column for column, one in self.knows.items() if one in knows}


@dataclass(frozen=True, slots=True)
class _Power:
    """What each column alone says of the settled leads, and how they ended."""

    won: Flags
    folds: Codes
    scores: Mapping[str, Floats]

    def known(self, columns: Collection[str]) -> Floats:
        """Return what several columns say together; their order changes nothing."""
        return together([self.scores[name] for name in sorted(columns)], self.won, self.folds)

    def adds(self, column: str, known: Floats, worth: float) -> Estimate | None:
        """Return what a column adds to the AUC of what is known; None where that is not surely so, or less than ``worth``."""
        if not auc_of(self.scores[column], self.won).is_surely_above(0.5):
            return None
        gain = gain_of(known, together([known, self.scores[column]], self.won, self.folds), self.won)
        return gain if gain.value >= worth and gain.is_surely_above(0.0) else None


def find_leaks(
    columns: Mapping[str, Sequence[str]],
    ended: Ended | None,
    *,
    order: Sequence[float] | None = None,
    placeholders: Collection[str] = (),
    decimal: Decimal = ".",
) -> list[Finding]:
    """Return what each column knows, in the order of the columns.

    Parameters
    ----------
    columns
        Name -> one cell a lead, as the export has it; without the outcome itself and without ids.
    ended
        How the leads ended; None where nobody says, and then only names and words count.
    order
        A moment or a running number of each lead by which later leads are larger, or None.
    placeholders
        Words that mean: not chosen.

    Examples
    --------
    >>> status = {"x": ["paid", "sorry"] * 50}
    >>> (finding,) = find_leaks(status, Ended.of([True, False] * 50))
    >>> finding.knows, finding.why[0]
    ('leak', 'alone it tells won leads from the others with AUC 1.00 (0.50 is chance)')
    """
    every = {name: told(name, cells, placeholders, decimal) for name, cells in columns.items()}
    judged = {name: column for name, column in every.items() if column.kind in JUDGED}
    enough = ended if ended is not None and ended.is_enough else None
    case = _Case()
    # Nobody knows yet who of the open leads will buy, so that nothing may count them as leads that did not.
    won = enough.won[enough.settled] if enough is not None else None
    settled = {name: _of_these(one, enough.settled) for name, one in judged.items()} if enough is not None else judged
    hints = _judge_each(judged, settled, won, decimal, case)
    figures: dict[str, Figures] = {}
    if enough is not None and won is not None:
        _compare_open(judged, enough, case)
        windows = windows_of(np.asarray(order)[enough.settled].tolist()) if order is not None else None
        power = _power(settled, won)
        figures = {name: _figures(column, power) for name, column in settled.items()}
        _judge_together(settled, power, windows, case)
    _name_companions(judged, case)
    if order is not None:
        _compare_latest(judged, order, case)
    named = _told_by_names(settled, won, decimal, figures)
    for name, against in named.items():
        case.add_first(name, against)
    _name_companions(judged, case)
    return [
        Finding(
            name,
            column.kind,
            case.knows.get(name, "honest"),
            tuple(dict.fromkeys([*(() if name in named else hints.get(name, ())), *case.why.get(name, ())])),
            figures.get(name),
        )
        for name, column in every.items()
    ]


def _judge_each(
    columns: Mapping[str, ToldColumn],
    settled: Mapping[str, ToldColumn],
    won: Flags | None,
    decimal: Decimal,
    case: _Case,
) -> dict[str, tuple[str, ...]]:
    """Judge each column by what stands in it alone; return words worth saying of those that nothing is held against.

    ``settled`` has the same columns for those leads of which ``won`` says how they ended.
    """
    flags = won.tolist() if won is not None else None
    hints: dict[str, tuple[str, ...]] = {}
    for name, column in settled.items():
        signs = leak_signs("", column.answers, column.kind, flags, decimal)
        told_by_figures = _told_by_sure_words(column, won) if won is not None else ()
        for why in [*(signs.words if signs.is_leak else ()), *_told_by_words(columns[name]), *told_by_figures]:
            case.add(name, "leak", why)
        if not signs.is_leak:
            hints[name] = signs.words
    return hints


def _told_by_names(
    columns: Mapping[str, ToldColumn], won: Flags | None, decimal: Decimal, figures: Mapping[str, Figures]
) -> dict[str, tuple[str, ...]]:
    """Return what the names say of columns, the last evidence to be heard: all other holds whatever they are called."""
    flags = won.tolist() if won is not None else None
    said: dict[str, tuple[str, ...]] = {}
    for name, column in columns.items():
        if first_fitting(name, LATE_NAMES):
            said[name] = leak_signs(name, column.answers, column.kind, flags, decimal).words
    for name in sorted(nameless(columns) & figures.keys()):
        if figures[name].alone.is_surely_above(NAMELESS_AND_TELLING):
            said[name] = (f"nobody can say what {name} is, and alone it tells with AUC {figures[name].alone}",)
    return said


def _told_by_words(column: ToldColumn) -> Iterator[str]:
    spoken = sales_words(column.answers) if column.kind in ("choice", "list", "text") else None
    if spoken is not None:
        shown = ", ".join(f'"{word}"' for word in spoken.shown)
        yield f"{spoken.share} of its cells say what happened after the lead came: {shown}"


def _told_by_sure_words(column: ToldColumn, won: Flags) -> Iterator[str]:
    sure = sure_words(column.answers, won) if column.kind == "choice" else None
    if sure is not None and sure.decide:
        shown = "; ".join(f'"{word}" {share} bought' for word, share in sure.shown)
        yield f"words at which nearly everybody bought cover {sure.wins} of all wins: {shown}"


def _compare_open(columns: Mapping[str, ToldColumn], ended: Ended, case: _Case) -> None:
    """Name the columns that open leads lack: they are filled in when a lead ends, or shortly before."""
    if min(int(ended.is_open.sum()), int(ended.settled.sum())) < ENOUGH:
        return
    for name in [one for one in columns if one not in case.knows]:
        filled = columns[name].filled
        of_ended = Share(int(filled[ended.settled].sum()), int(ended.settled.sum()))
        of_open = Share(int(filled[ended.is_open].sum()), int(ended.is_open.sum()))
        if of_ended.value - of_open.value >= ENDED_APART:
            knows: Knows = "leak" if of_open.value <= NEVER_OPEN else "late"
            case.add(name, knows, f"filled for {of_ended} of ended leads and {of_open} of open ones")


def _judge_together(
    columns: Mapping[str, ToldColumn],
    power: _Power,
    windows: Codes | None,
    case: _Case,
) -> None:
    """Judge the columns beside one another, the surest evidence first."""
    _name_strangers(columns, power, case)
    known = power.known(_always_filled(columns, case))
    _name_late_fields(columns, known, power, case)
    if windows is not None:
        _name_processes(columns, known, power, windows, case)


def _name_strangers(columns: Mapping[str, ToldColumn], power: _Power, case: _Case) -> None:
    free = {name: column for name, column in columns.items() if name not in case.knows}
    alone = strangers({name: column.codes for name, column in free.items()}, power.won)
    known = power.known(_always_filled(columns, case) - set(alone))
    reached = auc_of(known, power.won)
    for name, kin in alone.items():
        gain = power.adds(name, known, WORTH)
        if gain is not None and not _is_in_its_gaps(columns[name], gain, known, power):
            own = auc_of(power.scores[name], power.won)
            strange = (
                f"it adds {gain} to the AUC, yet has nothing to do with any other column "
                f"(nearest is {kin.name}, {kin.strength:.2f} of 1)"
            )
            weight = weight_of_copying(columns[name].codes, known, power.won)
            if weight >= SURELY_COPIED:
                case.add(
                    name, "leak", f"{strange} except through the outcome (odds e^{weight:.0f} that it was made from it)"
                )
            elif _is_too_good(own, reached) and (len(free) >= MANY_COLUMNS or reached.is_surely_above(0.5)):
                case.add(
                    name, "leak", f"{strange}; alone it reaches {own}, all that is always filled together {reached}"
                )


def _is_in_its_gaps(column: ToldColumn, gain: Estimate, known: Floats, power: _Power) -> bool:
    """Return whether a column tells by being filled rather than by what stands in it: then it may be filled in late."""
    sign = late_sign(column, known, power.won, power.folds)
    return sign is not None and sign.gain.value >= MOSTLY_GAPS * gain.value


def _is_too_good(own: Estimate, reached: Estimate) -> bool:
    """Return whether a column alone surely tells more than all others together: those nothing, or it very much."""
    if not reached.is_surely_above(0.5):
        return own.is_surely_above(max(reached.value, 0.5))
    return own.interval[0] > reached.interval[1] and own.value >= TOO_GOOD


def _name_late_fields(columns: Mapping[str, ToldColumn], known: Floats, power: _Power, case: _Case) -> None:
    free = {name: column for name, column in columns.items() if name not in case.knows}
    for name, column in free.items():
        sign = late_sign(column, known, power.won, power.folds)
        if sign is not None:
            shares = (
                f"it was asked (an answer or a word for none) of {sign.of_won} won leads and {sign.of_others} others"
            )
            case.add(name, "late", f"{shares}; that alone adds {sign.gain} to the AUC of what is always filled")
    late = {name: columns[name] for name in case.named("late") if name in free}
    for name in sorted(free.keys() - late.keys()):
        other = goes_with(free[name], late, power.won)
        if other is not None:
            case.add(name, "late", f"its gaps go with those of {other}, which is filled in late")


def _name_processes(
    columns: Mapping[str, ToldColumn], known: Floats, power: _Power, windows: Codes, case: _Case
) -> None:
    """Name blocks of columns that are filled in the same rows, in some times and not in others, and that tell much."""
    free = [
        name for name in sorted(columns) if name not in case.knows and comes_and_goes(columns[name].filled, windows)
    ]
    for name in free:
        block = [other for other in free if _same_rows(columns[name].filled, columns[other].filled)]
        gains = {other: gain for other in block if (gain := power.adds(other, known, WORTH_OF_A_PROCESS)) is not None}
        if len(block) > 1 and gains:
            best = max(sorted(gains), key=lambda other: gains[other].value)
            times = ", ".join(f"{share:.0%}" for share in filled_by_window(columns[name].filled, windows))
            told = f"a block of {len(block)} columns filled in the same rows comes and goes along time ({times}"
            adds = f"{best} of it adds {gains[best]} to the AUC"
            case.add(
                name, "leak", f"{told} of each tenth of the leads): a process fills it in; {adds}".replace("%", " %")
            )


def _name_companions(columns: Mapping[str, ToldColumn], case: _Case) -> None:
    """Name the columns that are filled in the very rows in which a leak is filled."""
    partly = {name: one.filled for name, one in columns.items() if 0.02 < float(one.filled.mean()) < 0.95}
    leaks = sorted(name for name in case.named("leak") if name in partly)
    for name in sorted(partly):
        same = next((leak for leak in leaks if _same_rows(partly[name], partly[leak])), None)
        if case.knows.get(name) != "leak" and same is not None and len(partly[name]) >= ENOUGH_ROWS:
            case.knows[name] = "leak"
            case.add(name, "leak", f"filled in the same rows as {same}")


def _compare_latest(columns: Mapping[str, ToldColumn], order: Sequence[float], case: _Case) -> None:
    """Name the columns that the latest leads fill in otherwise, where the other columns did not change with them."""
    windows = windows_of(order)
    if windows is None:
        return
    changes = {name: changes_of(column.codes, windows) for name, column in columns.items()}
    for name in sorted(columns):
        filled = columns[name].filled
        others = [
            float(changes[other][-1])
            for other in columns
            if other != name and (filled.all() or not _same_rows(filled, columns[other].filled))
        ]
        if is_leap_at_the_end(changes[name], others):
            shares = filled_by_window(filled, windows)
            told = f"{changes[name][-1]:.0%} of the latest tenth of the leads say something else than those before"
            gaps = f"filled for {shares[-1]:.0%} of the latest tenth and {shares[-2]:.0%} of the one before"
            case.add(name, "differs", f"{told}, more than ever and more than other columns; {gaps}".replace("%", " %"))


def _always_filled(columns: Mapping[str, ToldColumn], case: _Case) -> set[str]:
    return {name for name, one in columns.items() if name not in case.knows and float(one.filled.mean()) >= ALWAYS}


def _power(columns: Mapping[str, ToldColumn], won: Flags) -> _Power:
    folds = folds_of(len(won))
    return _Power(won, folds, {name: log_odds_of(column.codes, won, folds) for name, column in columns.items()})


def _figures(column: ToldColumn, power: _Power) -> Figures:
    of_won, of_others = shares_filled(column.filled, power.won)
    return Figures(of_won, of_others, auc_of(power.scores[column.name], power.won))


def _of_these(column: ToldColumn, chosen: Flags) -> ToldColumn:
    answers = [answer for answer, kept in zip(column.answers, chosen.tolist(), strict=True) if kept]
    codes, filled, written = column.codes[chosen], column.filled[chosen], column.written[chosen]
    return ToldColumn(column.name, column.kind, answers, codes, filled, written)


def _same_rows(one: Flags, other: Flags) -> bool:
    return float((one == other).mean()) >= SAME_ROWS
