"""Small models whose every entry can be worked out by hand, and a strategy for any model at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from features.facts.company import Company
from features.log_odds import log_odds
from models.abc_rules import GRADES, RuleGrade
from models.artefact import Artefact
from models.card import Card, GradesSideBySide, Promised, Slice
from models.level import unmoved
from models.purchase_model import FieldCells, Part, PurchaseModel
from models.refined_grades import GradeBorders

FEATURES = ("area", "who", "channel")
STARTS: dict[RuleGrade, float] = {
    "A": log_odds(0.3), "B": log_odds(0.12), "C": log_odds(0.03), "non_target": log_odds(0.002), "ungraded": log_odds(0.06),
}  # fmt: skip

GRADED: dict[RuleGrade, tuple[int, int]] = {
    "A": (30, 12),
    "B": (20, 4),
    "C": (60, 3),
    "non_target": (5, 0),
    "ungraded": (110, 15),
}


def windows_company() -> Company:
    """Return a company with a number, a choice and the three questions of the ABC rules."""
    asked = {
        name: {"kind": "yes_no", "filled_by": "manager", "question": f"{name}?"}
        for name in ("need", "budget", "urgency")
    }
    fields = {"area": {"kind": "number"}, "who": {"kind": "choice", "question": "Кто вы?"}, **asked}
    criteria = {name: {"field": name, "yes": ["yes"], "no": ["no"]} for name in asked}
    stages = {"won": ["won"], "lost": ["lost"], "non_target": ["spam"], "meeting": ["meeting"]}
    return Company.model_validate(
        {"company": "Окна", "fields": fields, "abc": {"criteria": criteria}, "stages": stages}
    )


def windows_model() -> PurchaseModel:
    """Return a sum of two tables of one field and one of two."""
    area = FieldCells("area", cuts=(10.0, 50.0))
    who = FieldCells("who", levels=("owner", "tenant"))
    return PurchaseModel(
        [area, who, FieldCells("channel", levels=("vk",))],
        [
            Part(("area",), (-0.4, 0.1, 0.6, 0.0), (40, 60, 20, 5), (1, 6, 8, 0)),
            Part(("who",), (0.8, -0.7, -0.1, 0.05), (50, 40, 9, 26), (12, 1, 1, 1)),
            Part(
                ("area", "who"),
                tuple(0.01 * n for n in range(16)),
                tuple(range(16)),
                tuple(n // 4 for n in range(16)),
            ),
            Part(("channel",), (0.2, -0.3, 0.0), (30, 90, 5), (5, 9, 1)),
        ],
        {"area": (0.02, 0.01, 0.03, 0.2), "who": (0.01, 0.02, 0.5, 0.3)},
    )


def windows_artefact(version: str = "20260302-abc123", model: PurchaseModel | None = None) -> Artefact:
    """Return the model with all that is saved beside it."""
    return Artefact(
        version, datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC), "0123456789abcdef", STARTS, 0.0, model or windows_model(),
        GradeBorders(0.3, 0.12), {"leads": 125, "choices": [1, 20, 0.9]}, GRADED, 0.12,
        dict.fromkeys(GRADES, 0.04), unmoved(-2.0), 60, {"days": [5.0, 60.0], "shares": [0.4, 1.0]}, 0.0,
    )  # fmt: skip


def windows_card(version: str = "20260302-abc123", **more: object) -> Card:
    """Return the card of a model that learned from 400 leads and was judged on 120 later ones."""
    start, day = datetime(2025, 10, 1, 9, tzinfo=UTC), timedelta(days=1)
    card = Card(
        version=version,
        trained_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        cut_off=datetime(2026, 3, 2, 9, tzinfo=UTC),
        horizon_days=60,
        learned=Slice(400, 60, start, start + 90 * day),
        drawn_from=400,
        young=(35, 3),
        counts={"bought": 60, "did_not_buy": 340, "open": 35, "never_called": 12},
        judged=Slice(120, 20, start + 70 * day, start + 90 * day),
        by_creation=False,
        has_tables=True,
        promote=True,
        reasons=("Better than the rules alone.",),
        champion=None,
        weights={"scorecard": 0.61, "trees of one field": 0.2, "trees of two fields": 0.1},
        promised=tuple(Promised(0.42 - 0.04 * n, 12, 5 - n // 2) for n in range(10)),
        grades=GradesSideBySide(
            "first_graded",
            {"A": (20, 6), "B": (30, 6), "C": (40, 4), "non_target": (10, 0)},
            {"A": (25, 10), "B": (30, 5), "C": (35, 1), "non_target": (10, 0)},
            20,
            others_set_borders=True,
        ),
    )
    return replace(card, **more)  # type: ignore[arg-type]


ENTRIES = st.floats(-5, 5, allow_nan=False)
VALUES = st.one_of(
    st.none(), st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(["owner", "tenant", "x", ""])
)
ROWS = st.fixed_dictionaries({}, optional=dict.fromkeys(FEATURES, VALUES))


@st.composite
def models(draw: st.DrawFn) -> PurchaseModel:
    """Draw any model over the three features."""
    cuts = draw(st.lists(st.floats(-1e6, 1e6), max_size=4, unique=True).map(sorted))
    cells = [
        FieldCells("area", cuts=tuple(cuts)),
        FieldCells("who", levels=draw(st.sampled_from([(), ("owner",), ("tenant", "owner")]))),
        FieldCells("channel", levels=("vk", "")),
    ]
    counts = {one.feature: one.count for one in cells}
    keys: list[tuple[str, ...]] = [
        *((name,) for name in FEATURES), ("area", "who"), ("who", "channel"), ("area", "channel")
    ]  # fmt: skip
    parts = []
    for key in draw(st.lists(st.sampled_from(keys), unique=True)):
        size = counts[key[0]] * (counts[key[1]] if len(key) == 2 else 1)
        values = draw(st.lists(ENTRIES, min_size=size, max_size=size))
        parts.append(Part(key, tuple(values), (3,) * size, (1,) * size))
    return PurchaseModel(cells, parts)
