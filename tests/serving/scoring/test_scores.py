"""Every score is explained, logged and can be made again; the model that was promoted gives it."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from features.facts.database import reading
from features.facts.store import FactStore
from features.facts.tables import SCORES
from features.facts.values import LeadId
from features.log_odds import log_odds
from models.artefact import MODEL_FILE, model_folder, set_champion
from models.rebuilding import differences
from serving.desk.champion import LOOK_EVERY_SECONDS
from tests.serving.doors import VERSION, Doors, eventually, promote


def home(doors: Doors) -> Path:
    return doors.service.settings.home


def test_asking_for_a_score_stores_no_fact_and_logs_the_row_alone(any_doors: Doors) -> None:
    score = any_doors.send("/v1/score", answers={"area": 120}, contact={"phone": "+79123456789"})
    assert (score["lead_id"], score["probability"], score["is_guess"]) == (None, 0.06, True)
    assert any_doors.service.desk.store.last_number() == 0
    any_doors.service.writer.close()
    with reading(any_doors.service.desk.store.engine) as connection:
        (row,) = connection.execute(select(SCORES)).all()
    assert (row.lead_id, row.kind, json.loads(row.row)["area"]) == (None, "asked", 120.0)
    assert "79123456789" not in row.row


def test_a_stored_lead_is_told_with_its_source_answers_and_outcome_but_without_its_contact(any_doors: Doors) -> None:
    any_doors.lead("7", marks={"source": "vk", "campaign": "Лето"}, contact={"name": "Анна", "phone": "+79123456789"})
    answer = any_doors.client.get("/v1/leads/7")
    assert "79123456789" not in answer.text
    assert "Анна" not in answer.text
    told = answer.json()
    assert (told["channel"], told["marks"]["campaign"], told["outcome"]) == ("ВКонтакте", "Лето", "never_called")


def test_a_lead_is_told_as_bought_as_soon_as_its_sale_is_known(doors: Doors) -> None:
    doors.lead("7")
    doors.client.post("/v1/leads/7/calls", json={"result": "reached"})
    assert doors.client.get("/v1/leads/7").json()["outcome"] == "open"
    doors.client.post("/v1/leads/7/stages", json={"stage": "Договор", "amount": 200_000})
    assert doors.client.get("/v1/leads/7").json()["outcome"] == "bought"


def test_every_score_that_leaves_the_house_is_logged_and_its_row_can_be_made_again(any_doors: Doors) -> None:
    any_doors.lead("7", answers={"area": 120, "role": "Владелец"}, marks={"source": "yandex"})
    any_doors.call("7", result="busy")
    any_doors.call("7", answers={"need": "yes", "budget": "yes"})
    any_doors.asked("/v1/leads/7")
    any_doors.asked("/v1/queue")
    any_doors.page("/leads/7")
    any_doors.lead("7", answers={"area": 130})
    any_doors.stage("Договор", "7", amount=1)
    logged = any_doors.logged("7", 7)
    assert len(logged) == 7
    engine = any_doors.service.desk.store.engine
    rebuilt = list(differences(FactStore(engine), any_doors.service.log, engine))
    assert [(one.id, differing) for one, differing in rebuilt] == [(one.id, []) for one in logged]
    in_turn = sorted(logged, key=lambda one: one.number)  # what is only looked at is logged behind its answer
    assert [one.row["area"] for one in in_turn][-2:] == [130.0, 130.0]


def test_the_queue_logs_the_leads_that_it_shows(doors: Doors) -> None:
    doors.lead("7")
    doors.lead("8")
    doors.asked("/v1/queue?count=1")
    shown = doors.asked("/v1/queue?count=1")["places"][0]["lead_id"]
    hidden = "7" if shown == "8" else "8"
    assert len(doors.logged(shown, 3)) == 3
    assert len(doors.logged(hidden)) == 1


def test_scores_put_before_the_end_are_all_written(doors: Doors) -> None:
    for _ in range(30):
        doors.send("/v1/score", answers={"area": 120})
        doors.lead("7")
    doors.service.writer.close()
    assert len(doors.service.log.scores_of(LeadId("7"))) == 30


def test_a_promoted_model_serves_without_a_restart_and_says_so(any_doors: Doors) -> None:
    assert any_doors.asked("/readyz") == {"status": "ready", "model_version": None}
    any_doors.lead("7", answers={"area": 120})
    promote(home(any_doors))
    eventually(lambda: any_doors.asked("/readyz")["model_version"] == VERSION, LOOK_EVERY_SECONDS + 3)
    score = any_doors.asked("/v1/leads/7")["score"]
    assert (score["model_version"], score["is_guess"]) == (VERSION, False)
    assert score["data_cut_off"] == "2026-03-02T09:00:00Z"
    assert score["probability"] == pytest.approx(1 / (1 + 2.718281828459045), abs=1e-9)  # log-odds -2.5 + 1.5
    reason = score["reasons_for"][0]
    assert (reason["text"], reason["leads"], reason["sales"]) == ("Площадь, м²: от 50", 80, 30)
    assert reason["contribution"] == 1.5
    assert any_doors.queue() == ["7"]


def test_a_model_orders_the_queue_and_asks_what_moves_most(doors: Doors) -> None:
    promote(home(doors))
    doors.service.desk.champion.look()
    doors.lead("large", answers={"area": 120})
    doors.lead("small", answers={"area": 20})
    assert doors.queue() == ["large", "small"]
    small = doors.asked("/v1/leads/small")["score"]
    assert small["reasons_for"] == []
    assert small["reasons_against"][0]["text"] == "Площадь, м²: до 50"
    assert small["ask_next"] in {"Вам точно нужны окна?", "Бюджет выделен?", "Нужны в этом месяце?"}


@pytest.mark.parametrize("damage", ["{", "[]", '{"format": 99}', '{"format": 1}'], ids=str)
def test_a_damaged_model_is_refused_loudly_and_the_one_before_goes_on(
    doors: Doors, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    promote(home(doors))
    doors.service.desk.champion.look()
    (model_folder(home(doors), "broken")).mkdir()
    (model_folder(home(doors), "broken") / MODEL_FILE).write_text(damage)
    set_champion(home(doors), "broken")
    with caplog.at_level(logging.ERROR):
        doors.service.desk.champion.look()
        doors.service.desk.champion.look()
    assert doors.send("/v1/score", answers={"area": 120})["model_version"] == VERSION
    assert len(caplog.records) == 1
    assert "broken is refused" in caplog.text


def test_a_model_that_is_not_there_is_refused_and_the_rules_go_on(doors: Doors) -> None:
    set_champion(home(doors), "nowhere")
    doors.service.desk.champion.look()
    assert doors.send("/v1/score")["is_guess"] is True


def test_a_refused_version_is_tried_again_after_another_one_served(doors: Doors) -> None:
    champion = doors.service.desk.champion
    promote(home(doors))
    champion.look()
    set_champion(home(doors), "second")
    champion.look()
    set_champion(home(doors), VERSION)
    champion.look()
    promote(home(doors), "second")
    champion.look()
    assert champion.scorer.version == "second"


def test_taking_the_champion_away_lets_the_rules_serve(doors: Doors) -> None:
    promote(home(doors))
    doors.service.desk.champion.look()
    set_champion(home(doors), None)
    doors.service.desk.champion.look()
    assert doors.send("/v1/score", answers={"area": 120})["is_guess"] is True


def test_an_offers_own_price_is_the_expected_amount_and_else_the_companys(doors: Doors) -> None:
    offered = doors.send("/v1/score", marks={"offer": " тихий  офис"})
    plain = doors.send("/v1/score")
    assert (offered["expected_amount"], offered["expected_value"]) == (320_000, pytest.approx(0.06 * 320_000))
    assert (plain["expected_amount"], plain["currency"]) == (200_000, "RUB")


@pytest.mark.parametrize("has_model", [False, True], ids=["by the rules", "by a model"])
def test_the_next_question_says_what_each_answer_would_make_of_the_score_and_so_it_comes(
    doors: Doors, has_model: bool
) -> None:
    if has_model:
        promote(home(doors))
        doors.service.desk.champion.look()
    doors.lead("7", answers={"area": 120})
    asked = doors.asked("/v1/leads/7")["score"]["next_question"]
    assert (asked["field"], asked["text"]) == ("need", "Вам точно нужны окна?")
    assert [(one["answer"], one["text"]) for one in asked["if_answered"]] == [("yes", "да"), ("no", "нет")]
    for one in asked["if_answered"]:
        then = doors.lead("7", answers={"need": one["answer"]})["score"]
        assert then["probability"] == one["probability"]


def test_the_reasons_and_everything_else_lead_from_the_average_to_the_probability(doors: Doors) -> None:
    assert doors.send("/v1/score", answers={"area": 120})["everything_else"] is None  # the rules alone know no average
    promote(home(doors))
    doors.service.desk.champion.look()
    doors.lead("7", answers={"area": 120, "role": "Владелец"})
    doors.call("7", answers={"need": "yes", "budget": "no"})
    for score in (doors.send("/v1/score", answers={"area": 20}), doors.asked("/v1/leads/7")["score"]):
        told = [*score["reasons_for"], *score["reasons_against"]]
        moved = sum(one["contribution"] for one in told) + score["everything_else"]
        assert told
        assert log_odds(score["average"]) + moved == pytest.approx(log_odds(score["probability"]), abs=1e-9)


def test_answers_that_managers_fill_in_are_named_where_nobody_has_called_yet_and_so_they_were_not_used(
    doors: Doors,
) -> None:
    asked = doors.send("/v1/score", answers={"area": 120, "need": "yes"})
    (row,) = doors.client.post("/v1/batch/scores", json=[{"answers": {"area": 120, "need": "yes"}}]).json()
    came = doors.lead("7", answers={"area": 120, "need": "yes"})["score"]
    assert [one["not_yet_known"] for one in (asked, row["score"], came)] == [["need"]] * 3
    assert asked["probability"] == doors.send("/v1/score", answers={"area": 120})["probability"]
    called = doors.call("7")["score"]
    assert (called["not_yet_known"], called["rules_grade"]) == ([], "C")


def test_what_each_answer_would_do_is_told_to_whoever_asks_and_not_worked_out_for_what_was_sent(doors: Doors) -> None:
    sent = [doors.lead("7"), *doors.asked("/v1/queue")["places"], doors.call("7"), doors.stage("Встреча")]
    assert len(sent) == 4
    asked = [doors.asked("/v1/leads/7")["score"], doors.send("/v1/score")]
    assert [one["score"]["next_question"]["if_answered"] for one in sent] == [None] * len(sent)
    assert {one["score"]["next_question"]["field"] for one in sent} == {one["next_question"]["field"] for one in asked}
    assert all(one["next_question"]["if_answered"] for one in asked)


def test_where_everything_is_answered_there_is_no_next_question(doors: Doors) -> None:
    doors.lead("7")
    score = doors.call("7", answers=dict.fromkeys(("need", "budget", "urgency"), "yes"))["score"]
    assert (score["ask_next"], score["next_question"]) == (None, None)
