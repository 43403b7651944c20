"""Which columns become fields of the company file, which stay out, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from features.drafting.column_kinds import kind_of
from features.drafting.field_names import plain_name, unit_of
from features.drafting.header_words import first_fitting
from features.drafting.leak_signs import leak_signs
from features.drafting.leaks.ended import Ended
from features.drafting.leaks.finder import find_leaks
from features.drafting.leaks.findings import Finding
from features.drafting.own_grade_words import are_own_grades
from features.drafting.personal_columns import personal_sign, share_with_contacts
from features.drafting.sampled_file import SampledFile, given
from features.facts.company import FieldKind

Fate = Literal["kept", "leak", "personal", "useless"]
CRITERIA = {
    "need": ("need", "потребность", "есть потребность", "нужда", "has need", "need confirmed", "confirmed need", "need identified",
             "потребность подтверждена"),
    "budget": ("budget", "бюджет", "есть бюджет", "has budget", "бюджет есть", "budget confirmed", "confirmed budget",
               "budget approved", "budget available", "бюджет подтвержд*", "бюджет выделен"),
    "urgency": ("urgency", "urgent", "срочность", "срочно", "is urgent"),
}  # fmt: skip
"""Columns of the qualifying questions, by name."""
FREE_TEXT_WITH_CONTACTS = 0.01
OWN_GRADES = (
    "the managers' own grades, given after a call; leads say no moment of it, so it is read from calls alone: export it with "
    "them and name its column at export.calls.grade"
)


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A field as the draft writes it, or the reason why it does not."""

    name: str
    kind: FieldKind
    column: str | None
    call_column: str | None = None
    label: str = ""
    unit: str = ""
    by_manager: bool = False
    fate: Fate = "kept"
    why: tuple[str, ...] = ()


def fields_of_leads(
    leads: SampledFile,
    claimed: Collection[str],
    placeholders: Collection[str],
    ended: Ended | None,
    *,
    beside: Collection[str] = (),
    order: Sequence[float] | None = None,
) -> list[PlannedField]:
    """Return one field, kept or not, for each column that has no role; the columns ``beside`` only help to judge them."""
    planned: list[PlannedField] = []
    taken: set[str] = set()
    for column, cells in leads.columns.items():
        if column not in claimed:
            one = _field(column, given(cells, placeholders), taken)
            planned.append(one)
            taken.add(one.name)
    judged = [*(one.column for one in planned if one.fate == "kept" and one.column), *beside]
    columns = {column: leads.columns[column] for column in judged}
    found = find_leaks(columns, ended, order=order, placeholders=placeholders, decimal=leads.shape.decimal)
    findings = {finding.column: finding for finding in found}
    told = [_judged(one, findings[one.column]) if one.column in findings else one for one in planned]
    return [_without_own_grades(one, given(leads.columns[one.column or ""], placeholders)) for one in told]


def with_call_answers(
    planned: list[PlannedField], calls: SampledFile, claimed: Collection[str], placeholders: Collection[str]
) -> list[PlannedField]:
    """Return the fields with the questions that managers ask by phone; one that the form asks too gets both columns.

    A column of the leads that is left out keeps no question's name: amoCRM calls the sum of a deal "Бюджет", too.
    """
    fields = {one.name: one for one in planned}
    for column, cells in calls.columns.items():
        if column in claimed:
            continue
        same = next((one for one in planned if one.column == column and one.fate == "kept"), None)
        given_up = {name for name, other in fields.items() if name in CRITERIA and other.fate != "kept"}
        one = _named_field(column, given(cells, placeholders), calls, set() if same else set(fields) - given_up)
        if one.name in given_up and not same:
            fields = _renamed(fields, one.name)
        if same and one.fate == "kept":
            fields[same.name] = replace(same, call_column=column)
        elif not same:
            fields[one.name] = replace(one, column=None, call_column=column, by_manager=True)
    return list(fields.values())


def _renamed(fields: dict[str, PlannedField], name: str) -> dict[str, PlannedField]:
    """Return the fields, in their order, with one under the plain name of its own column."""
    other = plain_name(fields[name].label, set(fields) | set(CRITERIA))
    return {
        (other if key == name else key): (replace(one, name=other) if key == name else one)
        for key, one in fields.items()
    }


def _judged(one: PlannedField, finding: Finding) -> PlannedField:
    fate: Fate = "leak" if finding.knows == "leak" else one.fate
    return replace(one, fate=fate, by_manager=finding.knows == "late", why=finding.why)


def _without_own_grades(one: PlannedField, answers: Sequence[str | None]) -> PlannedField:
    """Return the field, left out where managers' own grades stand in it: no lead has one when it arrives."""
    cells = [cell for cell in answers if cell is not None]
    if one.fate not in ("kept", "leak") or not are_own_grades(one.column or "", cells):
        return one
    return replace(one, fate="leak", by_manager=False, why=(OWN_GRADES, *one.why))


def _named_field(column: str, answers: Sequence[str | None], file: SampledFile, taken: set[str]) -> PlannedField:
    """Return the field of a column that only its name can speak against."""
    one = _field(column, answers, taken)
    signs = leak_signs(column, answers, one.kind, None, file.shape.decimal)
    if one.fate != "kept":
        return one
    return replace(one, fate="leak" if signs.is_leak else "kept", why=signs.words)


def _field(column: str, answers: Sequence[str | None], taken: set[str]) -> PlannedField:
    cells = [cell for cell in answers if cell is not None]
    label, unit = unit_of(column)
    name = next((criterion for criterion, phrases in CRITERIA.items() if first_fitting(column, phrases)), None)
    name = name if name and name not in taken else plain_name(label, taken)
    kind = kind_of(cells)
    if kind == "constant" and len(cells) < 0.999 * len(answers):
        kind = "choice"  # the same word or nothing: that it stands there is the answer
    field_kind: FieldKind = "text" if kind == "empty" or kind == "constant" or kind == "identifier" else kind
    shown = (label if kind == "number" else column).replace("_", " ").strip()
    made = PlannedField(name, field_kind, column, label=shown)
    made = replace(made, unit=unit if kind == "number" else "")
    personal = personal_sign(column, cells)
    if personal:
        return replace(made, fate="personal", why=(personal,))
    useless = _useless(kind, cells)
    if useless:
        return replace(made, fate=useless[0], why=(useless[1],))
    return made


def _useless(kind: str, cells: Sequence[str]) -> tuple[Fate, str] | None:
    if kind == "empty":
        return "useless", "empty in every row"
    if kind == "constant":
        return "useless", "the same in every row"
    if kind == "identifier":
        return "useless", "nearly every row has its own: it names rows"
    share = share_with_contacts(cells) if kind == "text" else 0.0
    if share >= FREE_TEXT_WITH_CONTACTS:
        return "personal", f"free text; in {share:.0%} of it stands a phone number or an e-mail address".replace(
            "%", " %"
        )
    return None
