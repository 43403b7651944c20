"""The conversion desk of a running service: values come from the model that serves, by what was known at each step's moment."""

from __future__ import annotations

from datetime import datetime

from features.errors import UnknownLead
from features.facts.values import LeadId
from monitoring.conversions.conversion_desk import ConversionDesk
from monitoring.conversions.ledger import Ledger
from monitoring.conversions.steps_book import StepsBook, kept_steps
from serving.wiring import Service


def conversion_desk_of(service: Service) -> ConversionDesk:
    """Return the desk."""
    desk = service.desk

    def chance(lead_id: LeadId, moment: datetime) -> float:
        known = desk.known(desk.store.history(lead_id), moment)
        if known is None:
            raise UnknownLead(lead_id)
        return desk.worth(known)[0]

    return ConversionDesk(
        company=service.company,
        book=StepsBook(desk.store, service.company, kept_steps(service.settings.home)),
        ledger=Ledger(desk.store.engine),
        contacts=service.contacts,
        chances=chance,
        amounts=lambda channel, offer: desk.amounts.of(channel=channel, offer=offer),
    )
