"""leadloop alarms: what is wrong now, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._table import figures_table
from leadloop.commands._telling import tell_sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from features.facts.company import Company
    from leadloop.alarm_turn import Turn
    from monitoring.alarms.alarm_log import LoggedAlarm

NAME = "alarms"
CALM = {
    "watched": "Nothing that is watched became noticeably worse.",
    "too_little": "Not enough data: nowhere would a change have been noticed yet.",
    "nothing_says_so": "Nothing was looked at: company.yaml has neither ABC rules nor a non_target stage.",
}
NOBODY = "Nobody is told: company.yaml has no recipient under deliver: to (docs/alarms-delivery.md)."


def command(
    deliver: Annotated[bool, typer.Option("--deliver", help="Send what is due to whom it is due.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Send everybody a test message, and say what works.")] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Show what is wrong now: since when, how much it cost, what changed; each look brings the log of alarms up to date.

    The page /alarms shows the same, and takes what was decided. `leadloop work` looks and delivers by itself.
    """
    from rich.console import Console

    from features.settings import delivery_secrets
    from leadloop.alarm_turn import AlarmTurns
    from leadloop.deliveries.deliver import deliver_check, senders_of

    house, console, moment = open_house(home, company), Console(), now()
    secrets = delivery_secrets()
    if check:
        if not house.company.deliver.to:
            console.print(NOBODY)
            raise typer.Exit(1)
        tried = deliver_check(
            senders_of(house.company, secrets, loopback=house.settings.send_to_loopback),
            company=house.company,
            moment=moment,
        )
        raise typer.Exit(0 if tell_sent(tried, console, done="works, a test message went out") else 1)
    turns = AlarmTurns()
    turn = turns.look(house, moment=moment)
    _show(turn, house.company, console)
    if deliver:
        if not house.company.deliver.to:
            console.print(NOBODY)
            return
        sent = turns.deliver(house, turn, secrets, moment=moment, clock=now)
        if not sent:
            console.print("Nothing is due to anybody.")
        if not tell_sent(sent, console, done="sent"):
            raise typer.Exit(1)


def _show(turn: Turn, company: Company, console: Console) -> None:
    from rich.markup import escape

    from monitoring.alarms.alarm_log import on_now
    from monitoring.telling.alarm_words import percent
    from monitoring.telling.segment_words import watched_words

    found = on_now(turn.alarms)
    if not found:
        console.print(CALM[turn.look.state])
    today = now().astimezone(company.zone).date()
    for one in found:
        _show_alarm(one, company, console, turn.names.of, snoozed=one.is_snoozed(today))
    quiet = [one for one in turn.look.quiet if one.noticeable is not None]
    if quiet:
        table = figures_table("quiet", "what", figures=("leads", "share", "noticed from"))
        for calm in quiet:
            table.add_row(
                escape(watched_words(calm.watched, "en", turn.names.of)),
                calm.watched.measure.replace("_", "-"),
                f"{calm.share.of:,}",
                percent(calm.share, "en"),
                f"{calm.noticeable:.0%}",
            )
        console.print(table)
    little = len(turn.look.quiet) - len(quiet)
    if little and found:
        console.print(f"Not enough data to notice anything: {little} of what is watched.")


def _show_alarm(
    one: LoggedAlarm, company: Company, console: Console, named: Callable[[str], str], *, snoozed: bool
) -> None:
    from rich.markup import escape

    from monitoring.telling.alarm_words import cost_words, counts_words, headline, rose_words, since_words

    alarm, marks = one.alarm, []
    if alarm.urgent:
        marks.append("urgent")
    if snoozed and one.snooze:
        marks.append(f"put off until {one.snooze.until}: {one.snooze.reason}")
    if one.decisions:
        marks.append(f"decided: {one.decisions[-1].kind}")
    elif one.seen:
        marks.append("seen")
    tail = f" [dim]({escape('; '.join(marks))})[/]" if marks else ""
    console.print(f"[bold red]{escape(headline(alarm.watched, 'en', named, company))}[/]{tail}", highlight=False)
    for line in (
        f"{since_words(alarm, 'en')}: {rose_words(alarm, 'en')}",
        f"{counts_words(alarm, 'en')}; {cost_words(alarm, company, 'en')}",
    ):
        console.print(f"  {escape(line)}", highlight=False)
