"""The tests of the budget as they were drawn, a file each in the data folder; a drawn test is never changed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from features.errors import ExperimentRefused, UnknownExperiment
from monitoring.budget.experiment import Experiment

FOLDER = "experiments"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_EXPERIMENT = TypeAdapter(Experiment)


class ExperimentShelf:
    """The drawn tests of a data folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def keep(self, experiment: Experiment) -> Path:
        """Write a drawn test down; return its file.

        Raises
        ------
        ExperimentRefused
            Where its name is taken, or cannot be a file's.
        """
        if not NAME.fullmatch(experiment.name):
            raise ExperimentRefused("name", "A test's name is of a-z, 0-9 and -, sixty letters at most.")
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{experiment.name}.json"
        try:
            with path.open("xb") as file:
                file.write(_EXPERIMENT.dump_json(experiment, indent=2))
        except FileExistsError:
            raise ExperimentRefused(
                "taken",
                f"There is a test {experiment.name} already, and a drawn test is not changed; name this one otherwise.",
                name=experiment.name,
            ) from None
        return path

    def require_free_weeks(self, experiment: Experiment) -> None:
        """Refuse a test that shares a week of a channel with one that is kept: the money of that week cannot follow both draws.

        Raises
        ------
        ExperimentRefused
            Where it does.
        """
        asked = {(one.channel, week) for one in experiment.pairs for week in (one.more, one.less)}
        for kept in (one for one in self.experiments() if one.name != experiment.name):
            shared = asked & {(one.channel, week) for one in kept.pairs for week in (one.more, one.less)}
            if shared:
                channel, after = min(shared)[0], kept.ends + timedelta(days=1)
                raise ExperimentRefused(
                    "shared_weeks",
                    f"{channel} is in the test {kept.name} from {kept.begins} to {kept.ends}: take another channel, or begin on "
                    f"{after} or later.",
                    channel=channel, name=kept.name, begins=str(kept.begins), ends=str(kept.ends), after=str(after),
                )  # fmt: skip

    def experiments(self) -> list[Experiment]:
        """Return the tests that can be read, the latest first."""
        found = [self._read(path) for path in sorted(self._folder.glob("*.json"))]
        return sorted((one for one in found if one), key=lambda one: (one.made_at, one.name), reverse=True)

    def experiment(self, name: str) -> Experiment:
        """Return a test; ``UnknownExperiment`` where there is none of that name."""
        found = next((one for one in self.experiments() if one.name == name), None)
        if found is None:
            raise UnknownExperiment(name)
        return found

    @staticmethod
    def _read(path: Path) -> Experiment | None:
        try:
            return _EXPERIMENT.validate_json(path.read_bytes())
        except (ValidationError, OSError):
            return None
