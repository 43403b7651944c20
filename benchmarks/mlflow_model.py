"""The same purchase model as an MLflow model, so that ``mlflow models serve`` can serve it.

    python -m benchmarks.mlflow_model ARTEFACT_FOLDER OUT

MLflow keeps the wrapper pickled, as it does with every Python model; it stays in the benchmark's folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import pandas as pd

from features.log_odds import probability_of
from models.artefact import Artefact, load_artefact


class TablesModel(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Rows of a DataFrame in, probabilities out."""

    def load_context(self, context: Any) -> None:
        """Load the tables."""
        self.artefact: Artefact = load_artefact(Path(context.artifacts["model"]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> list[float]:
        """Return the probability of each row."""
        rows = model_input.astype(object).replace({float("nan"): None}).to_dict("records")
        start = self.artefact.starts["ungraded"] + self.artefact.level
        return [probability_of(start + self.artefact.model.moved({str(k): v for k, v in row.items()})) for row in rows]


if __name__ == "__main__":
    mlflow.pyfunc.save_model(
        sys.argv[2], python_model=TablesModel(), artifacts={"model": sys.argv[1]}, pip_requirements=[]
    )
