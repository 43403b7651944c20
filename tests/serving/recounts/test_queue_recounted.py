"""The call queue equals what a person with the list of calls would write down: who waits since when, worth what, in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.support.plain_chances import WORKS_ON, amount_of, chance_of, grade_of, is_over, said_by
from tests.support.plain_figures import FINAL, SPOKEN, PlainCompany, PlainLead, moment_of

RESTS = (2, 4, 20, 44, 68)
"""Hours of rest after the first, second, ... try in vain since anybody was spoken to; after the sixth nobody tries again."""
HOUR = timedelta(hours=1)
ON_A_PAGE = 40


@dataclass
class Waiting:
    """A lead that waits: why, since when, how likely and for how much it buys."""

    one: PlainLead
    kind: str
    since: datetime
    chance: float
    amount: float | None

    @property
    def value(self) -> float | None:
        return None if self.amount is None else self.chance * self.amount


def place_of(one: PlainLead, company: PlainCompany, moment: datetime) -> tuple[str, datetime] | None:
    """Return why and since when a lead waits, ("later", when it comes back), or None where nobody is to call it."""
    if is_over(one, company, moment):
        return None
    ends = [stage["at"] for stage in one.stages if stage["kind"] in FINAL]
    again = [stage["at"] for stage in one.stages if stage["kind"] in WORKS_ON and ends and stage["at"] > ends[-1]]
    calls = [call for call in one.calls if not again or call["at"] >= again[0]]
    if not calls:
        return ("reopened", again[0]) if again else ("new", one.at)
    last = calls[-1]
    back = last["row"].get("Перезвонить", "")
    if back or last["result"] == "call_back":
        due = moment_of(back, company.zone, day_ends=True) if back else last["at"] + 20 * HOUR
        return ("call_back" if due <= moment else "later", due)
    talked = [n for n, call in enumerate(calls) if call["result"] in SPOKEN or call["row"].get("Перезвонить")]
    in_vain = len(calls) - 1 - talked[-1] if talked else len(calls)
    if not in_vain or last["result"] == "wrong_number" or in_vain >= 6:
        return None
    due = last["at"] + RESTS[min(in_vain, 5) - 1] * HOUR
    return ("retry" if due <= moment else "later", due)


def plain_queue(company: PlainCompany, moment: datetime, taken: dict[str, datetime]) -> tuple[list[Waiting], int]:
    """Return who waits, best first, and how many come back; ``taken`` by somebody else come back two hours later."""
    waiting, later = [], 0
    for one in company.leads.values():
        place = place_of(one, company, moment)
        held = is_held(one, taken, moment) and not is_over(one, company, moment)
        if held or (place and place[0] == "later"):
            later += 1
        elif place:
            waiting.append(Waiting(one, *place, chance_of(said_by(one), company.words), amount_of(one, company)))
    return waiting, later


def is_held(one: PlainLead, taken: dict[str, datetime], moment: datetime) -> bool:
    """Return whether somebody else holds a lead."""
    return one.id in taken and moment < taken[one.id] + 2 * HOUR


def key(one: Waiting, amounts: bool) -> tuple[bool, float, datetime]:
    """Return by what the order goes: promised calls, then worth, then the freshest."""
    return one.kind == "call_back", round((one.value or 0.0) if amounts else one.chance, 9), one.one.at


def check_places(places: list[dict[str, Any]], waiting: list[Waiting], *, drawn: bool) -> None:
    hand = {one.one.id: one for one in waiting}
    assert sorted(place["lead_id"] for place in places) == sorted(hand)
    amounts = any(one.amount is not None for one in waiting)
    keys = [key(hand[place["lead_id"]], amounts) for place in places]
    assert drawn or keys == sorted(keys, reverse=True)
    came = [one.one.at for one in waiting]
    for rank, place in enumerate(places, start=1):
        one = hand[place["lead_id"]]
        assert place["rank"] == rank
        earlier, alike = sum(at < one.one.at for at in came), sum(at == one.one.at for at in came)
        assert earlier < place["first_come_rank"] <= earlier + alike
        assert (place["waits"], place["channel"]) == (one.kind, one.one.marked)
        assert datetime.fromisoformat(place["waiting_since"]) == one.since
        assert place["score"]["probability"] == pytest.approx(one.chance, abs=1e-9)
        assert place["score"]["expected_value"] == (None if one.value is None else pytest.approx(one.value, abs=0.01))
    assert sorted(place["first_come_rank"] for place in places) == list(range(1, len(places) + 1))


def check_page(company: Shown, waiting: list[Waiting], later: int, language: str, manager: str) -> None:
    page = Page(company.doors.page(f"/queue?lang={language}&manager={manager}"))
    hand = {one.one.id: one for one in waiting}
    words = {
        "ru": (r"([\d\u00a0]+) (?:ждёт|ждут) звонка", r"([\d\u00a0]+) верн(?:ётся сама|утся сами)"),
        "en": (r"([\d,]+) waits? for", r"([\d,]+) comes? back"),
    }
    wait, back = (re.search(pattern, page.text("content")) for pattern in words[language])
    assert wait
    is_written(wait[1], language, len(waiting))
    assert bool(back) == bool(later)
    is_written(back[1] if back else "0", language, later)
    rows = page.tables[0].rows if page.tables else []
    assert len(rows) == min(len(waiting), ON_A_PAGE)
    for rank, row in enumerate(rows, start=1):
        one = hand[row[1].split()[0]]
        is_written(row[0], language, rank, None)
        assert one.one.marked in row[1]
        is_written(row[2], language, one.chance)
        is_written(row[3], language, *([one.value] if one.value is not None else []))
        grade = grade_of(said_by(one.one))
        assert (row[4].split()[0] in ("A", "B", "C")) == (grade in ("A", "B", "C"))
        assert grade not in ("A", "B", "C") or row[4].startswith(f"{grade} ")
        is_span(row[6], language, company.moment - one.since)


def is_span(text: str, language: str, span: timedelta) -> None:
    """Check days and hours, or hours and minutes, or minutes, as they are written."""
    signs = {"ru": {"д": 86_400, "ч": 3_600, "мин": 60, "с": 1}, "en": {"d": 86_400, "h": 3_600, "min": 60, "s": 1}}[
        language
    ]
    found = re.findall(r"([\d\u00a0.,]+)[ \u00a0](д|ч|мин|с|d|h|min|s)(?![\w])", text)
    assert found, text
    said = sum(float(digits.replace("\u00a0", "").replace(",", ".")) * signs[unit] for digits, unit in found)
    assert abs(said - span.total_seconds()) <= signs[found[-1][1]], f"{text!r} is not {span}"


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_who_waits_worth_what_and_in_which_order_equals_going_through_the_calls(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    company: Shown = request.getfixturevalue(name).copy(tmp_path / "copy")
    draw, seen = Random(31), set()
    managers = [one["name"] for one in company.words.get("managers", ())] or [""]
    for moment in company.moments()[1:]:
        plain = company.at(moment)
        waiting, later = plain_queue(plain, moment, {})
        told = company.doors.asked("/v1/queue?count=500")
        assert (told["waiting"], told["coming_back"]) == (len(waiting), later)
        if len(waiting) <= 500:
            check_places(told["places"], waiting, drawn=bool(company.words.get("queue", {}).get("explore", 0.05)))
        check_page(company, waiting, later, draw.choice(["ru", "en"]), "")
        seen |= {one.kind for one in waiting}
        if managers != [""] and waiting:
            check_taken(company, plain, draw.choice(waiting).one.id, managers)
    assert "new" in seen
    company.close()


def check_taken(company: Shown, plain: PlainCompany, lead_id: str, managers: list[str]) -> None:
    """Let a manager take a lead: it leaves the others' queues for two hours, and stays in his own."""
    moment = company.moment
    company.doors.client.post(f"/v1/queue/{lead_id}/take", json={"manager": managers[0]})
    for manager, taken in ((managers[0], {}), (managers[1], {lead_id: moment})):
        waiting, later = plain_queue(plain, moment, taken)
        told = company.doors.asked(f"/v1/queue?count=500&manager={manager}")
        assert (told["waiting"], told["coming_back"]) == (len(waiting), later)
        check_places(told["places"], waiting, drawn=False)
        check_page(company, waiting, later, "ru", manager)
