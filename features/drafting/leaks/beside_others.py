"""What a column shows only beside the others: strangers, fields filled in late, blocks that a process fills, late changes.

What nothing speaks against and is always filled is taken for what the lead itself told; the rest is measured against that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from features.drafting.leaks.along_time import (
    changes_of,
    comes_and_goes,
    filled_by_window,
    is_leap_at_the_end,
    windows_of,
)
from features.drafting.leaks.auc_gain import Estimate, Floats, auc_of
from features.drafting.leaks.case import Case
from features.drafting.leaks.companions import same_rows
from features.drafting.leaks.copied_outcome import weight_of_copying
from features.drafting.leaks.late_fields import ALWAYS, goes_with, late_sign
from features.drafting.leaks.power import Power
from features.drafting.leaks.strangers import WORTH, strangers
from features.drafting.leaks.told_column import Codes, ToldColumn

SURELY_COPIED = 3.0
TOO_GOOD = 0.75
MANY_COLUMNS = 4
MOSTLY_GAPS = 0.7
WORTH_OF_A_PROCESS = 0.02


def judge_together(
    columns: Mapping[str, ToldColumn],
    power: Power,
    windows: Codes | None,
    case: Case,
) -> None:
    """Judge the columns beside one another, the surest evidence first."""
    _name_strangers(columns, power, case)
    known = power.known(_always_filled(columns, case))
    _name_late_fields(columns, known, power, case)
    if windows is not None:
        _name_processes(columns, known, power, windows, case)


def _name_strangers(columns: Mapping[str, ToldColumn], power: Power, case: Case) -> None:
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


def _is_in_its_gaps(column: ToldColumn, gain: Estimate, known: Floats, power: Power) -> bool:
    """Return whether a column tells by being filled rather than by what stands in it: then it may be filled in late."""
    sign = late_sign(column, known, power.won, power.folds)
    return sign is not None and sign.gain.value >= MOSTLY_GAPS * gain.value


def _is_too_good(own: Estimate, reached: Estimate) -> bool:
    """Return whether a column alone surely tells more than all others together: those nothing, or it very much."""
    if not reached.is_surely_above(0.5):
        return own.is_surely_above(max(reached.value, 0.5))
    return own.interval[0] > reached.interval[1] and own.value >= TOO_GOOD


def _name_late_fields(columns: Mapping[str, ToldColumn], known: Floats, power: Power, case: Case) -> None:
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


def _name_processes(columns: Mapping[str, ToldColumn], known: Floats, power: Power, windows: Codes, case: Case) -> None:
    """Name blocks of columns that are filled in the same rows, in some times and not in others, and that tell much."""
    free = [
        name for name in sorted(columns) if name not in case.knows and comes_and_goes(columns[name].filled, windows)
    ]
    for name in free:
        block = [other for other in free if same_rows(columns[name].filled, columns[other].filled)]
        gains = {other: gain for other in block if (gain := power.adds(other, known, WORTH_OF_A_PROCESS)) is not None}
        if len(block) > 1 and gains:
            best = max(sorted(gains), key=lambda other: gains[other].value)
            times = ", ".join(f"{share:.0%}" for share in filled_by_window(columns[name].filled, windows))
            told = f"a block of {len(block)} columns filled in the same rows comes and goes along time ({times}"
            adds = f"{best} of it adds {gains[best]} to the AUC"
            case.add(
                name, "leak", f"{told} of each tenth of the leads): a process fills it in; {adds}".replace("%", " %")
            )


def compare_latest(columns: Mapping[str, ToldColumn], order: Sequence[float], case: Case) -> None:
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
            if other != name and (filled.all() or not same_rows(filled, columns[other].filled))
        ]
        if is_leap_at_the_end(changes[name], others):
            shares = filled_by_window(filled, windows)
            told = f"{changes[name][-1]:.0%} of the latest tenth of the leads say something else than those before"
            gaps = f"filled for {shares[-1]:.0%} of the latest tenth and {shares[-2]:.0%} of the one before"
            case.add(name, "differs", f"{told}, more than ever and more than other columns; {gaps}".replace("%", " %"))


def _always_filled(columns: Mapping[str, ToldColumn], case: Case) -> set[str]:
    return {name for name, one in columns.items() if name not in case.knows and float(one.filled.mean()) >= ALWAYS}
