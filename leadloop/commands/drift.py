"""leadloop drift: what changed in a channel's leads."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house

NAME = "drift"


def command(
    channel: Annotated[str, typer.Argument(help="The channel, as /channels names it.")],
    days: Annotated[int, typer.Option(min=1, help="How many days of the channel's leads are looked at.")] = 30,
    out: Annotated[Path | None, typer.Option(help="The HTML file.", show_default="in the data folder")] = None,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Compare a channel's latest leads with the leads that came before them, feature by feature (Evidently).

    The leads before are those that the champion could learn from; the report is one HTML file that loads nothing
    from elsewhere.
    """
    from features.errors import NothingToLearn
    from features.rows.feature_row import FixedRates, RowBuilder
    from monitoring.arrival_rows import arrival_rows
    from monitoring.drift import FEWEST_ROWS, drift_report

    house = open_house(home, company)
    border = now() - timedelta(days=days)
    rows = RowBuilder(house.company, FixedRates())
    before, after = arrival_rows(house.store.histories(), rows, learned_until=border, channel=channel)
    if min(len(before), len(after)) < FEWEST_ROWS:
        raise NothingToLearn(
            f"Not enough data: {len(after):,} leads of {channel!r} in the last {days} days, {len(before):,} leads before "
            f"them; a report takes {FEWEST_ROWS} of each. Try --days with a larger number."
        )
    path = out or house.settings.home / "reports" / "drift" / "drift.html"
    drift_report(before, after, path)
    typer.echo(f"{len(after):,} leads against {len(before):,} before them: {path}")
