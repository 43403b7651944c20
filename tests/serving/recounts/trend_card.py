"""Checks of the chart on a lead's card: how likely it was to buy each time that something was told of it, and is now."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.plain_chances import closed_since
from tests.support.plain_figures import PlainLead


def drawn_of(html: str) -> dict[str, Any] | None:
    """Return the line that a card draws, if it draws one."""
    charts = [json.loads(unescape(one)) for one in re.findall(r"data-chart='(.*?)'", html)]
    assert len(charts) < 2
    return charts[0]["traces"][0] if charts else None


def as_of(one: PlainLead, moment: datetime) -> PlainLead:
    """Return a lead as it was known at a moment."""
    calls = [call for call in one.calls if call["at"] <= moment]
    stages = [stage for stage in one.stages if stage["at"] <= moment]
    return PlainLead(one.id, one.at, one.names, calls, stages, one.day, one.told, one.row, one.marked)


def check_trend(
    html: str, one: PlainLead, now: datetime, zone: ZoneInfo, chance: Callable[[PlainLead, datetime], float]
) -> int:
    """Check every point: none while the lead is closed, and the line goes on to where it was closed; return how many there are."""
    told = {one.at, *(call["at"] for call in one.calls), *(stage["at"] for stage in one.stages)}
    points: list[tuple[str, float | None]] = []
    for moment in [*sorted(each for each in told if each < now), now]:
        at, then = f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}", as_of(one, moment)
        is_closed = closed_since(then) is not None
        if is_closed and points and points[-1][1] is not None:
            points.append((at, points[-1][1]))
        points.append((at, None if is_closed else chance(then, moment)))
    drawn = drawn_of(html)
    if len({at for at, y in points if y is not None}) < 2:
        assert drawn is None
        return 0
    assert drawn
    assert drawn["x"] == [at for at, _ in points]
    assert [y is None for y in drawn["y"]] == [y is None for _, y in points]
    open_ones = [y for y in drawn["y"] if y is not None]
    assert open_ones == pytest.approx([y for _, y in points if y is not None])
    return len(open_ones)
