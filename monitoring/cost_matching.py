"""Whose money found its leads: costs without leads on one side, leads of paid channels without costs on the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches

from features.facts.channels import channel_reader, mark_of
from features.facts.company import Company
from features.facts.spend_mappings import MarkNames, SpendMapping, held
from features.facts.values import Spend
from monitoring.costs import NO_COSTS, Costs, summed_costs, total_costs
from monitoring.counted_cells import Cut, CutKey
from monitoring.lead_book import LeadBook
from monitoring.spend_book import KnownNames, SpendBook
from monitoring.tally import NOTHING, Tally

CampaignKey = tuple[str, str | None]
"""(channel, campaign), as the leads' marks have them."""
ALIKE = 0.55
"""How much alike two names are that may be meant by each other (difflib's ratio)."""


@dataclass(frozen=True, slots=True)
class CostsWithoutLeads:
    """Costs told under ``told`` that go to a channel and campaign by which no lead came; ``alike`` may be meant."""

    told: MarkNames
    key: CampaignKey
    costs: Costs
    first: date
    last: date
    alike: str | None


@dataclass(frozen=True, slots=True)
class LeadsWithoutCosts:
    """Leads of a channel that costs are told of, by a campaign that none are told of."""

    key: CampaignKey
    tally: Tally

    @property
    def leads(self) -> int:
        """Return how many."""
        return self.tally["leads"]


@dataclass(frozen=True, slots=True)
class Matching:
    """All costs, and both sides of what does not fit, the most money and the most leads first.

    ``unmatched`` is what of ``costs`` fits no lead, each in the company's currency and in others; ``paid_leads`` counts the leads
    of channels that costs are told of.
    """

    costs: Costs
    unmatched: Costs
    without_leads: tuple[CostsWithoutLeads, ...]
    without_costs: tuple[LeadsWithoutCosts, ...]
    paid_leads: int


@dataclass(frozen=True, slots=True)
class CampaignBefore:
    """A campaign that a mapping changes: its leads, and its costs without and with it."""

    key: CampaignKey
    tally: Tally
    before: Costs
    after: Costs


def lead_names(book: LeadBook, spend: SpendBook, moment: datetime) -> KnownNames:
    """Return the channels, campaigns and ads of the leads, where costs need them: they tell ids."""
    return book.source_names(moment) if spend.tells_ids(moment) else frozenset()


def matching(book: LeadBook, spend: SpendBook, *, moment: datetime, leads: KnownNames = frozenset()) -> Matching:
    """Return how the costs fit the leads, over the whole time."""
    tallies = _by_campaign(book.tallies(moment, Cut(("channel", "campaign"))))
    told = spend.by_told(moment, leads)
    with_leads, paid = {channel for channel, _ in tallies}, {key for _, key in told}
    paid_channels = {channel for channel, _ in paid}
    bare = {channel for channel, campaign in paid if campaign is None}
    free = [key for key in tallies if key not in paid and key[0] in paid_channels - bare]
    lost = [
        CostsWithoutLeads(names, key, one.costs, one.first, one.last, _alike(key, free) or _alike(key, list(tallies)))
        for (names, key), one in told.items()
        if not (key in tallies or (key[1] is None and key[0] in with_leads))
    ]
    return Matching(
        total_costs([one.costs for one in told.values()]),
        total_costs([one.costs for one in lost]),
        tuple(sorted([one for one in lost if _is_money(one.costs)], key=lambda one: -_money(one.costs))),
        tuple(sorted([LeadsWithoutCosts(key, tallies[key]) for key in free], key=lambda one: -one.tally["leads"])),
        sum(tally["leads"] for key, tally in tallies.items() if key[0] in paid_channels),
    )


def preview(
    book: LeadBook, spend: SpendBook, mapping: SpendMapping, *, moment: datetime, leads: KnownNames = frozenset()
) -> list[CampaignBefore]:
    """Return the campaigns whose costs a mapping would change, over the whole time; nothing is saved."""
    tallies = _by_campaign(book.tallies(moment, Cut(("channel", "campaign"))))
    said = spend.mappings()
    before = _costs_by_campaign(spend.with_mappings(said, moment, leads), book.company)
    after = _costs_by_campaign(spend.with_mappings(held([*said, mapping]), moment, leads), book.company)
    keys = [key for key in before.keys() | after.keys() if before.get(key, NO_COSTS) != after.get(key, NO_COSTS)]
    changed = [
        CampaignBefore(key, tallies.get(key, NOTHING), before.get(key, NO_COSTS), after.get(key, NO_COSTS))
        for key in keys
    ]
    return sorted(changed, key=lambda one: (-_money(one.before), str(one.key)))


def source_that_reads_as(channel: str, told: Iterable[str | None], company: Company) -> str | None:
    """Return a source by which a cost would count for ``channel``; None where no source alone does.

    >>> source_that_reads_as("VK", ["yandex"], Company.model_validate(
    ...     {"company": "x", "channels": {"rules": [{"name": "VK", "when": {"source": ["vk", "vkontakte"]}}]}}))
    'vk'
    """
    read = channel_reader(company.channels)
    words = [word for rule in company.channels.rules for word in rule.when.get("source", ()) if "*" not in word]
    candidates = [*[one for one in told if one], *words, channel]
    return next((one for one in candidates if read({"source": one}) == channel), None)


def _by_campaign(tallies: dict[CutKey, Tally]) -> dict[CampaignKey, Tally]:
    return {
        (str(names[0]), None if names[1] is None else str(names[1])): tally for (names, _), tally in tallies.items()
    }


def _costs_by_campaign(rows: Iterable[Spend], company: Company) -> dict[CampaignKey, Costs]:
    channel_of = channel_reader(company.channels)
    groups: dict[CampaignKey, list[Spend]] = {}
    for one in rows:
        groups.setdefault((channel_of(one.marks), mark_of(one.marks, "campaign")), []).append(one)
    return {key: summed_costs(those, company) for key, those in groups.items()}


def _alike(key: CampaignKey, free: Sequence[CampaignKey]) -> str | None:
    """Return the campaign of the same channel whose name is most like the told one."""
    names = [campaign for channel, campaign in free if channel == key[0] and campaign]
    return next(iter(get_close_matches(key[1] or "", names, 1, ALIKE)), None)


def _money(costs: Costs) -> float:
    return costs.cost or sum(costs.other_costs.values())


def _is_money(costs: Costs) -> bool:
    return bool(costs.own or any(costs.others.values()))
