"""``leadloop portrait`` and ``leadloop won``: who buys, kept for the pages, compared with the portrait before."""

from __future__ import annotations

from monitoring.portrait.portrait_report import PORTRAITS
from monitoring.won.won_report import WON
from tests.leadloop.command_line import Small, one_line, run


def test_the_portrait_is_drawn_kept_and_compared_with_the_one_before(trained: Small) -> None:
    said = one_line(trained.done("portrait"))
    assert "Buyers, by what was known at arrival" in said
    assert "This is the first portrait" in said
    first = PORTRAITS.latest(trained.home)
    assert first is not None
    assert first.model_version is not None
    assert first.arrival.settled > first.arrival.bought > 0
    again = one_line(trained.done("portrait", "--fields", "1"))
    assert "a comparison needs 30 on each side" in again or len(PORTRAITS.names(trained.home)) == 1


def test_of_few_sales_it_says_so_and_keeps_that_too(imported: Small) -> None:
    assert "not enough data" in one_line(imported.done("portrait"))
    kept = PORTRAITS.latest(imported.home)
    assert kept is not None
    assert kept.arrival.state == "too_few"
    assert kept.model_version is None


def test_won_deals_are_worked_out_and_kept(trained: Small) -> None:
    said = one_line(trained.done("won"))
    assert "calls if lost" in said
    assert WON.latest(trained.home) is not None


def test_more_than_three_fields_are_too_many(company: Small) -> None:
    assert run("portrait", "--fields", "4", *company.place).code == 2
