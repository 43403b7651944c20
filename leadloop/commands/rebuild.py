"""leadloop rebuild: makes logged rows again from the facts, and says whether they are the same."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, open_database, settings_of_house

NAME = "rebuild"


def command(
    lead: Annotated[str | None, typer.Argument(help="A lead's id; without it, every logged score.")] = None,
    most: Annotated[int, typer.Option(help="At most so many logged scores.")] = 1_000,
    home: HomeOption = None,
) -> None:
    """Rebuild the rows of logged scores from the facts that were known then, and compare them with what was logged.

    Facts up to the logged storage number, source rates up to theirs, and the company's words of the logged hash give
    the row; what was imported later changes nothing. Ends with 1 where a row differs.
    """
    from features.facts.store import FactStore
    from models.rebuilding import differences
    from models.score_log import ScoreLog

    engine = open_database(settings_of_house(home))
    checked, wrong = 0, 0
    for logged, differing in differences(FactStore(engine), ScoreLog(engine), engine, lead=lead, most=most):
        checked += 1
        if differing:
            wrong += 1
            typer.echo(f"Lead {logged.lead_id} at {logged.at.isoformat()}: differs in {', '.join(differing)}")
    typer.echo(f"{checked:,} logged rows rebuilt, {checked - wrong:,} the same, {wrong:,} differ.")
    if not checked:
        typer.echo("Only scores that were served are logged; `leadloop serve` gives them.")
    if wrong:
        raise typer.Exit(1)
