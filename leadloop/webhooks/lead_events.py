"""What of the logged scores is news: a lead's first score, and a later one that differs noticeably from what was told last.

A score that was logged twice, or changed by a hair, is no news. Nothing is told of whoever was forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from features.facts.database import reading
from features.facts.forgotten import forgotten_among
from features.facts.values import LeadId
from features.facts.webhook_settings import WebhookDestination
from leadloop.webhooks.event import Event
from leadloop.webhooks.told import Cursor, Step, ToldLead
from models.score_log import LoggedScore, ScoreLog

AT_ONCE = 500
Reasons = Callable[[LoggedScore], Mapping[str, Any]]
"""What speaks for a scored lead and against it, in the company's words."""


@dataclass(frozen=True, slots=True)
class NewScores:
    """Scores of stored leads that were logged after a cursor, and what was logged of their leads before it.

    ``after`` is where the log was read up to; ``forgotten`` are leads of which nothing is told any more.
    """

    scores: Sequence[LoggedScore]
    before: Mapping[LeadId, ToldLead]
    forgotten: frozenset[str]
    after: int


def new_scores(engine: Engine, log: ScoreLog, after: int) -> NewScores:
    """Return what was logged after a score."""
    scores, last = log.logged_after(after, AT_ONCE)
    stored = [one for one in scores if one.lead_id is not None]
    ids = {one.lead_id for one in stored if one.lead_id is not None}
    before = {one: ToldLead(*last_told) for one, last_told in log.last_up_to(after, ids).items()}
    with reading(engine) as connection:
        forgotten = frozenset(map(str, forgotten_among(connection, sorted(ids))))
    return NewScores(stored, before, forgotten, last)


def lead_step(found: NewScores, told: Mapping[str, ToldLead], to: WebhookDestination, *, reasons: Reasons) -> Step:
    """Return what a destination is to be told of new scores, where ``told`` is what it was told of their leads last.

    A lead that was scored before the destination was named is compared with that score: its first one is history.
    """
    events: list[Event] = []
    now: dict[str, ToldLead] = {}
    newest = {one.lead_id: one.id for one in found.scores}
    for one in found.scores:
        assert one.lead_id is not None
        if one.lead_id in found.forgotten:
            continue
        last = now.get(one.lead_id) or told.get(one.lead_id) or found.before.get(one.lead_id)
        this = ToldLead(one.probability, one.refined_grade)
        if last is None:
            now[one.lead_id] = this
            if "lead.scored" in to.events:
                events.append(Event("lead.scored", str(one.id), one.at, _said(one) | dict(reasons(one))))
        elif newest[one.lead_id] == one.id and _is_noticeable(last, this, to.moved_by):
            now[one.lead_id] = this
            if "lead.rescored" in to.events:
                was = {"before": {"probability": last.probability, "grade": last.grade}}
                events.append(Event("lead.rescored", str(one.id), one.at, _said(one) | was | dict(reasons(one))))
        elif one.lead_id not in told and one.lead_id not in now:
            now[one.lead_id] = last  # from here on it is compared with this, however slowly it moves
    return Step(events, Cursor(found.after), now)


def last_score(engine: Engine) -> Cursor:
    """Return where the log of scores ends now."""
    return Cursor(ScoreLog(engine).last_id())


def _is_noticeable(last: ToldLead, this: ToldLead, moved_by: float) -> bool:
    return last.grade != this.grade or abs(last.probability - this.probability) >= moved_by


def _said(one: LoggedScore) -> dict[str, Any]:
    return {
        "lead_id": one.lead_id,
        "probability": one.probability,
        "grade": one.refined_grade,
        "rules_grade": one.rules_grade,
        "is_guess": one.model_version is None,
        "model_version": one.model_version,
    }
