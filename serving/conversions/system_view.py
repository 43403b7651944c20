"""What the page tells of one ad system: how far leads came, what is ready, what was told, what fell out and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from features.facts.company import Company
from features.facts.conversion_settings import System
from monitoring.conversions.conversion import ToldStep
from monitoring.conversions.conversion_desk import ConversionDesk
from monitoring.conversions.counted_standings import StandingCounts
from monitoring.conversions.ledger import Batch
from monitoring.conversions.pushing import pushed_systems
from monitoring.conversions.standing import FELL_OUT, Standing

TOLD: tuple[Standing, ...] = ("told", "changed")
READY: tuple[Standing, ...] = ("ready", "restatement")


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step's figures: ``reached`` is the sum of ``ready``, ``told`` and ``fell_out``."""

    step: ToldStep
    name: str
    reached: int
    ready: int
    told: int
    fell_out: int
    reasons: tuple[tuple[Standing, int], ...]


@dataclass(frozen=True, slots=True)
class SystemView:
    """One system on the page; ``address`` is where it may pull from, None where it does not pull."""

    name: System
    lines: tuple[StepLine, ...]
    leads: int
    ready: int
    restatements: int
    restated: int
    changed: int
    window_days: int
    batches: tuple[Batch, ...]
    last: dict[str, Batch]
    pushes: bool
    has_token: bool
    address: str | None


def system_view(
    desk: ConversionDesk, name: System, moment: datetime, *, address: str | None, has_token: bool
) -> SystemView:
    """Return what there is to tell of a system."""
    system, look = desk.system(name), desk.counts(name, moment)
    ways = ("file", "pull", "push")
    latest = {way: desk.ledger.batches(name, way=way, most=1) for way in ways}  # type: ignore[arg-type]
    return SystemView(
        name=name,
        lines=tuple(_line(step, look, desk.company, name, desk) for step in look.counts),
        leads=look.leads,
        ready=look.count("ready") + look.count("restatement"),
        restatements=look.count("restatement"),
        restated=desk.ledger.restated(name),
        changed=look.count("changed"),
        window_days=system.window.days,
        batches=tuple(desk.ledger.batches(name, way="file", most=3)),
        last={way: found[0] for way, found in latest.items() if found},
        pushes=name in pushed_systems(desk.company),
        has_token=has_token,
        address=address,
    )


def _line(step: ToldStep, look: StandingCounts, company: Company, name: System, desk: ConversionDesk) -> StepLine:
    of = look.counts[step]
    reasons = tuple((one, of[one]) for one in FELL_OUT if of.get(one))
    return StepLine(
        step=step,
        name="" if step == "order" else desk.system(name).names(company)[step],
        reached=look.leads - look.not_reached[step],
        ready=sum(of.get(one, 0) for one in READY),
        told=sum(of.get(one, 0) for one in TOLD),
        fell_out=sum(count for _, count in reasons),
        reasons=reasons,
    )
