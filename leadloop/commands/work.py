"""leadloop work: the worker, which keeps the model fresh and its level with the market."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._conversions import conversion_desk, postman
from leadloop.commands._crm import HEARD_EVERY, CrmDuties
from leadloop.commands._following import follow_once, say
from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._moments import in_utc, span_of
from leadloop.commands._portraying import last_portrayed, portray_once, won_once
from leadloop.commands._telling import tell_sent
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
    portrait: Annotated[str, typer.Option(help="How often to draw the portrait of buyers anew: 1d, 1w.")] = "1w",
    alarms: Annotated[str, typer.Option(help="How often to look at the alarms and tell people: 15m, 1h.")] = "15m",
    push: Annotated[str, typer.Option(help="How often to push conversions to the ad systems: 15m, 1h, 1d.")] = "1h",
    crm: Annotated[str, typer.Option(help="How often to look through the CRM for what its messages missed.")] = "5m",
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Train anew whenever it is due, until stopped (Ctrl-C); a model that deserves it serves within seconds.

    Between trainings it looks at the leads that came since, as `leadloop follow` does, and the level of all scores follows.
    It looks at the alarms and tells people what is due, as `leadloop alarms --deliver` does; what did not go out is tried again.
    Every week the portrait of buyers is drawn anew, as `leadloop portrait` does, and what won deals tell (`leadloop won`).
    It puts conversions into the outbox for the ad systems that are pushed to, and sends what waits there every minute.
    What the CRM of company.yaml tells is looked into within seconds, and the CRM is looked through every `--crm`; scores go back.
    The first training is due when so much time has passed since the last one, also if that was by hand. Where too little is
    settled it says so and tries again when the next is due; where MLflow is away at the start, it waits for it. The company's
    words are read anew each time.
    """
    from rich.console import Console

    from features.errors import RegistryUnreachable
    from features.settings import delivery_secrets
    from leadloop.alarm_turn import AlarmTurns
    from leadloop.worker import LONGEST_SLEEP, Duty, work
    from models.mlflow_registry import MlflowRegistry
    from monitoring.conversions.pushing import push_ready, pushed_systems

    span = span_of(every, option="--every", at_least=timedelta(minutes=1))
    look_every = span_of(follow, option="--follow", at_least=timedelta(minutes=1))
    portray_every = span_of(portrait, option="--portrait", at_least=timedelta(minutes=1))
    tell_every = span_of(alarms, option="--alarms", at_least=timedelta(minutes=1))
    look_through_every = span_of(crm, option="--crm", at_least=timedelta(minutes=1))
    console, stop, turns = Console(), threading.Event(), AlarmTurns()
    push_every = span_of(push, option="--push", at_least=timedelta(minutes=1))
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

    def portray(moment: datetime) -> None:
        house = open_house(home, company)
        won_once(house, console, moment=moment)
        portray_once(house, console, moment=moment)

    def tell(moment: datetime) -> None:
        house = open_house(home, company)
        turn = turns.look(house, moment=moment)
        sent = turns.deliver(house, turn, delivery_secrets(), moment=moment, clock=now)
        tell_sent(sent, console, done="told of alarms")

    def put_conversions(moment: datetime) -> None:
        house = open_house(home, company)
        for name in pushed_systems(house.company):
            count = push_ready(conversion_desk(house), name, moment)
            console.print(f"Conversions for {name}: {count:,} put into the outbox.", highlight=False)

    carrier = postman(open_house(home, company))

    connected = CrmDuties(home, company, console, carrier)

    def post(_: datetime) -> None:
        done = carrier.go_round()
        if done.delivered or done.given_up:
            console.print(f"Outbox: {done.delivered:,} delivered, {done.given_up:,} need a person.", highlight=False)

    def failed(error: LeadloopError) -> None:
        console.print(f"[yellow]{type(error).__name__}[/]: ", end="")
        console.print(str(error), markup=False)

    duties = [
        Duty(connected.hear, HEARD_EVERY),  # ahead of all: whoever just left a request is called first
        Duty(connected.look_through, look_through_every),
        Duty(tell, tell_every),
        Duty(train, span, last_trained),
        Duty(look, look_every),
        Duty(portray, portray_every, lambda: last_portrayed(settings.home)),
        Duty(put_conversions, push_every),
        Duty(post, POST_EVERY),
    ]
    work(duties, clock=now, stopped=lambda wait: stop.wait(wait.total_seconds()), failed=failed)
    console.print("Stopped.")
