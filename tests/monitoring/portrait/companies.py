"""Leads of a company in which one kind buys more often, or none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitoring.portrait.lead_traits import Bools, Floats, Traits


def company_of(leads: int, seed: int, *, rate: float = 0.12, owners_buy: float | None = None) -> Traits:
    """Return settled leads; owners, a fifth of them, buy with ``owners_buy``, or like everybody."""
    rng = np.random.default_rng(seed)
    role = rng.choice(["owner", "tenant", "builder"], leads, p=[0.2, 0.5, 0.3])
    levels = {
        "role": role.tolist(),
        "city": rng.choice(["moscow", "region", "other"], leads).tolist(),
        "channel": rng.choice(["vk", "search", "forum"], leads).tolist(),
    }
    numbers: dict[str, Floats] = {"area": np.round(np.exp(rng.normal(4.0, 0.6, leads))).astype(np.float64)}
    items = {"extras": [frozenset(["sill"]) if one else frozenset[str]() for one in rng.random(leads) < 0.3]}
    chance = np.where(role == "owner", rate if owners_buy is None else owners_buy, rate)
    return settled(Traits(levels, numbers, items, *_nothing(leads)), rng.random(leads) < chance)


def settled(traits: Traits, bought: Bools) -> Traits:
    """Return leads with these outcomes."""
    return replace(traits, state=bought.astype(np.int64), weight=bought.astype(np.float64))


def _nothing(leads: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Floats, Floats]:
    return np.zeros(leads, dtype=np.int64), np.zeros(leads), np.zeros(leads)
