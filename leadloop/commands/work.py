"""leadloop work: the worker, which keeps the model fresh and its level with the market."""

from __future__ import annotations

import os
import signal
import socket
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_database
from leadloop.commands._moments import span_of

if TYPE_CHECKING:
    from leadloop.worker import Duty

NAME = "work"
LIKE = "How often to {}: 15m, 6h, 1d, 2w; default: as company.yaml says, or {}."


def command(
    every: Annotated[str | None, typer.Option(help=LIKE.format("train anew", "1d"))] = None,
    follow: Annotated[str | None, typer.Option(help=LIKE.format("look at the leads since", "1h"))] = None,
    portrait: Annotated[str | None, typer.Option(help=LIKE.format("draw the portrait of buyers anew", "1w"))] = None,
    alarms: Annotated[str | None, typer.Option(help=LIKE.format("look at the alarms and tell people", "15m"))] = None,
    crm: Annotated[
        str | None, typer.Option(help=LIKE.format("look through the CRM for what it did not tell", "5m"))
    ] = None,
    push: Annotated[str | None, typer.Option(help=LIKE.format("push conversions to the ad systems", "1h"))] = None,
    once: Annotated[bool, typer.Option("--once", help="Do every duty once, now, and end.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Show when each duty was done last, and end.")] = False,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Do what has to be done by itself whenever it is due, until stopped (Ctrl-C): the quick duty in hand is ended first.

    It trains anew; a model that deserves it serves within seconds. Between trainings it looks at the leads that came since, as
    `leadloop follow` does, and the level of all scores follows. It looks at the alarms and tells people what is due, as
    `leadloop alarms --deliver` does. Every week the portrait of buyers is drawn anew (`leadloop portrait`, `leadloop won`). It puts
    conversions into the outbox for the ad systems that are pushed to, and sends what waits there every minute. What the CRM of
    company.yaml tells is looked into within seconds, and the CRM is looked through every few minutes; scores go back to it.

    The section `work` of company.yaml says how often; an option here wins. What takes minutes goes on beside the rest, and is
    broken off when the worker is stopped. A duty that fails is told and tried again, the others go on; one that lacks something
    stands as failed, with the remedy, until it is mended. Of several workers on one database one leads; the others stand by and go
    on within seconds when it ends, however it ends. `--status` ends with 1 where nobody leads, `--once` where a duty failed.
    """
    from rich.console import Console

    from features.leader_lock import LeaderLock
    from features.settings import settings_from_environment
    from leadloop.commands._duties import DutiesTold, show_runs

    if status:
        engine = open_database(settings_from_environment(home, company))
        raise typer.Exit(show_runs(engine, Console(), is_led=LeaderLock(engine).is_held()))

    from features.errors import WorkerElsewhere
    from leadloop import worker
    from leadloop.duties import ALL
    from leadloop.duties.work_place import WorkPlace
    from leadloop.log_lines import JSON, set_up_logs

    options = {"train": ("--every", every), "follow": ("--follow", follow), "portrait": ("--portrait", portrait),
               "alarms": ("--alarms", alarms), "conversions": ("--push", push), "crm": ("--crm", crm)}  # fmt: skip
    said = {
        name: span_of(text, option=option, at_least=timedelta(minutes=1))
        for name, (option, text) in options.items()
        if text is not None
    }
    kind = settings_from_environment(home, company).log
    set_up_logs(kind)
    console = Console(quiet=kind == JSON)
    stop = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    place = WorkPlace(home, company, console)
    lock = LeaderLock(place.first.engine)
    duties: list[Duty] = []
    for one_duty in ALL:
        due_every = said.get(one_duty.NAME) or place.first.company.work.every(one_duty.NAME)
        if due_every is not None:
            duties.append(one_duty.duty(place, due_every))
    told = DutiesTold(place.first.engine, console, worker=f"{socket.gethostname()}:{os.getpid()}")
    try:
        if once:
            if not lock.holds():
                raise WorkerElsewhere("Another worker leads, and does the duties; `leadloop work --status` shows them.")
            all_well = worker.once(duties, clock=now, told=told, ends=stop.is_set)
            raise typer.Exit(0 if all_well else 1)
        worker.work(
            duties,
            clock=now,
            stopped=lambda wait: stop.wait(wait.total_seconds()),
            told=told,
            leads=lock.holds,
            ends=stop.is_set,
        )
    finally:
        lock.let_go()
    console.print("Stopped.")
