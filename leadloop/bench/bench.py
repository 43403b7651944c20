"""The bench itself: a company's data folder, opened for an analyst, and what stands on it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

import pandas as pd

from features.facts.company import Company
from features.outcome_window import outcome_as_of
from features.rows.feature import Value
from features.rows.feature_words import feature_label
from leadloop.bench.backtest import Backtest
from leadloop.bench.known_leads import At, KnownLeads, aware
from leadloop.bench.model import Model
from leadloop.commands._house import House, now, open_house
from models.artefact import champion_version, load_artefact, model_folder
from models.card import trained_at
from models.model_scorer import ModelScorer
from models.since_report import at_its_level


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
    NoDataFolder
        Where the data folder is not there; none is made.
    """
    words = Path(company or Path(folder) / "company.yaml")
    return Bench(open_house(Path(home or Path(folder) / "leadloop-data"), words))


class Bench:
    """A company's data folder, opened; ``open_company`` makes it. A frame reads the store anew, and changes nothing."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._leads = KnownLeads(house)

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
            for one in self._leads.rows.features
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
        rows = self._leads.rows
        columns = {one.name: _Grown(one.kind) for one in rows.features}
        for known in self._leads.known(at, leads):
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
        for known in self._leads.known(at, leads):
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
        scorer = None if folder is None else ModelScorer(at_its_level(load_artefact(folder), folder))
        return Model(self._leads, self.company, scorer, folder)

    def rules(self) -> Model:
        """Return the ABC rules alone, at the company's own guesses: what any model is held against."""
        return Model(self._leads, self.company, None, None)

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
            cut_off=aware(at) if at else moment,
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
            since=aware(since) if since else None,
            until=aware(until) if until else None,
            every_weeks=every_weeks,
            seed=seed,
        )
        return Backtest(backtest_report(replay, seed=seed))


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
