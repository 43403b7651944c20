"""A model on the bench: what it makes of leads, why, what of that held on later leads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pandas as pd

from features.facts.company import Company
from features.rows.as_of import KnownLead
from features.rows.feature_words import feature_label
from leadloop.bench.known_leads import At, KnownLeads
from leadloop.bench.purchase_rates import rate_told
from models.abc_rules import GRADES
from models.card import Card, load_card
from models.field_weights import field_weights
from models.if_answered import if_answered
from models.judgement import load_judgement
from models.model_scorer import ModelScorer
from models.score import Reason, RulesScorer, Score
from serving.desk.next_question import answer_words
from serving.words.reasons import cell_words, reason_text


class Model:
    """A model on the bench, or the rules alone; ``Bench.model`` and ``Bench.train`` give it."""

    def __init__(self, leads: KnownLeads, company: Company, scorer: ModelScorer | None, folder: Path | None) -> None:
        self._leads, self._company = leads, company
        self._scorer, self._folder = scorer or RulesScorer(), folder

    def __repr__(self) -> str:
        return f"<Model {self.version or 'none: the rules alone'}>"

    @property
    def version(self) -> str | None:
        """Return the model's own name; None for the rules alone."""
        return self._scorer.version

    @property
    def learned_until(self) -> datetime | None:
        """Return up to when it learned; None for the rules alone."""
        return self._scorer.data_cut_off

    @property
    def card(self) -> Card | None:
        """Return what it learned from, what it was judged on and why it serves or not; None for the rules alone."""
        return load_card(self._folder) if self._folder else None

    def scores(self, at: At = None, *, leads: Iterable[str] | None = None) -> pd.DataFrame:
        """Return the score of each lead as known at a moment (now, or each at its "arrival"), by lead id.

        Returns
        -------
        pandas.DataFrame
            ``probability`` that it buys within the window that taught the model, ``low`` and ``high`` (the true one lies between in
            80 of 100 cases), ``rules_grade``, ``refined_grade``, ``ask`` (the field whose answer matters most).
        """
        index: list[str] = []
        told: list[tuple[float, float, float, str, str, str | None]] = []
        rows = self._leads.rows
        for known in self._leads.known(at, leads):
            one = self._scorer.score(known, rows.row(known))
            index.append(known.lead_id)
            told.append((one.probability, one.low, one.high, one.grading.grade, one.refined_grade, one.ask))
        columns = ["probability", "low", "high", "rules_grade", "refined_grade", "ask"]
        return pd.DataFrame(told, columns=columns, index=pd.Index(index, name="lead_id", dtype=object))

    def reasons(self, lead_id: str, at: At = None) -> pd.DataFrame:
        """Return the reasons for and against a lead that people can check, the strongest first.

        ``text`` in the company's words, ``feature``, ``contribution`` in log-odds, ``leads`` that were like it and ``sales``
        among them. Empty for the rules alone.
        """
        score = self._score(self._leads.of_one(lead_id, at))
        told = sorted((*score.reasons_for, *score.reasons_against), key=lambda one: -abs(one.contribution))
        columns = ["text", "feature", "contribution", "leads", "sales"]
        words = self._company
        rows = [(reason_text(one, words), one.feature, one.contribution, one.leads, one.sales) for one in told]
        return pd.DataFrame(rows, columns=columns)

    def if_answered(self, lead_id: str, field: str | None = None, at: At = None) -> pd.DataFrame:
        """Return what each answer to a question would make of a lead's probability, all else being as it was known.

        ``field``, ``answer`` in the company's words, ``probability``. By default the question that matters most; empty where
        nothing is open.
        """
        known = self._leads.of_one(lead_id, at)
        name = field or self._score(known).ask
        rows = self._leads.rows
        told = if_answered(name, known, rows.row(known), rows=rows, scorer=self._scorer) if name else ()
        words = [
            (name, answer_words(name, one.answer, one.ends, self._company), one.probability) for one in told if name
        ]
        return pd.DataFrame(words, columns=["field", "answer", "probability"])

    def fields(self) -> pd.DataFrame:
        """Return the fields that matter, the weightiest first, by feature.

        ``label``, ``share`` of what moves the chances, ``speaks_for`` and ``speaks_against``: the answer with which leads
        bought noticeably more, and less, often. Empty for the rules alone.
        """
        words = self._company
        weights = field_weights(self._scorer.artefact) if isinstance(self._scorer, ModelScorer) else []
        rows = [
            (one.feature, feature_label(one.feature, words), one.share, *map(self._said, (one.speaks_for, one.speaks_against)))
            for one in weights
        ]  # fmt: skip
        columns = ["feature", "label", "share", "speaks_for", "speaks_against"]
        return pd.DataFrame(rows, columns=columns).set_index("feature")

    def measures(self) -> pd.DataFrame:
        """Return how it did on later leads beside what it is held against, each figure with its 95 % interval.

        ``group`` (all, a moment, a channel), ``contender``, ``measure``, ``value``, ``low``, ``high``, ``leads``, ``sales``; a
        group without enough data has one row without a measure. Empty where training kept none.
        """
        judgement = load_judgement(self._folder) if self._folder else None
        rows: list[tuple[object, ...]] = []
        for group in judgement.groups if judgement else ():
            counts = (group.leads, group.sales)
            if group.measures is None:
                rows.append((group.name, None, None, None, None, None, *counts))
            for who, of in (group.measures or {}).items():
                rows += [(group.name, who, name, one.value, one.low, one.high, *counts) for name, one in of.items()]
        columns = ["group", "contender", "measure", "value", "low", "high", "leads", "sales"]
        return pd.DataFrame(rows, columns=columns)

    def promises(self) -> pd.DataFrame:
        """Return what later leads were promised on arrival and what came, by tenths, the best first.

        ``promised`` (the mean probability), ``bought`` (the share that did) with ``low`` and ``high`` of its 95 % interval,
        ``leads``, ``sales``. Empty where there were too few leads to say.
        """
        card = self.card
        rows = [
            (one.chance, *rate_told(one.sales, one.leads), one.leads, one.sales)
            for one in (card.promised if card else ())
        ]
        return pd.DataFrame(rows, columns=["promised", "bought", "low", "high", "leads", "sales"])

    def grades(self) -> pd.DataFrame:
        """Return the same later leads by the rules' grade and by the refined one, by ``by`` (rules, refined) and ``grade``.

        ``bought`` (the share that did) with ``low`` and ``high`` of its 95 % interval, ``leads``, ``sales``.
        """
        card = self.card
        both = {"rules": card.grades.rules, "refined": card.grades.refined} if card else {}
        rows = [
            (by, grade, *rate_told(counts[grade][1], counts[grade][0]), *counts[grade])
            for by, counts in both.items()
            for grade in GRADES
            if grade in counts
        ]
        columns = ["by", "grade", "bought", "low", "high", "leads", "sales"]
        return pd.DataFrame(rows, columns=columns).set_index(["by", "grade"])

    def _score(self, known: KnownLead) -> Score:
        return self._scorer.score(known, self._leads.rows.row(known))

    def _said(self, reason: Reason | None) -> str | None:
        return None if reason is None else cell_words(reason.feature, reason.cell, self._company)
