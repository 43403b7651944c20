"""The models in the data folder, read as training left them: which serves, which challenges, what is told of each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from features.errors import ArtefactUnreadable, UnknownModel
from models.artefact import MODEL_FILE, Artefact, load_artefact
from models.card import CARD_VALUES, Card, load_card
from models.judgement import EVALUATION, Judgement, load_judgement
from models.since_report import SINCE, SinceReport, load_since, written_at

CHAMPION, CHALLENGER = "champion", "challenger"
Contents = tuple[Artefact, Card | None, Judgement | None, SinceReport | None]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShelvedModel:
    """A model and what is told of it; ``card`` and ``judgement`` are None where training left none.

    ``since`` is what was seen of the leads that came since it learned; None where nobody looked.
    ``challenges`` is whether it was trained last and does not serve.
    """

    artefact: Artefact
    card: Card | None
    judgement: Judgement | None
    since: SinceReport | None
    serves: bool
    challenges: bool

    @property
    def version(self) -> str:
        """Return the model's own name."""
        return self.artefact.version

    @property
    def trained_at(self) -> datetime:
        """Return when it was trained; where nobody kept that, up to when it learned."""
        return self.card.trained_at if self.card else self.artefact.data_cut_off

    @property
    def leads(self) -> int | None:
        """Return how many leads it learned from."""
        return self.card.learned.leads if self.card else self.artefact.about.get("leads")

    @property
    def sales(self) -> int | None:
        """Return how many of them bought."""
        return self.card.learned.sales if self.card else self.artefact.about.get("sales")


class Shelf:
    """Looks into a data folder; ``serving`` says which version answers now, None while the rules do."""

    def __init__(self, home: Path, serving: Callable[[], str | None]) -> None:
        self._folder, self._serving = home / "models", serving
        self._read: dict[str, tuple[tuple[int, ...], Contents]] = {}

    def models(self) -> list[ShelvedModel]:
        """Return every model that can be read, the newest first."""
        found = []
        for version in self._versions():
            try:
                found.append(self._contents(version))
            except ArtefactUnreadable as error:
                logger.warning("Model %s is not shown: %s", version, error)
        serves = self._serving()
        shelved = [ShelvedModel(*one, serves=one[0].version == serves, challenges=False) for one in found]
        newest_first = sorted(shelved, key=lambda one: (one.trained_at, one.version), reverse=True)
        return [_challenging(one) if not place and not one.serves else one for place, one in enumerate(newest_first)]

    def model(self, wanted: str) -> ShelvedModel:
        """Return the model that a version, ``champion`` (what serves) or ``challenger`` (what was trained last) names.

        Raises
        ------
        UnknownModel
            Where none has that name.
        ArtefactUnreadable
            Where its files are damaged.
        """
        found = self.models()
        for place, one in enumerate(found):
            if wanted == one.version or (wanted == CHAMPION and one.serves) or (wanted == CHALLENGER and not place):
                return one
        if wanted in self._versions():
            self._contents(wanted)
        raise UnknownModel(wanted)

    def _versions(self) -> list[str]:
        """Return the folders that hold a model; what is asked for is looked up here and never becomes a path itself."""
        return [path.parent.name for path in self._folder.glob(f"*/{MODEL_FILE}")]

    def _contents(self, version: str) -> Contents:
        """Return what lies in a model's folder; it is read anew only where training wrote there since."""
        folder = self._folder / version
        written = tuple(written_at(folder / name) for name in (MODEL_FILE, CARD_VALUES, EVALUATION, SINCE))
        known = self._read.get(version)
        if known is None or known[0] != written:
            known = written, (load_artefact(folder), load_card(folder), load_judgement(folder), _since(folder))
            self._read[version] = known
        return known[1]


def _since(folder: Path) -> SinceReport | None:
    """Return what was seen since; a damaged look hides no model."""
    try:
        return load_since(folder)
    except ArtefactUnreadable as error:
        logger.warning("What was seen of model %s is not shown: %s", folder.name, error)
        return None


def _challenging(one: ShelvedModel) -> ShelvedModel:
    return replace(one, challenges=True)
