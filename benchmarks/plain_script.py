"""What an analyst would write instead: pandas and LightGBM over the same files; the peer in ``scale.py``.

    python -m benchmarks.plain_script FOLDER import|train|score

It has no store, no history and no as-of: one row a lead with everything that the files say, wins as labels. The steps
pass Parquet files and LightGBM's text on.
"""

from __future__ import annotations

import sys
from pathlib import Path

import lightgbm
import pandas as pd

NAMES = {
    "ID": "lead", "Дата создания": "created", "Город": "city", "Кто вы": "role", "Когда нужно": "when",
    "Ремонт начат": "renovation", "Оффер": "offer", "Площадь, м²": "area", "Окон": "windows",
}  # fmt: skip
LEVELS = ["city", "role", "when", "renovation", "utm_source", "utm_campaign", "utm_content", "offer"]
NUMBERS = ["area", "windows", "hour", "calls", "seconds"]


def imported(folder: Path) -> None:
    """Read the three files and join them to one row a lead."""
    leads = pd.read_csv(folder / "leads.csv", sep=";", decimal=",").rename(columns=NAMES)
    leads = leads.astype(dict.fromkeys(LEVELS, "category"))
    calls = pd.read_csv(folder / "calls.csv", sep=";")
    stages = pd.read_csv(folder / "stages.csv", sep=";")
    leads["hour"] = pd.to_datetime(leads["created"], format="%d.%m.%Y %H:%M:%S").dt.hour
    by_lead = calls.groupby("ID заявки")["Длительность, с"].agg(["size", "sum"])
    leads["calls"] = leads["lead"].map(by_lead["size"]).fillna(0)
    leads["seconds"] = leads["lead"].map(by_lead["sum"]).fillna(0)
    leads["won"] = leads["lead"].isin(stages.loc[stages["Этап"] == "Договор", "ID заявки"])
    leads[["lead", "won", *LEVELS, *NUMBERS]].to_parquet(folder / "plain.parquet")


def trained(folder: Path) -> None:
    """Fit LightGBM with its defaults on the first three quarters."""
    rows = pd.read_parquet(folder / "plain.parquet")
    early = rows.iloc[: len(rows) * 3 // 4]
    data = lightgbm.Dataset(early[LEVELS + NUMBERS], early["won"].astype(int))
    booster = lightgbm.train({"objective": "binary", "num_threads": 2, "verbosity": -1}, data, 100)
    booster.save_model(folder / "plain.txt")


def scored(folder: Path) -> None:
    """Score every lead."""
    rows = pd.read_parquet(folder / "plain.parquet")
    booster = lightgbm.Booster(model_file=folder / "plain.txt")
    chances = pd.DataFrame({"lead_id": rows["lead"], "probability": booster.predict(rows[LEVELS + NUMBERS])})
    chances.to_csv(folder / "plain_scores.csv", index=False)


if __name__ == "__main__":
    {"import": imported, "train": trained, "score": scored}[sys.argv[2]](Path(sys.argv[1]))
