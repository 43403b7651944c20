"""The manager: the next lead, what it saw, what to ask; a promised call comes at its time, before all others."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.serving.doors import PHONE_WRITTEN, Doors

MOSCOW = ZoneInfo("Europe/Moscow")


def test_a_managers_day(doors: Doors) -> None:
    html = {"accept": "text/html"}
    doors.lead("7", marks={"source": "vk", "offer": "Тихий офис"}, contact={"name": "Олег", "phone": PHONE_WRITTEN})
    doors.lead("8", marks={"source": "vk"})

    # Anna takes the lead on top and its card opens: the phone, the promise it saw, the question to ask.
    queue = doors.page("/queue?manager=Анна")
    assert queue.index("/leads/7?") < queue.index("/leads/8?")
    card = doors.client.post("/queue/7/take", data={"manager": "Анна"}).headers["location"]
    page = doors.page(card)
    for told in (PHONE_WRITTEN, "Олег", "Окна не слышат улицу", "Вам точно нужны окна?"):
        assert told in page

    # Oleg asks to be called tomorrow; the form keeps what he said.
    tomorrow = (doors.clock() + timedelta(days=1)).astimezone(MOSCOW)
    form = {
        "manager": "Анна", "result": "call_back", "call_back_at": f"{tomorrow:%Y-%m-%dT%H:%M}",
        "answer_need": "yes", "attracts": "тишина", "comment": "после планёрки",
    }  # fmt: skip
    assert doors.client.post("/leads/7/calls", data=form, headers=html).status_code == 303
    page = doors.page("/leads/7")
    assert "обещан звонок" in page
    assert "тишина · после планёрки" in page
    assert "Бюджет выделен?" in page
    assert doors.queue("Анна") == ["8"]

    # Tomorrow he is on top of the queue, and once he has bought, in no queue at all.
    doors.clock.pass_time(timedelta(days=1, minutes=1))
    assert doors.queue("Анна") == ["7", "8"]
    sold = {"manager": "Анна", "result": "reached", "answer_budget": "yes", "answer_urgency": "yes"}
    assert doors.client.post("/leads/7/calls", data=sold, headers=html).status_code == 303
    assert doors.asked("/v1/leads/7")["score"]["rules_grade"] == "A"
    doors.stage("Договор", "7", amount=320_000)
    assert doors.queue("Анна") == ["8"]
    assert "Этап: Договор" in doors.page("/leads/7")
