"""The conversion desk and the postman of a data folder, as commands need them."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING

from leadloop.commands._house import House, now

if TYPE_CHECKING:
    from features.facts.values import LeadId
    from leadloop.sending.postman import Postman
    from monitoring.conversions.conversion_desk import ConversionDesk


def conversion_desk(house: House) -> ConversionDesk:
    """Return the desk; rates of sources are counted when the first value is asked for."""
    from models.expected_amount import ExpectedAmounts
    from monitoring.conversions.conversion_desk import ConversionDesk
    from monitoring.conversions.ledger import Ledger

    sold = house.lead_book().sold(now())
    sales = ((one.marked_channel, one.offer, one.amount or 0.0) for one in sold)
    amounts = ExpectedAmounts(house.company).learn(sales)
    return ConversionDesk(
        company=house.company,
        book=house.steps_book(),
        ledger=Ledger(house.engine),
        contacts=house.contacts,
        chances=_Chances(house),
        amounts=lambda channel, offer: amounts.of(channel=channel, offer=offer),
    )


class _Chances:
    """How likely a lead was to buy at a moment, by the champion; or by the rules while there is none."""

    def __init__(self, house: House) -> None:
        from features.rows.feature_row import RowBuilder
        from serving.desk.champion import Champion

        self._house, self._champion = house, Champion(house.settings.home)
        self._rows: RowBuilder | None = None

    def __call__(self, lead_id: LeadId, moment: datetime) -> float:
        from features.errors import UnknownLead
        from features.rows.as_of import Gate
        from features.rows.feature_row import RowBuilder
        from features.rows.rates_timeline import RatesTimeline

        if self._rows is None:
            timeline = RatesTimeline(Gate(self._house.company)).learn(self._house.store.histories())
            self._rows = RowBuilder(self._house.company, timeline)
        known = self._rows.known(self._house.store.history(lead_id), moment)
        if known is None:
            raise UnknownLead(lead_id)
        return self._champion.scorer.probability(known, self._rows.row(known))


def postman(house: House) -> Postman:
    """Return who delivers what waits in the outbox; tokens come from the environment."""
    from features.facts.company_file import read_company
    from features.settings import crm_secrets
    from leadloop.connecting.connectors import paces_of_letters
    from leadloop.connecting.secret_addresses import SecretAddresses
    from leadloop.sending.postman import Postman
    from leadloop.webhooks.receivers import receivers_of

    said, crm = house.settings, crm_secrets()
    sign_ins = {
        "yandex": f"OAuth {said.metrica_token}" if said.metrica_token else None,
        "meta": f"Bearer {said.meta_token}" if said.meta_token else None,
        "amocrm": f"Bearer {crm.amocrm_token}" if crm.amocrm_token else None,
        "hubspot": f"Bearer {crm.hubspot_token}" if crm.hubspot_token else None,
    }
    return Postman(
        SecretAddresses(house.engine, crm.bitrix24_hook),
        sign_ins=sign_ins,
        receivers=lambda: receivers_of(read_company(said.company_file)),
        clock=now,
        draw=random.Random(),
        loopback=said.send_to_loopback,
        paces=paces_of_letters(house.company, crm, said.home),
    )
