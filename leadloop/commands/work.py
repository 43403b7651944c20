"""leadloop work: the worker, which keeps the model fresh and its level with the market."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._conversions import conversion_desk, postman
from leadloop.commands._following import follow_once, say
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._moments import in_utc, span_of
from leadloop.commands._training import train_once

if TYPE_CHECKING:
    from datetime import datetime

    from features.errors import LeadloopError

NAME = "work"
POST_EVERY = timedelta(minutes=1)
"""How often the outbox is looked at; a letter that failed says by itself when it is due again."""


def command(
    every: Annotated[str, typer.Option(help="How often to train anew: 6h, 1d, 2w.")] = "1d",
    follow: Annotated[str, typer.Option(help="How often to look at the leads since: 15m, 1h, 1d.")] = "1h",
    push: Annotated[str, typer.Option(help="How often to push conversions to the ad systems: 15m, 1h, 1d.")] = "1h",
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Train anew whenever it is due, until stopped (Ctrl-C); a model that deserves it serves within seconds.

    Between trainings it looks at the leads that came since, as `leadloop follow` does, and the level of all scores follows.
    It puts conversions into the outbox for the ad systems that are pushed to, and sends what waits there every minute.
    The first training is due when so much time has passed since the last one, also if that was by hand. Where too little is
    settled it says so and tries again when the next is due; where MLflow is away at the start, it waits for it. The company's
    words are read anew each time.
    """
    from rich.console import Console

    from features.errors import RegistryUnreachable
    from leadloop.worker import LONGEST_SLEEP, Duty, work
    from models.mlflow_registry import MlflowRegistry
    from monitoring.conversions.pushing import push_ready, pushed_systems

    span = span_of(every, option="--every", at_least=timedelta(minutes=1))
    look_every = span_of(follow, option="--follow", at_least=timedelta(minutes=1))
    push_every = span_of(push, option="--push", at_least=timedelta(minutes=1))
    console, stop = Console(), threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    settings = open_house(home, company).settings

    def last_trained() -> datetime | None:
        try:
            trained = MlflowRegistry(settings).models()
        except RegistryUnreachable:
            minutes = LONGEST_SLEEP // timedelta(minutes=1)
            console.print(f"When the last training was cannot be told; asking again every {minutes} min. Ctrl-C stops.")
            raise
        last = max((one.trained_at for one in trained), default=None)
        told = in_utc(last) + " UTC" if last else "never"
        console.print(f"Training every {every}; the last was {told}. Ctrl-C stops.")
        return last

    def train(moment: datetime) -> None:
        console.rule(f"{in_utc(moment)} UTC")
        train_once(open_house(home, company), console, learned_until=moment, moment=moment)

    def look(moment: datetime) -> None:
        report = follow_once(open_house(home, company), console, moment=moment)
        if report:
            say(report, console)

    def put_conversions(moment: datetime) -> None:
        house = open_house(home, company)
        for name in pushed_systems(house.company):
            count = push_ready(conversion_desk(house), name, moment)
            console.print(f"Conversions for {name}: {count:,} put into the outbox.", highlight=False)

    carrier = postman(open_house(home, company))

    def post(_: datetime) -> None:
        done = carrier.go_round()
        if done.delivered or done.given_up:
            console.print(f"Outbox: {done.delivered:,} delivered, {done.given_up:,} need a person.", highlight=False)

    def failed(error: LeadloopError) -> None:
        console.print(f"[yellow]{type(error).__name__}[/]: ", end="")
        console.print(str(error), markup=False)

    duties = [
        Duty(train, span, last_trained),
        Duty(look, look_every),
        Duty(put_conversions, push_every),
        Duty(post, POST_EVERY),
    ]
    work(duties, clock=now, stopped=lambda wait: stop.wait(wait.total_seconds()), failed=failed)
    console.print("Stopped.")
