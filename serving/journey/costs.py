"""What the page of costs shows: both sides that do not fit, and the match that somebody is about to mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from features.facts.spend_mappings import MarkNames, SpendMapping
from monitoring.cost_matching import CampaignBefore, Matching, source_that_reads_as
from monitoring.counted_cells import Cut
from serving.figures import Figures


@dataclass(frozen=True, slots=True)
class Mending:
    """A match under way: whose costs, for which leads, and what it would change (None: not asked yet).

    ``no_source`` is a channel that no source alone means.
    """

    told: MarkNames
    to_channel: str
    to_campaign: str
    means: MarkNames
    changes: list[CampaignBefore] | None
    no_source: str | None


@dataclass(frozen=True, slots=True)
class CostsView:
    """The page of costs."""

    matching: Matching
    held: list[SpendMapping]
    mending: Mending | None
    channels: list[str]
    campaigns: list[str]
    has_costs: bool


def costs_view(figures: Figures, said: Mapping[str, str], moment: datetime) -> CostsView:
    """Return the page as known at ``moment``; ``said`` are the words of the address."""
    figures.refresh(moment)
    told = MarkNames(said.get("source") or None, said.get("campaign") or None)
    mending = _mending(figures, said, told, moment) if told.source or told.campaign else None
    matched = figures.matching(moment)
    return CostsView(
        matched,
        figures.spend.mappings(),
        mending,
        _lead_names(figures, "channel", moment),
        _lead_names(figures, "campaign", moment),
        bool(matched.costs.rows),
    )


def _mending(figures: Figures, said: Mapping[str, str], told: MarkNames, moment: datetime) -> Mending:
    channel, campaign = said.get("to_channel", ""), " ".join(said.get("to_campaign", "").split())
    if not channel and not campaign:
        return Mending(told, "", said.get("alike", ""), MarkNames(), None, None)
    source = None
    if channel:
        sources = [told.source, *(one.marks.get("source") for one in figures.spend.told(moment))]
        source = source_that_reads_as(channel, sources, figures.company)
        if source is None:
            return Mending(told, channel, campaign, MarkNames(), None, channel)
    means = MarkNames(source, campaign or None)
    changes = figures.preview(SpendMapping(told, means, moment), moment)
    return Mending(told, channel, campaign, means, changes, None)


def _lead_names(figures: Figures, dimension: str, moment: datetime) -> list[str]:
    told = figures.book.tallies(moment, Cut(("channel",) if dimension == "channel" else ("campaign",)))
    return sorted({names[0] for names, _ in told if isinstance(names[0], str)})
