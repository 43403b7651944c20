"""What fitting the whole ladder takes beside one ordinary LightGBM fit on the same rows; ``scale.py`` runs it.

    python -m benchmarks.ladder_fit HOME COMPANY.YAML

Reading the store and building rows is timed apart. The ladder is all that ``leadloop train`` fits: choices and candidate on
the earlier leads, which later ones judge, then both on all leads. LightGBM (400 trees, 31 leaves) gets all of its rows at
once. Prints one line of JSON: seconds, rows, leads, and the process's peak memory before LightGBM begins.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import lightgbm
import numpy as np
import numpy.typing as npt

from features.facts.company import Company
from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.store import FactStore
from training.boosting import ROWS_FOR_TWO_THREADS
from training.choices import chosen
from training.columns import NumberColumn
from training.dataset import TrainingSet, training_set
from training.recipe import fitted
from training.time_split import split_by_time

TREES, LEAVES = 400, 31
Made = TypeVar("Made")


def timed(made: Callable[[], Made]) -> tuple[Made, float]:
    """Return what is made, and the wall seconds that took."""
    began = time.perf_counter()
    return made(), time.perf_counter() - began


def ladder(data: TrainingSet, company: Company, moment: datetime) -> None:
    """Fit all that one training run fits."""
    rules = company.abc_at(moment)
    earlier = data.of(split_by_time(data).fit)
    fitted(earlier, rules, chosen(earlier, rules))
    fitted(data, rules, chosen(data, rules, window=data.window), window=data.window)


def one_lightgbm(data: TrainingSet) -> None:
    """Fit one LightGBM of usual size to the same rows, levels as categories."""
    columns: list[npt.NDArray[np.float32]] = []
    levels = []
    for place, column in enumerate(data.columns.values()):
        if isinstance(column, NumberColumn):
            columns.append(column.values)
        else:
            levels.append(place)
            columns.append(np.where(column.codes < 0, np.nan, column.codes).astype(np.float32))
    quiet = {"verbosity": -1}
    rows = lightgbm.Dataset(
        np.column_stack(columns), data.outcome, weight=data.weight, categorical_feature=levels, params=quiet
    )
    threads = 2 if len(data) > ROWS_FOR_TWO_THREADS else 1  # as many as the ladder's own trees take
    lightgbm.train({"objective": "binary", "num_leaves": LEAVES, "num_threads": threads, **quiet}, rows, TREES)


def main(home: Path, company_file: Path) -> None:
    company, moment = read_company(company_file), datetime.now(UTC)
    store = FactStore(engine_for(f"sqlite:///{home / 'leadloop.db'}"))
    data, read = timed(lambda: training_set(store, company, cut_off=moment))
    _, fit = timed(lambda: ladder(data, company, moment))
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    _, beside = timed(lambda: one_lightgbm(data))
    young = len(data.young) if data.young is not None else 0
    print(
        json.dumps(
            {
                "rows": len(data) + young,
                "leads": data.leads,
                "read": read,
                "ladder": fit,
                "lightgbm": beside,
                "mebibytes": mebibytes,
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
