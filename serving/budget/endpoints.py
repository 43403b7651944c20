"""What the money for advertising brings, and tests of it: planned, kept and judged on one page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from features.errors import ExperimentRefused
from features.written_numbers import around_money
from monitoring.budget.channel_return import channel_returns, recent_weeks
from monitoring.budget.elasticity import elasticities
from monitoring.budget.experiment import HALF_ELASTICITY, Experiment, drawn
from monitoring.budget.experiment_result import result_of
from monitoring.budget.experiment_shelf import ExperimentShelf
from monitoring.budget.weekly_figures import ChannelWeeks
from serving.budget.charts import cost_chart
from serving.desk.desk import Desk
from serving.figures import Figures
from serving.pages import Pages, language_asked
from serving.routes_when_asked import DoorRouter

CHANGES, LENGTHS = (20, 50, 100), (12, 16, 24, 36)
LEAST_ASSUMED = 0.1
Channels = Annotated[list[str], Query(max_length=20)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to test; ``change`` in per cent."""

    channels: tuple[str, ...]
    change: int
    weeks: int
    begins: date


def budget_router(*, desk: Desk, figures: Figures, shelf: ExperimentShelf, pages: Pages) -> DoorRouter:
    """Return the page of the budget."""
    router = DoorRouter(include_in_schema=False)
    company = desk.company

    def next_monday() -> date:
        today = desk.now().astimezone(company.zone).date()
        return today + timedelta(days=7 - today.weekday())

    def plan_of(asked: Asked, every: list[ChannelWeeks], name: str) -> Experiment:
        """Return the test as it is drawn on the day: shown again it is the same, until it is kept or the next day."""
        known = {one.channel: one for one in every}
        chosen = [known[one] for one in asked.channels if one in known]
        known_of = elasticities(every)
        own = [one.value for one in (known_of.get(channel.channel) for channel in chosen) if one]
        assumed = max(round(sum(own) / len(own), 2), LEAST_ASSUMED) if own else HALF_ELASTICITY
        plan = drawn(
            name, chosen, change=asked.change / 100, pairs=asked.weeks // 2, begins=asked.begins,
            seed=next_monday().toordinal(), elasticity=assumed, moment=desk.now(),
        )  # fmt: skip
        shelf.require_free_weeks(plan)
        return plan

    def told(request: Request, asked: Asked) -> dict[str, Any]:
        moment = desk.now()
        every = figures.weeks(moment)
        recent = recent_weeks(company.horizon_days)
        returns = channel_returns(every, recent=recent)
        words = pages.writing(request)
        plan, refused = None, None
        if asked.channels:
            try:
                plan = plan_of(asked, every, "plan")
            except ExperimentRefused as error:
                refused = words(f"bg_refused_{error.why}", **error.said)
        return {
            "returns": returns,
            "recent": recent,
            "chart": cost_chart(returns, words, around_money(company.currency, words.language), words.channel),
            "named_channels": lambda names: ", ".join(words.channel(one) for one in names),
            "plan": plan,
            "refused": refused,
            "asked": asked,
            "paid": [one.channel for one in returns if one.cost > 0],
            "results": [result_of(one, every, company=company, moment=moment) for one in shelf.experiments()],
            "changes": CHANGES,
            "lengths": LENGTHS,
        }

    @router.get("/budget", response_class=HTMLResponse)
    async def budget_page(
        request: Request,
        channel: Channels = [],  # noqa: B006 -- FastAPI copies it
        change: Annotated[int, Query(ge=1, le=100)] = 50,
        weeks: Annotated[int, Query(ge=2, le=104)] = 16,
    ) -> HTMLResponse:
        """Show what each channel's money brings, a test as it would be drawn, and the tests that were."""
        asked = Asked(tuple(dict.fromkeys(channel)), change, weeks, next_monday())
        return pages.show(request, "budget.html", **await run_in_threadpool(told, request, asked))

    @router.post("/budget/tests")
    async def kept(
        request: Request,
        name: Annotated[str, Form(max_length=60)],
        channel: Annotated[list[str], Form(max_length=20)],
        change: Annotated[int, Form(ge=1, le=100)],
        weeks: Annotated[int, Form(ge=2, le=104)],
    ) -> Response:
        """Keep a drawn test; it is not changed any more."""
        asked = Asked(tuple(dict.fromkeys(channel)), change, weeks, next_monday())
        try:
            await run_in_threadpool(lambda: shelf.keep(plan_of(asked, figures.weeks(desk.now()), name)))
        except ExperimentRefused as error:
            shown = await run_in_threadpool(told, request, asked)
            said = pages.writing(request)(f"bg_refused_{error.why}", **error.said)
            return pages.show(request, "budget.html", 422, **{**shown, "refused": said})
        return RedirectResponse(pages.link("/budget", **language_asked(request)) + f"#test-{name}", 303)

    return router
