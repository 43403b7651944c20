"""What the marketer may put right: where the ads aim past those who buy, and who buys though nobody aims at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitoring.portrait.portrait_report import AimedPart, Condition, PortraitReport, Segment, Share

What = Literal[
    "aimed_rarer", "not_aimed_more", "declared_rarer", "declared_more", "buyers_not_aimed", "leads_not_buyers"
]


@dataclass(frozen=True, slots=True)
class ToFix:
    """One thing to put right: which leads, and their shares."""

    what: What
    conditions: tuple[Condition, ...]
    of_leads: Share
    of_sales: Share
    declared: float | None = None


def what_to_fix(report: PortraitReport) -> list[ToFix]:
    """Return what surely differs between the audience and the buyers; where no audience is declared, what the portrait shows."""
    if report.audience is None:
        return [_of_segment(one) for one in report.arrival.segments]
    parts = (part for field in report.audience.fields for part in field.parts)
    found = [
        ToFix(what, (one.condition,), one.of_leads, one.of_sales, one.declared) for one in parts if (what := _of(one))
    ]
    return sorted(
        found, key=lambda one: -abs((one.of_sales.value or 0.0) - (one.declared or one.of_leads.value or 0.0))
    )


def _of(part: AimedPart) -> What | None:
    if part.verdict not in ("more", "rarer") or part.condition.kind == "missing":
        return None
    if part.declared is not None:
        return "declared_more" if part.verdict == "more" else "declared_rarer"
    if part.aimed_at:
        return "aimed_rarer" if part.verdict == "rarer" else None
    return "not_aimed_more" if part.verdict == "more" else None


def _of_segment(one: Segment) -> ToFix:
    return ToFix("buyers_not_aimed" if one.is_more else "leads_not_buyers", one.conditions, one.of_leads, one.of_sales)
