"""Where a lead gets its score: what was known of it, its row, the champion's answer, and the log of all three."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

import orjson

from features.errors import UnknownLead
from features.facts.catalogue import Catalogue
from features.facts.channels import mark_of
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import Answer, Lead, LeadId, Source
from features.rows.as_of import KnownLead
from features.rows.feature import Value
from features.rows.feature_row import RowBuilder
from models.expected_amount import ExpectedAmounts
from models.if_answered import IfAnswered
from models.possible_answers import Ends
from models.remembered import Remembered
from models.score import Reason, Score, Scorer
from models.score_log import LoggedScore, logged
from serving.desk.champion import Champion
from serving.desk.days_rates import DaysRates
from serving.desk.next_question import answer_words, question_of
from serving.desk.reason_values import reason_values
from serving.desk.score_writer import ScoreWriter
from serving.desk.shadow import Shadow


class Scored(NamedTuple):
    """A score with what it was made from, and what gave it."""

    known: KnownLead
    row: dict[str, Value]
    score: Score
    expected_amount: float | None
    scorer: Scorer

    @property
    def expected_value(self) -> float | None:
        """Return probability x expected amount, or None where no amount is known."""
        return None if self.expected_amount is None else self.score.probability * self.expected_amount


class Desk:
    """Scores leads for every door, and remembers each score that leaves the house."""

    def __init__(
        self,
        *,
        company: Company,
        company_hash: str,
        store: FactStore,
        champion: Champion,
        rates: DaysRates,
        amounts: ExpectedAmounts,
        writer: ScoreWriter,
        now: Callable[[], datetime],
        catalogue: Catalogue | None = None,
        shadow: Shadow | None = None,
    ) -> None:
        self.company, self.company_hash = company, company_hash
        self.store, self.champion, self.rates, self.amounts = store, champion, rates, amounts
        self.now, self.catalogue, self.shadow = now, catalogue, shadow
        self._writer = writer
        self._rows = RowBuilder(company, rates)
        self.words = Remembered(partial(reason_values, company=company))
        """The reasons of scores as answers tell them."""
        self.written_words = Remembered[Reason, orjson.Fragment](
            lambda one: orjson.Fragment(orjson.dumps(self.words[one]))
        )
        """The same as JSON, which is only to be copied."""
        self.questions = Remembered(partial(question_of, company=company))
        """What is asked to learn a field."""
        self.answer_words = Remembered[tuple[str, Answer, Ends | None], str](
            lambda asked: answer_words(*asked, company)
        )
        """The answers that may come, by field, answer and the ends of its range, as people say them."""

    @property
    def scorer(self) -> Scorer:
        """Return the champion, or the rules where there is none."""
        return self.champion.scorer

    def score_stored(self, lead_id: LeadId, moment: datetime) -> Scored:
        """Score a stored lead as known at ``moment``, and log the score; ``UnknownLead`` where it is not stored."""
        history = self.store.history(lead_id)
        scored = self.scored(history, moment)
        self.remember(scored, history.read_up_to)
        return scored

    def known(self, history: LeadHistory, moment: datetime) -> KnownLead | None:
        """Return what was known of a lead at ``moment``; None before it came."""
        return self._rows.known(history, moment)

    def scored(self, history: LeadHistory, moment: datetime) -> Scored:
        """Score a history as known at ``moment``, without logging; ``UnknownLead`` where it had not come yet."""
        known = self.known(history, moment)
        if known is None:
            raise UnknownLead(history.lead_id)
        return self.scored_known(known)

    def scored_asked(self, lead: Lead, source: Source, moment: datetime) -> Scored:
        """Score a lead that is not stored and so has no id, of which nothing but these facts is known, without logging."""
        return self.scored_known(self._rows.just_come(lead, source, moment))

    def scored_known(self, known: KnownLead) -> Scored:
        """Score what is known."""
        row = self._rows.row(known)
        amount = self._amount(known)
        scorer = self.scorer
        return Scored(known, row, scorer.score(known, row), amount, scorer)

    def if_answered(self, scored: Scored) -> tuple[IfAnswered, ...]:
        """Return what each answer to the question that matters most would make of the score, by what gave it."""
        ask = scored.score.ask
        return () if ask is None else scored.scorer.foreseen(ask, scored.known, scored.row, self._rows)

    def worth(self, known: KnownLead) -> tuple[float, float | None]:
        """Return probability and expected amount alone: what the queue's order needs of thousands of leads."""
        return self.scorer.probability(known, self._rows.row(known)), self._amount(known)

    def _amount(self, known: KnownLead) -> float | None:
        """Return what a sale would bring: by the catalogue's price as known then, else as sales and company.yaml say."""
        offer, told = mark_of(known.marks, "offer"), None
        if self.catalogue:
            told = self.catalogue.price(offer, created_at=known.created_at, moment=known.moment)
        return self.amounts.of(channel=known.channel, offer=offer, told_price=told)

    def shadowed(self, scored: Scored) -> None:
        """Let a challenger score it too, later and for nobody to see."""
        if self.shadow is not None:
            self.shadow.see(scored.known, scored.row, scored.score)

    def remember(self, scored: Scored, number: int) -> None:
        """Log the score with its row, the storage number of the facts and of its rates, and the company's words."""
        self.shadowed(scored)
        self._writer.put(self.logged(scored, number))

    def logged(self, scored: Scored, number: int) -> LoggedScore:
        """Return what the log keeps of a score."""
        return logged(scored.score, scored.row, scored.known.rates, number=number, company_hash=self.company_hash)

    def settle(self) -> None:
        """Wait until every score that left the house by now is in the log."""
        self._writer.settle()
