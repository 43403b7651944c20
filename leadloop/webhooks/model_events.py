"""Whether another model serves than the one a destination was told of last.

What serves is what the data folder points at. A model that was promoted and taken back between two looks is not told of:
at no look did it serve.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from features.facts.webhook_settings import WebhookDestination
from leadloop.webhooks.event import Event
from leadloop.webhooks.told import Cursor, Step
from models.artefact import champion_version


def model_step(home: Path, cursor: Cursor, to: WebhookDestination, *, moment: datetime) -> Step:
    """Return what a destination is to be told of the model that serves; ``said`` of a cursor is the version told last."""
    serves = champion_version(home)
    if serves == cursor.said:
        return Step([], cursor)
    after = Cursor(cursor.position + 1, serves)
    said = {"model_version": serves, "before": cursor.said}
    events = [Event("model.promoted", str(after.position), moment, said)] if "model.promoted" in to.events else []
    return Step(events, after)


def model_now(home: Path) -> Cursor:
    """Return which model serves now."""
    return Cursor(0, champion_version(home))
