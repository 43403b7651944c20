"""Which of a company's exports a file is, by its column names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from features.errors import ImportRefused
from features.facts.company import Company
from features.facts.export_columns import Export

KINDS = ("leads", "calls", "stages", "spend", "plan")
MANY_COLUMNS, FEW_OF_MANY = 8, 0.25


def needed_columns(kind: str, export: Export) -> dict[str, str]:
    """Return our name -> the export's column, for the columns without which a row says nothing."""
    if kind == "leads":
        return {"id": export.leads.id, "created_at": export.leads.created_at}
    if kind == "calls":
        return {"lead_id": export.calls.lead_id, "at": export.calls.at, "result": export.calls.result}
    if kind == "stages":
        return {"lead_id": export.stages.lead_id, "at": export.stages.at, "stage": export.stages.stage}
    if kind == "spend":
        return {"day": export.spend.day, "cost": export.spend.cost}
    return {"month": export.plan.month, "measure": export.plan.measure, "value": export.plan.value}


def kind_of_file(header: Sequence[str], export: Export, name: str) -> str:
    """Return the kind whose needed columns are all in the header; the one with most columns of its own, if several.

    >>> kind_of_file(["id", "created_at", "area"], Export(), "leads.csv")
    'leads'

    Raises
    ------
    ImportRefused
        Where no kind fits.
    """
    fitting = [kind for kind in KINDS if set(needed_columns(kind, export).values()) <= set(header)]
    if not fitting:
        raise ImportRefused(f"{name} fits none of the exports in company.yaml. {_closest(header, export, name)}")
    return max(fitting, key=lambda kind: len(_all_columns(kind, export) & set(header)))


def fits_a_kind(header: Sequence[str], export: Export, kind: str | None) -> bool:
    """Return whether a header has all that ``kind`` (None: any kind) needs of the company's own columns."""
    asked = KINDS if kind is None else (kind,)
    return any(set(needed_columns(one, export).values()) <= set(header) for one in asked)


def refuse_another(header: Sequence[str], kind: str, company: Company, name: str) -> None:
    """Refuse a file that was taken for leads by its number and its day alone: a CRM's deals and companies have both too.

    Raises
    ------
    ImportRefused
        Where it has hardly any other of the columns that company.yaml names, and more that it does not name.
    """
    declared = _all_columns(kind, company.export) | _field_columns(kind, company)
    found, others = declared & set(header), set(header) - declared
    is_another = len(found) <= FEW_OF_MANY * len(declared) and len(others) > len(found)
    if kind == "leads" and len(declared) >= MANY_COLUMNS and is_another:
        raise ImportRefused(
            f"{name} has {len(found)} of the {len(declared)} columns that company.yaml names for leads, so it may be an export of "
            f"something else, such as deals, each row of which would become a lead. Leave it out, or say --as leads."
        )


def missing_columns(header: Sequence[str], kind: str, company: Company, *, needed: bool = False) -> list[str]:
    """Return in words which columns are not there: those without which nothing goes, or else the other declared ones."""
    columns = needed_columns(kind, company.export)
    if needed:
        return [
            f"the column {column!r} ({name}) is missing" for name, column in columns.items() if column not in header
        ]
    declared = _all_columns(kind, company.export) | _field_columns(kind, company)
    return [f"the column {column!r} is not in the file" for column in sorted(declared - set(header))]


def unread_columns(header: Sequence[str], kind: str, company: Company) -> list[str]:
    """Return the columns of a file that company.yaml names nowhere."""
    named = set(needed_columns(kind, company.export).values()) | _all_columns(kind, company.export)
    return [name for name in header if name not in named | _field_columns(kind, company)]


def _closest(header: Sequence[str], export: Export, name: str) -> str:
    """Return what the kind lacks that lacks least, among those that the file's name says if it says any, and the remedy."""
    lacking = {kind: set(needed_columns(kind, export).values()) - set(header) for kind in KINDS}
    words = set(re.split(r"[\W_]+", name.casefold()))
    named = [kind for kind in KINDS if kind in words] or KINDS
    kind = min(named, key=lambda one: len(lacking[one]) / len(needed_columns(one, export)))
    names = ", ".join(repr(name) for name in sorted(lacking[kind]))
    files = name if kind == "leads" else f"leads.csv --{kind} {name}"
    remedy = f"mend export.{kind} in company.yaml (`leadloop init {files} --out draft.yaml` shows how), or say --as"
    return f"Closest is {kind}, which lacks {names}; {remedy}."


def _all_columns(kind: str, export: Export) -> set[str]:
    part = getattr(export, kind)
    plain = {value for name, value in part if isinstance(value, str) and name != "results"}
    return plain | set(getattr(part, "marks", {}).values())


def _field_columns(kind: str, company: Company) -> set[str]:
    if kind == "leads":
        by_phone_only = {name for name, f in company.fields.items() if f.call_column and not f.column}
        return {f.column or name for name, f in company.fields.items() if name not in by_phone_only}
    return {f.call_column for f in company.fields.values() if f.call_column} if kind == "calls" else set()
