"""leadloop experiment list: the tests that were drawn."""

from __future__ import annotations

from leadloop.commands._house import HomeOption, settings_of_house
from leadloop.commands._table import figures_table

NAME = "list"


def command(home: HomeOption = None) -> None:
    """List the tests: name, channels, change, when they run, and the power they were planned with."""
    from rich.console import Console
    from rich.markup import escape

    from monitoring.budget.experiment_shelf import ExperimentShelf

    found = ExperimentShelf(settings_of_house(home).home).experiments()
    if not found:
        Console().print("No test was drawn yet; `leadloop experiment plan NAME --channel …` draws one.")
        return
    table = figures_table("test", figures=("change", "pairs", "from", "to", "power"), last="channels")
    for one in found:
        table.add_row(
            one.name, f"±{one.change:.0%}", str(len(one.pairs)), str(one.begins), str(one.ends), f"{one.expected.power:.0%}",
            escape(", ".join(one.channels)),
        )  # fmt: skip
    Console().print(table)
