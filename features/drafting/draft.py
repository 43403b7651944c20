"""A first company.yaml from a company's own exports: what each column is, and what to look at before trusting it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from features.drafting.calls_meant import own_grades_meant, results_meant
from features.drafting.channel_variants import channel_rules
from features.drafting.company_habits import Language, currency_of, date_order_of, language_of
from features.drafting.draft_text import DraftParts, draft_text
from features.drafting.known_outcomes import Outcomes, outcomes_in_leads, outcomes_in_stages
from features.drafting.leaks.arrival_order import arrival_order
from features.drafting.leaks.ended import Ended
from features.drafting.managers_found import managers_of
from features.drafting.missing_columns import missing_columns
from features.drafting.personal_columns import may_be_shown, shown_words
from features.drafting.placeholder_words import placeholders_in
from features.drafting.planned_fields import PlannedField, fields_of_leads, with_call_answers
from features.drafting.recognised import Recognised, only_leads, recognised_in
from features.drafting.rehearsal import Rehearsal, rehearsed
from features.drafting.sale_columns import with_columns_of_the_sale, words_instead_of_dates
from features.drafting.sampled_file import SampledFile
from features.facts.company import Company
from features.facts.company_file import parse_company


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
    known = recognised_in(files)
    leads = only_leads(known)
    placeholders = placeholders_in(known.files.values())
    outcomes = _outcomes(known, leads)
    parts = _parts(known, leads, outcomes, placeholders, language or language_of(known.files.values()))
    text = draft_text(parts)
    company = parse_company(text, "the draft")
    missing = missing_columns(known, company.export)
    problems = [*(problem for _, problem in missing), *([parts.date_doubt] if parts.date_doubt else [])]
    unfit = {kind for kind, _ in missing}
    rehearsals = [
        rehearsed(file.path, kind, company, moment) for kind, file in known.files.items() if kind not in unfit
    ]
    return Draft(text, company, parts, tuple(problems), parts.doubts, tuple(rehearsals))


def _outcomes(known: Recognised, leads: SampledFile) -> Outcomes:
    id_column = known.roles["leads"].get("id")
    if "stages" in known.files:
        ids = leads.columns[id_column] if id_column else []
        return outcomes_in_stages(known.files["stages"], known.roles["stages"], ids)
    claimed = {*known.roles["leads"].values(), *known.marks["leads"].values()}
    return outcomes_in_leads(leads, claimed)


def _parts(
    known: Recognised, leads: SampledFile, outcomes: Outcomes, placeholders: dict[str, int], language: Language
) -> DraftParts:
    roles = {kind: dict(found) for kind, found in known.roles.items()}
    if outcomes.column:
        roles["leads"]["stage"] = outcomes.column
        roles["leads"] = with_columns_of_the_sale(roles["leads"], leads, outcomes)
        placeholders = placeholders | words_instead_of_dates(roles["leads"], leads)
    else:
        for role in ("stage_at", "amount", "currency", "reason"):
            roles["leads"].pop(role, None)
    fields = _fields(known, leads, outcomes, placeholders, roles)
    results, unknown_results = results_meant(known, roles)
    grades, unknown_grades = own_grades_meant(known, roles)
    managers = managers_of(known, roles)
    order, doubt = date_order_of(known, roles, language)
    counts = _stage_counts(known, outcomes, roles)
    shown_stages = {name: kind for name, kind in outcomes.kinds.items() if may_be_shown(name, counts.get(name, 2))}
    others = shown_words({name: counts.get(name, 2) for name in outcomes.levels if name not in outcomes.kinds})
    doubts = []
    if "won" not in outcomes.kinds.values() and (outcomes.column or "stages" in known.files):
        doubts.append("No stage could be recognised as a sale; write its name under stages: won.")
    return DraftParts(
        files=known.files,
        language=language,
        currency=currency_of(known),
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
    known: Recognised,
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


def _stage_counts(known: Recognised, outcomes: Outcomes, roles: Mapping[str, Mapping[str, str]]) -> Counter[str]:
    kind = "leads" if outcomes.column else "stages"
    column = roles[kind].get("stage") if kind in known.files else None
    return Counter(known.files[kind].columns[column]) if column else Counter()


def _sources(known: Recognised, leads: SampledFile) -> list[str]:
    """Return the raw sources of leads and of spend; what they share must become one channel."""
    found = leads.filled(known.marks["leads"]["source"]) if "source" in known.marks["leads"] else []
    if "source" in known.marks.get("spend", {}):
        found = [*found, *known.files["spend"].filled(known.marks["spend"]["source"])]
    return found
