"""The record of models in MLflow: SQLite and a folder by default, any server by MLflow's own variables.

The one file that imports MLflow. A version's files are artefacts of its run; serving reads its own copy in the data
folder, so it needs no MLflow.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, StaticPool, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from features.errors import RegistryUnreachable, UnknownModel
from features.settings import Settings, telemetry_off
from models.model_registry import Alias, Registered, Run

telemetry_off()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # MLflow's own imports warn of what it uses itself
    from mlflow.entities import Metric, Param
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

NAME = "leadloop"
VERSION_TAG = "leadloop.version"
NOT_POINTED = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""MLflow's codes for a model that is not registered yet, and for an alias that a registered one lacks."""
for noisy in ("mlflow", "alembic"):
    logging.getLogger(noisy).setLevel(logging.ERROR)


@contextmanager
def _answering() -> Iterator[None]:
    """Raise ``RegistryUnreachable`` where MLflow, its database or its files do not do what they were asked."""
    try:
        yield
    except MlflowException as error:
        raise RegistryUnreachable(error.error_code) from error
    except (SQLAlchemyError, OSError) as error:
        raise RegistryUnreachable(type(error).__name__) from error


def _set_up(uri: str) -> None:
    """Put MLflow's own SQLite file in its place, finished, where there is none yet.

    MLflow itself would run its dozens of migrations on the disk and wait for it at every step; in memory they take
    a second or two. Whoever comes first wins; where the file cannot be put there, MLflow makes it in its own way.
    """
    file = make_url(uri).database if uri.startswith("sqlite:///") else None
    if not file or file == ":memory:" or Path(file).exists():
        return
    folder = Path(file).parent
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".mlflow-") as beside:
        finished = Path(beside) / "mlflow.db"
        with _empty().connect() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(finished),))
        with suppress(OSError):
            os.link(finished, file)


@cache
def _empty() -> Engine:
    """Return MLflow's tables without a row, in memory."""
    from mlflow.store.db.utils import _initialize_tables

    memory = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    _initialize_tables(memory)
    return memory


class MlflowRegistry:
    """MLflow's tracking and registry as ``ModelRegistry``; each call raises ``RegistryUnreachable`` where it fails."""

    def __init__(self, settings: Settings) -> None:
        with _answering(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # MLflow imports its stores only now
            _set_up(settings.mlflow_tracking_uri)
            self._client = MlflowClient(settings.mlflow_tracking_uri, settings.mlflow_registry_uri)
        local = settings.mlflow_tracking_uri.startswith("sqlite")
        self._artefacts = settings.mlflow_artefacts.as_uri() if local else None

    @_answering()
    def record(self, run: Run) -> None:
        """Keep a run with its parameters, measures, plots and files, and register its model."""
        stamp = int(run.trained_at.timestamp() * 1000)
        made = self._client.create_run(self._experiment(), start_time=stamp, run_name=run.version)
        run_id = made.info.run_id
        measures = [Metric(name, value, stamp, 0) for name, value in run.measures.items() if value == value]
        parameters = [Param(name, value[:500]) for name, value in run.parameters.items()]
        self._client.log_batch(run_id, metrics=measures, params=parameters)
        self._client.log_artifacts(run_id, str(run.artefact), "model")
        for path in run.plots.values():
            self._client.log_artifact(run_id, str(path), "plots")
        self._client.set_terminated(run_id, "FINISHED")
        self._register(run, f"{made.info.artifact_uri}/model", run_id)

    @_answering()
    def models(self) -> list[Registered]:
        """Return every model, the newest first."""
        newest: dict[str, Registered] = {}
        for one in sorted(self._versions(), key=lambda version: -int(version.version)):
            version = one.tags[VERSION_TAG]
            if version not in newest:
                run = self._client.get_run(one.run_id)
                trained = datetime.fromtimestamp(run.info.start_time / 1000, UTC)
                newest[version] = Registered(version, trained, dict(run.data.metrics), self._names(version))
        return list(newest.values())

    @_answering()
    def point(self, alias: Alias, version: str | None) -> None:
        """Let an alias name a version, or nothing."""
        if version is None:
            if self.version_of(alias) is not None:
                self._client.delete_registered_model_alias(NAME, alias)
            return
        found = [one for one in self._versions() if one.tags.get(VERSION_TAG) == version]
        if not found:
            raise UnknownModel(version)
        newest = max(found, key=lambda one: int(one.version))
        self._client.set_registered_model_alias(NAME, alias, newest.version)

    @_answering()
    def version_of(self, alias: Alias) -> str | None:
        """Return the version that an alias names."""
        try:
            named: str = self._client.get_model_version_by_alias(NAME, alias).tags[VERSION_TAG]
        except MlflowException as error:
            if error.error_code not in NOT_POINTED:
                raise
            return None
        return named

    def _names(self, version: str) -> tuple[Alias, ...]:
        aliases: tuple[Alias, ...] = ("challenger", "champion", "previous")
        return tuple(alias for alias in aliases if self.version_of(alias) == version)

    def _versions(self) -> list[Any]:
        return list(self._client.search_model_versions(f"name = '{NAME}'"))

    def _experiment(self) -> str:
        known = self._client.get_experiment_by_name(NAME)
        if known:
            return str(known.experiment_id)
        return str(self._client.create_experiment(NAME, artifact_location=self._artefacts))

    def _register(self, run: Run, source: str, run_id: str) -> None:
        try:
            self._client.create_registered_model(NAME)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        self._client.create_model_version(NAME, source, run_id, tags={VERSION_TAG: run.version})
