"""What of an export is searched for leaks: its columns, how the leads ended, and the order in which they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.drafting.column_roles import marks_of, roles_of
from features.drafting.known_outcomes import (
    Outcomes,
    lead_id_column,
    outcomes_in_column,
    outcomes_in_leads,
    outcomes_in_stages,
)
from features.drafting.leaks.arrival_order import ArrivalOrder, arrival_order
from features.drafting.leaks.earlier_export import EarlierExport, earlier_export
from features.drafting.leaks.ended import Ended
from features.drafting.leaks.finder import find_leaks
from features.drafting.leaks.findings import Finding
from features.drafting.leaks.surest_of_earlier import with_what_was_written
from features.drafting.leaks.written_since import written_since
from features.drafting.personal_columns import may_be_shown, personal_sign
from features.drafting.placeholder_words import placeholders_in
from features.drafting.sampled_file import SampledFile, sampled
from features.drafting.stage_words import stages_meant, yes_and_no_meant
from features.errors import ImportRefused
from features.facts.company import Company
from features.facts.file_shape import is_placeholder
from features.facts.values import StageKind

PERSONAL_ROLES = ("name", "phone", "email")
ASIDE_ROLES = ("id", "created_at", "recorded_at")
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class SearchedExport:
    """An export of leads, ready to be searched; ``aside`` says why a column is not, ``roles`` our name of others.

    ``earlier`` are older exports of the same leads, in any order.
    """

    leads: SampledFile
    columns: Mapping[str, list[str]]
    outcomes: Outcomes
    order: ArrivalOrder | None
    aside: Mapping[str, str]
    roles: Mapping[str, str]
    placeholders: tuple[str, ...]
    earlier: tuple[EarlierExport, ...] = ()

    @property
    def ended(self) -> Ended | None:
        """Return how the leads ended, None where nothing says it."""
        won = self.outcomes.won
        return Ended.of(won, self.outcomes.is_open) if won is not None else None

    def findings(self) -> list[Finding]:
        """Return what each column knows."""
        order = self.order.moments if self.order is not None else None
        decimal = self.leads.shape.decimal
        found = find_leaks(self.columns, self.ended, order=order, placeholders=self.placeholders, decimal=decimal)
        return [self._with_what_was_written(finding) for finding in found] if self.earlier else found

    def _with_what_was_written(self, finding: Finding) -> Finding:
        cells, shape = self.columns[finding.column], self.leads.shape
        since = [
            written_since(finding.column, cells, shape, older, self.ended, self.placeholders) for older in self.earlier
        ]
        return with_what_was_written(finding, since)


def searched(
    path: Path,
    *,
    company: Company | None = None,
    stages: Path | None = None,
    outcome: str | None = None,
    arrived: str | None = None,
    earlier: Sequence[Path] = (),
) -> SearchedExport:
    """Read an export of leads.

    Parameters
    ----------
    company
        Whose words name columns and stages; what it does not say of this file is recognised.
    stages
        The history of stages or the list of sales, where the leads do not say how they ended.
    outcome, arrived
        The columns that say how a lead ended and when it came (a moment, or a number that counts leads).
    earlier
        Older exports of the same leads, in any order.

    Raises
    ------
    ImportRefused
        Where a file is no table, lacks a column that was named, or the outcome's words mean no sale; where an older export
        has no lead of ``path``.
    """
    leads = sampled(path)
    for column in (outcome, arrived):
        if column is not None and column not in leads.columns:
            known = ", ".join(leads.columns)
            raise ImportRefused(f"{path.name} has no column {column!r}. Columns: {known}.")
    roles = _roles(leads, company, arrived)
    outcomes = _outcomes(leads, roles, company, stages, outcome)
    if outcomes.column is not None:
        roles["stage"] = outcomes.column
    placeholders = tuple(dict.fromkeys([*(company.export.placeholders if company else ()), *placeholders_in([leads])]))
    aside = _aside(leads, roles, outcomes.column)
    columns = {name: cells for name, cells in leads.columns.items() if name not in aside}
    return SearchedExport(
        leads,
        columns,
        outcomes,
        arrival_order(leads, roles.get("created_at")),
        aside,
        {column: role for role, column in roles.items() if column not in aside},
        placeholders,
        tuple(earlier_export(older, leads, outcomes, named_id=roles.get("id"), company=company) for older in earlier),
    )


def _roles(leads: SampledFile, company: Company | None, arrived: str | None) -> dict[str, str]:
    """Return our name -> column: as the company says where that column is there, else as recognised."""
    said = company.export.leads.model_dump(exclude={"marks"}) if company else {}
    named = {role: column for role, column in said.items() if column in leads.columns}
    found = {role: column for role, column in roles_of("leads", leads).items() if column not in named.values()}
    asked = {"created_at": arrived} if arrived is not None else {}
    return {**found, **named, **asked}


def _outcomes(
    leads: SampledFile, roles: Mapping[str, str], company: Company | None, stages: Path | None, outcome: str | None
) -> Outcomes:
    if outcome is not None:
        found = _by_column(leads, outcome, company)
        if found.won is None:
            raise ImportRefused(
                f"The column {outcome!r} of {leads.path.name} says of no lead, or of every lead, that it bought; "
                f"list its word for a sale under stages: won in company.yaml.{_its_words(leads, roles, outcome)}"
            )
        return found
    if stages is not None:
        return _by_stages(leads, roles, stages)
    if "stage" in roles and (found := _by_column(leads, roles["stage"], company)).won is not None:
        return found
    claimed = {*roles.values(), *marks_of("leads", leads, roles.values()).values()}
    return outcomes_in_leads(leads, claimed - {roles.get("stage")})


def _its_words(leads: SampledFile, roles: Mapping[str, str], column: str) -> str:
    """Return a column's most frequent words as a sentence, empty where they may name a person."""
    if column in _aside(leads, roles, None):
        return ""
    counts = Counter(leads.filled(column)).most_common(MOST_SHOWN)
    shown = ", ".join(word for word, times in counts if may_be_shown(word, times))
    return f" Its words: {shown}." if shown else ""


def _by_column(leads: SampledFile, column: str, company: Company | None) -> Outcomes:
    words = {cell for cell in set(leads.columns[column]) if not is_placeholder(cell, ())}
    said: dict[str, StageKind] = {word: company.kind_of_stage(word) for word in words} if company else {}
    flags = yes_and_no_meant(words)
    meant = said if "won" in said.values() else flags if len(flags) == len(words) else stages_meant(words)
    return outcomes_in_column(leads, column, is_flag=meant is flags, meant=meant)


def _by_stages(leads: SampledFile, roles: Mapping[str, str], stages: Path) -> Outcomes:
    history = sampled(stages)
    ids = leads.columns[roles["id"]] if "id" in roles else []
    found = roles_of("stages", history)
    column = lead_id_column(history, found.get("lead_id"), ids)
    kept = {role: name for role, name in found.items() if name != column}
    return outcomes_in_stages(history, {**kept, **({"lead_id": column} if column else {})}, ids)


def _aside(leads: SampledFile, roles: Mapping[str, str], outcome: str | None) -> dict[str, str]:
    """Return the columns that are not searched, each with the reason."""
    aside = {roles[role]: role for role in ASIDE_ROLES if role in roles}
    aside |= {roles[role]: "personal data" for role in PERSONAL_ROLES if role in roles}
    aside |= {name: "personal data" for name in leads.columns if personal_sign(name, leads.filled(name))}
    return {**aside, **({outcome: "the outcome"} if outcome else {})}
