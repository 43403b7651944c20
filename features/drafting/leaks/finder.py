"""The leak finder: which columns of an export know how a lead ended, from what stands in them.

Here is the order in which evidence is heard. Each column is judged by itself first (``by_itself.py``). Those that nothing
speaks against are what the lead itself told; beside them (``beside_others.py``) strangers, fields filled in late and blocks
that a process fills are found. Names are evidence, but the finder does not need them; the order of the columns changes
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from features.drafting.leaks.along_time import windows_of
from features.drafting.leaks.beside_others import compare_latest, judge_together
from features.drafting.leaks.by_itself import compare_open, judge_each, told_by_names
from features.drafting.leaks.case import Case
from features.drafting.leaks.companions import name_companions
from features.drafting.leaks.ended import Ended
from features.drafting.leaks.findings import Figures, Finding
from features.drafting.leaks.power import figures_of, power_of
from features.drafting.leaks.told_column import Flags, ToldColumn, told
from features.facts.file_shape import Decimal

JUDGED = ("choice", "number", "yes_no", "text", "date", "list", "identifier")


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
    case = Case()
    # Nobody knows yet who of the open leads will buy, so that nothing may count them as leads that did not.
    won = enough.won[enough.settled] if enough is not None else None
    settled = {name: _of_these(one, enough.settled) for name, one in judged.items()} if enough is not None else judged
    hints = judge_each(judged, settled, won, decimal, case)
    figures: dict[str, Figures] = {}
    if enough is not None and won is not None:
        compare_open(judged, enough, case)
        windows = windows_of(np.asarray(order)[enough.settled].tolist()) if order is not None else None
        power = power_of(settled, won)
        figures = {name: figures_of(column, power) for name, column in settled.items()}
        judge_together(settled, power, windows, case)
    name_companions(judged, case)
    if order is not None:
        compare_latest(judged, order, case)
    named = told_by_names(settled, won, decimal, figures)
    for name, against in named.items():
        case.add_first(name, against)
    name_companions(judged, case)
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


def _of_these(column: ToldColumn, chosen: Flags) -> ToldColumn:
    answers = [answer for answer, kept in zip(column.answers, chosen.tolist(), strict=True) if kept]
    codes, filled, written = column.codes[chosen], column.filled[chosen], column.written[chosen]
    return ToldColumn(column.name, column.kind, answers, codes, filled, written)
