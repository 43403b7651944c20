"""Tables in a narrow window."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from leadloop.commands._table import figures_table


@pytest.mark.parametrize("leads", ["9,234", "12,345", "123,456"])
def test_a_table_of_channels_loses_no_figure_in_80_columns(leads: str) -> None:
    table = figures_table("channel", figures=("leads", "called", "A or B", "non-target", "bought", "cost,\na sale"))
    rate = f"99%\n99-100%\n{leads}\nof {leads}"
    table.add_row("Форум строителей / forum-osen", leads, rate, rate, rate, rate, "98,765,432\n16,552")
    shown = io.StringIO()
    Console(file=shown, width=80).print(table)
    said = shown.getvalue()
    assert max(map(len, said.splitlines())) <= 80
    assert said.count(leads) == 9
    assert "98,765,432" in said
    assert "16,552" in said
    width = said.splitlines()[2].index("leads") + len("leads") - max(len("leads"), len(leads))
    folded = "".join(line[:width].replace(" ", "") for line in said.splitlines()[4:])
    assert folded == "Форумстроителей/forum-osen"
