"""Columns without which a file says nothing: which are not there, and what to do about each."""

from __future__ import annotations

from features.drafting.recognised import Recognised
from features.facts.export_columns import Export
from features.facts.export_kind import needed_columns

REMEDIES = {
    ("leads", "id"): "export the CRM's own number of each lead and name its column at export.leads.id; "
    "without it calls and sales cannot find their lead",
    ("leads", "created_at"): "export the moment of each request and name its column at export.leads.created_at; "
    "without a moment nobody can say what was known when, so the file cannot be imported",
    ("stages", "stage"): "a stage needs a name; if every row is a sale, add a column `stage` with the word Won",
    ("spend", "day"): "costs count by day; export them with a date and name it at export.spend.day",
    (
        "calls",
        "result",
    ): "a call needs a result (reached, no answer, busy, ...); name its column at export.calls.result",
}


def missing_columns(known: Recognised, export: Export) -> list[tuple[str, str]]:
    """Return (kind, problem) for each column without which a file says nothing, with what to do."""
    problems: list[tuple[str, str]] = []
    for kind, file in known.files.items():
        for name, column in needed_columns(kind, export).items():
            if column not in file.columns:
                found = ", ".join(list(file.columns)[:40])
                remedy = REMEDIES.get((kind, name), f"add it, or name the right column at export.{kind}.{name}")
                told = f"{file.path.name} has no column that could be the {name} of {kind}: {remedy}. Columns: {found}."
                problems.append((kind, told))
    return problems
