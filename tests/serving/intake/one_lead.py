"""One lead of a small company inside a transaction, and whoever tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, insert

from features.facts.appending import append_in
from features.facts.company_file import parse_company
from features.facts.contacts import Contact, ContactOfLead, remember_in
from features.facts.database import engine_for, writing
from features.facts.gathered import GatheredFacts
from features.facts.tables import FORGOTTEN, METADATA
from features.facts.values import Call, Lead, LeadFact, LeadId, Source, Stage
from serving.intake.events_told import say_call, say_stage
from serving.intake.lead_told import say_lead
from serving.intake.said import Said
from serving.intake.sent_facts import CallIn, LeadIn, StageIn
from tests.support.facts import NOON

COMPANY = parse_company("""
company: Окна в офис
fields:
  area: {kind: number}
  role: {kind: choice}
  need: {kind: yes_no, filled_by: manager}
""")
SEVEN = LeadId("7")
MINUTE = timedelta(minutes=1)
A_FACT = TypeVar("A_FACT", bound=LeadFact)


@dataclass(slots=True)
class OneLead:
    """The lead 7, and the moment at which it is told of."""

    facts: GatheredFacts
    connection: Connection
    now: datetime = NOON

    def lead(self, **said: Any) -> Said:
        return self._lead(LeadIn.model_validate({"id": "7", **said}))

    def record(self, **said: Any) -> Said:
        """Tell of the lead as a CRM's record does."""
        return self._lead(LeadIn.model_validate({"id": "7", **said}), is_record=True)

    def _lead(self, body: LeadIn, *, is_record: bool = False) -> Said:
        return say_lead(body, self.facts, self.now, company=COMPANY, secret=b"secret", is_record=is_record)

    def call(self, **said: Any) -> Said:
        return say_call(
            SEVEN, CallIn.model_validate({"result": "reached", **said}), self.facts, self.now, company=COMPANY
        )

    def stage(self, stage: str, **said: Any) -> Said:
        return say_stage(SEVEN, StageIn.model_validate({"stage": stage, **said}), self.facts, self.now)

    def read_anew(self) -> None:
        """Store what was told, and read the lead from the database."""
        self.facts.store()
        self.facts = GatheredFacts(self.connection, [SEVEN])

    def imports(self, contact: Contact) -> None:
        """Store what was told, let an import bring a contact, and read the lead anew."""
        self.facts.store()
        remember_in(self.connection, [ContactOfLead(SEVEN, contact)], import_id=1)
        self.facts = GatheredFacts(self.connection, [SEVEN])

    def imports_call(self, call: Call) -> None:
        """Store what was told, let an import correct a call, and read the lead anew."""
        self.facts.store()
        append_in(self.connection, [call], import_id=1, corrections_known_at=call.known_at)
        self.facts = GatheredFacts(self.connection, [SEVEN])

    def every(self, kind: type[A_FACT]) -> list[A_FACT]:
        """Return the facts of a kind, in the order in which they were added."""
        return [one for one in self.facts.history(SEVEN).facts if isinstance(one, kind)]

    @property
    def latest(self) -> tuple[dict[str, Any], dict[str, str], datetime]:
        """Return the answers, the marks and the creation that hold."""
        lead = self.every(Lead)[-1]
        return dict(lead.answers), dict(self.every(Source)[-1].marks), lead.at

    @property
    def calls(self) -> list[Call]:
        return self.every(Call)

    @property
    def stages(self) -> list[Stage]:
        return self.every(Stage)


@contextmanager
def one_lead(*, is_forgotten: bool = False) -> Iterator[OneLead]:
    """Give a lead of which nothing is known yet, or whose person asked to be forgotten."""
    engine = engine_for("sqlite://")
    METADATA.create_all(engine)
    with writing(engine) as connection:
        if is_forgotten:
            connection.execute(insert(FORGOTTEN).values(lead_id=SEVEN, token="nobody", at_us=0))
        yield OneLead(GatheredFacts(connection, [SEVEN]), connection)
    engine.dispose()


def at(minutes: float) -> str:
    """Return a moment so many minutes after noon, as a sender writes it."""
    return (NOON + minutes * MINUTE).isoformat()
