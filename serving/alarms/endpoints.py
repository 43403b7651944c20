"""The page of alarms, and the forms by which people say that they saw one, what was decided, or put it off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitoring.alarms.alarm_log import DECISION_KINDS
from monitoring.telling import alarm_words
from monitoring.telling.delivery_log import Delivery, DeliveryLog
from monitoring.telling.segment_words import field_words, segment_words, watched_words
from serving.alarms.said import LONGEST_WHO, LONGEST_WORDS, SNOOZE_DAYS, Action, Wrong, keep, what_is_wrong
from serving.alarms.watch import AlarmWatch
from serving.pages import Pages, language_asked
from serving.routes_when_asked import DoorRouter

Name = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Who = Annotated[str, Query(max_length=LONGEST_WHO)]


def alarms_router(watch: AlarmWatch, deliveries: DeliveryLog, now: Callable[[], datetime], pages: Pages) -> DoorRouter:
    """Return the page of alarms and its forms."""
    router = DoorRouter(include_in_schema=False)
    company = pages.company

    def figures(who: str, wrong: tuple[str, Wrong] | None, typed: Mapping[str, str]) -> dict[str, Any]:
        """Return what the page shows."""
        moment = now()
        seen = watch.seen(moment)
        today = moment.astimezone(company.zone).date()
        loud = [one for one in seen.cards if not one.logged.is_snoozed(today)]
        lost = [alarm_words.lost_of(one.logged.alarm) for one in loud]
        return {
            "seen": seen,
            "today": today,
            "loud": loud,
            "put_off": [one for one in seen.cards if one.logged.is_snoozed(today)],
            "unseen": sum(not one.logged.seen for one in loud),
            "lost": sum(one for one in lost if one is not None) if any(one is not None for one in lost) else None,
            "last_told": _last_to(deliveries.deliveries()),
            "kinds": DECISION_KINDS,
            "snooze_days": SNOOZE_DAYS,
            "longest": {"who": LONGEST_WHO, "words": LONGEST_WORDS},
            "who": who,
            "wrong": wrong,
            "typed": typed,
            "say": alarm_words,
            "segment": segment_words,
            "field": field_words,
            "watched": watched_words,
        }

    @router.get("/alarms", response_class=HTMLResponse)
    async def alarms_page(request: Request, who: Who = "") -> HTMLResponse:
        """Show what is wrong, what is quiet, and what was."""
        return pages.show(request, "alarms.html", **await run_in_threadpool(figures, who, None, {}))

    async def said(request: Request, name: str, action: Action) -> Response:
        async with request.form() as sent:
            form = {key: value.strip() for key, value in sent.items() if isinstance(value, str)}
        wrong = what_is_wrong(action, form)
        if wrong:
            told = await run_in_threadpool(figures, form.get("who", ""), (name, wrong), form)
            return pages.show(request, "alarms.html", 422, **told)
        moment = now().astimezone(company.zone)
        await run_in_threadpool(lambda: keep(watch.log, name, action, form, moment=moment))
        back = pages.link("/alarms", who=form["who"], **language_asked(request))
        return RedirectResponse(f"{back}#alarm-{name}", 303)

    @router.post("/alarms/{name}/seen")
    async def see(request: Request, name: Name) -> Response:
        """Keep that somebody saw it."""
        return await said(request, name, "seen")

    @router.post("/alarms/{name}/decision")
    async def decide(request: Request, name: Name) -> Response:
        """Keep what was decided."""
        return await said(request, name, "decision")

    @router.post("/alarms/{name}/snooze")
    async def snooze(request: Request, name: Name) -> Response:
        """Put it off, with the reason."""
        return await said(request, name, "snooze")

    @router.post("/alarms/{name}/wake")
    async def wake(request: Request, name: Name) -> Response:
        """Tell people again."""
        return await said(request, name, "wake")

    return router


def _last_to(deliveries: list[Delivery]) -> dict[str, Delivery]:
    """Return recipient -> the message in whose life something happened last."""
    return {one.recipient: one for one in sorted(deliveries, key=lambda one: one.at)}
