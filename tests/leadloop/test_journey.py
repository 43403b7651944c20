"""``leadloop journey``: the funnel in the terminal, with the page's filters."""

from __future__ import annotations

import pytest

from tests.leadloop.command_line import Small, one_line


def test_the_funnel_stands_by_channel_with_its_whole(imported: Small) -> None:
    said = imported.done("journey")
    rows = [line.split() for line in said.splitlines() if line.strip()]
    whole = next(row for row in rows if row[0] == "all")
    assert whole[1] == "3"
    assert "impressions:" in said
    assert "A lead counts at a step when it reached it or a later one" in one_line(said)


def test_a_filter_keeps_to_what_it_names_and_an_unknown_one_is_refused_with_what_there_is(imported: Small) -> None:
    said = imported.done("journey", "--channel", "vk", "--by", "whole")
    whole = next(line.split() for line in said.splitlines() if line.strip().startswith("all"))
    assert whole[1] == "1"
    ran = imported.run("journey", "--channel", "vkk")
    assert ran.code == 2
    assert "there is no 'vkk' in the data" in one_line(ran.err)
    assert "--from" in one_line(imported.run("journey", "--from", "31.03.2026").err)


def test_costs_by_offer_are_said_to_be_unknown(imported: Small) -> None:
    assert "Costs are not known by this" in one_line(imported.done("journey", "--by", "offer"))


def test_every_name_and_figure_stands_whole_in_80_columns(imported: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = imported.done("journey")
    tables = said.split("impressions:")[0]
    assert "…" not in tables
    assert [line.split()[0] for line in tables.splitlines() if line.strip().startswith("vk ")] == ["vk", "vk"]
    assert "a sale" in tables
