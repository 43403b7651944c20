"""Which leads were settled since a destination was told last, by what came in or by the mere passing of time.

No store keeps the moment at which a lead was settled. So what was known at the last look is set beside what is known now: a lead
that was open then and is settled now is news, and one whose outcome is another than it was told of. Leads whose window had closed
before the destination was named are history, until their outcome changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.database import reading
from features.facts.forgotten import forgotten_among
from features.facts.store import FactStore
from features.facts.values import LeadId
from features.facts.webhook_settings import WebhookDestination
from features.outcome_window import Outcome, closed_at, horizon_end, outcome_as_of
from features.rows.as_of import Gate, KnownLead
from leadloop.webhooks.event import Event
from leadloop.webhooks.told import Cursor, Step

NAME = "lead.settled"
LOOKED_EVERY = timedelta(minutes=5)
"""Windows are of days: so often is soon enough, and a look reads through the facts."""
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SettledCursor:
    """Up to which storage number and moment a destination was told, and since when it is told at all."""

    number: int
    moment: datetime
    began: datetime

    def kept(self) -> Cursor:
        """Return it as it is kept."""
        return Cursor(self.number, f"{self.began.isoformat()}/{self.moment.isoformat()}")


def read_cursor(kept: Cursor) -> SettledCursor:
    """Return a cursor as it was kept.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> read_cursor(SettledCursor(7, noon, noon).kept()) == SettledCursor(7, noon, noon)
    True
    """
    began, moment = (kept.said or "").split("/")
    return SettledCursor(kept.position, datetime.fromisoformat(moment), datetime.fromisoformat(began))


def settled_now(engine: Engine, moment: datetime) -> Cursor:
    """Return where a destination begins that is named for the first time."""
    return SettledCursor(FactStore(engine).last_number(), moment, moment).kept()


class SettledLook:
    """Looks for settled leads under one version of the company's words."""

    def __init__(self, engine: Engine, company: Company) -> None:
        self._engine, self._store, self._company, self._gate = engine, FactStore(engine), company, Gate(company)

    def step(
        self,
        kept: Cursor,
        to: WebhookDestination,
        *,
        told: Callable[[Collection[str]], Mapping[str, str]],
        moment: datetime,
    ) -> Step:
        """Return what a destination is to be told of leads, where ``told`` reads the outcome it was told last of each."""
        before = read_cursor(kept)
        if abs(moment - before.moment) < LOOKED_EVERY:
            return Step([], kept)
        number = self._store.last_number()
        after = SettledCursor(number, moment, before.began).kept()
        if NAME not in to.events:
            return Step([], after)
        settled = {known.lead_id: (known, outcome) for known, outcome in self._settled(before, number, moment)}
        heard = told(settled.keys())
        untold = [lead_id for lead_id in settled if lead_id not in heard]
        was = {known.lead_id: outcome_as_of(known) for known in self._known(untold, before.number, before.moment)}
        events, outcomes = [], dict[str, str]()
        for lead_id, (known, outcome) in settled.items():
            last = heard.get(lead_id) or _label(was.get(lead_id))
            ended = settled_at(known)
            if last == outcome.kind or (last is None and (ended is None or ended <= before.began)):
                continue
            outcomes[lead_id] = outcome.kind
            events.append(_event(known, outcome, last, ended))
        return Step(events, after, settled=outcomes)

    def _settled(self, before: SettledCursor, number: int, moment: datetime) -> Iterator[tuple[KnownLead, Outcome]]:
        """Yield the leads that may have been settled since, and are: those of which something is new, and those that grew old."""
        leads = self._store.leads_changed_since(before.number) | set(self._store.leads_known(before.moment, moment))
        if self._company.horizon_days and before.moment < moment:
            window = timedelta(days=self._company.horizon_days)
            grown = self._store.leads_created(since=before.moment - window - TICK, before=moment - window)
            leads |= set(grown)
        with reading(self._engine) as connection:
            leads -= set(forgotten_among(connection, sorted(leads)))
        for known in self._known(sorted(leads), number, moment):
            outcome = outcome_as_of(known)
            if outcome.is_settled:
                yield known, outcome

    def _known(self, leads: list[LeadId], number: int, moment: datetime) -> Iterator[KnownLead]:
        for history in self._store.histories(up_to=number, lead_ids=leads):
            known = self._gate.as_of(history, moment)
            if known is not None:
                yield known


def settled_at(known: KnownLead) -> datetime | None:
    """Return when a settled lead's window closed; without a window, when it was closed."""
    return horizon_end(known) or closed_at(known)


def _label(outcome: Outcome | None) -> str | None:
    return outcome.kind if outcome and outcome.is_settled else None


def _event(known: KnownLead, outcome: Outcome, last: str | None, ended: datetime | None) -> Event:
    won = outcome.won if outcome.kind == "bought" else None
    said = {
        "lead_id": known.lead_id,
        "outcome": outcome.kind,
        "before": last,
        "settled_at": ended,
        "bought_at": won.at if won else None,
        "amount": won.amount if won else None,
        "currency": known.company.currency if won and won.amount is not None else None,
    }
    return Event("lead.settled", f"{known.lead_id}:{outcome.kind}:{known.moment.isoformat()}", known.moment, said)
