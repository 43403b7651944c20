"""Where each conversion stands: ready, told, or fallen out, and why; every lead is counted, whichever it is.

The first reason that applies counts, in this order: told already, too old, no consent, nothing to recognise it by, value
unknown. What was told and has changed since is told again only where a system takes restatements, as it does of an order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from features.facts.company import Company
from features.facts.contacts import Contact
from features.facts.conversion_settings import STEPS, OrderStatus, Step
from features.facts.values import LeadId
from monitoring.conversions.ad_systems import AdSystem
from monitoring.conversions.conversion import ORDER, ToldStep
from monitoring.conversions.identifiers import Identifiers
from monitoring.conversions.lead_steps import LeadSteps, Reached
from monitoring.conversions.ledger import Key, Told
from monitoring.conversions.steps_book import SomeLeads

Standing = Literal[
    "ready",
    "restatement",
    "told",
    "changed",
    "too_old",
    "no_consent",
    "no_rule_of_consent",
    "no_click_id",
    "unknown_value",
]
FELL_OUT: tuple[Standing, ...] = ("too_old", "no_consent", "no_rule_of_consent", "no_click_id", "unknown_value")
EXPECTED = "expected"
"""What a value rests on before anything was paid; an order's says at which step, for it is told anew at the next."""
Contacts = Callable[[Sequence[LeadId]], Mapping[LeadId, Contact]]
Amounts = Callable[[str, str | None], float | None]
"""(channel, offer) -> what a sale to such a lead would bring; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead's step that a system might be told.

    ``worth_at`` is the moment whose expected value it carries, None where it carries ``paid`` or, being spam or lost, nothing.
    An adjustment ``adjusts`` the conversion of that time.
    """

    lead: LeadSteps
    step: ToldStep
    at: datetime
    status: OrderStatus | None
    basis: str
    worth_at: datetime | None
    paid: float | None
    ids: Identifiers = field(default_factory=Identifiers)
    adjusts: datetime | None = None

    @property
    def key(self) -> Key:
        """Return of what it tells."""
        return self.lead.lead_id, self.step


@dataclass(frozen=True, slots=True)
class Look:
    """How everything stands for one system: ``counts`` by step and standing, adding up to ``leads`` at each step.

    ``not_reached`` counts the leads that have not come to a step. ``ready`` is what may be told now, restatements among it;
    ``told`` is what was told and can still be told again as it was.
    """

    leads: int
    counts: Mapping[ToldStep, Mapping[Standing, int]]
    not_reached: Mapping[ToldStep, int]
    ready: tuple[Candidate, ...]
    told: tuple[Candidate, ...]

    def count(self, standing: Standing) -> int:
        """Return how many conversions stand so, over all steps."""
        return sum(of.get(standing, 0) for of in self.counts.values())


def looked_at(
    system: AdSystem,
    some: SomeLeads,
    told: Mapping[Key, Told],
    *,
    company: Company,
    moment: datetime,
    amounts: Amounts,
    contacts: Contacts,
) -> Look:
    """Return how everything stands at ``moment``.

    Parameters
    ----------
    some
        At least the leads of which anything happened within the system's window, and those that it was told of; every step
        of the others is too old.
    """
    found = standings_of(
        system, some.looked_at, told, company=company, moment=moment, amounts=amounts, contacts=contacts
    )
    counts: dict[ToldStep, Counter[Standing]] = {step: Counter() for step in steps_told(system, company)}
    ready: list[Candidate] = []
    again: list[Candidate] = []
    for one, standing in found:
        counts[one.step][standing] += 1
        if standing in ("ready", "restatement"):
            ready.append(one)
        elif standing in ("told", "changed") and system.carries(one.ids):
            again.append(one)
    reached = {step: some.leads if step == "order" else some.reached.get(step, 0) for step in counts}
    for step, of in counts.items():
        of["too_old"] += reached[step] - sum(of.values())
    not_reached = {step: some.leads - count for step, count in reached.items()}
    return Look(some.leads, counts, not_reached, tuple(ready), tuple(again))


def standings_of(
    system: AdSystem,
    leads: Sequence[LeadSteps],
    told: Mapping[Key, Told],
    *,
    company: Company,
    moment: datetime,
    amounts: Amounts,
    contacts: Contacts,
) -> list[tuple[Candidate, Standing]]:
    """Return what a system might be told of some leads, and where each of it stands."""
    candidates = [one for lead in leads for one in candidates_of(lead, system, company)]
    standings = [_before_contact(one, system, told.get(one.key), moment) for one in candidates]
    candidates = _with_contacts(candidates, standings, system, contacts, company)
    return [
        (one, known if known in FELL_OUT else _with_ids(one, known, system, company, amounts))
        for one, known in zip(candidates, standings, strict=True)
    ]


def candidates_of(lead: LeadSteps, system: AdSystem, company: Company) -> list[Candidate]:
    """Return what a system might be told of a lead: its order, or the steps that have a name there."""
    if system.tells_orders:
        return [_order(lead)]
    names = system.names(company)
    return [_step(lead, step, lead.reached[step]) for step in STEPS if step in names and step in lead.reached]


def steps_told(system: AdSystem, company: Company) -> tuple[ToldStep, ...]:
    """Return the steps that a system is told of."""
    names = system.names(company)
    steps: tuple[ToldStep, ...] = tuple(step for step in STEPS if step in names)
    return (ORDER,) if system.tells_orders else steps


def _step(lead: LeadSteps, step: ToldStep, reached: Reached) -> Candidate:
    if step == "paid":
        return Candidate(lead, step, reached.at, None, _basis(reached.amount), None, reached.amount)
    return Candidate(lead, step, reached.at, None, EXPECTED, reached.known_at, None)


def _order(lead: LeadSteps) -> Candidate:
    """Return a lead's order: what was paid, else what it is expected to bring as known when it came or was qualified."""
    paid = lead.reached.get("paid")
    if lead.status == "PAID" and paid:
        return Candidate(lead, ORDER, lead.created_at, "PAID", _basis(paid.amount), None, paid.amount)
    if lead.status != "IN_PROGRESS":
        return Candidate(lead, ORDER, lead.created_at, lead.status, "nothing", None, None)
    step: Step = "qualified" if "qualified" in lead.reached else "lead"
    worth_at = lead.reached[step].known_at
    return Candidate(lead, ORDER, lead.created_at, lead.status, f"{EXPECTED} {step}", worth_at, None)


def _basis(amount: float | None) -> str:
    return f"paid {amount:.2f}" if amount is not None else "paid unknown"


def _before_contact(one: Candidate, system: AdSystem, told: Told | None, moment: datetime) -> Standing | None:
    """Return where a candidate stands as far as that can be told without its contact; None where it may be ready."""
    is_same = told is not None and (told.status, told.basis) == (one.status, one.basis)
    if told is not None and not system.tells_orders:
        return "told" if is_same and told.at == one.at else "changed"
    if is_same:
        return "told"
    if told is None and moment > system.last_moment(one.lead.created_at, one.at):
        return "too_old"
    if one.lead.may_tell is False:
        return "no_consent"
    return "restatement" if told is not None else None


def _with_contacts(
    candidates: Sequence[Candidate],
    standings: Sequence[Standing | None],
    system: AdSystem,
    contacts: Contacts,
    company: Company,
) -> list[Candidate]:
    """Return the candidates with what the system may recognise them by: click ids, and contacts of those who agreed."""
    wanted = {
        one.lead.lead_id
        for one, standing in zip(candidates, standings, strict=True)
        if system.from_contact and one.lead.may_tell and standing not in FELL_OUT
    }
    found = contacts(sorted(wanted)) if wanted else {}
    return [_identified(one, found.get(one.lead.lead_id), company) for one in candidates]


def _identified(one: Candidate, contact: Contact | None, company: Company) -> Candidate:
    ids = one.lead.ids if one.lead.may_tell is not False else Identifiers()
    if contact:
        ids = ids.with_contact(contact, company.phone_region)
    return Candidate(one.lead, one.step, one.at, one.status, one.basis, one.worth_at, one.paid, ids)


def _with_ids(
    one: Candidate, standing: Standing | None, system: AdSystem, company: Company, amounts: Amounts
) -> Standing:
    """Return where a candidate stands that was not told, or is to be restated."""
    if standing in ("told", "changed"):
        return standing
    if not system.carries(one.ids):
        lacks_rule = system.from_contact and company.conversions.consent is None
        return "no_rule_of_consent" if lacks_rule else "no_click_id"
    if one.status == "PAID" and one.paid is None:
        return "unknown_value"
    if system.needs_value(company):
        known = one.paid if one.worth_at is None else amounts(one.lead.channel, one.lead.offer)
        if known is None:
            return "unknown_value"
    return standing or "ready"
