"""The lead card: all that is known of one lead, and a form to record a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from features.errors import FactRefused
from features.facts.catalogue import Catalogue, Version
from features.facts.cells import clock_seconds
from features.facts.channels import mark_of, tidied
from features.facts.company import Company, FormField
from features.facts.contacts import ContactBook
from features.facts.persons import earlier_requests
from features.facts.values import CALL_RESULTS, MANAGER_GRADES, LeadId
from features.outcome_window import closed_at, counting_within, is_past_horizon
from features.rows.as_of import KnownLead
from models.model_scorer import ModelScorer
from models.score import Scorer
from models.score_log import ScoreLog
from serving.desk.desk import Scored
from serving.desk.next_question import next_question
from serving.gate.visitor import visitor_of
from serving.intake.intake import Intake
from serving.intake.sent_facts import CallIn
from serving.intake.sent_lead import StoredLeadInPath
from serving.lead_card.events import events_of
from serving.lead_card.opened import was_opened, word_of
from serving.lead_card.own_grade import own_grade_beside
from serving.open_leads.own_leads import require_own
from serving.open_leads.waiting import Left, queue_place
from serving.pages import Pages, Writing, language_asked, wants_page
from serving.routes_when_asked import DoorRouter

LONGEST_LENGTH = 9
"""More digits are no length of a call."""
FORM_WORDS = {
    "result": "form_result",
    "seconds": "form_seconds",
    "call_back_at": "form_call_back_at",
    "grade": "form_grade",
    "manager": "form_too_long",
    "attracts": "form_too_long",
    "ideal_product": "form_too_long",
    "comment": "form_too_long",
}
"""Field of the call form -> the words that say what would be right; any other is an answer."""


def lead_card_router(intake: Intake, contacts: ContactBook, log: ScoreLog, pages: Pages) -> DoorRouter:
    """Return the lead card's page and its form."""
    router = DoorRouter(include_in_schema=False)
    desk = intake.desk

    def require_his(known: KnownLead, own: str | None, form: Mapping[str, str]) -> None:
        """Raise ``NotYourLead`` where a manager asks for another's lead, and was not shown it when it waited for him."""
        if own is None or was_opened(form.get("opened", ""), intake.contacts.secret, known.lead_id, own, desk.now()):
            return
        require_own(known, own)

    def card(
        lead_id: LeadId, manager: str, own: str | None, typed: Mapping[str, str], wrong: str | None, w: Writing
    ) -> dict[str, Any]:
        """Return what the page shows; the score is one that leaves the house, so it is logged.

        ``own`` is the manager who asks, where one does: he sees his own leads only.
        """
        moment = desk.now()
        history = desk.store.history(lead_id)
        scored = desk.scored(history, moment)
        require_his(scored.known, own, typed)
        desk.remember(scored, history.read_up_to)
        known = scored.known
        place = queue_place(known, manager or None)
        seen = mark_of(known.marks, "offer")
        offer = next((one for name, one in desk.company.offers.items() if tidied(name) == seen), None)
        told = {call.known_at for call in known.calls} | {stage.known_at for stage in known.stages}
        moments = sorted({known.lead.known_at} | told)
        past = [desk.scored(history, at) for at in moments if at < moment]
        return {
            "known": known,
            "score": scored.score,
            "expected_value": scored.expected_value,
            "expected_amount": scored.expected_amount,
            "left": place if isinstance(place, Left) else None,
            "waits": None if isinstance(place, Left) else place,
            "past_horizon": is_past_horizon(known),
            "question": next_question(scored.score, desk.company),
            "if_answered": desk.if_answered(scored),
            "questions": questions_of(desk.company),
            "results": CALL_RESULTS,
            "grades": MANAGER_GRADES,
            "own": own_grade_beside(scored, history, log),
            "contact": contacts.contact(lead_id),
            "earlier": earlier_requests(desk.store.engine, known.lead.person_keys, before=lead_id),
            "promise": offer.promise if offer and tidied(offer.promise) != seen else "",
            "promised": _promised(desk.catalogue, known, moment),
            "events": events_of(known),
            "trend": trend_of([*past, scored], desk.company, w),
            "window_days": window_of(scored.scorer, desk.company),
            "older_than_taught": older_than_taught(scored),
            "manager": manager,
            "typed": typed,
            "opened": word_of(intake.contacts.secret, lead_id, own, moment) if own is not None else "",
            "wrong": None if wrong is None else (FORM_WORDS.get(wrong, "form_answer"), wrong.removeprefix("answers.")),
        }

    @router.get("/leads/{lead_id:path}", response_class=HTMLResponse)
    async def lead_page(
        request: Request, lead_id: StoredLeadInPath, manager: str = "", saved: bool = False
    ) -> HTMLResponse:
        """Show one lead."""
        own = visitor_of(request).manager
        told = await run_in_threadpool(card, LeadId(lead_id), own or manager, own, {}, None, pages.writing(request))
        return pages.show(request, "lead.html", saved=saved, **told)

    @router.post("/leads/{lead_id:path}/calls")
    async def record_call(request: Request, lead_id: StoredLeadInPath) -> Response:
        """Store the call that the form tells, and show the card again; what cannot be stored stays in the form."""
        async with request.form() as sent:
            form = _filled_in(sent.items())
        own = visitor_of(request).manager
        if own is not None:
            form["manager"] = own

        def stored(body: CallIn) -> None:
            require_his(desk.scored(desk.store.history(LeadId(lead_id)), desk.now()).known, own, form)
            intake.call(LeadId(lead_id), body)

        try:
            body = call_of_form(form, desk.company)
            await run_in_threadpool(stored, body)
        except FactRefused as error:
            if not wants_page(request):
                raise
            w = pages.writing(request)
            told = await run_in_threadpool(card, LeadId(lead_id), form.get("manager", ""), own, form, error.field, w)
            return pages.show(request, "lead.html", 422, **told)
        query = {"saved": "1", **language_asked(request)}
        return RedirectResponse(pages.link(f"/leads/{lead_id}", manager=body.manager or "", **query), 303)

    return router


def questions_of(company: Company) -> list[tuple[str, FormField, list[str]]]:
    """Return the fields that managers ask by phone, with the answers to choose from; empty for a free answer."""
    asked = {c.field for rules in company.abc for c in rules.criteria.values()}
    fields = [(n, f) for n, f in company.fields.items() if f.filled_by == "manager" or f.call_column or n in asked]
    return [(name, field, _options(name, field, company)) for name, field in fields]


def call_of_form(form: Mapping[str, str], company: Company) -> CallIn:
    """Return the call that a form tells; ``FactRefused`` names the field that does not fit."""
    if form.get("result") not in CALL_RESULTS:
        raise FactRefused("result", "choose how the call ended")
    seconds = seconds_told(form.get("seconds", ""))
    answers = {name.removeprefix("answer_"): value for name, value in form.items() if name.startswith("answer_")}
    said = {name: form.get(name) for name in ("manager", "grade", "attracts", "ideal_product", "comment")}
    told = {
        **said,
        "result": form["result"],
        "seconds": seconds,
        "answers": answers,
        "call_back_at": _local(form.get("call_back_at", ""), company),
    }
    try:
        return CallIn.model_validate({name: value for name, value in told.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise FactRefused(".".join(str(step) for step in first["loc"][:2]), first["msg"]) from None


def seconds_told(text: str) -> int | None:
    """Return a call's length as it was typed: seconds, or minutes and seconds; ``FactRefused`` where it is neither.

    >>> seconds_told("95"), seconds_told(" 1:35"), seconds_told("")
    (95, 95, None)
    """
    word = text.strip()
    seconds = int(word) if word.isdecimal() and len(word) <= LONGEST_LENGTH else clock_seconds(word)
    if seconds is None and word:
        raise FactRefused("seconds", "is a whole number of seconds, or minutes and seconds, such as 1:35")
    return seconds


def trend_of(points: list[Scored], company: Company, w: Writing) -> str | None:
    """Return the chart of a lead's score over time, or None where it would be a single point.

    The line ends where the lead is closed and begins again where it is reopened: nobody asks in between how likely it buys. It
    ends, too, where the lead becomes older than those that taught the model: what is said of it then is a line of its own.
    """
    lines: dict[bool, list[tuple[str, float | None]]] = {False: [], True: []}
    days = window_of(points[-1].scorer, company) or 0
    ends = points[-1].known.created_at + timedelta(days=days)
    is_over = False
    for one in points:
        at, beyond = one.score.moment, bool(days) and one.score.moment > ends
        closed, before = closed_at(one.known) is not None, lines[is_over]
        if (closed or beyond != is_over) and before and before[-1][1] is not None:
            before.append((_drawn_at(at if beyond == is_over else min(at, ends), company), before[-1][1]))
        lines[beyond].append((_drawn_at(at, company), None if closed else one.score.probability))
        is_over = beyond
    drawn = [*lines[False], *lines[True]]
    if len({at for at, chance in drawn if chance is not None}) < 2:
        return None
    traces = [
        {
            "name": w("older_line" if beyond else "within_line", days=days),
            "x": [at for at, _ in line],
            "y": [chance for _, chance in line],
            "mode": "lines+markers",
            "line": {"shape": "hv", "color": "#c2571a" if beyond else "#1f5fbf", "dash": "dot" if beyond else "solid"},
            "marker": {"symbol": "diamond" if beyond else "circle"},
        }
        for beyond, line in lines.items()
        if any(chance is not None for _, chance in line)
    ]
    layout = {"yaxis": {"tickformat": ".1~%", "rangemode": "tozero"}, "showlegend": len(traces) > 1}
    return orjson.dumps({"traces": traces, "layout": layout}).decode()


def _drawn_at(moment: datetime, company: Company) -> str:
    return f"{moment.astimezone(company.zone):%Y-%m-%d %H:%M:%S}"


def window_of(scorer: Scorer, company: Company) -> int | None:
    """Return within how many days of the request the score says that the lead buys: those that taught the model, which are fewer
    than the company's own while it is young."""
    return scorer.artefact.horizon_days if isinstance(scorer, ModelScorer) else company.horizon_days


def older_than_taught(scored: Scored) -> bool:
    """Return whether the lead still counts, but is older than the days that taught the model, which knows no lead so old."""
    known, days = scored.known, window_of(scored.scorer, scored.known.company)
    return not is_past_horizon(known) and is_past_horizon(known._replace(company=counting_within(known.company, days)))


def _promised(catalogue: Catalogue | None, known: KnownLead, moment: datetime) -> list[Version]:
    """Return what marketers told of what the person saw."""
    return catalogue.seen(known.marks, created_at=known.created_at, moment=moment) if catalogue else []


def _options(name: str, field: FormField, company: Company) -> list[str]:
    if field.kind == "yes_no":
        return ["yes", "no"]
    criteria = [c for rules in company.abc for c in rules.criteria.values() if c.field == name]
    words = {tidied(word): word for c in criteria for word in (*c.yes, *c.no)}
    return list(words.values()) if field.kind == "choice" else []


def _filled_in(form: Iterable[tuple[str, object]]) -> dict[str, str]:
    return {name: value for name, value in form if isinstance(value, str) and value.strip()}


def _local(text: str, company: Company) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=company.zone)
    except ValueError:
        raise FactRefused("call_back_at", "is a day and a time, such as 2026-03-31 14:30") from None
