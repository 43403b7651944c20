"""An older export of the same leads, laid beside the newer one: what stood in each cell then, and who had ended by then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from features.drafting.known_outcomes import Outcomes
from features.drafting.leaks.joined_by import IdColumns, joined_by, once_in
from features.drafting.leaks.told_column import Flags
from features.drafting.sampled_file import LONGEST_CELL, SampledFile, sampled
from features.drafting.stage_words import stages_meant, yes_and_no_meant
from features.errors import ImportRefused
from features.facts.company import Company
from features.facts.file_shape import FileShape, is_placeholder, rows_of
from features.facts.table_rows import Unfit
from features.facts.values import FINAL_KINDS

MOST_ROWS = 2_000_000
SOME_REOPENED = 2
"""A few leads may be opened again after they ended."""


@dataclass(frozen=True, slots=True)
class EarlierExport:
    """What an older export says of the newer one's leads.

    ``columns`` has one cell for each of the newer export's leads, None where the older one does not have the lead;
    ``had_ended`` says who had ended by then, None where the older export does not tell; where its words do not tell losses
    either, who had bought. ``only_there`` names the columns that the newer export has not, ``others`` counts the leads that
    it has not, ``twice`` those that stand more than once in either, ``only_now`` the newer export's rows of leads
    that the older one has not.
    """

    name: str
    shape: FileShape
    ids: IdColumns
    columns: Mapping[str, list[str | None]]
    found: Flags
    had_ended: Flags | None
    tells_losses: bool = True
    only_there: tuple[str, ...] = ()
    others: int = 0
    twice: int = 0
    only_now: int = 0

    @property
    def surely_ended(self) -> Flags:
        """Return who is known to have ended by then; nobody where the older export does not tell."""
        return np.zeros_like(self.found) if self.had_ended is None else self.had_ended


def earlier_export(
    path: Path, leads: SampledFile, outcomes: Outcomes, *, named_id: str | None = None, company: Company | None = None
) -> EarlierExport:
    """Read an older export of ``leads``; the file is read through, and only the cells of these leads are kept.

    Parameters
    ----------
    outcomes
        How the leads ended by the newer export; the same column says how they stood in the older one.
    named_id
        The newer export's column of the lead's id, as far as its name or company.yaml says it.

    Raises
    ------
    ImportRefused
        Where the file is no table, has no lead in common with ``leads``, or is the later one of both.
    """
    file = sampled(path)
    ids = joined_by(leads, file, named_id)
    places = once_in(leads.columns[ids.now])
    newer = leads.columns[ids.now]
    rows, others, twice = _rows_of(file, ids.then, places, frozenset(newer))
    known = twice | {newer[place] for place in rows}
    if not rows:
        raise ImportRefused(
            f"{path.name} and {leads.path.name} have no lead in common: no id of the column {ids.then!r} of {path.name} "
            f"stands just once in the column {ids.now!r} of {leads.path.name}{_as_far_as_read(leads)}. Give an older export "
            "of the same leads, one row a lead, with the same ids."
        )
    columns = {name: _laid_beside(rows, name, leads.rows) for name in file.columns if name != ids.then}
    found = np.zeros(leads.rows, dtype=np.bool_)
    found[list(rows)] = True
    had_ended = _had_ended(columns, outcomes, company)
    if had_ended is not None:
        _refuse_a_later_one(path, leads, outcomes, found, had_ended)
    only_there = tuple(name for name in columns if name not in leads.columns)
    return EarlierExport(
        _told_apart(path, leads.path),
        file.shape,
        ids,
        columns,
        found,
        had_ended,
        _tells_losses(outcomes),
        only_there,
        others,
        len(twice),
        sum(one not in known for one in newer),
    )


def _told_apart(path: Path, newer: Path) -> str:
    """Return the file's name, with its folder where the newer one may be called alike: march/leads.csv."""
    folder = path.resolve().parent
    return path.name if folder == newer.resolve().parent else f"{folder.name}/{path.name}"


def _rows_of(
    file: SampledFile, id_column: str, places: Mapping[str, int], newer: Collection[str]
) -> tuple[dict[int, dict[str, str]], int, set[str]]:
    """Return place -> the lead's row, how many leads the newer export has not, and the ids that stand twice in either."""
    rows: dict[int, dict[str, str]] = {}
    others: set[str] = set()
    twice: set[str] = set()
    taken: set[str] = set()
    known: dict[str, str] = {}
    for _, _, row in islice(rows_of(file.path, file.shape), MOST_ROWS):
        if isinstance(row, Unfit):
            continue
        lead_id = row.get(id_column, "").strip()[:LONGEST_CELL]
        place = places.get(lead_id)
        if lead_id in taken or (place is None and lead_id in newer):
            twice.add(lead_id)
        elif place is None:
            others.add(lead_id)
        else:
            cells = {name: row.get(name, "").strip()[:LONGEST_CELL] for name in file.columns}
            rows[place] = {name: known.setdefault(cell, cell) for name, cell in cells.items()}
            taken.add(lead_id)
    doubled = {places[one] for one in twice if one in places}
    kept = {place: row for place, row in rows.items() if place not in doubled}
    return (
        kept,
        sum(not is_placeholder(one, ()) for one in others),
        {one for one in twice if not is_placeholder(one, ())},
    )


def _laid_beside(rows: Mapping[int, Mapping[str, str]], column: str, leads: int) -> list[str | None]:
    cells: list[str | None] = [None] * leads
    for place, row in rows.items():
        cells[place] = row[column]
    return cells


def _had_ended(columns: Mapping[str, list[str | None]], outcomes: Outcomes, company: Company | None) -> Flags | None:
    """Return who had ended; where the words cannot tell a loss from "not yet", only who had bought."""
    cells = columns.get(outcomes.column) if outcomes.column is not None else None
    if cells is None or outcomes.won is None:
        return None
    words = {cell for cell in cells if cell is not None and not is_placeholder(cell, ())}
    every = {*words, *outcomes.levels}
    said = {word: company.kind_of_stage(word) for word in every} if company is not None else {}
    kinds = {**(said if "won" in said.values() else stages_meant(every)), **yes_and_no_meant(words), **outcomes.kinds}
    ends = FINAL_KINDS if _tells_losses(outcomes) else {"won"}
    return np.array([cell is not None and kinds.get(cell) in ends for cell in cells], dtype=np.bool_)


def _tells_losses(outcomes: Outcomes) -> bool:
    """Return whether the words tell a lost lead from an open one; a mere no may mean "not yet"."""
    return outcomes.is_open is not None and len(yes_and_no_meant(outcomes.levels)) < len(outcomes.levels)


def _refuse_a_later_one(path: Path, leads: SampledFile, outcomes: Outcomes, found: Flags, had_ended: Flags) -> None:
    """Refuse an "earlier" export in which leads have ended that are open in the newer one: the two were exchanged."""
    has_ended = np.array(outcomes.won, dtype=np.bool_)
    if outcomes.is_open is not None and _tells_losses(outcomes):
        has_ended = has_ended | ~np.array(outcomes.is_open, dtype=np.bool_)
    back, forth = int((found & had_ended & ~has_ended).sum()), int((found & ~had_ended & has_ended).sum())
    if back > max(forth, SOME_REOPENED):
        raise ImportRefused(
            f"{path.name} looks like the later export: {back:,} leads that have ended in it are open in {leads.path.name}, and "
            f"{forth:,} the other way round. Give the later file first: leadloop leaks {path.name} --earlier {leads.path.name}."
        )


def _as_far_as_read(leads: SampledFile) -> str:
    return "" if leads.is_whole else f", of which the first {leads.rows:,} rows were looked at"


def only_now(leads: Collection[str], earlier: EarlierExport) -> list[str]:
    """Return those of the newer export's columns that the earlier one has not."""
    return [name for name in leads if name not in earlier.columns and name != earlier.ids.now]
