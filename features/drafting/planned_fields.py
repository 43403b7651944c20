"""Which columns become fields of the company file, which stay out, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from features.drafting.column_kinds import kind_of
from features.drafting.field_names import plain_name, unit_of
from features.drafting.header_words import first_fitting
from features.drafting.leak_signs import leak_signs
from features.drafting.personal_columns import personal_sign, share_with_contacts
from features.drafting.sampled_file import SampledFile, given
from features.facts.company import FieldKind

Fate = Literal["kept", "leak", "personal", "useless"]
CRITERIA = {
    "need": ("need", "потребность", "есть потребность", "нужда", "has need"),
    "budget": ("budget", "бюджет", "есть бюджет", "has budget", "бюджет есть"),
    "urgency": ("urgency", "urgent", "срочность", "срочно", "is urgent"),
}
"""Columns of the qualifying questions, by name."""
SAME_ROWS = 0.995
ENOUGH_ROWS = 100
FREE_TEXT_WITH_CONTACTS = 0.01


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
    leads: SampledFile, claimed: Collection[str], placeholders: Collection[str], won: Sequence[bool] | None
) -> list[PlannedField]:
    """Return one field, kept or not, for each column that has no role."""
    planned: list[PlannedField] = []
    taken: set[str] = set()
    for column, cells in leads.columns.items():
        if column not in claimed:
            one = _field(column, given(cells, placeholders), won, leads, taken)
            planned.append(one)
            taken.add(one.name)
    return _with_companions_of_leaks(planned, leads, placeholders)


def with_call_answers(
    planned: list[PlannedField], calls: SampledFile, claimed: Collection[str], placeholders: Collection[str]
) -> list[PlannedField]:
    """Return the fields with the questions that managers ask by phone; one that the form asks too gets both columns."""
    fields = {one.name: one for one in planned}
    for column, cells in calls.columns.items():
        if column in claimed:
            continue
        same = next((one for one in planned if one.column == column and one.fate == "kept"), None)
        one = _field(column, given(cells, placeholders), None, calls, set() if same else set(fields))
        if same and one.fate == "kept":
            fields[same.name] = replace(same, call_column=column)
        elif not same:
            fields[one.name] = replace(one, column=None, call_column=column, by_manager=True)
    return list(fields.values())


def _field(
    column: str, answers: Sequence[str | None], won: Sequence[bool] | None, file: SampledFile, taken: set[str]
) -> PlannedField:
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
    signs = leak_signs(column, answers, kind, won, file.shape.decimal)
    return replace(made, fate="leak" if signs.is_leak else "kept", by_manager=signs.is_late, why=signs.words)


def _with_companions_of_leaks(
    planned: list[PlannedField], leads: SampledFile, placeholders: Collection[str]
) -> list[PlannedField]:
    """Return the fields; a column that is filled in the very rows in which a leak is filled is a leak as well."""
    if leads.rows < ENOUGH_ROWS:
        return planned
    filled = {
        one.column: np.array([cell is not None for cell in given(leads.columns[one.column], placeholders)])
        for one in planned
        if one.column and one.fate in ("kept", "leak")
    }
    partly = {column: mask for column, mask in filled.items() if 0.02 < mask.mean() < 0.95}
    leaks = [one.column for one in planned if one.fate == "leak" and one.column in partly]

    def judged(one: PlannedField) -> PlannedField:
        if one.fate != "kept" or one.column not in partly:
            return one
        mask = partly[one.column]
        same = next((leak for leak in leaks if leak and (mask == partly[leak]).mean() >= SAME_ROWS), None)
        if same is None:
            return one
        return replace(one, fate="leak", by_manager=False, why=(*one.why, f"filled in the same rows as {same}"))

    return [judged(one) for one in planned]


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
