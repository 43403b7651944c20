"""What is quickly written: a DataFrame of one row, a scikit-learn pipeline, a typed answer; no reasons, no interval, no log."""

from __future__ import annotations

import numpy as np
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from serving.intake.sent_lead import LeadBody

NUMBERS = ["area", "windows"]
LEVELS = [
    "city",
    "role",
    "when",
    "renovation",
    "source",
    "medium",
    "campaign",
    "ad",
    "keyword",
    "offer",
    "device",
    "discount",
]
app = FastAPI()


class NaiveAnswer(BaseModel):
    """A probability alone."""

    probability: float


def _fitted() -> object:
    draw = np.random.default_rng(1)
    rows = pd.DataFrame({name: draw.normal(size=2_000) for name in NUMBERS})
    for name in LEVELS:
        rows[name] = draw.choice(["a", "b", "c", "d"], 2_000)
    cells = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS), (OneHotEncoder(handle_unknown="ignore"), LEVELS)
    )
    return make_pipeline(cells, LogisticRegression(max_iter=500)).fit(rows, draw.integers(0, 2, 2_000))


MODEL = _fitted()


@app.post("/v1/score")
async def score(body: LeadBody) -> NaiveAnswer:
    """Make a frame of the lead and ask the pipeline."""
    told = {**body.answers, **body.marks}
    row = pd.DataFrame([{name: told.get(name) for name in [*NUMBERS, *LEVELS]}])
    return NaiveAnswer(probability=float(MODEL.predict_proba(row)[0, 1]))  # type: ignore[attr-defined]


@app.get("/readyz")
async def readyz() -> dict[str, str]:
    """Say that it answers."""
    return {"status": "ready"}
