"""The row of a lead at a moment: every feature, in order; one implementation for one lead and for a million."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.values import Answer
from features.rows.as_of import Gate, KnownLead
from features.rows.call_features import CALL_FEATURES
from features.rows.contact_features import CONTACT_FEATURES
from features.rows.feature import Feature, FeatureRow, Value
from features.rows.form_answers import FAMILY as ANSWERS
from features.rows.form_answers import answer_features
from features.rows.source_features import SOURCE_FEATURES
from features.rows.source_rates import NO_RATES, SourceRates
from features.rows.time_features import TIME_FEATURES

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
        told_before_calls = [(one.name, one.of) for one in self.features if one not in CALL_FEATURES]
        self._before_calls = told_before_calls
        self._columns = [*told_before_calls, *((one.name, one.of) for one in CALL_FEATURES)]
        self._uncalled: dict[str, Value] | None = None
        self._answer_columns = {
            name: [(one.name, one.of) for one in self.features if one.family == ANSWERS and one.name in names]
            for name, names in _names_of_answers(company).items()
        }

    def known(self, history: LeadHistory, moment: datetime) -> KnownLead | None:
        """Return the lead as known at ``moment`` with the source rates of the last midnight; None before it came."""
        return self.gate.as_of(history, moment, self._rates.at(moment))

    def row(self, known: KnownLead) -> dict[str, Value]:
        """Return feature name -> value."""
        if known.calls or known.stages:
            return {name: of(known) for name, of in self._columns}
        row = {name: of(known) for name, of in self._before_calls}
        if self._uncalled is None:  # what calls and stages tell of any lead that has none
            self._uncalled = {one.name: one.of(known) for one in CALL_FEATURES}
        row.update(self._uncalled)
        return row

    def answered(self, known: KnownLead, row: FeatureRow, field: str, answer: Answer) -> tuple[KnownLead, FeatureRow]:
        """Return what would be known of a lead, and its row, had it also answered ``field`` so, all else as it is.

        Only that field's own features are read anew: no other reads the answer.
        """
        told = known.with_answers({**known.answers, field: answer})
        return told, {**row, **{name: of(told) for name, of in self._answer_columns[field]}}

    def names_of(self, field: str) -> list[str]:
        """Return the names of the features that read an answer to ``field``."""
        return [name for name, _ in self._answer_columns[field]]


def _names_of_answers(company: Company) -> dict[str, set[str]]:
    """Return the names of the features that read each field."""
    alone = {name: company.model_copy(update={"fields": {name: field}}) for name, field in company.fields.items()}
    return {name: {answer_feature_name(one.name) for one in answer_features(of)} for name, of in alone.items()}
