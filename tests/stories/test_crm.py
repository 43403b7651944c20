"""The CRM: a score the moment a lead arrives or a call ends, the same again when it asks again, nothing lost."""

from __future__ import annotations

from features.facts.store import FactStore
from models.rebuilding import differences
from tests.serving.doors import Doors, promote


def test_a_leads_life_as_the_crm_tells_it(doors: Doors) -> None:
    # A request arrives; the answer is a score to write back, and says that it is a guess.
    request = {
        "id": "7405",
        "answers": {"area": 120, "renovation": True, "favourite_colour": "blue"},
        "marks": {"source": "yandex", "campaign": "office", "offer": "Тихий офис"},
        "contact": {"name": "Анна", "phone": "8 912 345-67-89"},
    }
    arrived = doors.send("/v1/leads", **request)
    assert arrived["score"]["is_guess"]
    assert arrived["unknown_fields"] == ["favourite_colour"]
    # The network was slow and the CRM sends it once more: nothing changes.
    assert doors.send("/v1/leads", **request)["stored"] is False

    # A call ends, and its answers move the lead from ungraded to A.
    called = doors.call("7405", id="c1", answers={"need": "yes", "budget": "yes", "urgency": "yes"}, seconds=240)
    assert (arrived["score"]["rules_grade"], called["score"]["rules_grade"]) == ("ungraded", "A")
    assert called["score"]["probability"] > arrived["score"]["probability"]
    assert called["score"]["expected_value"] == called["score"]["probability"] * 320_000

    # Overnight a model was promoted: the same door now answers with reasons, without a restart.
    promote(doors.service.settings.home)
    doors.service.desk.champion.look()
    learned = doors.asked("/v1/leads/7405")["score"]
    assert not learned["is_guess"]
    assert [reason["text"] for reason in learned["reasons_for"]] == [
        "Оценка по правилам ABC: A",
        "Площадь, м²: от 50",
    ]

    # The lead buys; everything that was ever answered can be made again from the facts.
    doors.stage("Встреча", "7405")
    doors.stage("Договор", "7405", amount=310_000)
    lead = doors.asked("/v1/leads/7405")
    assert lead["stages"] == ["Встреча", "Договор"]
    assert doors.queue() == []
    assert len(doors.logged("7405", 7)) == 7
    engine = doors.service.desk.store.engine
    assert {tuple(wrong) for _, wrong in differences(FactStore(engine), doors.service.log, engine)} == {()}
