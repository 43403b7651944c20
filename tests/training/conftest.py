"""One small company that was simulated, imported and trained on, for every test that looks at a whole run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from features.facts.store import FactStore
from leadloop.database import bring_up_to_date
from leadloop.demo.export import export_all
from leadloop.demo.simulation import Simulated, simulated
from leadloop.demo.world import Scale
from models.model_registry import MemoryRegistry
from training.retrain import Trained, retrained

END = date(2026, 3, 31)
NOW = datetime(2026, 3, 30, 21, tzinfo=UTC)
"""The midnight of Moscow at which the simulation ends."""


@dataclass(frozen=True)
class Demo:
    """The simulated company, its store, and what the first training came to."""

    truth: Simulated
    company: Company
    engine: Engine
    store: FactStore
    home: Path
    registry: MemoryRegistry
    trained: Trained


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give the demo company of seven months and 2,500 leads, imported into SQLite and trained on."""
    folder = tmp_path_factory.mktemp("demo")
    truth = simulated(Scale(months=7, leads=2_500), END)
    files = export_all(truth, folder)
    company = read_company(folder / "company.yaml")
    engine = engine_for(f"sqlite:///{folder / 'leadloop.db'}")
    bring_up_to_date(engine)
    store, imports = FactStore(engine), ImportLog(engine)
    for path in files:
        import_file(
            path, company=company, store=store, imports=imports, secret=b"secret", started_at=NOW, exported_at=NOW,
            rejects_folder=folder / "rejects",
        )  # fmt: skip
    registry, home = MemoryRegistry(), folder / "home"
    trained = retrained(store=store, company=company, home=home, registry=registry, cut_off=NOW, trained_at=NOW)
    yield Demo(truth, company, engine, store, home, registry, trained)
    engine.dispose()
