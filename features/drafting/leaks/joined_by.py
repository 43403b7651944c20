"""By which column two exports of the same leads are joined: the lead's id, by its name or by what stands in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from features.drafting.known_outcomes import lead_id_column
from features.drafting.personal_columns import personal_sign
from features.drafting.sampled_file import SampledFile
from features.errors import ImportRefused
from features.facts.file_shape import is_placeholder


@dataclass(frozen=True, slots=True)
class IdColumns:
    """The column of the lead's id in the newer export and in the earlier one."""

    now: str
    then: str


def joined_by(leads: SampledFile, earlier: SampledFile, named: str | None) -> IdColumns:
    """Return the id's column in both files.

    Parameters
    ----------
    named
        The newer export's column of the id, where its name or company.yaml says it. Where nothing does, it is the column
        of both whose cells all differ and of which most stand in both: an id never changes.

    Raises
    ------
    ImportRefused
        Where no column of the earlier export could be the id.
    """
    if named is not None:
        ids = leads.columns[named]
        then = lead_id_column(earlier, named if named in earlier.columns else None, ids)
        if then is not None:
            return IdColumns(named, then)
        raise ImportRefused(
            f"{earlier.path.name} has no column in which the ids of {leads.path.name} stand (column {named!r} there); "
            f"export it with the lead's id. Columns: {', '.join(earlier.columns)}."
        )
    found = _by_cells(leads, earlier)
    if found is None:
        raise ImportRefused(
            f"No column of {leads.path.name} and {earlier.path.name} could be recognised as the lead's id, so nobody can say "
            "which rows are the same lead; export both with it and name its column at export.leads.id in company.yaml."
        )
    return IdColumns(found, found)


def once_in(cells: Collection[str]) -> dict[str, int]:
    """Return id -> its place, for the ids that stand once; an id that stands twice does not say which row is meant.

    >>> once_in(["a", "b", "b", ""])
    {'a': 0}
    """
    counts = Counter(cells)
    return {cell: place for place, cell in enumerate(cells) if counts[cell] == 1 and not is_placeholder(cell, ())}


def _by_cells(leads: SampledFile, earlier: SampledFile) -> str | None:
    common = {
        name: len(once_in(leads.columns[name]).keys() & once_in(earlier.columns[name]).keys())
        for name in sorted(leads.columns.keys() & earlier.columns.keys())
        if _all_differ(leads.columns[name]) and personal_sign(name, leads.columns[name]) is None
    }
    best = max(common, key=lambda name: common[name], default=None)
    return best if best is not None and common[best] > 0 else None


def _all_differ(cells: list[str]) -> bool:
    return len(cells) > 1 and len(once_in(cells)) == len(cells)
