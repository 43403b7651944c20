"""The lead card: everything about one lead, its phone shown here and nowhere else, and a form to record a call."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from features.facts.values import Call, LeadId
from models.artefact import load_artefact, model_folder, save_artefact, set_champion
from tests.serving.doors import PHONE_WRITTEN, VERSION, Doors, promote

HTML = {"accept": "text/html"}
MOSCOW = ZoneInfo("Europe/Moscow")


def post(doors: Doors, **form: str) -> Any:
    return doors.client.post("/leads/7/calls", data=form, headers=HTML)


def test_the_card_tells_what_the_person_saw_said_and_how_to_reach_them(doors: Doors) -> None:
    marks = {"source": "vk", "campaign": "Лето", "ad": "Баннер", "offer": "Тихий офис", "discount": "15%"}
    contact = {"name": "Анна <b>", "phone": PHONE_WRITTEN, "email": "anna@example.com"}
    doors.lead("7", answers={"area": 120, "renovation": "yes"}, marks=marks, contact=contact)
    page = doors.page("/leads/7")
    for told in ("ВКонтакте", "Лето", "Баннер", "Тихий офис", "15%", "Окна не слышат улицу", "anna@example.com"):
        assert told in page
    assert "Анна &lt;b&gt;" in page
    assert f">{PHONE_WRITTEN}</a>" in page
    assert re.search(r"<dt>Площадь, м²</dt><dd>120</dd>", page)
    assert "<dt>Ремонт начат</dt><dd>да</dd>" in page
    assert "<b>Вам точно нужны окна?</b>" in page


def test_the_card_names_the_window_of_the_model_that_scored_where_it_is_not_yet_the_companys_own(doors: Doors) -> None:
    doors.lead("7")
    assert "within 60 days of the request" in doors.page("/leads/7?lang=en")
    home = doors.service.settings.home
    promote(home)
    young = replace(load_artefact(model_folder(home, VERSION)), version="20260302-short", horizon_days=30, own_days=60)
    save_artefact(young, model_folder(home, young.version), text="", card="")
    set_champion(home, young.version)
    doors.service.desk.champion.look()
    assert "within 30 days of the request" in doors.page("/leads/7?lang=en")
    doors.clock.pass_time(timedelta(days=31))
    assert "older than the 30 days that taught the model" in doors.page("/leads/7?lang=en")
    assert "заявке больше 30 дней" in doors.page("/leads/7?lang=ru")
    doors.clock.pass_time(timedelta(days=30))
    past = doors.page("/leads/7?lang=en")
    assert "that taught the model" not in past
    assert "Past its horizon" in past


def test_the_phone_is_on_no_other_page(doors: Doors) -> None:
    doors.lead("7", contact={"phone": PHONE_WRITTEN, "name": "Секретова"})
    doors.lead("8", contact={"phone": PHONE_WRITTEN})
    pages = ["/queue", "/channels", "/channels?level=campaign", "/docs", "/v1/queue", "/v1/leads/7", "/openapi.json"]
    texts = [doors.client.get(path, headers=HTML).text for path in pages]
    assert not any("345-67-89" in text or "Секретова" in text for text in texts)
    assert "Секретова" not in doors.page("/leads/8")


def test_the_card_links_the_same_persons_earlier_requests(doors: Doors) -> None:
    doors.lead("7", contact={"phone": PHONE_WRITTEN})
    doors.lead("8", contact={"phone": "+7 912 345 67 89"})
    assert '<a href="/leads/7">7</a>' in doors.page("/leads/8")
    assert "уже оставлял" not in doors.page("/leads/7")


def test_the_history_and_the_results_are_told_in_the_readers_language(doors: Doors) -> None:
    doors.lead("7")
    doors.call("7", result="wrong_number", comment="не тот")
    assert "Звонок: неверный номер" in doors.page("/leads/7")
    english = doors.page("/leads/7?lang=en")
    assert "Call: wrong number" in english
    assert "не тот" in english
    assert "Not in the queue: wrong number" in english


def test_the_score_over_time_is_drawn_once_something_happened(doors: Doors) -> None:
    promote(doors.service.settings.home)
    doors.service.desk.champion.look()
    doors.lead("7", answers={"area": 120})
    doors.clock.pass_time(timedelta(minutes=5))
    doors.call("7", answers={"need": "yes", "budget": "yes", "urgency": "yes"})
    page = doors.page("/leads/7")
    assert page.count("data-chart") == 1
    assert "Площадь, м²: от 50" in page
    assert "30 из 80" in page


def test_a_closed_lead_has_no_score_over_time_and_its_card_says_what_the_chance_means(doors: Doors) -> None:
    doors.lead("7")
    doors.call("7")
    doors.clock.pass_time(timedelta(hours=1))
    doors.stage("Отказ", "7")
    doors.clock.pass_time(timedelta(hours=1))
    page = doors.page("/leads/7")
    assert "какой она была бы у такой же открытой заявки" in page
    drawn = json.loads(html.unescape(page.split("data-chart='")[1].split("'")[0]))["traces"][0]
    assert [y is None for y in drawn["y"]] == [False, False, False, True, True]
    assert drawn["y"][1] == drawn["y"][2]  # the level is drawn until the lead was closed


def test_what_is_said_beyond_the_window_that_taught_is_a_line_of_its_own(doors: Doors) -> None:
    promote(doors.service.settings.home)
    young = replace(load_artefact(model_folder(doors.service.settings.home, VERSION)), horizon_days=30, own_days=60)
    save_artefact(young, model_folder(doors.service.settings.home, VERSION), text="", card="")
    doors.service.desk.champion.look()
    doors.lead("7", answers={"area": 120})
    doors.clock.pass_time(timedelta(days=10))
    doors.call("7", result="no_answer")
    within = json.loads(html.unescape(doors.page("/leads/7").split("data-chart='")[1].split("'")[0]))
    assert (len(within["traces"]), within["layout"]["showlegend"]) == (1, False)
    doors.clock.pass_time(timedelta(days=25))
    drawn = json.loads(html.unescape(doors.page("/leads/7?lang=en").split("data-chart='")[1].split("'")[0]))
    young_line, old_line = drawn["traces"]
    assert (young_line["name"], old_line["name"]) == ("up to 30 days old", "older: the model learned from none so old")
    assert drawn["layout"]["showlegend"]
    assert (len(young_line["x"]), len(old_line["x"])) == (3, 1)
    assert young_line["y"][1] == young_line["y"][2]  # drawn until its thirtieth day, and not on to the next point
    span = datetime.fromisoformat(young_line["x"][2]) - datetime.fromisoformat(young_line["x"][0])
    assert abs(span - timedelta(days=30)) < timedelta(minutes=1)


def test_a_lead_that_was_closed_as_it_came_has_no_score_over_time(doors: Doors) -> None:
    moment = doors.clock()
    doors.service.desk.now = lambda: moment
    doors.lead("7")
    doors.stage("Отказ", "7")
    doors.service.desk.now = lambda: moment + timedelta(hours=1)
    assert "data-chart" not in doors.page("/leads/7")


@pytest.mark.parametrize(
    ("tell", "words"),
    [
        (lambda doors: None, "В очереди, новая"),
        (lambda doors: doors.call("7", result="busy"), "пауза после попытки"),
        (lambda doors: doors.call("7"), "поговорили"),
        (lambda doors: doors.stage("Отказ", "7"), "сделка закрыта"),
        (lambda doors: doors.client.post("/v1/queue/7/take", json={"manager": "Анна"}), "взял(а) Анна"),
        (lambda doors: doors.clock.pass_time(timedelta(days=61)), "прошло больше 60 дней"),
    ],
    ids=["new", "tried", "reached", "closed", "taken", "old"],
)
def test_the_card_says_whether_why_and_since_when_a_lead_is_out_of_the_queue(
    doors: Doors, tell: Any, words: str
) -> None:
    doors.lead("7")
    tell(doors)
    assert words in doors.page("/leads/7")


def test_the_form_stores_a_call_with_its_answers_and_the_lead_leaves_the_queue(doors: Doors) -> None:
    doors.lead("7")
    due = (doors.clock() + timedelta(days=2)).astimezone(MOSCOW).replace(second=0, microsecond=0)
    form = {"manager": "Анна", "result": "call_back", "seconds": "185", "answer_need": "yes", "answer_budget": ""}
    words = {"attracts": "тишина", "ideal_product": "тройной пакет", "comment": "после обеда"}
    answer = post(doors, **form, **words, call_back_at=f"{due:%Y-%m-%dT%H:%M}")
    back = "/leads/7?manager=%D0%90%D0%BD%D0%BD%D0%B0&saved=1"
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    assert "Звонок записан." in doors.page(back)
    assert "Звонок записан." not in doors.page("/leads/7")
    assert re.search(r'id="saved".*href="/queue\?manager=%D0%90%D0%BD%D0%BD%D0%B0"', doors.page(back))
    (call,) = [one for one in doors.service.desk.store.history(LeadId("7")).facts if isinstance(one, Call)]
    assert (call.result, call.seconds, call.manager, call.answers) == ("call_back", 185.0, "Анна", {"need": "yes"})
    assert (call.attracts, call.ideal_product, call.comment) == ("тишина", "тройной пакет", "после обеда")
    assert call.call_back_at == due
    assert doors.queue() == []
    page = doors.page("/leads/7")
    assert "тишина · тройной пакет · после обеда" in page
    assert f"вернётся {due:%d.%m.%Y %H:%M}" in page


@pytest.mark.parametrize("typed", ["95", "1:35", "00:01:35"])
def test_a_calls_length_is_seconds_or_what_a_clock_shows(doors: Doors, typed: str) -> None:
    doors.lead("7")
    assert post(doors, result="reached", seconds=typed).status_code == 303
    (call,) = [one for one in doors.service.desk.store.history(LeadId("7")).facts if isinstance(one, Call)]
    assert call.seconds == 95.0


WRONG_FORMS = [
    ({"manager": "Анна"}, "Выберите итог звонка.", "Choose how the call ended."),
    ({"result": "reached", "seconds": "²"}, "целое число секунд", "whole number of seconds"),
    ({"result": "reached", "seconds": "1:75"}, "например 1:35", "such as 1:35"),
    ({"result": "reached", "seconds": "-5"}, "целое число секунд", "whole number of seconds"),
    ({"result": "reached", "seconds": "99999999"}, "не больше суток", "a day at most"),
    ({"result": "reached", "call_back_at": "завтра"}, "день и время", "a day and a time"),
    ({"result": "reached", "call_back_at": "0001-01-01T00:00"}, "день и время", "a day and a time"),
    ({"result": "reached", "answer_need": "может быть"}, "Ответ не подходит к вопросу: Потребность", "Потребность"),
    ({"result": "reached", "answer_area": "большая"}, "Ответ не подходит к вопросу: Площадь", "Площадь"),
    ({"result": "reached", "comment": "я" * 6_000}, "Слишком длинный текст", "The text is too long"),
]


@pytest.mark.parametrize(("form", "russian", "english"), WRONG_FORMS, ids=[str(n) for n in range(len(WRONG_FORMS))])
def test_a_form_filled_in_wrong_says_what_would_be_right_and_keeps_what_was_typed(
    doors: Doors, form: dict[str, str], russian: str, english: str
) -> None:
    doors.lead("7")
    number = doors.service.desk.store.last_number()
    typed = {"attracts": 'тишина "и" покой', "answer_budget": "yes", **form}
    answer = post(doors, **typed)
    assert answer.status_code == 422
    assert "Звонок не записан." in answer.text
    assert russian in answer.text
    assert "тишина &#34;и&#34; покой" in answer.text
    assert re.search(r'name="answer_budget">.*?<option value="yes" selected>', answer.text, re.DOTALL)
    told = doors.client.post("/leads/7/calls?lang=en", data=typed, headers=HTML)
    assert english in told.text
    assert doors.service.desk.store.last_number() == number


def test_a_program_that_posts_the_form_wrong_is_told_in_json(doors: Doors) -> None:
    doors.lead("7")
    answer = doors.client.post("/leads/7/calls", data={"result": "reached", "seconds": "99999999"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "seconds"]


def test_an_uploaded_file_is_no_answer(doors: Doors) -> None:
    doors.lead("7")
    answer = doors.client.post(
        "/leads/7/calls", data={"result": "reached"}, files={"comment": ("a.txt", b"x")}, headers=HTML
    )
    assert answer.status_code == 303
    (made,) = [one for one in doors.service.desk.store.history(LeadId("7")).facts if isinstance(one, Call)]
    assert made.comment is None


def test_the_card_says_how_far_each_answer_would_move_the_chance(doors: Doors) -> None:
    doors.lead("7")
    doors.call("7", answers={"need": "yes", "budget": "yes"})
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", doors.page("/leads/7"))).replace("\u00a0", " ")
    assert "Нужны в этом месяце?" in page
    assert "если да: 30 % если нет: 12 % сейчас" in page
    english = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", doors.page("/leads/7?lang=en"))).replace("\u00a0", " ")
    assert "if yes: 30 % if no: 12 % now" in english


def test_a_managers_own_grade_stands_beside_the_models_and_the_card_says_where_they_part(doors: Doors) -> None:
    promote(doors.service.settings.home)
    doors.service.desk.champion.look()
    doors.lead("7", answers={"area": 20})
    doors.logged("7")
    doors.clock.pass_time(timedelta(minutes=5))
    assert post(doors, manager="Анна", result="reached", grade="A").status_code == 303
    doors.clock.pass_time(timedelta(minutes=5))
    page = " ".join(re.sub(r"<[^>]+>", " ", doors.page("/leads/7")).replace("\u00a0", " ").split())
    assert "Анна оценивает выше, чем модель: A против C." in page
    assert "Перед этой оценкой модель показывала C (2,9 %)." in page
    assert "своя оценка: A" in page
    assert "Анна grades it higher than the model: A against C." in doors.page("/leads/7?lang=en")


def test_where_manager_and_model_agree_nothing_is_said_of_parting(doors: Doors) -> None:
    doors.lead("7")
    doors.call("7", grade="A", answers=dict.fromkeys(("need", "budget", "urgency"), "yes"), manager="Анна")
    page = doors.page("/leads/7")
    assert 'id="parted"' not in page
    assert re.search(r'<span class="grade A">A</span> <span class="small soft">Анна</span>', page)


def test_a_grade_that_is_none_is_refused_with_what_would_be_right(doors: Doors) -> None:
    doors.lead("7")
    answer = post(doors, manager="Анна", result="reached", grade="D")
    assert answer.status_code == 422
    assert "Ваша оценка — A, B, C или «нецелевой»." in answer.text
    sent = doors.client.post("/v1/leads/7/calls", json={"result": "reached", "grade": "D"})
    assert sent.status_code == 422


def test_the_next_step_is_at_hand_a_number_to_call_and_the_form(doors: Doors) -> None:
    doors.lead("7", contact={"phone": PHONE_WRITTEN})
    doors.lead("8")
    called, nobody = doors.page("/leads/7"), doors.page("/leads/8")
    actions = called.split('class="actions"')[1].split("</p>")[0]
    assert 'class="button" href="tel:89123456789"' in actions
    assert f"Позвонить: {PHONE_WRITTEN}" in actions
    assert 'href="#record-call"' in actions
    assert 'href="tel:' not in nobody
    doors.stage("Отказ", "7")
    assert 'class="button quiet" href="tel:' in doors.page("/leads/7")
