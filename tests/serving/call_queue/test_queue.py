"""The queue as programs and people see it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.hand_out_log import HandOut, HandOutLog
from serving.open_leads.board import Board
from tests.serving.doors import COMPANY, Doors, eventually, open_doors, promote

HOUR = timedelta(hours=1)


def ago(doors: Doors, hours: float) -> str:
    return (doors.clock() - timedelta(hours=hours)).isoformat()


def test_the_queue_tells_why_each_lead_waits_and_its_place_by_first_come(any_doors: Doors) -> None:
    any_doors.lead("early", created_at=ago(any_doors, 5))
    any_doors.lead("late", created_at=ago(any_doors, 3), marks={"offer": "Тихий офис"})
    told = any_doors.asked("/v1/queue")
    assert (told["waiting"], told["coming_back"]) == (2, 0)
    places = [(one["lead_id"], one["rank"], one["first_come_rank"], one["waits"]) for one in told["places"]]
    assert places == [("late", 1, 2, "new"), ("early", 2, 1, "new")]
    assert told["places"][0]["score"]["expected_value"] > told["places"][1]["score"]["expected_value"]


def test_only_so_many_places_as_asked_are_told_but_all_are_counted(doors: Doors) -> None:
    for name in "abc":
        doors.lead(name)
    told = doors.asked("/v1/queue?count=2")
    assert (len(told["places"]), told["waiting"]) == (2, 3)
    assert doors.client.get("/v1/queue?count=0").status_code == 422
    assert doors.client.get("/v1/queue?count=501").status_code == 422


def test_a_taken_lead_leaves_the_others_queues_and_comes_back(any_doors: Doors) -> None:
    any_doors.lead("7")
    taken = any_doors.client.post("/v1/queue/7/take", json={"manager": "Анна"})
    assert (taken.status_code, taken.content) == (204, b"")
    assert (any_doors.queue(), any_doors.queue("Борис"), any_doors.queue("Анна")) == ([], [], ["7"])
    assert any_doors.asked("/v1/queue?manager=Борис")["coming_back"] == 1
    any_doors.client.post("/v1/queue/7/take", json={"manager": "Анна", "taken": False})
    assert any_doors.queue("Борис") == ["7"]
    any_doors.client.post("/v1/queue/7/take", json={"manager": "Анна"})
    any_doors.clock.pass_time(2 * HOUR)
    assert any_doors.queue("Борис") == ["7"]


def test_nobody_takes_a_lead_that_is_not_stored(doors: Doors) -> None:
    assert doors.client.post("/v1/queue/7/take", json={"manager": "Анна"}).status_code == 404
    assert doors.client.post("/v1/queue/7/take", json={"manager": ""}).status_code == 422


def test_a_lead_rests_after_a_try_and_a_call_back_comes_first_at_its_time(doors: Doors) -> None:
    doors.lead("tried")
    doors.lead("promised")
    doors.lead("new", marks={"offer": "Тихий офис"})
    doors.call("tried", result="no_answer")
    doors.call("promised", result="call_back", call_back_at=(doors.clock() + 3 * HOUR).isoformat())
    assert doors.queue() == ["new"]
    assert doors.asked("/v1/queue")["coming_back"] == 2
    doors.clock.pass_time(2 * HOUR)
    assert doors.queue() == ["new", "tried"]
    doors.clock.pass_time(2 * HOUR)
    assert doors.queue() == ["promised", "new", "tried"]
    assert doors.asked("/v1/queue")["places"][0]["waits"] == "call_back"


def test_leads_that_are_closed_or_a_test_or_past_the_horizon_are_in_no_queue(doors: Doors) -> None:
    for name in ("won", "test", "old", "open"):
        doors.lead(name, created_at=ago(doors, 24 * 59 if name == "old" else 1))
    doors.stage("Договор", "won", amount=1)
    doors.stage("Тест", "test")
    assert set(doors.queue()) == {"old", "open"}
    doors.clock.pass_time(25 * HOUR)
    assert doors.queue() == ["open"]
    assert doors.asked("/v1/leads/old")["score"]["past_horizon"] is True


def test_a_lead_that_came_while_the_queue_was_being_read_is_in_the_next_look(doors: Doors) -> None:
    before = doors.clock()
    doors.lead("7")
    assert doors.service.board.look(before).places == []
    assert [one.candidate.lead.known.lead_id for one in doors.service.board.look(doors.clock()).places] == ["7"]


def test_a_call_that_ended_while_the_queue_was_being_read_counts_at_the_next_look(doors: Doors) -> None:
    doors.lead("7")
    before = doors.clock()
    doors.call("7")
    assert len(doors.service.board.look(before).places) == 1
    assert doors.service.board.look(doors.clock()).places == []


def test_scores_in_the_queue_are_renewed_as_leads_age_and_by_a_new_model(doors: Doors) -> None:
    doors.lead("7", answers={"area": 120})
    first = doors.asked("/v1/queue")["places"][0]["score"]
    doors.clock.pass_time(HOUR)
    aged = doors.asked("/v1/queue")["places"][0]["score"]
    promote(doors.service.settings.home)
    doors.service.desk.champion.look()
    learned = doors.asked("/v1/queue")["places"][0]["score"]
    assert first["moment"] < aged["moment"] <= learned["moment"]
    assert (aged["is_guess"], learned["is_guess"]) == (True, False)


def test_the_board_kept_up_to_date_says_the_same_as_one_built_anew(doors: Doors) -> None:
    for n in range(12):
        doors.lead(f"L{n}", answers={"area": 10 * n}, marks={"source": ("vk", "yandex")[n % 2]})
        doors.queue()
        if n % 3 == 0:
            doors.call(f"L{n}", result=("busy", "call_back", "reached", "refused")[n // 3])
        if n % 5 == 0:
            doors.stage(("Договор", "Отказ", "Встреча")[n // 5], f"L{n}")
    kept = doors.queue()
    anew = type(doors.service.board)(doors.service.desk).look(doors.clock()).places
    assert kept == [place.candidate.lead.known.lead_id for place in anew]
    assert len(kept) > 3


def test_many_managers_taking_and_looking_at_once_never_fail(doors: Doors) -> None:
    for n in range(10):
        doors.lead(f"L{n}")
    failures: list[int] = []

    def work(manager: str) -> None:
        for n in range(10):
            answers = [
                doors.client.post(f"/v1/queue/L{n}/take", json={"manager": manager}),
                doors.client.get(f"/v1/queue?manager={manager}"),
            ]
            failures.extend(one.status_code for one in answers if one.status_code >= 400)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("Анна", "Борис", "Вера")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    everywhere = [lead for name in ("Анна", "Борис", "Вера") for lead in doors.queue(name)]
    assert sorted(everywhere) == sorted(f"L{n}" for n in range(10))


def test_where_nothing_is_drawn_the_page_does_not_speak_of_chance(doors: Doors) -> None:
    assert "random" not in doors.page("/queue?lang=en")


def test_the_page_says_that_nobody_waits_and_that_probabilities_are_guesses(doors: Doors) -> None:
    assert "Заявок пока нет." in doors.page("/queue")
    assert "никто не ждёт" not in doors.page("/queue")
    doors.lead("7", contact={"phone": "+79123456789", "name": "Анна Секретова"})
    page = doors.page("/queue")
    assert "Модели ещё нет" in page
    assert "79123456789" not in page
    assert "Секретова" not in page
    assert "There is no model yet" in doors.page("/queue?lang=en")
    doors.stage("Отказ", "7")
    assert "никто не ждёт звонка" in doors.page("/queue")


def test_taking_a_lead_on_the_page_opens_its_card_in_the_same_language(doors: Doors) -> None:
    doors.lead("a b")
    page = doors.page("/queue?manager=Анна&lang=en")
    assert 'action="/queue/a%20b/take?lang=en"' in page
    taken = doors.client.post("/queue/a%20b/take?lang=en", data={"manager": "Анна"})
    assert (taken.status_code, taken.headers["location"]) == (
        303,
        "/leads/a%20b?manager=%D0%90%D0%BD%D0%BD%D0%B0&lang=en",
    )
    assert doors.queue("Борис") == []


def handed_out(doors: Doors) -> list[HandOut]:
    return list(HandOutLog(doors.service.desk.store.engine).every())


def test_taking_a_lead_keeps_where_it_stood_and_its_call_adds_nothing(any_doors: Doors) -> None:
    any_doors.lead("early", created_at=ago(any_doors, 5))
    any_doors.lead("late", created_at=ago(any_doors, 3), marks={"offer": "Тихий офис"})
    any_doors.client.post("/v1/queue/early/take", json={"manager": "Анна"})
    any_doors.call("early", manager="Анна")
    (one,) = handed_out(any_doors)
    assert (one.lead_id, one.position, one.waiting, one.arm, one.propensity) == ("early", 2, 2, "by_worth", 1.0)
    assert timedelta(0) <= one.at - one.waiting_since - 5 * HOUR < timedelta(minutes=1)


def test_a_lead_that_is_called_without_being_taken_left_the_queue_with_the_call(any_doors: Doors) -> None:
    any_doors.lead("7")
    any_doors.call("7", result="no_answer")
    assert [(one.lead_id, one.position, one.waiting) for one in handed_out(any_doors)] == [("7", 1, 1)]
    any_doors.clock.pass_time(2 * HOUR)
    any_doors.call("7", result="call_back", call_back_at=(any_doors.clock() + HOUR).isoformat())
    any_doors.clock.pass_time(2 * HOUR)
    any_doors.client.post("/v1/queue/7/take", json={"manager": "Анна"})
    assert [one.arm for one in handed_out(any_doors)] == ["by_worth", "by_worth", "promised"]


def test_a_lead_is_handed_out_by_the_order_that_its_manager_was_just_shown(doors: Doors) -> None:
    doors.lead("early", created_at=ago(doors, 5))
    doors.lead("late", created_at=ago(doors, 3))
    assert doors.queue("Анна") == ["late", "early"]
    doors.lead("worth more", marks={"offer": "Тихий офис"})
    doors.call("late", manager="Анна")
    doors.clock.pass_time(timedelta(seconds=11))
    doors.call("early", manager="Анна")
    assert [(one.position, one.waiting) for one in handed_out(doors)] == [(1, 2), (2, 2)]


def test_a_lead_that_was_not_in_the_order_shown_is_placed_anew(doors: Doors) -> None:
    doors.lead("early", created_at=ago(doors, 5))
    doors.queue("Анна")
    doors.lead("late", created_at=ago(doors, 3))
    doors.call("late", manager="Анна")
    assert [(one.position, one.waiting) for one in handed_out(doors)] == [(1, 2)]


def test_the_queue_is_read_before_anybody_asks(
    tmp_path: Path, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[datetime] = []

    def warm(_: Board, moment: datetime) -> None:
        looks.append(moment)

    monkeypatch.setattr(Board, "warm", warm)
    with open_doors(tmp_path, sqlite_engine):
        eventually(lambda: len(looks) == 1)


def test_looking_giving_back_and_taking_again_hand_nothing_out_anew(doors: Doors) -> None:
    doors.lead("7")
    doors.queue()
    assert handed_out(doors) == []
    for taken in (True, False, True):
        doors.client.post("/v1/queue/7/take", json={"manager": "Анна", "taken": taken})
    assert len(handed_out(doors)) == 1


def test_a_call_told_long_after_it_was_made_says_nothing_of_the_queue(doors: Doors) -> None:
    doors.lead("7", created_at=ago(doors, 8))
    doors.call("7", at=ago(doors, 2), result="no_answer")
    assert handed_out(doors) == []
    doors.lead("8", created_at=ago(doors, 8))
    doors.call("8", sent_at=ago(doors, 2), result="no_answer")
    assert handed_out(doors) == []


def test_a_call_of_long_ago_that_is_told_again_says_nothing_of_the_queue(doors: Doors) -> None:
    doors.lead("7", created_at=ago(doors, 60))
    doors.call("7", id="c1", at=ago(doors, 50), result="no_answer")
    assert doors.queue() == ["7"]
    doors.call("7", id="c1", result="no_answer", comment="told again, without its moment")
    assert handed_out(doors) == []


def test_a_call_of_a_lead_that_does_not_wait_is_no_hand_out(doors: Doors) -> None:
    doors.lead("7")
    doors.call("7")
    doors.call("7", result="busy")
    assert len(handed_out(doors)) == 1


def test_a_drawn_lead_looks_like_any_other_on_the_page_and_the_api_tells_its_arm(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    company = COMPANY.replace("explore: 0", "explore: 0.5")
    with open_doors(tmp_path, sqlite_engine, company=company) as doors:
        for number in range(20):
            doors.lead(f"L{number}", created_at=ago(doors, number + 1))
        places = doors.asked("/v1/queue")["places"]
        arms = {place["lead_id"]: (place["arm"], place["propensity"]) for place in places}
        drawn = [name for name, (arm, _) in arms.items() if arm == "at_random"]
        assert drawn
        assert all(arms[name][1] == 1 / 19 for name in drawn)
        assert [place["lead_id"] for place in doors.asked("/v1/queue")["places"]] == list(arms)
        page = doors.page("/queue?lang=en")
        assert page.count("random") == page.count("leads drawn at random, so that no kind of lead is left") == 1
        assert "Небольшая часть мест — случайные заявки" in doors.page("/queue")
        doors.client.post(f"/v1/queue/{drawn[0]}/take", json={"manager": "Анна"})
        (one,) = handed_out(doors)
        assert (one.lead_id, one.arm, one.propensity, one.drawn_from) == (drawn[0], "at_random", 1 / 19, 20)


def test_a_parameter_that_the_queue_does_not_know_is_named_and_refused(doors: Doors) -> None:
    answer = doors.client.get("/v1/queue?managr=Анна")
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["query", "managr"])
    assert "Анна" not in answer.text


def test_a_manager_whom_nobody_names_has_no_queue_and_who_is_named_is_told(doors: Doors) -> None:
    doors.lead("7")
    answer = doors.client.get("/v1/queue?manager=Борисс")
    told = answer.json()["detail"][0]
    assert (answer.status_code, told["loc"]) == (422, ["query", "manager"])
    assert "Анна, Борис" in told["msg"]
    assert "Борисс" not in answer.text
    doors.client.post("/v1/queue/7/take", json={"manager": "Борисс"})
    assert doors.queue("Борисс") == ["7"]  # the CRM knows a manager whom company.yaml does not list


def test_a_manager_whose_only_lead_was_closed_still_has_a_queue(doors: Doors) -> None:
    doors.lead("7")
    doors.call("7", manager="Вера")
    doors.stage("Отказ", "7", reason="дорого")
    assert doors.queue("Вера") == []
    assert doors.client.get("/v1/queue?manager=Вероника").status_code == 422
    doors.lead("8", manager="Вероника")
    doors.stage("Отказ", "8")
    assert doors.queue("Вероника") == []  # what came since the last look is read, too


def test_where_the_company_lists_no_managers_every_name_has_a_queue(tmp_path: Path, sqlite_engine: Engine) -> None:
    company = COMPANY.replace("managers:\n  - name: Анна\n  - name: Борис\n", "")
    with open_doors(tmp_path, sqlite_engine, company=company) as doors:
        doors.lead("7")
        assert doors.queue("Вера") == ["7"]
