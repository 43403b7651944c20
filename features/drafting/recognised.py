"""What each file of a company's exports is made of: which column plays which role, which are marks of advertising."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from features.drafting.column_roles import marks_of, mostly_differ, roles_of
from features.drafting.header_words import words_of
from features.drafting.known_outcomes import lead_id_column
from features.drafting.own_grade_words import are_own_grades
from features.drafting.sampled_file import SampledFile, sampled
from features.facts.export_kind import KINDS
from features.facts.file_shape import is_placeholder


@dataclass(frozen=True, slots=True)
class Recognised:
    """The files by kind, each sampled, and for each kind role -> column and mark of advertising -> column."""

    files: dict[str, SampledFile]
    roles: dict[str, dict[str, str]] = field(default_factory=dict)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)


def recognised_in(files: Mapping[str, Path]) -> Recognised:
    """Return what the columns of the exports are; ``ImportRefused`` where a file cannot be read."""
    known = Recognised({kind: sampled(files[kind]) for kind in KINDS if kind in files})
    for kind, file in known.files.items():
        known.roles[kind] = roles_of(kind, file)
        known.marks[kind] = marks_of(kind, file, known.roles[kind].values()) if kind in ("leads", "spend") else {}
    leads, id_column = known.files["leads"], known.roles["leads"].get("id") or _called_as_elsewhere(known)
    if id_column:
        kept = {role: column for role, column in known.roles["leads"].items() if column != id_column}
        known.roles["leads"] = {"id": id_column, **kept}
    for kind in ("calls", "stages"):
        if kind in known.files and id_column:
            roles = known.roles[kind]
            column = lead_id_column(known.files[kind], roles.get("lead_id"), leads.columns[id_column])
            if column is not None and column != roles.get("lead_id"):
                kept = {role: other for role, other in roles.items() if other != column}
                known.roles[kind] = {**kept, "lead_id": column}
    _find_own_grades(known)
    return known


def _called_as_elsewhere(known: Recognised) -> str | None:
    """Return the leads' column that is called as another file calls the lead, where no name gave the leads' id away."""
    leads = known.files["leads"]
    named = [known.roles[kind].get("lead_id") for kind in ("calls", "stages") if kind in known.files]
    alike = (one for name in named if name for one in leads.columns if words_of(one) == words_of(name))
    return next((one for one in alike if mostly_differ(leads.filled(one))), None)


def _find_own_grades(known: Recognised) -> None:
    """Find the calls' column of the managers' own grades: it is no answer of the lead and becomes no field."""
    if "calls" in known.files:
        calls, roles = known.files["calls"], known.roles["calls"]
        free = (column for column in calls.columns if column not in roles.values())
        column = next((one for one in free if are_own_grades(one, calls.filled(one))), None)
        if column is not None:
            roles["grade"] = column


def only_leads(known: Recognised) -> SampledFile:
    """Return the leads' sample without the rows that have no id: visits, totals, empty lines."""
    leads, column = known.files["leads"], known.roles["leads"].get("id")
    if column is None:
        return leads
    keep = [not is_placeholder(cell, ()) for cell in leads.columns[column]]
    columns = {
        name: [cell for cell, kept in zip(cells, keep, strict=True) if kept] for name, cells in leads.columns.items()
    }
    return replace(leads, columns=columns)
