"""The models' pages: a list of them, and the card of each for whoever has to trust it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from models.abc_rules import GRADES
from models.field_weights import FieldWeight, field_weights
from models.shadow_log import Parting
from monitoring.intervals import Rate
from monitoring.manager_agreement import FEWEST_PAIRS
from serving.desk.champion import Refusal
from serving.model_card.found_sales import found_sales, verdict
from serving.model_card.kept_promises import Words, kept_promises, promise_chart
from serving.model_card.managers_beside import ManagersBeside
from serving.model_card.market_level import level_chart, level_word, strength_word
from serving.model_card.shelf import Shelf, ShelvedModel
from serving.model_card.weaknesses import weaknesses
from serving.pages import Pages
from serving.routes_when_asked import DoorRouter

MOST_FIELDS = 8
SHOWN_MEASURES = {
    "auc": "AUC", "average_precision": "average precision", "log_loss": "log-loss", "brier": "Brier", "ece": "ECE",
    "lift_10": "lift 10 %", "sales_in_first_30": "recall 30 %", "slope": "calibration slope", "level": "mean p / rate",
}  # fmt: skip
"""The analyst's measures by their proper names, for the closed part at the page's end."""


def model_card_router(
    shelf: Shelf,
    managers: ManagersBeside,
    pages: Pages,
    refused: Callable[[], Refusal | None],
    parting: Callable[[str], Parting],
) -> DoorRouter:
    """Return the pages of the models.

    ``refused`` tells which model was to serve and does not, ``parting`` how far a version parts from what serves in its shadow.
    """
    router = DoorRouter(include_in_schema=False)

    @router.get("/models", response_class=HTMLResponse)
    async def models_page(request: Request) -> HTMLResponse:
        """List the models: which serves, which challenges, how good each is."""
        found = await run_in_threadpool(shelf.models)
        lines = [(one, found_sales(one), verdict(one)) for one in found]
        told = await run_in_threadpool(managers.of) if found else None
        rules_serve = not any(one.serves for one in found)
        return pages.show(
            request,
            "models.html",
            lines=lines,
            rules_serve=rules_serve,
            refused=refused(),
            managers=told,
            fewest_pairs=FEWEST_PAIRS,
        )

    @router.get("/models/{version}", response_class=HTMLResponse)
    async def model_page(request: Request, version: str) -> HTMLResponse:
        """Show one model's card."""
        shelved = await run_in_threadpool(shelf.model, version)
        told = await run_in_threadpool(managers.of, shelved.version)
        shadow = None if shelved.serves else await run_in_threadpool(parting, shelved.version)
        return pages.show(
            request,
            "model.html",
            **_told(shelved, pages.writing(request), pages.company.zone),
            managers=told,
            fewest_pairs=FEWEST_PAIRS,
            shadow=shadow if shadow and shadow.leads else None,
        )

    return router


def _told(shelved: ShelvedModel, words: Words, zone: ZoneInfo) -> dict[str, Any]:
    """Return what the page shows."""
    card, grades = shelved.card, _grades(shelved)
    kept = kept_promises(card.promised) if card else None
    return {
        "model": shelved,
        "card": card,
        "found": found_sales(shelved),
        "verdict": verdict(shelved),
        "kept": kept,
        "chart": promise_chart(kept, words) if kept else None,
        "over": _over_champion(shelved),
        "grades": grades,
        "says_of_a": _says_of_a(grades, is_shown=_is_shown(shelved)),
        "fields": _worth_telling(field_weights(shelved.artefact)),
        "weak": weaknesses(shelved),
        "measures": SHOWN_MEASURES,
        "since_level": level_word(shelved.since),
        "since_strength": strength_word(shelved.since),
        "level_chart": level_chart(shelved.since, zone),
    }


def _grades(shelved: ShelvedModel) -> list[tuple[str, Rate, Rate]]:
    """Return each grade that any later lead had, with how often its leads bought: by the rules, and refined."""
    if shelved.card is None:
        return []
    rules, refined = shelved.card.grades.rules, shelved.card.grades.refined
    told: list[tuple[str, Rate, Rate]] = []
    for grade in GRADES:
        if grade in rules or grade in refined:
            (rule_leads, rule_sales), (leads, sales) = rules.get(grade, (0, 0)), refined.get(grade, (0, 0))
            told.append((grade, Rate(rule_sales, rule_leads), Rate(sales, leads)))
    return told


def _is_shown(shelved: ShelvedModel) -> bool:
    """Return whether the leads of the card's table can show anything of the borders: they did not set them."""
    return shelved.card is not None and (shelved.card.grades.others_set_borders or not shelved.card.has_tables)


def _says_of_a(
    grades: list[tuple[str, Rate, Rate]], *, is_shown: bool
) -> Literal["kept", "by_chance", "broken", "not_enough", "not_shown"] | None:
    """Return whether the refined A bought at least as often as the rules' A; None where the rules gave no A."""
    rules, refined = next(((rules, refined) for grade, rules, refined in grades if grade == "A"), (None, None))
    if rules is None or refined is None or not rules.of:
        return None
    if not rules.is_enough or not refined.is_enough:
        return "not_enough"
    if not is_shown:
        return "not_shown"
    if refined.count * rules.of >= rules.count * refined.of:
        return "kept"
    return "by_chance" if refined.interval[1] >= rules.interval[0] else "broken"


def _over_champion(
    shelved: ShelvedModel,
) -> Literal["none", "as_before", "other_window", "no_window", "other_own", "unknown", "better", "worse", "same"]:
    """Return how it did against the model that served when it was trained."""
    if shelved.card is None or shelved.card.champion is None:
        return "none"
    if shelved.card.as_before:
        return "as_before"
    if shelved.card.other_days is not None:
        return "other_own" if shelved.card.other_days == shelved.card.horizon_days else "other_window"
    if shelved.card.is_other_window:
        return "no_window"
    if shelved.judgement is None or "champion" not in shelved.judgement.differences:
        return "unknown"
    is_better = shelved.judgement.surely_better_than("champion")
    return "same" if is_better is None else "better" if is_better else "worse"


def _worth_telling(fields: list[FieldWeight]) -> list[FieldWeight]:
    """Return the weightiest fields of which people can check something."""
    return [one for one in fields if one.speaks_for or one.speaks_against][:MOST_FIELDS]
