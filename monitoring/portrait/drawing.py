"""Draws the portrait from the store: reads the leads as they were known, tests, compares, and says as of when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from features.errors import ArtefactUnreadable
from features.facts.company import Company
from features.facts.company_file import fingerprint
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.rows.as_of import Gate
from features.rows.feature_row import FixedRates, RowBuilder
from features.rows.rates_timeline import RatesTimeline
from models.artefact import champion_version, load_artefact, model_folder
from models.model_scorer import ModelScorer
from models.report_shelf import moment_of
from models.score import RulesScorer, Scorer
from models.since_report import at_its_level
from monitoring.portrait.audience_beside import audience_beside
from monitoring.portrait.buyers import LEVEL, buyers_portrait
from monitoring.portrait.lead_traits import Traits, traits_of
from monitoring.portrait.portrait_report import (
    FORMAT,
    PORTRAITS,
    Difference,
    Drawn,
    PortraitReport,
)
from monitoring.portrait.since_before import compared_with, since_before


def drawn_portrait(
    store: FactStore,
    company: Company,
    home: Path,
    *,
    moment: datetime,
    seed: int = 0,
    most_fields: int = 2,
    passed: Callable[[], None] = lambda: None,
) -> PortraitReport:
    """Return the portrait as known at ``moment``, compared with those kept in the data folder ``home``.

    Parameters
    ----------
    passed
        Is called for every lead that was read; there are as many passes as ``passes_over`` says.
    """
    number = store.last_number()
    scorer = scorer_of(home)

    def histories() -> Iterator[LeadHistory]:
        for one in store.histories(up_to=number):
            passed()
            yield one

    gate = Gate(company)
    rows = RowBuilder(company, RatesTimeline(gate).learn(histories()) if scorer.version else FixedRates())
    arrival = traits_of(histories(), rows, scorer, moment=moment)
    drawn = buyers_portrait(arrival, known_by="arrival", seed=seed, most_fields=most_fields)
    talk = None
    if company.calls_recorded:
        told = traits_of(histories(), rows, scorer, moment=moment, known_by="talk")
        talk = buyers_portrait(told, known_by="talk", seed=seed, most_fields=most_fields)
    return PortraitReport(
        format=FORMAT,
        moment=moment,
        number=number,
        company_hash=fingerprint(company),
        model_version=scorer.version,
        seed=seed,
        most_fields=most_fields,
        level=LEVEL,
        arrival=drawn,
        talk=talk,
        audience=audience_beside(arrival, company),
        difference=_difference(arrival, drawn, home, moment, seed),
    )


def passes_over(company: Company, home: Path) -> int:
    """Return how often every lead is read."""
    return 1 + company.calls_recorded + (champion_version(home) is not None)


def scorer_of(home: Path) -> Scorer:
    """Return the champion at its level, as it serves; the rules where there is none.

    Raises
    ------
    ArtefactUnreadable, UnknownModel
        Where the champion cannot be read.
    """
    version = champion_version(home)
    if version is None:
        return RulesScorer()
    folder = model_folder(home, version)
    return ModelScorer(at_its_level(load_artefact(folder), folder))


def _difference(traits: Traits, drawn: Drawn, home: Path, moment: datetime, seed: int) -> Difference | None:
    before = {moment_of(name): name for name in PORTRAITS.names(home) if moment_of(name) < moment}
    since = compared_with(traits, before)
    if since is None:
        return None
    try:
        earlier = PORTRAITS.read(home, before[since])
    except ArtefactUnreadable:  # its moment is known all the same, and what it showed is not needed to compare
        earlier = None
    shown = [one.conditions for one in (*drawn.segments, *(earlier.arrival.segments if earlier else ()))]
    return since_before(traits, since, list(dict.fromkeys(shown)), seed=seed)
