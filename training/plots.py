"""Two pictures of a training run: are the probabilities right, and how soon does the queue find the sales."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from training.dataset import TrainingSet

Floats = npt.NDArray[np.float64]
BINS = 10


def drawn_plots(folder: Path, data: TrainingSet, contenders: Mapping[str, Floats]) -> dict[str, Path]:
    """Write ``calibration.png`` and ``gain.png`` into ``folder``; return name -> path."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {"calibration": _calibration(data, contenders["candidate"]), "gain": _gain(data, contenders)}
    paths = {}
    for name, figure in pictures.items():
        paths[name] = folder / f"{name}.png"
        FigureCanvasAgg(figure).print_png(str(paths[name]))
    return paths


def _calibration(data: TrainingSet, probability: Floats) -> Figure:
    figure = Figure(figsize=(5, 5))
    axes = figure.subplots()
    order = np.argsort(probability, kind="stable")
    for rows in np.array_split(order, BINS):
        if len(rows):
            mass = data.weight[rows].sum()
            axes.plot(data.weight[rows] @ probability[rows] / mass, data.weight[rows] @ data.outcome[rows] / mass, "o")
    top = float(probability.max()) * 1.1
    axes.plot([0, top], [0, top], "--", color="grey")
    axes.set(xlabel="mean probability of a tenth of the rows", ylabel="share that bought", title="Calibration")
    figure.tight_layout()
    return figure


def _gain(data: TrainingSet, contenders: Mapping[str, Floats]) -> Figure:
    figure = Figure(figsize=(6, 5))
    axes = figure.subplots()
    for name, probability in contenders.items():
        order = np.argsort(-probability, kind="stable")
        leads, sales = data.weight[order].cumsum(), (data.weight * data.outcome)[order].cumsum()
        axes.plot(leads / leads[-1], sales / (sales[-1] or 1.0), label=name)
    axes.set(xlabel="share of the queue called", ylabel="share of sales found", title="How soon the queue finds sales")
    axes.legend()
    figure.tight_layout()
    return figure
