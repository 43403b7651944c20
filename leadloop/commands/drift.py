"""leadloop drift: what changed in a channel's leads."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._output import refuse_what_is_read

NAME = "drift"
TITLE = {"ru": "Что изменилось в заявках канала «{channel}»", "en": "What changed in the leads of {channel}"}
BACK = {"ru": "← Каналы", "en": "← Channels"}
OWN = {
    "ru": "{after} заявок за последние {days} дней (с {border:%d.%m.%Y}) против {before} более ранних заявок этого же канала, "
    "на которых училась модель. Current — последние, reference — прежние. Отчёт делает Evidently.",
    "en": "{after} leads of the last {days} days (since {border:%Y-%m-%d}) against {before} earlier leads of the same channel "
    "that the model learned from. Current are the latest, reference the earlier ones. The report is made by Evidently.",
}
ALL = {
    "ru": "{after} заявок за последние {days} дней (с {border:%d.%m.%Y}) против {before} более ранних заявок всех каналов, на "
    "которых училась модель: своих у канала слишком мало, поэтому источники отличаются по определению. Отчёт делает Evidently.",
    "en": "{after} leads of the last {days} days (since {border:%Y-%m-%d}) against {before} earlier leads of all channels that "
    "the model learned from: it has too few of its own, so sources differ by definition. The report is made by Evidently.",
}


def command(
    channel: Annotated[str, typer.Argument(help="The channel, as /channels names it.")],
    days: Annotated[int, typer.Option(min=1, help="How many days of the channel's leads are looked at.")] = 30,
    out: Annotated[Path | None, typer.Option(help="The HTML file.", show_default="in the data folder")] = None,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Compare a channel's latest leads with those of it that the champion was trained on, feature by feature (Evidently).

    Where it learned from too few of the channel's own, with all that it learned from; without a champion, with the leads
    that one could be trained on now. Both are looked at as of their arrival, a sample of each where there are many; the
    report is one HTML file that loads nothing from elsewhere.
    """
    from features.errors import NothingToLearn
    from features.facts.channels import tidied
    from features.rows.feature_row import FixedRates, RowBuilder
    from monitoring.arrival_rows import FEWEST_ROWS, MOST_ROWS, channel_rows, learned_rows
    from monitoring.counted_cells import Cut
    from serving.desk.champion import Champion

    house = open_house(home, company)
    if out is not None:
        refuse_what_is_read(out, house.settings.company_file)
    moment = now()
    border = moment - timedelta(days=days)
    cut_off = Champion(house.settings.home).scorer.data_cut_off or moment
    rows = RowBuilder(house.company, FixedRates())
    before = learned_rows(house.store, rows, cut_off=cut_off, before=border, most=MOST_ROWS, channel=channel)
    is_own = len(before) >= FEWEST_ROWS
    if not is_own:
        before = learned_rows(house.store, rows, cut_off=cut_off, before=border, most=MOST_ROWS)
    after = channel_rows(house.store, rows, channel=channel, since=border, most=MOST_ROWS)
    if not (is_own or len(after)):
        known = {str(names[0]) for names, _ in house.lead_book().tallies(moment, Cut(("channel",)))}
        if tidied(channel) not in {tidied(one) for one in known}:
            told = ", ".join(sorted(known)) or "none yet"
            raise typer.BadParameter(f"no lead came by a channel {channel!r}; there is: {told}.")
    if min(len(before), len(after)) < FEWEST_ROWS:
        raise NothingToLearn(
            f"Not enough data: {len(after):,} leads of {channel!r} in the last {days} days, {len(before):,} settled leads "
            f"before them; a report takes {FEWEST_ROWS} of each. Try --days with a larger number."
        )
    from monitoring.drift import Heading, drift_report  # Evidently takes seconds to come

    path = out or house.settings.home / "reports" / "drift" / "drift.html"
    language = house.company.language
    text = (OWN if is_own else ALL)[language].format(
        after=len(after), before=len(before), days=days, border=border.astimezone(house.company.zone)
    )
    heading = Heading(TITLE[language].format(channel=channel), text, BACK[language])
    drift_report(before, after, path, heading=heading, language=language)
    whose = "of this channel" if is_own else "of all channels"
    typer.echo(f"{len(after):,} leads against {len(before):,} {whose} that were learned from: {path}")
