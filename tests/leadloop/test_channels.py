"""``leadloop channels``: what each channel and campaign brings, with counts, in the words of the export."""

from __future__ import annotations

from tests.leadloop.command_line import Ran, Small, one_line


def cells_of(name: str, table: str) -> list[str]:
    return next(line.split() for line in table.splitlines() if line.strip().startswith(name))


def test_leads_and_costs_stand_by_channel(imported: Small) -> None:
    said = imported.done("channels")
    assert cells_of("Поиск", said)[1] == "2"
    assert cells_of("Поиск", said)[-2:] == ["1,000", "1,000"]  # a cost, and one sale that it paid for
    assert cells_of("vk", said)[1] == "1"
    assert cells_of("vk", said)[-2:] == ["300", "-"]


def test_campaigns_stand_under_their_channel_as_they_are_written(imported: Small) -> None:
    said = imported.done("channels", "--by", "campaign")
    assert cells_of("Поиск / brand", said)[3] == "1"
    assert cells_of("vk / [/лето]", said)[3] == "1"


def test_a_rate_of_few_leads_is_not_shown_as_a_rate(imported: Small) -> None:
    said = imported.done("channels")
    assert "too few" in said
    assert "%" not in said.split("Not enough data")[0]
    assert "Not enough data in the last 120 days" in one_line(said)


def test_rates_come_with_their_interval_and_counts(trained_once: tuple[Small, Ran]) -> None:
    said = trained_once[0].done("channels")
    lines = [line.split() for line in said.splitlines() if line.strip()]
    at = next(place for place, line in enumerate(lines) if line[0] == "vk")
    leads, called = lines[at][1:3]
    assert called == "100%"
    assert lines[at + 2][0] == f"{leads}/{leads}"
    low, high = lines[at + 1][-1].rstrip("%").split("-")
    count, of = (int(one) for one in lines[at + 2][-1].split("/"))
    assert int(low) < 100 * count / of < int(high)


def test_another_level_than_channel_and_campaign_is_refused_in_a_sentence(imported: Small) -> None:
    ran = imported.run("channels", "--by", "ad")
    assert ran.code == 2
    assert "--by takes channel or campaign." in one_line(ran.err)
