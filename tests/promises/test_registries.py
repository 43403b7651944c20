"""The laws that every registry keeps: memory, and MLflow on a database and a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import create_engine, text

from features.errors import RegistryUnreachable, UnknownModel
from features.settings import settings_from_environment
from models.artefact import save_artefact
from models.mlflow_registry import MlflowRegistry
from models.model_registry import MemoryRegistry, ModelRegistry, Run
from tests.models.small_models import windows_artefact

Make = Callable[[str, int], Run]
Promise = Callable[[ModelRegistry, Make], None]
TRAINED = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def mlflow_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowRegistry]:
    """Give MLflow on a real SQLite file and a folder; one for all promises, whose versions have names of their own."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
            environment.delenv(name, raising=False)
        yield MlflowRegistry(settings_from_environment(tmp_path_factory.mktemp("mlflow")))


@pytest.fixture
def own_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let MLflow's record lie in the data folder, whatever this machine's environment names."""
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["memory", "mlflow"])
def registry(request: pytest.FixtureRequest) -> Iterator[ModelRegistry]:
    """Give each registry in turn, its aliases pointing nowhere."""
    chosen: ModelRegistry = (
        MemoryRegistry() if request.param == "memory" else request.getfixturevalue("mlflow_registry")
    )
    yield chosen
    for alias in ("champion", "challenger", "previous"):
        chosen.point(alias, None)


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Make:
    """Give the maker of runs; a version's name holds the test's own, so that tests do not meet in one registry."""
    own = f"{crc32(request.node.nodeid.encode()):x}"

    def made(version: str, day: int) -> Run:
        folder = tmp_path / version
        save_artefact(windows_artefact(), folder, text="tree", card="# Card")
        plot = folder / "gain.png"
        plot.write_bytes(b"picture")
        return Run(
            f"{version}-{own}", TRAINED + timedelta(days=day), {"leads": "125", "note": "x" * 900},
            {"auc": 0.75, "level": float("nan")}, folder, {"gain": plot},
        )  # fmt: skip

    return made


def lists_what_was_recorded_newest_first(registry: ModelRegistry, make: Make) -> None:
    runs = [make("v1", 0), make("v2", 1), make("v3", 2)]
    for run in runs:
        registry.record(run)
    listed = [one for one in registry.models() if one.version in {run.version for run in runs}]
    assert [one.version for one in listed] == [run.version for run in reversed(runs)]
    assert [one.trained_at for one in listed] == [run.trained_at for run in reversed(runs)]
    assert all(one.measures["auc"] == 0.75 for one in listed)


def points_nowhere_at_first(registry: ModelRegistry, make: Make) -> None:
    assert registry.version_of("champion") is None
    registry.point("champion", None)
    assert registry.version_of("champion") is None


def points_where_it_was_told(registry: ModelRegistry, make: Make) -> None:
    run = make("v1", 0)
    registry.record(run)
    registry.point("champion", run.version)
    registry.point("challenger", run.version)
    assert registry.version_of("champion") == registry.version_of("challenger") == run.version
    assert registry.version_of("previous") is None
    assert next(one for one in registry.models() if one.version == run.version).aliases == ("challenger", "champion")


def an_alias_moves_and_leaves_its_old_place(registry: ModelRegistry, make: Make) -> None:
    first, second = make("v1", 0), make("v2", 1)
    registry.record(first)
    registry.record(second)
    registry.point("champion", first.version)
    registry.point("previous", first.version)
    registry.point("champion", second.version)
    aliases = {one.version: one.aliases for one in registry.models()}
    assert (aliases[first.version], aliases[second.version]) == (("previous",), ("champion",))
    registry.point("champion", None)
    assert (registry.version_of("champion"), registry.version_of("previous")) == (None, first.version)


def an_unknown_version_is_named_and_nothing_moves(registry: ModelRegistry, make: Make) -> None:
    run = make("v1", 0)
    registry.record(run)
    registry.point("champion", run.version)
    with pytest.raises(UnknownModel, match="'v99'"):
        registry.point("champion", "v99")
    assert registry.version_of("champion") == run.version


def a_version_recorded_anew_is_listed_once_and_keeps_its_aliases(registry: ModelRegistry, make: Make) -> None:
    run = make("v1", 0)
    registry.record(run)
    registry.point("champion", run.version)
    registry.record(run)
    assert [one.aliases for one in registry.models() if one.version == run.version] == [("champion",)]
    assert registry.version_of("champion") == run.version


PROMISES: tuple[Promise, ...] = (
    lists_what_was_recorded_newest_first, points_nowhere_at_first, points_where_it_was_told,
    an_alias_moves_and_leaves_its_old_place, an_unknown_version_is_named_and_nothing_moves,
    a_version_recorded_anew_is_listed_once_and_keeps_its_aliases,
)  # fmt: skip


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_registry_keeps_its_promises(registry: ModelRegistry, promise: Promise, make: Make) -> None:
    promise(registry, make)


@pytest.mark.usefixtures("own_record")
def test_mlflow_begins_empty_keeps_a_versions_files_and_outlives_the_process(tmp_path: Path, make: Make) -> None:
    settings, run = settings_from_environment(tmp_path), make("v1", 0)
    registry = MlflowRegistry(settings)
    assert registry.models() == []
    with pytest.raises(UnknownModel, match="'v1'"):
        registry.point("champion", "v1")
    registry.record(run)
    kept = {path.name for path in settings.mlflow_artefacts.rglob("*") if path.is_file()}
    assert {"model.json", "lightgbm.txt", "card.md", "gain.png"} <= kept
    assert not [name for name in kept if name.endswith((".pkl", ".pickle", ".joblib"))]
    again = MlflowRegistry(settings)
    assert [one.version for one in again.models()] == [run.version]
    assert again.version_of("champion") is None


@pytest.mark.usefixtures("own_record")
def test_those_who_begin_at_once_find_each_others_models_and_leave_nothing_unfinished_beside_them(
    tmp_path: Path, make: Make
) -> None:
    settings, runs = settings_from_environment(tmp_path / "home"), [make(f"v{day}", day) for day in range(3)]
    with ThreadPoolExecutor(len(runs)) as those:
        registries = list(those.map(lambda _: MlflowRegistry(settings), runs))
    for registry, run in zip(registries, runs, strict=True):
        registry.record(run)
    assert [one.version for one in MlflowRegistry(settings).models()] == [run.version for run in reversed(runs)]
    assert {path.name for path in settings.home.iterdir()} == {"mlflow.db", "mlflow-artefacts"}


@pytest.mark.usefixtures("own_record")
def test_an_mlflow_that_fails_is_told_as_unreachable_and_never_as_an_alias_that_points_nowhere(
    tmp_path: Path, make: Make
) -> None:
    settings, run = settings_from_environment(tmp_path), make("v1", 0)
    registry = MlflowRegistry(settings)
    registry.record(run)
    registry.point("champion", run.version)
    engine = create_engine(settings.mlflow_tracking_uri)
    with engine.begin() as connection:
        for table in ("registered_models", "model_versions", "registered_model_aliases"):
            connection.execute(text(f"ALTER TABLE {table} RENAME TO gone_{table}"))
    engine.dispose()
    asked: list[Callable[[], object]] = [
        lambda: registry.record(run),
        registry.models,
        lambda: registry.point("champion", run.version),
        lambda: registry.point("champion", None),
        lambda: registry.version_of("champion"),
    ]
    for ask in asked:
        with pytest.raises(RegistryUnreachable, match="look whether MLflow's database or server runs"):
            ask()
