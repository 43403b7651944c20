"""A stand-in of each CRM."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crm.standins.amocrm import AmoCrmStandIn
from tests.crm.standins.bitrix24 import Bitrix24StandIn
from tests.crm.standins.hubspot import HubSpotStandIn


@pytest.fixture
def bitrix24() -> Iterator[Bitrix24StandIn]:
    made = Bitrix24StandIn()
    yield made
    made.close()


@pytest.fixture
def amocrm() -> Iterator[AmoCrmStandIn]:
    made = AmoCrmStandIn()
    yield made
    made.close()


@pytest.fixture
def hubspot() -> Iterator[HubSpotStandIn]:
    made = HubSpotStandIn()
    yield made
    made.close()
