"""The analyst's bench: a company's leads as they were known at any moment, its models and its past, as pandas frames.

    from leadloop.bench import open_company

    bench = open_company("demo-data")
    leads = bench.leads("arrival")          # a row each, as known when it arrived
    model = bench.model()                   # what serves
    scores = model.scores("arrival")

What stands in ``__all__`` here is kept: names, arguments, and the columns that each method names. Every frame of leads is
read through the same gate to the past as a score, so nothing in it was learned later than its moment.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pandas as pd

from features.errors import UnknownLead
from features.facts.company import Company
from features.facts.values import LeadId
from features.outcome_window import outcome_as_of
from features.rows.as_of import Gate, KnownLead
from features.rows.feature import Value
from features.rows.feature_row import RowBuilder
from features.rows.feature_words import feature_label
from features.rows.rates_timeline import RatesTimeline
from leadloop.commands._house import House, now, open_house
from models.abc_rules import GRADES
from models.artefact import champion_version, load_artefact, model_folder
from models.backtest_report import BacktestReport
from models.card import Card, load_card, trained_at
from models.field_weights import field_weights
from models.if_answered import if_answered
from models.judgement import load_judgement
from models.model_scorer import ModelScorer
from models.score import Reason, RulesScorer, Score
from models.since_report import at_its_level
from monitoring.intervals import Rate
from serving.desk.next_question import answer_words
from serving.words.reasons import cell_words, reason_text

__all__ = ["Backtest", "Bench", "Model", "open_company", "rates"]

At = datetime | Literal["arrival"] | None
"""A moment with a time zone; "arrival": of each lead, when it came; None: now."""


def open_company(
    folder: str | Path = ".", *, home: str | Path | None = None, company: str | Path | None = None
) -> Bench:
    """Return the bench of a company.

    Parameters
    ----------
    folder
        Where ``company.yaml`` and ``leadloop-data`` lie, as ``leadloop demo`` leaves them in ``demo-data``.
    home, company
        The data folder and the company's words, where they lie elsewhere.

    Raises
    ------
    CompanyFileWrong
        Where ``company.yaml`` is not there or does not hold together.
    """
    words = Path(company or Path(folder) / "company.yaml")
    return Bench(open_house(Path(home or Path(folder) / "leadloop-data"), words))


def rates(bought: pd.Series[float], by: pd.Series[str] | pd.Series[float]) -> pd.DataFrame:
    """Return how often leads bought, for each value of ``by``: the most frequent first, a missing value last.

    Parameters
    ----------
    bought
        1.0 or 0.0 by lead id; leads without an outcome yet (missing) are left out.
    by
        A value for each lead id: a column of ``Bench.leads``, or bins of one.

    Returns
    -------
    pandas.DataFrame
        ``bought`` (the share that did) with ``low`` and ``high`` of Wilson's 95 % interval, ``leads``, ``sales``.

    Examples
    --------
    >>> leads = ["1", "2", "3", "4"]
    >>> rates(pd.Series([1.0, 0.0, 0.0, None], leads), pd.Series(["vk", "vk", "ads", "ads"], leads)).round(2)
        bought   low  high  leads  sales
    vk     0.5  0.09  0.91      2      1
    ads    0.0  0.00  0.79      1      0
    """
    settled = bought.dropna()
    grouped = settled.groupby(by.reindex(settled.index), observed=True, dropna=False).agg(["size", "sum"])
    counts = grouped.sort_values("size", ascending=False, kind="stable")
    counts = pd.concat([counts[counts.index.notna()], counts[counts.index.isna()]])
    rows = [(*_rate(int(sales), int(leads)), int(leads), int(sales)) for leads, sales in counts.itertuples(index=False)]
    return pd.DataFrame(rows, columns=["bought", "low", "high", "leads", "sales"], index=counts.index)


class Bench:
    """A company's data folder, opened; ``open_company`` makes it. A frame reads the store anew, and changes nothing."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._counted: tuple[int, RowBuilder] | None = None

    def __repr__(self) -> str:
        return f"<Bench of {self.company.company}: {self._house.store.lead_count():,} leads>"

    @property
    def company(self) -> Company:
        """Return the company's own words."""
        return self._house.company

    def features(self) -> pd.DataFrame:
        """Return every feature, by its name: ``label``, ``family``, ``kind`` (number or level), ``unit``, ``meaning``."""
        told = [
            (one.name, feature_label(one.name, self.company), one.family, one.kind, one.unit, one.meaning)
            for one in self._rows.features
        ]
        columns = ["feature", "label", "family", "kind", "unit", "meaning"]
        return pd.DataFrame(told, columns=columns).set_index("feature")

    def leads(self, at: At = None, *, leads: Iterable[str] | None = None) -> pd.DataFrame:
        """Return a row of features for each lead, as known at a moment, by lead id.

        Parameters
        ----------
        at
            A moment with its time zone; "arrival" for each lead's own; by default now. Leads that had not come are left out.
        leads
            Keep to these lead ids.

        Returns
        -------
        pandas.DataFrame
            ``created_at`` (UTC), then a column for each feature of ``features()``: numbers, or categories.
        """
        ids: list[str] = []
        created: list[datetime] = []
        rows = self._rows
        columns = {one.name: _Grown(one.kind) for one in rows.features}
        for known in self._known(at, leads):
            ids.append(known.lead_id)
            created.append(known.created_at)
            row = rows.row(known)
            for name, grown in columns.items():
                grown.add(row[name])
        index = pd.Index(ids, name="lead_id", dtype=object)
        whole = {"created_at": pd.Series(created, index, dtype="datetime64[us, UTC]")}
        return pd.DataFrame({**whole, **{name: grown.series(index) for name, grown in columns.items()}}, index=index)

    def outcomes(self, at: datetime | None = None, *, leads: Iterable[str] | None = None) -> pd.DataFrame:
        """Return what was known at a moment of what became of each lead, by lead id.

        Returns
        -------
        pandas.DataFrame
            ``outcome`` (bought, did_not_buy, open, never_called, ignored), ``bought`` (1.0 or 0.0 where it is settled, else
            missing: an open lead is not a lost one), ``amount`` of the sale where one was told, ``won_at``.
        """
        index: list[str] = []
        told: list[tuple[str, float | None, float | None, datetime | None]] = []
        for known in self._known(at, leads):
            outcome = outcome_as_of(known)
            bought = float(outcome.kind == "bought") if outcome.is_settled else None
            won = outcome.won
            index.append(known.lead_id)
            told.append((outcome.kind, bought, won.amount if won else None, won.at if won else None))
        columns = ["outcome", "bought", "amount", "won_at"]
        frame = pd.DataFrame(told, columns=columns, index=pd.Index(index, name="lead_id", dtype=object))
        for name in ("bought", "amount"):
            frame[name] = frame[name].astype(float)
        frame["won_at"] = frame["won_at"].astype("datetime64[us, UTC]")
        return frame

    def versions(self) -> list[str]:
        """Return the models in the data folder, the one trained last first."""
        found = [path.parent for path in (self._house.settings.home / "models").glob("*/model.json")]
        return [folder.name for folder in sorted(found, key=lambda one: (trained_at(one), one.name), reverse=True)]

    def model(self, version: str | None = None) -> Model:
        """Return a model: by default what serves, or the rules alone while none does.

        Raises
        ------
        UnknownModel
            Where the data folder holds none of that version.
        """
        version = version or champion_version(self._house.settings.home)
        folder = None if version is None else model_folder(self._house.settings.home, version)
        return Model(self, None if folder is None else ModelScorer(at_its_level(load_artefact(folder), folder)), folder)

    def rules(self) -> Model:
        """Return the ABC rules alone, at the company's own guesses: what any model is held against."""
        return Model(self, None, None)

    def train(self, at: datetime | None = None, *, promote: bool = False, seed: int = 0) -> Model:
        """Train on what was known at a moment (now), as ``leadloop train`` does, and return the model.

        It is kept in the data folder and recorded in MLflow. Unless ``promote`` is set it does not serve, however good it is.

        Raises
        ------
        NothingToLearn
            Where too little is settled.
        """
        from models.mlflow_registry import MlflowRegistry
        from training.retrain import retrained

        house, moment = self._house, now()
        done = retrained(
            store=house.store,
            company=house.company,
            home=house.settings.home,
            registry=MlflowRegistry(house.settings),
            cut_off=_aware(at) if at else moment,
            trained_at=moment,
            promote=promote,
            seed=seed,
        )
        return self.model(done.version)

    def backtest(
        self,
        *,
        every_weeks: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        seed: int = 0,
    ) -> Backtest:
        """Replay the past as ``leadloop backtest`` does, and write nothing; minutes for a few thousand leads.

        Raises
        ------
        NothingToLearn
            Where nothing was settled before the last lead came.
        """
        from training.backtest import backtest_report, replay_of

        replay = replay_of(
            self._house.store,
            self.company,
            read_at=now(),
            since=_aware(since) if since else None,
            until=_aware(until) if until else None,
            every_weeks=every_weeks,
            seed=seed,
        )
        return Backtest(backtest_report(replay, seed=seed))

    @property
    def _rows(self) -> RowBuilder:
        """Return the builder of rows: source rates as of the last midnight before each moment, counted anew after an import."""
        number = self._house.store.last_number()
        if self._counted is None or self._counted[0] != number:
            timeline = RatesTimeline(Gate(self.company)).learn(self._house.store.histories(up_to=number))
            self._counted = number, RowBuilder(self.company, timeline)
        return self._counted[1]

    def _known(self, at: At, leads: Iterable[str] | None) -> Iterator[KnownLead]:
        """Yield what was known of each lead; ``UnknownLead`` where one that was asked for is not stored."""
        moment = now() if at is None else at if isinstance(at, str) else _aware(at)
        asked = None if leads is None else sorted({LeadId(str(one)) for one in leads})
        rows, found = self._rows, 0
        for history in self._house.store.histories(lead_ids=asked):
            found += 1
            known = rows.known(history, history.arrived_at if isinstance(moment, str) else moment)
            if known:
                yield known
        if asked is not None and found < len(asked):
            self._name_the_missing(asked)

    def _name_the_missing(self, asked: Sequence[LeadId]) -> None:
        for lead_id in asked:
            self._house.store.history(lead_id)

    def _of_one(self, lead_id: str, at: At) -> KnownLead:
        known = next(self._known(at, [lead_id]), None)
        if known is None:
            raise UnknownLead(LeadId(lead_id))
        return known


class Model:
    """A model on the bench, or the rules alone; ``Bench.model`` and ``Bench.train`` give it."""

    def __init__(self, bench: Bench, scorer: ModelScorer | None, folder: Path | None) -> None:
        self._bench, self._scorer, self._folder = bench, scorer or RulesScorer(), folder

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
            ``probability`` that it buys within the horizon, ``low`` and ``high`` (the true one lies between in 80 of 100
            cases), ``rules_grade``, ``refined_grade``, ``ask`` (the field whose answer matters most).
        """
        index: list[str] = []
        told: list[tuple[float, float, float, str, str, str | None]] = []
        rows = self._bench._rows
        for known in self._bench._known(at, leads):
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
        score = self._score(self._bench._of_one(lead_id, at))
        told = sorted((*score.reasons_for, *score.reasons_against), key=lambda one: -abs(one.contribution))
        columns = ["text", "feature", "contribution", "leads", "sales"]
        words = self._bench.company
        rows = [(reason_text(one, words), one.feature, one.contribution, one.leads, one.sales) for one in told]
        return pd.DataFrame(rows, columns=columns)

    def if_answered(self, lead_id: str, field: str | None = None, at: At = None) -> pd.DataFrame:
        """Return what each answer to a question would make of a lead's probability, all else being as it was known.

        ``field``, ``answer`` in the company's words, ``probability``. By default the question that matters most; empty where
        nothing is open.
        """
        known = self._bench._of_one(lead_id, at)
        name = field or self._score(known).ask
        rows = self._bench._rows
        told = if_answered(name, known, rows.row(known), rows=rows, scorer=self._scorer) if name else ()
        words = [
            (name, answer_words(name, one.answer, one.ends, self._bench.company), one.probability)
            for one in told
            if name
        ]
        return pd.DataFrame(words, columns=["field", "answer", "probability"])

    def fields(self) -> pd.DataFrame:
        """Return the fields that matter, the weightiest first, by feature.

        ``label``, ``share`` of what moves the chances, ``speaks_for`` and ``speaks_against``: the answer with which leads
        bought noticeably more, and less, often. Empty for the rules alone.
        """
        words = self._bench.company
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
            (one.chance, *_rate(one.sales, one.leads), one.leads, one.sales) for one in (card.promised if card else ())
        ]
        return pd.DataFrame(rows, columns=["promised", "bought", "low", "high", "leads", "sales"])

    def grades(self) -> pd.DataFrame:
        """Return the same later leads by the rules' grade and by the refined one, by ``by`` (rules, refined) and ``grade``.

        ``bought`` (the share that did) with ``low`` and ``high`` of its 95 % interval, ``leads``, ``sales``.
        """
        card = self.card
        both = {"rules": card.grades.rules, "refined": card.grades.refined} if card else {}
        rows = [
            (by, grade, *_rate(counts[grade][1], counts[grade][0]), *counts[grade])
            for by, counts in both.items()
            for grade in GRADES
            if grade in counts
        ]
        columns = ["by", "grade", "bought", "low", "high", "leads", "sales"]
        return pd.DataFrame(rows, columns=columns).set_index(["by", "grade"])

    def _score(self, known: KnownLead) -> Score:
        return self._scorer.score(known, self._bench._rows.row(known))

    def _said(self, reason: Reason | None) -> str | None:
        return None if reason is None else cell_words(reason.feature, reason.cell, self._bench.company)


@dataclass(frozen=True, slots=True)
class Backtest:
    """The company's past, replayed; ``Bench.backtest`` gives it. ``report`` holds all of it, the frames what is asked most."""

    report: BacktestReport

    def periods(self) -> pd.DataFrame:
        """Return each period by its beginning ``since``: what was learned from, what was foretold and what came.

        ``learned_leads``, ``arrived``, ``settled``, ``expected`` sales of the settled leads, ``sales``, ``open``, ``never_called``;
        ``log_loss_over_base`` with ``low`` and ``high`` (below 1 is better than the base rate), missing where too few settled.
        """
        rows = []
        for one in self.report.periods:
            model = one.judged["model"] if one.judged else None
            ends = (model.over_base.value, model.over_base.low, model.over_base.high) if model else (None, None, None)
            tally = one.tally
            rows.append(
                (one.since, one.learned_leads, tally.arrived, tally.settled, one.expected, tally.sales, tally.open,
                 tally.never_called, *ends)
            )  # fmt: skip
        columns = ["since", "learned_leads", "arrived", "settled", "expected", "sales", "open", "never_called",
                   "log_loss_over_base", "low", "high"]  # fmt: skip
        frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[-3:], float))
        return frame.set_index("since")

    def months(self) -> pd.DataFrame:
        """Return each ``month`` of leads: ``arrived``, ``settled``, ``expected`` and ``sales`` of the settled ones, ``open``."""
        rows = [
            (one.month, one.tally.arrived, one.tally.settled, one.expected, one.tally.sales, one.tally.open)
            for one in self.report.months
        ]
        columns = ["month", "arrived", "settled", "expected", "sales", "open"]
        return pd.DataFrame(rows, columns=columns).set_index("month")

    def contenders(self) -> pd.DataFrame:
        """Return how each ``contender`` did on all settled leads; empty where there is not enough data.

        ``found`` is the share of the sales among the first 20 % of each period's leads, best first, ``found_low`` and
        ``found_high`` its 95 % interval; ``log_loss_over_base``, ``low``, ``high`` as in ``periods``.
        """
        whole = self.report.overall
        rows = [
            (who, *(end / whole.sales for end in (one.found.value, one.found.low, one.found.high)),
             one.over_base.value, one.over_base.low, one.over_base.high)
            for who, one in (whole.judged or {}).items()
        ]  # fmt: skip
        columns = ["contender", "found", "found_low", "found_high", "log_loss_over_base", "low", "high"]
        return pd.DataFrame(rows, columns=columns).set_index("contender")


class _Grown:
    """A column that grows by one value a lead: numbers in eight bytes each, levels as categories."""

    def __init__(self, kind: Literal["number", "level"]) -> None:
        self._numbers = array("d")
        self._codes: dict[str, int] = {}
        self._is_number = kind == "number"
        self.add: Callable[[Value], None] = self._add_number if self._is_number else self._add_level

    def _add_number(self, value: Value) -> None:
        self._numbers.append(float("nan") if value is None else float(value))

    def _add_level(self, value: Value) -> None:
        self._numbers.append(-1 if value is None else self._codes.setdefault(str(value), len(self._codes)))

    def series(self, index: pd.Index[str]) -> pd.Series[float] | pd.Series[str]:
        if self._is_number:
            return pd.Series(self._numbers, index, dtype=float)
        codes = [int(code) for code in self._numbers]
        return pd.Series(pd.Categorical.from_codes(codes, pd.Index(list(self._codes), dtype=object)), index)


def _rate(count: int, of: int) -> tuple[float | None, float, float]:
    rate = Rate(count, of)
    return (rate.value, *rate.interval)


def _aware(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a time zone could be any hour of a day."""
    if moment.tzinfo is None:
        raise ValueError("The moment needs a time zone: datetime(2026, 3, 2, 9, tzinfo=UTC).")
    return moment.astimezone(UTC)
