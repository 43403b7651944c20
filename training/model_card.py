"""The model card: in plain words what a model learned from, what it must not be used for, and where it is weak."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from features.facts.company import Company
from models.judgement import JudgedGroup, Judgement
from models.measured import Measured
from training.choices import RUNGS
from training.dataset import OUTCOME_WORDS, TrainingSet
from training.promotion import Decision
from training.recipe import Candidate
from training.selection import LEAST_WEIGHT, MOST_WEIGHT

HEADINGS = {
    "auc": "AUC", "average_precision": "average precision", "log_loss": "log-loss", "brier": "Brier", "ece": "ECE",
    "lift_10": "lift at 10 %", "sales_in_first_30": "sales in the first 30 % of the queue",
    "slope": "calibration slope", "level": "mean p / rate",
}  # fmt: skip


def model_card(
    *,
    version: str,
    company: Company,
    data: TrainingSet,
    candidate: Candidate,
    evaluation: Judgement,
    decision: Decision,
    notes: Sequence[str],
    cut_off: datetime,
) -> str:
    """Return the card as Markdown."""
    return "\n".join([
        f"# Model {version} of {company.company}",
        "",
        _what_it_says(company),
        "",
        "## Learned from",
        *_learned_from(data, cut_off),
        *(f"* {note}" for note in notes),
        "",
        "## What it is",
        *_what_it_is(candidate),
        "",
        "## How good it is on later leads",
        "95 % intervals by resampling leads.",
        *(line for group in evaluation.groups for line in _table(group)),
        "",
        "## Where it is weak",
        *_weak(evaluation),
        "",
        "## Decision",
        *(f"* {reason}" for reason in decision.reasons),
        "",
        "## What it must not be used for",
        "* Refusing a person anything: it orders calls, it does not judge people.",
        "* Paying or punishing managers: a lead's chance is not its manager's merit.",
        "* Another company, another product, or a form whose questions changed: train anew.",
        "* Leads past their horizon, and kinds of lead that nobody ever called: it has seen no outcome of theirs.",
        "",
    ])  # fmt: skip


def _what_it_says(company: Company) -> str:
    within = f"within {company.horizon_days} days of its request" if company.horizon_days else "in the end"
    return f"The probability that a lead buys {within}, given what was known at the moment of the score."


def _learned_from(data: TrainingSet, cut_off: datetime) -> list[str]:
    counts = ", ".join(f"{data.counts.get(kind, 0):,} {words}" for kind, words in OUTCOME_WORDS.items())
    counted = f", counted within {data.window} days" if data.own_window else ""
    drawn = f" (drawn from {data.drawn_from:,} settled ones)" if data.leads < data.drawn_from else ""
    return [
        f"* {data.leads:,} settled leads{drawn}, {data.sales:,} of them bought; {len(data):,} rows.",
        f"* All leads known at {cut_off.astimezone(UTC):%Y-%m-%d %H:%M} UTC{counted}: {counts}. Never-called leads teach nothing.",
        _young(data),
        *_selection(data),
    ]


def _selection(data: TrainingSet) -> list[str]:
    """Return what the leads that nobody worked made of the weights, and which kinds of lead nobody looked at."""
    if data.selection is None:
        return []
    size = data.selection.effective_leads
    weighed = [] if size is None else [
        "* Weighed against selection: the less likely a lead was to be worked, by what was known as it came, the more it weighs "
        f"({LEAST_WEIGHT:g} to {MOST_WEIGHT:g} times). The {data.leads:,} settled leads tell as much as {size:,.0f} of equal "
        "weight (effective sample size).",
    ]  # fmt: skip
    return weighed + [
        f"* not looked at: {one.field} {one.value}, {one.leads:,} leads. None of them was worked, so what is said of them is "
        "said by what else is known."
        for one in data.selection.not_looked_at
    ]


def _young(data: TrainingSet) -> str:
    if data.young is None:
        return "* No lead that was worked is still young enough to buy within its window."
    return (
        f"* {data.young.leads:,} young leads that were worked, {data.young.sales:,} of which bought already: the others "
        "stand for the chance that they still buy, by how long buyers take. No figure below is judged by them."
    )


def _what_it_is(candidate: Candidate) -> list[str]:
    choices = candidate.choices
    if not choices.has_tables:
        return ["* The rules' grades at the rates that were seen; no field said more on later leads."]
    tables = candidate.tables
    blend = ", ".join(f"{rung} {weight:.2f}" for rung, weight in zip(RUNGS, choices.weights, strict=True))
    following = choices.following
    kept = " in place of what all leads taught" if following.anew else ""
    latest = (
        f"* Of what the latest leads say differently it follows {following.share:.0%}{kept} (a lead weighs half as much as one "
        f"that came later by {following.half_life:.1%} of all)."
        if following.share > 0
        else "* The latest leads say nothing different that held on the leads after them."
    )
    return [
        f"* A sum of {len(tables.singles)} tables of one field and {len(tables.pairs)} of two, blended by what each was "
        f"worth on later leads: {blend}.",
        latest,
        f"* Fields: {', '.join(tables.cells)}.",
    ]


def _table(group: JudgedGroup) -> list[str]:
    """Return a group's heading and its measures: a row a contender."""
    heading = ["", f"### {group.name[:1].upper()}{group.name[1:]}: {group.leads:,} leads, {group.sales:,} sales", ""]
    if group.measures is None:
        return [*heading, "Not enough data."]
    lines = ["| | " + " | ".join(HEADINGS.values()) + " |", "|---" * (len(HEADINGS) + 1) + "|"]
    for contender, measures in group.measures.items():
        cells = [_figure(measures[name]) for name in HEADINGS]
        lines.append(f"| {contender} | " + " | ".join(cells) + " |")
    return [*heading, *lines]


def _figure(measured: Measured) -> str:
    if measured.value != measured.value:
        return "cannot be told"
    return f"{measured.value:.3f} ({measured.low:.3f} to {measured.high:.3f})"


def _weak(evaluation: Judgement) -> list[str]:
    lines = []
    for group in evaluation.groups[1:]:
        if group.measures is None:
            lines.append(f"* {group.name}: not enough data ({group.leads:,} leads, {group.sales:,} sales).")
            continue
        auc, level = group.measures["candidate"]["auc"], group.measures["candidate"]["level"]
        if auc.low <= 0.5:
            lines.append(f"* {group.name}: hardly ranks (AUC {auc.value:.2f}, from {auc.low:.2f}).")
        if not level.low <= 1.0 <= level.high:
            word = "too high" if level.value > 1 else "too low"
            lines.append(
                f"* {group.name}: {word} (mean p / rate {level.value:.2f}, {level.low:.2f} to {level.high:.2f})."
            )
    return lines or ["* No group of later leads showed a weakness larger than chance."]
