"""Trains anew; a model that deserves it serves within seconds. A training by hand counts: the next is due so much later."""

from __future__ import annotations

from datetime import datetime, timedelta

from features.errors import RegistryUnreachable
from leadloop.commands._moments import in_utc
from leadloop.commands._training import train_once
from leadloop.duties.work_place import WorkPlace
from leadloop.worker import LONGEST_SLEEP, Duty

NAME = "train"


def duty(place: WorkPlace, every: timedelta) -> Duty:
    """Return the duty; MLflow tells when it was done before."""
    from models.mlflow_registry import MlflowRegistry

    console = place.console

    def last() -> datetime | None:
        try:
            trained = MlflowRegistry(place.settings).models()
        except RegistryUnreachable:
            minutes = LONGEST_SLEEP // timedelta(minutes=1)
            console.print(f"When the last training was cannot be told; asking again every {minutes} min. Ctrl-C stops.")
            raise
        found = max((one.trained_at for one in trained), default=None)
        told = in_utc(found) + " UTC" if found else "never"
        console.print(f"Training every {every}; the last was {told}. Ctrl-C stops.", highlight=False)
        return found

    def train(moment: datetime) -> None:
        console.rule(f"{in_utc(moment)} UTC")
        train_once(place.open(), console, learned_until=moment, moment=moment)

    return Duty(NAME, train, every, last, beside=place.beside(NAME, every))
