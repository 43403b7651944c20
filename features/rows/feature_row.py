"""The row of a lead at a moment: every feature, in order; one implementation for one lead and for a million."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from features.facts.codec import EPOCH
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.values import Answer, Lead, Source
from features.rows.as_of import Gate, KnownLead
from features.rows.call_features import CALL_FEATURES
from features.rows.contact_features import CONTACT_FEATURES, QUALITIES
from features.rows.feature import Feature, FeatureRow, Value
from features.rows.form_answers import FAMILY as ANSWERS
from features.rows.form_answers import answer_features
from features.rows.source_features import READ_MARKS, SOURCE_FEATURES
from features.rows.source_rates import MOST_REMEMBERED, NO_RATES, SourceRates
from features.rows.time_features import ARRIVAL_FEATURES, TIME_FEATURES, hours_since_request, seconds_to_first_call

GENERAL_FEATURES = (*SOURCE_FEATURES, *CONTACT_FEATURES, *TIME_FEATURES, *CALL_FEATURES)
GRADE = "abc_grade"
"""How a reason calls the grade by the rules, from which a lead's score starts; no feature has this name."""
TAKEN_NAMES = frozenset(one.name for one in GENERAL_FEATURES) | {GRADE}


def features_of(company: Company) -> tuple[Feature, ...]:
    """Return every feature of a company: its own fields first, then what holds for all.

    A field whose name is also a general feature's (a company may well ask for ``offer``) is called ``answer_<name>``.
    """
    own = [replace(one, name=answer_feature_name(one.name)) for one in answer_features(company)]
    return (*own, *GENERAL_FEATURES)


def answer_feature_name(name: str) -> str:
    """Return what the feature of a company's own answer is called.

    >>> answer_feature_name("area"), answer_feature_name("offer")
    ('area', 'answer_offer')
    """
    return f"answer_{name}" if name in TAKEN_NAMES else name


class RatesBook(Protocol):
    """Whatever can say how the sources have sold, as of the last midnight before a moment."""

    def at(self, moment: datetime) -> SourceRates:
        """Return the rates that a row at ``moment`` may know."""


class FixedRates:
    """One midnight's rates for every row: what a server holds for the day, or nothing at all."""

    def __init__(self, rates: SourceRates = NO_RATES) -> None:
        self.rates = rates

    def at(self, moment: datetime) -> SourceRates:
        """Return the same rates whatever the moment."""
        return self.rates


class RowBuilder:
    """Builds the row of any lead at any moment, under one version of the company's words.

    Examples
    --------
    >>> from datetime import UTC
    >>> from features.facts.values import Lead, LeadId, Stored
    >>> noon = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> company = Company.model_validate({"company": "Окна", "fields": {"area": {"kind": "number"}}})
    >>> history = LeadHistory(LeadId("7"), (Stored(1, Lead(LeadId("7"), noon, noon, {"area": 40.0})),))
    >>> rows = RowBuilder(company, FixedRates())
    >>> row = rows.row(rows.known(history, noon))
    >>> row["area"], row["hour"], row["calls_made"]
    (40.0, 12.0, 0.0)
    """

    def __init__(self, company: Company, rates: RatesBook) -> None:
        self.company = company
        self.features = features_of(company)
        self.gate = Gate(company)
        self._rates = rates
        self._columns = [(one.name, one.of) for one in self.features]
        self._names = _names_of_answers(company)
        self._answer_columns = {
            name: [(one.name, one.of) for one in self.features if one.family == ANSWERS and one.name in names]
            for name, names in self._names.items()
        }
        self._dated = frozenset(name for name, field in company.fields.items() if field.kind == "date")
        self._just_come: dict[str, Value] | None = None
        self._of_sources: tuple[SourceRates, Remembered] = NO_RATES, {}
        self._of_contacts: Remembered = {}
        self._of_answers: Remembered = {}
        self._of_seconds: Remembered = {}

    def known(self, history: LeadHistory, moment: datetime) -> KnownLead | None:
        """Return the lead as known at ``moment`` with the source rates of the last midnight; None before it came."""
        return self.gate.as_of(history, moment, self._rates.at(moment))

    def just_come(self, lead: Lead, source: Source, moment: datetime) -> KnownLead:
        """Return what ``known`` does of a lead of which nothing but these two facts is stored, both known by ``moment``."""
        return self.gate.just_come(lead, source, moment, self._rates.at(moment))

    def row(self, known: KnownLead) -> dict[str, Value]:
        """Return feature name -> value."""
        if known.calls or known.stages:
            return {name: of(known) for name, of in self._columns}
        if self._just_come is None:  # every feature, and what calls and stages tell of any lead that has none
            self._just_come = dict.fromkeys(name for name, _ in self._columns)
            self._just_come |= _told_by((seconds_to_first_call, *CALL_FEATURES), known)
        row = self._just_come.copy()
        for told in known.answers.items():
            said = self._of_answers.get(told)
            row.update(self._of_answer(told, known) if said is None else said)
        row.update(self._of_source(known))
        row.update(self._of_contact(known))
        row.update(self._of_arrival(known))
        row[hours_since_request.name] = hours_since_request.of(known)
        return row

    def _of_answer(self, told: tuple[str, Answer], known: KnownLead) -> dict[str, Value]:
        """Return what the features of one answer say: the same of all leads that answered so, but where it is a day."""
        field, answer = told
        if field in self._dated or answer != answer:
            return {name: of(known) for name, of in self._answer_columns.get(field, ())}
        features = [one for one in self.features if one.family == ANSWERS and one.name in self._names.get(field, ())]
        return _remembered(self._of_answers, told, features, known)

    def _of_arrival(self, known: KnownLead) -> dict[str, Value]:
        """Return what the moment of the request says: the same of all that were left within a second."""
        since = known.lead.at - EPOCH
        return _remembered(self._of_seconds, (since.days, since.seconds), ARRIVAL_FEATURES, known)

    def _of_source(self, known: KnownLead) -> dict[str, Value]:
        """Return what the source's features say: the same of all leads with its channel and marks, as long as rates hold."""
        rates, remembered = self._of_sources
        if rates is not known.rates:
            remembered = {}
            self._of_sources = known.rates, remembered
        return _remembered(remembered, (known.channel, *map(known.marks.get, READ_MARKS)), SOURCE_FEATURES, known)

    def _of_contact(self, known: KnownLead) -> dict[str, Value]:
        """Return what the contact's features say: the same of all contacts of one quality."""
        qualities = tuple(map(known.lead.contact_quality.get, QUALITIES))
        return _remembered(self._of_contacts, qualities, CONTACT_FEATURES, known)

    def answered(self, known: KnownLead, row: FeatureRow, field: str, answer: Answer) -> tuple[KnownLead, FeatureRow]:
        """Return what would be known of a lead, and its row, had it also answered ``field`` so, all else as it is.

        Only that field's own features are read anew: no other reads the answer.
        """
        told = known.with_answers({**known.answers, field: answer})
        return told, {**row, **{name: of(told) for name, of in self._answer_columns[field]}}

    def names_of(self, field: str) -> list[str]:
        """Return the names of the features that read an answer to ``field``."""
        return [name for name, _ in self._answer_columns[field]]


Remembered = dict[tuple[Any, ...], dict[str, Value]]


def _remembered(
    found: Remembered, asked: tuple[Any, ...], features: Iterable[Feature], known: KnownLead
) -> dict[str, Value]:
    """Return what features say of a lead, which is the same whenever ``asked`` is."""
    told = found.get(asked)
    if told is None:
        if len(found) >= MOST_REMEMBERED:
            found.clear()
        told = found[asked] = _told_by(features, known)
    return told


def _told_by(features: Iterable[Feature], known: KnownLead) -> dict[str, Value]:
    return {one.name: one.of(known) for one in features}


def _names_of_answers(company: Company) -> dict[str, set[str]]:
    """Return the names of the features that read each field."""
    alone = {name: company.model_copy(update={"fields": {name: field}}) for name, field in company.fields.items()}
    return {name: {answer_feature_name(one.name) for one in answer_features(of)} for name, of in alone.items()}
