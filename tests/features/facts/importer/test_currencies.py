"""An amount says its currency, and is read as it is written."""

from __future__ import annotations

from features.facts.values import Stage
from tests.features.facts.importer.house import (
    ANNA,
    BORIS,
    HEADER,
    House,
)


def test_a_sale_in_another_currency_goes_in_without_its_amount_and_is_told(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA, BORIS))
    rows = (("1", "03.03.2026", "Оплата", "90 €"), ("2", "03.03.2026", "Оплата", "90 000 ₽"))
    summary = house.take(house.file("stages.csv", ("Заявка", "Дата", "Стадия", "Сумма"), *rows))
    assert (summary.stored, summary.rejected, summary.rejected_cells) == (2, 0, 1)
    amounts = [fact.amount for lead in ("1", "2") for fact in house.facts(lead) if isinstance(fact, Stage)]
    assert amounts == [None, 90_000.0]
    ((_, _, column, what, remedy),) = house.rejects(summary)
    assert (column, what) == ("Сумма", "cell")
    assert remedy == "is in another currency than company.yaml's RUB; the stage counts without it"


def test_a_cost_of_thousands_is_thousands_in_either_alphabet(house: House) -> None:
    rows = (("02.03.2026", "5к", "1", "vk"), ("03.03.2026", "5k", "1", "vk"), ("04.03.2026", "5 usd", "1", "vk"))
    house.take(house.file("spend.csv", ("День", "Расход", "Клики", "Источник"), *rows))
    costs = [(one.cost, one.currency) for one in house.store.spend()]
    assert costs == [(5000.0, "RUB"), (5000.0, "RUB"), (5.0, "USD")]
