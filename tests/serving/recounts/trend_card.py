"""Checks of the chart on a lead's card: how likely it was to buy each time that something was told of it, and is now."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.plain_chances import closed_since
from tests.support.plain_figures import PlainLead


def lines_of(html: str) -> list[dict[str, Any]]:
    """Return the lines that a card draws: of the days that taught the model, and of the days beyond; none where it draws none."""
    charts = [json.loads(unescape(one)) for one in re.findall(r"data-chart='(.*?)'", html)]
    assert len(charts) < 2
    lines: list[dict[str, Any]] = charts[0]["traces"] if charts else []
    return lines


def drawn_of(html: str) -> dict[str, Any] | None:
    """Return the first line that a card draws, if it draws one."""
    return next(iter(lines_of(html)), None)


def as_of(one: PlainLead, moment: datetime) -> PlainLead:
    """Return a lead as it was known at a moment."""
    calls = [call for call in one.calls if call["at"] <= moment]
    stages = [stage for stage in one.stages if stage["at"] <= moment]
    return PlainLead(one.id, one.at, one.names, calls, stages, one.day, one.told, one.row, one.marked)


def check_trend(
    html: str,
    one: PlainLead,
    now: datetime,
    zone: ZoneInfo,
    days: int | None,
    chance: Callable[[PlainLead, datetime], float],
) -> int:
    """Check every point: none while the lead is closed, and the line goes on to where it was closed; return how many there are.

    What was said once the lead was older than the ``days`` that taught is a line of its own, and the first ends there.
    """
    told = {one.at, *(call["at"] for call in one.calls), *(stage["at"] for stage in one.stages)}
    moments = [*sorted(each for each in told if each < now), now]
    ends = one.at + timedelta(days=days) if days else now
    parts = [[each for each in moments if each <= ends], [each for each in moments if each > ends]]
    lines: list[list[tuple[str, float | None]]] = [[], []]
    for place, points in enumerate(lines):
        for moment in parts[place]:
            at, then = f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}", as_of(one, moment)
            is_closed = closed_since(then) is not None
            if is_closed and points and points[-1][1] is not None:
                points.append((at, points[-1][1]))
            points.append((at, None if is_closed else chance(then, moment)))
        if place == 0 and parts[1] and points and points[-1][1] is not None:
            points.append((f"{ends.astimezone(zone):%Y-%m-%d %H:%M:%S}", points[-1][1]))
    drawn = lines_of(html)
    if len({at for points in lines for at, y in points if y is not None}) < 2:
        assert not drawn
        return 0
    seen = 0
    shown = [points for points in lines if any(y is not None for _, y in points)]
    for line, points in zip(drawn, shown, strict=True):
        assert line["x"] == [at for at, _ in points]
        assert [y is None for y in line["y"]] == [y is None for _, y in points]
        open_ones = [y for y in line["y"] if y is not None]
        assert open_ones == pytest.approx([y for _, y in points if y is not None])
        seen += len(open_ones)
    return seen
