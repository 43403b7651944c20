"""Every count of /conversions equals going through the exported files lead by lead, before and after the files were told."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.serving.recounts.companies import CONVERSIONS, Shown
from tests.serving.recounts.page import Page, is_written
from tests.support.plain_chances import amount_of, closed_since, grade_of
from tests.support.plain_figures import SPOKEN, PlainCompany, PlainLead, tidy

WINDOWS = {"yandex": 21, "yandex_orders": 21, "google": 90, "google_enhanced": 90, "meta": 7}
"""Days, as the systems' own pages say: of the lead, with Meta of the event."""
BY_CONTACT = ("yandex_orders", "google_enhanced", "meta")
IDS = {"yclid": r"\d{5,25}", "ym_uid": r"\d{8,25}", "gclid": r"[A-Za-z0-9_-]{10,500}", "meta_lead_id": r"(l:)?\d{8,20}"}
CLICKS = {"yandex": ("ym_uid", "yclid"), "yandex_orders": ("ym_uid",), "google": ("gclid",), "meta": ("meta_lead_id",)}
STEPS = {"yandex": "goals", "google": "actions", "google_enhanced": "actions", "meta": "events"}
SAID = {
    "en": {"too old": "old", "no consent": "consent", "nothing to recognise them by": "ids", "value unknown": "value"},
    "ru": {
        "слишком старые": "old",
        "нет согласия": "consent",
        "не по чему узнать": "ids",
        "сумма не известна": "value",
    },
}
STEP_WORDS = {
    "en": {"lead": "lead", "qualified": "qualified (A, B)", "meeting": "meeting", "invoice": "invoice", "paid": "paid"},
    "ru": {
        "lead": "заявка",
        "qualified": "квалифицирована (A, B)",
        "meeting": "встреча",
        "invoice": "счёт",
        "paid": "оплата",
    },
}


def steps_of(one: PlainLead) -> dict[str, datetime]:
    """Return when a lead came to each step: first happening counts."""
    found = {"lead": one.at}
    said: dict[str, Any] = {}
    spoken = False
    for call in one.calls:
        said.update({name: word for name, word in call["said"].items() if word})
        spoken = spoken or call["result"] in SPOKEN
        if spoken and grade_of(said) in ("A", "B"):
            found.setdefault("qualified", call["at"])
    for stage in one.stages:
        step = {"won": "paid", "meeting": "meeting", "invoice": "invoice"}.get(stage["kind"])
        if step:
            found.setdefault(step, stage["at"])
    return found


def status_of(one: PlainLead) -> str:
    """Return what became of the order that a lead is."""
    kinds = [stage["kind"] for stage in one.stages]
    if "won" in kinds:
        return "PAID"
    last = [kind for kind in kinds if kind in ("lost", "non_target")]
    if closed_since(one) is not None and last:
        return "SPAM" if last[-1] == "non_target" else "CANCELLED"
    said: dict[str, Any] = {}
    for call in one.calls:
        said.update({name: word for name, word in call["said"].items() if word})
    spoken = any(call["result"] in SPOKEN for call in one.calls)
    return "SPAM" if spoken and grade_of(said) == "non_target" else "IN_PROGRESS"


def can_recognise(one: PlainLead, system: str) -> bool:
    """Return whether the system would know the person by a click id, or by what is made from the contact."""
    ids = [name for name in CLICKS.get(system, ()) if re.fullmatch(IDS[name], one.row[name].strip())]
    contact = bool(re.sub(r"\D", "", one.row["Телефон"]) or "@" in one.row["E-mail"])
    return bool(ids) or (system in BY_CONTACT and contact)


def plain_standing(company: PlainCompany, system: str, moment: datetime) -> dict[str, Counter[str]]:
    """Return by step how many leads are ready, or why not; nothing was told before."""
    steps = list(CONVERSIONS[system][STEPS[system]]) if system in STEPS else ["order"]
    counts: dict[str, Counter[str]] = {step: Counter() for step in steps}
    for one in company.leads.values():
        reached = {"order": one.at} if system == "yandex_orders" else steps_of(one)
        for step in steps:
            if step in reached:
                counts[step]["reached"] += 1
                counts[step][why_not(one, company, system, step, reached[step], moment)] += 1
    return counts


def why_not(one: PlainLead, company: PlainCompany, system: str, step: str, at: datetime, moment: datetime) -> str:
    """Return the first reason that keeps a step from being told, in the order in which the documentation names them."""
    since = at if system == "meta" else one.at
    if moment > since + timedelta(days=WINDOWS[system]):
        return "old"
    if tidy(one.row["consent"]) not in ("granted", "да"):
        return "consent"
    if not can_recognise(one, system):
        return "ids"
    paid = [stage["amount"] for stage in one.stages if stage["kind"] == "won"]
    if step == "order":
        return "value" if status_of(one) == "PAID" and paid[0] is None else "ready"
    worth = paid[0] if step == "paid" else amount_of(one, company)
    return "value" if worth is None else "ready"


def shown_counts(rows: list[list[str]], system: str, language: str) -> dict[str, Counter[str]]:
    """Return what the page's table of a system says, and that its columns add up."""
    names = {} if system == "yandex_orders" else STEP_WORDS[language]
    found = {}
    for title, reached, ready, told, fell_out, why in rows:
        step = next((one for one, word in names.items() if title.startswith(f"{word} ")), "order")
        of: Counter[str] = Counter(reached=whole(reached), ready=whole(ready), told=whole(told))
        for reason in [] if why == "—" else why.split(", "):
            words, _, count = reason.partition(":\u00a0")
            of[SAID[language][words]] += whole(count)
        assert sum(of[name] for name in ("old", "consent", "ids", "value")) == whole(fell_out)
        found[step] = of
    return found


def whole(text: str) -> int:
    return int(re.sub(r"[\u00a0,]", "", text))


def check(company: Shown, plain: PlainCompany, language: str, told: bool) -> int:
    page, moment = Page(company.doors.page(f"/conversions?lang={language}")), company.moment
    told_in_all = 0
    for system in CONVERSIONS:
        if system == "consent":
            continue
        shown, hand = shown_counts(page.of(system)[0].rows, system, language), plain_standing(plain, system, moment)
        assert shown.keys() == hand.keys()
        ready = 0
        for step, of in hand.items():
            ready += of["ready"]
            if told:
                of["told"] += of.pop("ready")
            assert +shown[step] == +of, (system, step)
        told_in_all += ready
        leads = re.search(r"(?:Всего заявок: ([\d\u00a0]+)|([\d,]+) leads in all)", page.text(system))
        assert leads
        assert whole(leads[1] or leads[2]) == len(plain.leads)
        button = re.search(r"(?:Скачать файл|Download the file): ([\d\u00a0,]+)", page.text(system))
        assert (button is None) == (told or not ready)
        if button:
            is_written(button[1], language, ready)
    return told_in_all


def test_what_is_ready_told_and_fallen_out_equals_going_through_the_leads(demo: Shown, tmp_path: Path) -> None:
    company = demo.copy(tmp_path / "copy")
    for moment, language in zip(company.moments(), ("en", "ru", "en"), strict=True):
        assert check(company, company.at(moment), language, told=False) > 50
    lines = {
        system: sum(
            of["ready"] for of in plain_standing(company.plain(company.moment), system, company.moment).values()
        )
        for system in WINDOWS
    }
    for system in WINDOWS:
        got = company.doors.client.post(f"/conversions/{system}/file")
        assert got.status_code == 200
    page = Page(company.doors.page("/conversions?lang=en"))
    for system, count in lines.items():
        text = page.text(system)
        assert re.findall(r"Last file .*?, ([\d,]+) lines", text) == [f"{count:,}"]
        assert re.findall(r"no\.\s\d+ of [^()]+ \(([\d,]+)\)", text) == [f"{count:,}"]
    assert check(company, company.plain(company.moment), "ru", told=True) > 50
    company.close()


def test_orders_that_changed_since_they_were_told_are_counted_as_restatements(demo: Shown, tmp_path: Path) -> None:
    company, late = demo.copy(tmp_path / "copy"), demo.exported_at - timedelta(days=40)
    early = late - timedelta(days=3)
    before = company.at(early)
    company.doors.client.post("/conversions/yandex_orders/file")
    told = {one.id: order_of(one) for one in before.leads.values() if is_ready(one, before, early)}
    after = company.at(late)
    now = {name: order_of(after.leads[name]) for name in told}
    restated = sum(now[name] != order for name, order in told.items())
    assert restated > sum(
        now[name][0] != status for name, (status, _) in told.items()
    )  # of some only the worth changed
    new = sum(is_ready(one, after, late) for one in after.leads.values() if one.id not in told)
    text = Page(company.doors.page("/conversions?lang=en")).text("yandex_orders")
    button = re.search(r"Download the file: ([\d,]+) .*?of these restatements: ([\d,]+)", text)
    assert button
    is_written(" ".join(button.groups()), "en", new + restated, restated)
    company.doors.client.post("/conversions/yandex_orders/file")
    text = Page(company.doors.page("/conversions?lang=en")).text("yandex_orders")
    counted = re.search(r"Restated after they were told: ([\d,]+)\.", text)
    assert counted
    is_written(counted[1], "en", restated)
    assert re.findall(r"Last file .*?, ([\d,]+) lines", text) == [f"{new + restated:,}"]
    company.close()


def is_ready(one: PlainLead, company: PlainCompany, moment: datetime) -> bool:
    return why_not(one, company, "yandex_orders", "order", one.at, moment) == "ready"


def order_of(one: PlainLead) -> tuple[str, Any]:
    """Return an order's status, and what it is worth by: what was paid, what such a lead is expected to bring, or nothing."""
    status = status_of(one)
    if status == "PAID":
        return status, next(stage["amount"] for stage in one.stages if stage["kind"] == "won")
    return status, "qualified" in steps_of(one) if status == "IN_PROGRESS" else None
