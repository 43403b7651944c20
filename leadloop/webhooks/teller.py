"""One pass over all that happened since: each destination of company.yaml gets a letter for every event it wants to hear of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.store import FactStore
from features.facts.webhook_settings import WebhookDestination
from leadloop.webhooks.alarm_events import alarm_step, last_alarm
from leadloop.webhooks.lead_events import last_score, lead_step, new_scores
from leadloop.webhooks.model_events import model_now, model_step
from leadloop.webhooks.reasons import ReasonsOfScores
from leadloop.webhooks.settled_events import SettledLook, settled_now
from leadloop.webhooks.told import Cursor, Step, Stream, Told
from models.score_log import ScoreLog

MOST_STEPS = 200
"""A pass ends after so many steps of a stream; the next one goes on where it stopped."""


def tell_all(engine: Engine, company: Company, home: Path, *, moment: datetime) -> int:
    """Put a letter for every new event into the outbox; return how many.

    A destination that is named for the first time is told of what comes from now on.
    """
    told = Told(engine)
    told.forget_others(company.webhooks)
    reasons, settling = ReasonsOfScores(FactStore(engine), company, home), SettledLook(engine, company)
    put = 0
    for name, to in company.webhooks.items():

        def scores(cursor: Cursor, name: str = name, to: WebhookDestination = to) -> Step:
            found = new_scores(engine, ScoreLog(engine), cursor.position)
            last = told.leads(name, {str(one.lead_id) for one in found.scores})
            return lead_step(found, last, to, reasons=reasons)

        def alarms(cursor: Cursor, to: WebhookDestination = to) -> Step:
            return alarm_step(engine, cursor, to)

        def model(cursor: Cursor, to: WebhookDestination = to) -> Step:
            return model_step(home, cursor, to, moment=moment)

        def settled(cursor: Cursor, name: str = name, to: WebhookDestination = to) -> Step:
            return settling.step(cursor, to, told=partial(told.settled, name), moment=moment)

        streams: dict[Stream, tuple[Callable[[], Cursor], Callable[[Cursor], Step]]] = {
            "scores": (lambda: last_score(engine), scores),
            "alarms": (lambda: last_alarm(engine), alarms),
            "model": (lambda: model_now(home), model),
            "settled": (lambda: settled_now(engine, moment), settled),
        }
        for stream, (end, look) in streams.items():
            put += _tell(told, name, to, stream, end, look, moment)
    return put


def _tell(
    told: Told,
    name: str,
    to: WebhookDestination,
    stream: Stream,
    end: Callable[[], Cursor],
    look: Callable[[Cursor], Step],
    moment: datetime,
) -> int:
    put = 0
    for _ in range(MOST_STEPS):
        before = told.cursor(name, stream)
        if before is None:
            told.begin(name, stream, end())
            return put
        step = look(before)
        if step.after == before or not told.move(name, to, stream, before, step, moment):
            return put
        put += len(step.events)
    return put
