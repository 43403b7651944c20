"""What a sale would bring: the offer's price, else like sales, else the company's average, else nothing known."""

from __future__ import annotations

import pytest

from features.facts.company import Company, Offer
from models.expected_amount import ExpectedAmounts

COMPANY = Company(
    company="Окна", average_check=90_000.0, offers={"Тихий  офис": Offer(price=320_000.0), "Замер": Offer()}
)


def test_the_leads_own_offers_price_comes_before_everything() -> None:
    amounts = ExpectedAmounts(COMPANY).learn([("vk", "тихий офис", 10.0)] * 50)
    assert amounts.of(channel="vk", offer="тихий офис") == 320_000.0


def test_an_offer_without_a_price_is_worth_the_average_of_its_own_sales() -> None:
    amounts = ExpectedAmounts(COMPANY).learn([("vk", "замер", amount) for amount in (10.0, 20.0, 30.0, 40.0, 50.0)])
    assert amounts.of(channel="forum", offer="замер") == 30.0


@pytest.mark.parametrize(("sales", "expected"), [(4, 90_000.0), (5, 50.0)])
def test_fewer_than_five_sales_say_nothing_of_an_average(sales: int, expected: float) -> None:
    amounts = ExpectedAmounts(COMPANY).learn([("vk", None, 50.0)] * sales)
    assert amounts.of(channel="vk", offer=None) == expected


def test_a_channel_with_few_sales_is_worth_what_all_channels_are() -> None:
    amounts = ExpectedAmounts(COMPANY).learn([("vk", None, 50.0)] * 8 + [("forum", None, 150.0)] * 2)
    assert amounts.of(channel="forum", offer=None) == pytest.approx((8 * 50 + 2 * 150) / 10)


def test_without_a_guess_the_few_sales_there_are_count_and_without_any_nothing_is_said() -> None:
    silent = Company(company="Окна")
    assert ExpectedAmounts(silent).of(channel="vk", offer=None) is None
    assert ExpectedAmounts(silent).learn([("vk", None, 70.0)]).of(channel="radio", offer="x") == 70.0


def test_learning_twice_counts_both() -> None:
    amounts = ExpectedAmounts(COMPANY).learn([("vk", None, 40.0)] * 3).learn([("vk", None, 80.0)] * 3)
    assert amounts.of(channel="vk", offer=None) == 60.0
