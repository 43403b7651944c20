"""The head of sales: whom to call next, by worth and not by arrival, and where every lead is."""

from __future__ import annotations

from datetime import timedelta

from tests.serving.doors import Doors, promote


def test_a_morning_of_the_head_of_sales(doors: Doors) -> None:
    promote(doors.service.settings.home)
    doors.service.desk.champion.look()
    hour = timedelta(hours=1)
    for n, (name, area) in enumerate({"small": 20, "large": 150, "quiet": 150, "spam": 10}.items()):
        marks = {"source": "vk"} | ({"offer": "Тихий офис"} if name == "quiet" else {})
        doors.lead(name, created_at=(doors.clock() - (9 - n) * hour).isoformat(), answers={"area": area}, marks=marks)

    # Yesterday the first to come was the first to be called; today it is the one worth most.
    told = doors.asked("/v1/queue")["places"]
    assert [(one["lead_id"], one["first_come_rank"]) for one in told] == [
        ("quiet", 3), ("large", 2), ("spam", 4), ("small", 1),
    ]  # fmt: skip

    # Two managers work; nobody calls the same lead, and each lead that leaves says why.
    doors.client.post("/v1/queue/quiet/take", json={"manager": "Анна"})
    doors.call("large", manager="Борис", answers={"need": "yes", "budget": "yes"})
    doors.call("small", manager="Борис", result="no_answer")
    doors.stage("Нецелевой", "spam", reason="ищет работу")
    assert (doors.queue("Анна"), doors.queue("Борис")) == (["quiet"], [])
    reasons = {name: doors.page(f"/leads/{name}") for name in ("quiet", "large", "small", "spam")}
    assert "взял(а) Анна" in reasons["quiet"]
    assert "поговорили" in reasons["large"]
    assert "пауза после попытки" in reasons["small"]
    assert "сделка закрыта" in reasons["spam"]
    assert "ищет работу" in reasons["spam"]

    # What the open leads are worth in sales is the sum of their chances.
    chances = [doors.asked(f"/v1/leads/{name}")["score"]["probability"] for name in ("quiet", "large", "small")]
    assert f"{sum(chances):.1f}".replace(".", ",") in doors.page("/channels")
