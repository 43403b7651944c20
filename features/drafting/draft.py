"""A first company.yaml from a company's own exports: what each column is, and what to look at before trusting it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np

from features.drafting.call_result_words import result_meant
from features.drafting.channel_variants import channel_rules
from features.drafting.column_kinds import is_two_ways
from features.drafting.column_roles import marks_of, roles_of
from features.drafting.draft_text import DraftParts, draft_text
from features.drafting.header_words import first_fitting
from features.drafting.known_outcomes import Outcomes, lead_id_column, outcomes_in_leads, outcomes_in_stages
from features.drafting.leaks.arrival_order import arrival_order
from features.drafting.leaks.finder import Ended
from features.drafting.own_grade_words import are_own_grades, grades_meant
from features.drafting.personal_columns import IS_PERSON, may_be_shown
from features.drafting.placeholder_words import placeholders_in
from features.drafting.planned_fields import PlannedField, fields_of_leads, with_call_answers
from features.drafting.rehearsal import Rehearsal, rehearsed
from features.drafting.sale_columns import with_columns_of_the_sale, words_instead_of_dates
from features.drafting.sampled_file import SampledFile, sampled
from features.facts.company import Company
from features.facts.company_file import parse_company
from features.facts.export_columns import Export
from features.facts.export_kind import KINDS, needed_columns
from features.facts.file_shape import guess_date_order, is_placeholder
from features.facts.values import MANAGER_GRADES, CallResult, ManagerGrade

Language = Literal["ru", "en"]
CURRENCY, CURRENCY_CODE = ("currency", "валюта"), re.compile("^[A-Z]{3}$")
MOST_WORDS = 40
MOST_SINGLES = 5
"""A column of more words, or of more words that stand once, is free text, and none of these is shown."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The drafted text, the company that it describes, and what to tell the person who asked for it.

    ``problems`` must be mended before the files can be imported, ``doubts`` before training says much; ``rehearsals``
    say how the first rows of each file read with the draft.
    """

    text: str
    company: Company
    parts: DraftParts
    problems: tuple[str, ...]
    doubts: tuple[str, ...]
    rehearsals: tuple[Rehearsal, ...]


@dataclass(slots=True)
class _Recognised:
    """What is known so far, file kind by file kind."""

    files: dict[str, SampledFile]
    roles: dict[str, dict[str, str]] = field(default_factory=dict)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)


def draft_of(files: Mapping[str, Path], *, moment: datetime, language: Language | None = None) -> Draft:
    """Draft the company file that reads ``files``.

    Parameters
    ----------
    files
        leads, and perhaps calls, stages, spend, plan -> the export.
    moment
        Now, as a rehearsal's day of export.
    language
        The company's; by the letters of the exports where None.

    Raises
    ------
    ImportRefused
        Where a file is empty, no text table, or has one column name twice.
    """
    known = _Recognised({kind: sampled(files[kind]) for kind in KINDS if kind in files})
    _find_roles(known)
    leads = _only_leads(known)
    placeholders = placeholders_in(known.files.values())
    outcomes = _outcomes(known, leads)
    parts = _parts(known, leads, outcomes, placeholders, language or _language(known.files.values()))
    text = draft_text(parts)
    company = parse_company(text, "the draft")
    missing = _missing(known, company.export)
    problems = [*(problem for _, problem in missing), *([parts.date_doubt] if parts.date_doubt else [])]
    unfit = {kind for kind, _ in missing}
    rehearsals = [
        rehearsed(file.path, kind, company, moment) for kind, file in known.files.items() if kind not in unfit
    ]
    return Draft(text, company, parts, tuple(problems), parts.doubts, tuple(rehearsals))


def _find_roles(known: _Recognised) -> None:
    for kind, file in known.files.items():
        known.roles[kind] = roles_of(kind, file)
        known.marks[kind] = marks_of(kind, file, known.roles[kind].values()) if kind in ("leads", "spend") else {}
    leads, id_column = known.files["leads"], known.roles["leads"].get("id")
    for kind in ("calls", "stages"):
        if kind in known.files and id_column:
            roles = known.roles[kind]
            column = lead_id_column(known.files[kind], roles.get("lead_id"), leads.columns[id_column])
            if column is not None and column != roles.get("lead_id"):
                kept = {role: other for role, other in roles.items() if other != column}
                known.roles[kind] = {**kept, "lead_id": column}
    _find_own_grades(known)


def _find_own_grades(known: _Recognised) -> None:
    """Find the calls' column of the managers' own grades: it is no answer of the lead and becomes no field."""
    if "calls" in known.files:
        calls, roles = known.files["calls"], known.roles["calls"]
        free = (column for column in calls.columns if column not in roles.values())
        column = next((one for one in free if are_own_grades(one, calls.filled(one))), None)
        if column is not None:
            roles["grade"] = column


def _only_leads(known: _Recognised) -> SampledFile:
    """Return the leads' sample without the rows that have no id: visits, totals, empty lines."""
    leads, column = known.files["leads"], known.roles["leads"].get("id")
    if column is None:
        return leads
    keep = [not is_placeholder(cell, ()) for cell in leads.columns[column]]
    columns = {
        name: [cell for cell, kept in zip(cells, keep, strict=True) if kept] for name, cells in leads.columns.items()
    }
    return replace(leads, columns=columns)


def _outcomes(known: _Recognised, leads: SampledFile) -> Outcomes:
    id_column = known.roles["leads"].get("id")
    if "stages" in known.files:
        ids = leads.columns[id_column] if id_column else []
        return outcomes_in_stages(known.files["stages"], known.roles["stages"], ids)
    claimed = {*known.roles["leads"].values(), *known.marks["leads"].values()}
    return outcomes_in_leads(leads, claimed)


def _parts(
    known: _Recognised, leads: SampledFile, outcomes: Outcomes, placeholders: dict[str, int], language: Language
) -> DraftParts:
    roles = {kind: dict(found) for kind, found in known.roles.items()}
    if outcomes.column:
        roles["leads"]["stage"] = outcomes.column
        roles["leads"] = with_columns_of_the_sale(roles["leads"], leads, outcomes)
        placeholders = placeholders | words_instead_of_dates(roles["leads"], leads)
    else:
        for role in ("stage_at", "amount", "reason"):
            roles["leads"].pop(role, None)
    fields = _fields(known, leads, outcomes, placeholders, roles)
    results, unknown_results = _results(known, roles)
    grades, unknown_grades = _grades(known, roles)
    managers = _managers(known, roles)
    order, doubt = _date_order(known, roles, language)
    counts = _stage_counts(known, outcomes, roles)
    shown_stages = {name: kind for name, kind in outcomes.kinds.items() if may_be_shown(name, counts.get(name, 2))}
    others = _shown({name: counts.get(name, 2) for name in outcomes.levels if name not in outcomes.kinds})
    doubts = []
    if "won" not in outcomes.kinds.values() and (outcomes.column or "stages" in known.files):
        doubts.append("No stage could be recognised as a sale; write its name under stages: won.")
    return DraftParts(
        files=known.files,
        language=language,
        currency=_currency(known, language),
        has_dated_stages="stages" in known.files or "stage_at" in roles["leads"],
        fields=fields,
        outcomes=outcomes,
        stages=shown_stages,
        other_stages=others,
        channels={
            name: words
            for name, words in channel_rules(_sources(known, leads)).items()
            if all(map(may_be_shown, words))
        },
        managers=managers,
        placeholders=placeholders,
        date_order=order,
        roles=roles,
        marks=known.marks,
        results=results,
        unknown_results=unknown_results,
        grades=grades,
        unknown_grades=unknown_grades,
        date_doubt=doubt,
        doubts=tuple(doubts),
    )


def _fields(
    known: _Recognised,
    leads: SampledFile,
    outcomes: Outcomes,
    placeholders: dict[str, int],
    roles: Mapping[str, Mapping[str, str]],
) -> list[PlannedField]:
    claimed = {*roles["leads"].values(), *known.marks["leads"].values()}
    marks = known.marks["leads"].values()
    ended = Ended.of(outcomes.won, outcomes.is_open) if outcomes.won is not None else None
    order = arrival_order(leads, roles["leads"].get("created_at"))
    moments = order.moments if order is not None else None
    fields = fields_of_leads(leads, claimed, placeholders, ended, beside=marks, order=moments)
    if "calls" not in known.files:
        return fields
    return with_call_answers(fields, known.files["calls"], set(roles["calls"].values()), placeholders)


def _results(known: _Recognised, roles: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, CallResult], list[str]]:
    """Return the calls' words that mean a result, and the words whose meaning nobody can guess."""
    if "calls" not in known.files or "result" not in roles["calls"]:
        return {}, []
    words = dict(Counter(known.files["calls"].filled(roles["calls"]["result"])).most_common(200))
    meant = {word: result_meant(word) for word, times in words.items() if may_be_shown(word, times)}
    unknown = {word: times for word, times in words.items() if meant.get(word) is None}
    return {word: result for word, result in meant.items() if result is not None}, _shown(unknown)


def _grades(known: _Recognised, roles: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, ManagerGrade], list[str]]:
    """Return the managers' words for a grade that need an entry, and the words whose meaning nobody can guess."""
    column = roles["calls"].get("grade") if "calls" in known.files else None
    if column is None:
        return {}, []
    words = Counter(known.files["calls"].filled(column))
    meant = grades_meant(words)
    ours = {grade.casefold() for grade in MANAGER_GRADES}
    shown = {word: grade for word, grade in meant.items() if word.casefold() not in ours and may_be_shown(word)}
    return shown, _shown({word: times for word, times in words.most_common() if word not in meant})


def _stage_counts(known: _Recognised, outcomes: Outcomes, roles: Mapping[str, Mapping[str, str]]) -> Counter[str]:
    kind = "leads" if outcomes.column else "stages"
    column = roles[kind].get("stage") if kind in known.files else None
    return Counter(known.files[kind].columns[column]) if column else Counter()


def _sources(known: _Recognised, leads: SampledFile) -> list[str]:
    """Return the raw sources of leads and of spend; what they share must become one channel."""
    found = leads.filled(known.marks["leads"]["source"]) if "source" in known.marks["leads"] else []
    if "source" in known.marks.get("spend", {}):
        found = [*found, *known.files["spend"].filled(known.marks["spend"]["source"])]
    return found


def _managers(known: _Recognised, roles: Mapping[str, Mapping[str, str]]) -> dict[str, int | None]:
    """Return manager -> calls on a full day (nine days of ten have no more), None where no calls tell."""
    capacity = _calls_on_a_full_day(known, roles)
    names: dict[str, int | None] = {}
    for kind in ("calls", "leads", "stages"):
        if kind in known.files and "manager" in roles[kind]:
            for name in sorted(set(known.files[kind].filled(roles[kind]["manager"]))):
                if may_be_shown(name):
                    names.setdefault(name, capacity.get(name))
    return names


def _calls_on_a_full_day(known: _Recognised, roles: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    if "calls" not in known.files or not {"manager", "at"} <= set(roles["calls"]):
        return {}
    calls, columns = known.files["calls"], roles["calls"]
    days = Counter(
        (name, at.split(" ")[0].split("T")[0])
        for name, at in zip(calls.columns[columns["manager"]], calls.columns[columns["at"]], strict=True)
    )
    by_name: dict[str, list[int]] = {}
    for (name, _), count in days.items():
        by_name.setdefault(name, []).append(count)
    return {name: max(round(float(np.quantile(counts, 0.9))), 1) for name, counts in by_name.items()}


def _date_order(
    known: _Recognised, roles: Mapping[str, Mapping[str, str]], language: Language
) -> tuple[str | None, str | None]:
    """Return the order of day and month where the importer could not recognise it by itself, and what is doubtful."""
    ambiguous = False
    for kind, file in known.files.items():
        for role in ("created_at", "at", "day"):
            cells = file.filled(roles[kind][role]) if role in roles[kind] else []
            if file.shape.date_order is None and cells and is_two_ways(cells[:2_000]):
                order = guess_date_order(cells)
                if order:
                    return order, None
                ambiguous = True
    if not ambiguous:
        return None, None
    others = {file.shape.date_order for file in known.files.values()} & {"dmy", "mdy"}
    if len(others) == 1:
        return others.pop(), None
    if language == "ru":
        return "dmy", None
    return None, "The dates fit day-first and month-first alike; say export.date_order: dmy or mdy."


def _currency(known: _Recognised, language: Language) -> str:
    """Return the one currency that an export names, else the language's."""
    for file in known.files.values():
        for column in file.columns:
            words = {word.upper() for word in file.filled(column)} if first_fitting(column, CURRENCY) else set()
            if len(words) == 1 and CURRENCY_CODE.match(word := words.pop()):
                return word
    return "RUB" if language == "ru" else "USD"


def _missing(known: _Recognised, export: Export) -> list[tuple[str, str]]:
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


def _language(files: Iterable[SampledFile]) -> Language:
    """Return ru where a column's name, or most of the different cells of a column, are written in Cyrillic."""
    for file in files:
        for column in file.columns:
            levels = list(dict.fromkeys(file.filled(column)))[:500]
            if _is_cyrillic(column) or (levels and sum(map(_is_cyrillic, levels)) > 0.5 * len(levels)):
                return "ru"
    return "en"


def _is_cyrillic(text: str) -> bool:
    return any("а" <= letter <= "я" for letter in text.casefold())


def _shown(words: Mapping[str, int]) -> list[str]:
    """Return the words that a draft may repeat; too many words are free text, and none is."""
    singles = {word for word, times in words.items() if times < 2}
    hidden = singles if len(singles) > MOST_SINGLES else {word for word in singles if IS_PERSON.match(word)}
    shown = [word for word, times in words.items() if word not in hidden and may_be_shown(word, times)]
    return shown if len(words) <= MOST_WORDS else []
