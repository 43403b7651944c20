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
    """Compare a channel's latest leads with the leads that the champion was trained on, feature by feature (Evidently).

    Without a champion, with the leads that one could be trained on now. Both are looked at as of their arrival, a sample
    of each where there are many; the report is one HTML file that loads nothing from elsewhere.
    """
    from features.errors import NothingToLearn
    from features.rows.feature_row import FixedRates, RowBuilder
    from monitoring.arrival_rows import channel_rows, learned_rows
    from monitoring.drift import FEWEST_ROWS, MOST_ROWS, drift_report
    from serving.champion import Champion

    house = open_house(home, company)
    moment = now()
    border = moment - timedelta(days=days)
    cut_off = Champion(house.settings.home).scorer.data_cut_off or moment
    rows = RowBuilder(house.company, FixedRates())
    before = learned_rows(house.store, rows, cut_off=cut_off, before=border, most=MOST_ROWS)
    after = channel_rows(house.store, rows, channel=channel, since=border, most=MOST_ROWS)
    if min(len(before), len(after)) < FEWEST_ROWS:
        raise NothingToLearn(
            f"Not enough data: {len(after):,} leads of {channel!r} in the last {days} days, {len(before):,} settled leads "
            f"before them; a report takes {FEWEST_ROWS} of each. Try --days with a larger number."
        )
    path = out or house.settings.home / "reports" / "drift" / "drift.html"
    drift_report(before, after, path)
    typer.echo(f"{len(after):,} leads against {len(before):,} that were learned from: {path}")
