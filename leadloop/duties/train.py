"""Trains anew; a model that deserves it serves within seconds. A training by hand counts: the next is due so much later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from features.duty_log import DONE, DutyLog
from features.errors import ArtefactUnreadable, UnknownModel
from leadloop.commands._moments import in_utc
from leadloop.commands._training import train_once
from leadloop.duties.work_place import WorkPlace
from leadloop.worker import Duty
from models.artefact import MODEL_FILE
from models.card import trained_at

NAME = "train"


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty; the models in the data folder tell when it was done before.

    MLflow is not asked: it takes seconds and a hundred megabytes to load, for good, and may be away.
    """
    console = place.console

    def last() -> datetime | None:
        ended_otherwise = {
            run.begun_at for run in DutyLog(place.first.engine).runs() if run.name == NAME and run.outcome != DONE
        }
        trained = (moment for moment in trained_moments(place.settings.home) if moment not in ended_otherwise)
        found = max(trained, default=None)
        told = in_utc(found) + " UTC" if found else "never"
        console.print(f"Training every {every}; the last was {told}. Ctrl-C stops.", highlight=False)
        return found

    def train(moment: datetime) -> None:
        console.rule(f"{in_utc(moment)} UTC")
        train_once(place.open(), console, learned_until=moment, moment=moment)

    return Duty(NAME, train, every, last, beside=place.beside(NAME, every))


def trained_moments(home: Path) -> Iterator[datetime]:
    """Yield when each model in a data folder was trained; one that cannot be read tells nothing."""
    for path in (home / "models").glob(f"*/{MODEL_FILE}"):
        try:
            yield trained_at(path.parent)
        except (ArtefactUnreadable, UnknownModel):
            continue
