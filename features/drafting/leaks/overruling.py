"""What company.yaml says of a column, and what to write there: a person's word counts more than a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.drafting.field_names import plain_name
from features.drafting.leaks.findings import Finding
from features.drafting.yaml_words import written, written_map
from features.facts.company import Company, FormField


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether a person has overruled a finding, and the words about company.yaml beside it."""

    is_overruled: bool
    words: str


def advice_on(finding: Finding, company: Company | None, role: str | None = None) -> Advice:
    """Return what company.yaml says of a finding's column and what to write there.

    ``role`` is our name of the column where the import reads it as something else than a field.

    >>> company = Company.model_validate({"company": "x", "fields": {"city": {"kind": "choice", "known_from": "arrival"}}})
    >>> advice_on(Finding("city", "choice", "late"), company).is_overruled
    True
    >>> advice_on(Finding("Tags", "choice", "leak"), company).words
    'leave it out; if the lead itself told it: fields: tags: {kind: choice, column: Tags, known_from: arrival}'
    """
    if finding.knows == "honest":
        return Advice(False, "")
    field = _field_of(finding.column, company)
    if field is not None:
        return _on_a_field(finding, *field)
    mark = _mark_of(finding.column, company)
    if mark is not None:
        told = f"declared as the mark {mark} (export.leads.marks), so it counts as known at arrival"
        return Advice(True, f"{told}; take it out there if it is written later")
    if role is not None:
        return Advice(False, f"read as {role}, which is no field: nothing to do")
    return _on_a_new_column(finding)


def _on_a_field(finding: Finding, name: str, field: FormField) -> Advice:
    place = f"fields.{name}"
    if field.known_from == "arrival":
        return Advice(True, f"{place} says known_from: arrival; take that away if it is filled in later")
    if not field.feature:
        return Advice(False, f"{place} says feature: false, so the model never sees it: nothing to do")
    if not field.is_known_at_arrival and finding.knows != "leak":
        return Advice(False, f"{place} counts from the first call on: nothing to do")
    overrule = f"to overrule: known_from: arrival at {place}"
    if finding.knows == "late":
        return Advice(False, f"write filled_by: manager at {place}; {overrule}")
    return Advice(False, f"write feature: false at {place}; {overrule}")


def _on_a_new_column(finding: Finding) -> Advice:
    kind = "text" if finding.kind in ("empty", "constant", "identifier") else finding.kind
    name = plain_name(finding.column, set())

    def line(key: str, value: str) -> str:
        return f"fields: {name}: {written_map({'kind': kind, 'column': written(finding.column), key: value})}"

    if finding.knows == "late":
        return Advice(False, f"{line('filled_by', 'manager')}; if your form asks it: known_from: arrival instead")
    return Advice(False, f"leave it out; if the lead itself told it: {line('known_from', 'arrival')}")


def _field_of(column: str, company: Company | None) -> tuple[str, FormField] | None:
    fields: Mapping[str, FormField] = company.fields if company is not None else {}
    return next(((name, one) for name, one in fields.items() if (one.column or name) == column), None)


def _mark_of(column: str, company: Company | None) -> str | None:
    marks = company.export.leads.marks if company is not None else {}
    return next((mark for mark, named in marks.items() if named == column), None)
