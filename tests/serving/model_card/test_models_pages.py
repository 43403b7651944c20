"""The models' pages: a head of sales reads which model works, whether it beats the rules, and how far to trust it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from models.artefact import MODEL_FILE, model_folder, save_artefact, set_champion
from models.card import CARD_VALUES, NotLookedAt
from models.judgement import EVALUATION
from models.own_window import OwnWindow
from tests.models.small_models import windows_card
from tests.serving.doors import VERSION, Doors, promote
from tests.serving.model_card.shelved import judged, keep_card, rules_alone, shelve

FIRST, SECOND = "20260302-abc123", "20260309-def456"
JARGON = ("AUC", "log-loss", "Brier", "ECE", "slope", "calibration", "калибров", "lift", "логлосс")


def text_of(page: str) -> str:
    """Return what a reader sees of a page, in one line."""
    shown = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).replace("\u00a0", " ").split())


def section(page: str, name: str) -> str:
    """Return the text of a section of the card."""
    found = re.search(rf'<(section|details)[^>]* id="{name}".*?</\1>', page, flags=re.S)
    assert found is not None, name
    return text_of(found[0])


def test_without_a_model_the_page_says_that_the_rules_work(doors: Doors) -> None:
    assert "Модели ещё нет: работают правила ABC" in text_of(doors.page("/models"))
    assert "There is no model yet: the ABC rules work" in text_of(doors.page("/models?lang=en"))


def test_a_card_says_as_how_many_leads_the_weighed_ones_tell_and_which_kinds_nobody_looked_at(doors: Doors) -> None:
    unseen = (NotLookedAt("channel", "avito", 505), NotLookedAt("role", "student", 31))
    shelve(doors.service.settings.home, FIRST, effective_leads=321.4, not_looked_at=unseen)
    shelve(doors.service.settings.home, SECOND)
    told = section(doors.page(f"/models/{FIRST}?lang=en"), "learned")
    assert "they tell as much as 321 leads of equal weight" in told
    assert "Not looked at: nobody worked on leads of this kind" in told
    assert "Channel: avito 505 leads" in told
    assert "student 31 leads" in told
    in_russian = section(doors.page(f"/models/{FIRST}"), "learned")
    assert "столько же, сколько 321 заявка с равным весом" in in_russian
    assert "Канал: avito заявок: 505" in in_russian
    plain = section(doors.page(f"/models/{SECOND}?lang=en"), "learned")
    assert "equal weight" not in plain
    assert "Not looked at" not in plain


def test_the_word_beside_how_many_leads_taught_a_model_goes_with_the_number(doors: Doors) -> None:
    for version, leads, words in ((FIRST, 421, "421 решённая заявка"), (SECOND, 402, "402 решённые заявки")):
        shelve(doors.service.settings.home, version, learned=replace(windows_card(version).learned, leads=leads))
        assert words in section(doors.page(f"/models/{version}"), "learned")


def test_the_list_says_which_model_works_which_came_last_what_each_learned_from_and_how_good_it_is(
    doors: Doors,
) -> None:
    home = doors.service.settings.home
    shelve(home, FIRST)
    shelve(home, SECOND, trained_at=datetime(2026, 3, 9, 12, tzinfo=UTC))
    set_champion(home, FIRST)
    doors.service.desk.champion.look()
    rows = [text_of(row) for row in re.findall(r"<tr>.*?</tr>", doors.page("/models?lang=en"), flags=re.S)[1:]]
    assert [row.split()[0] for row in rows] == [SECOND, FIRST]
    assert "latest, not switched on" in rows[0]
    assert "works now" in rows[1]
    for row in rows:
        assert "400 leads, 60 bought" in row
        assert (
            "The first 30 % of the calls find 64 % (54 % to 74 %) of the sales, by the rules 34 % (24 % to 44 %)."
            in row
        )
        assert "On later leads: 1,120 leads, 120 bought." in row
        assert "Better than the rules, and that is no luck." in row
    assert "2026-03-02 15:00" in rows[1]


@pytest.mark.parametrize("serves", [FIRST, SECOND])
def test_the_challenger_is_the_model_trained_last_also_where_it_serves(doors: Doors, serves: str) -> None:
    home = doors.service.settings.home
    shelve(home, FIRST)
    shelve(home, SECOND, trained_at=datetime(2026, 3, 9, 12, tzinfo=UTC))
    set_champion(home, serves)
    doors.service.desk.champion.look()
    page = text_of(doors.page("/models/challenger?lang=en"))
    assert f"Model {SECOND}" in page
    assert ("works now" in page) == (serves == SECOND)
    assert ("latest, not switched on" in page) == (serves == FIRST)


def test_a_promotion_is_seen_on_the_page_without_a_restart(doors: Doors) -> None:
    home = doors.service.settings.home
    shelve(home, FIRST)
    assert "ни одна модель не включена" in text_of(doors.page("/models"))
    set_champion(home, FIRST)
    doors.service.desk.champion.look()
    assert "работает сейчас" in text_of(doors.page("/models"))
    assert "работает сейчас" in text_of(doors.page("/models/champion"))


def test_the_card_says_what_the_model_learned_from(doors: Doors) -> None:
    shelve(doors.service.settings.home, FIRST)
    said = section(doors.page(f"/models/{FIRST}?lang=en"), "learned")
    assert "400 settled leads 60 of them bought" in said
    assert "Their requests came from 2025-10-01 to 2025-12-30." in said
    assert "A settled lead was worked on and is older than 60 days." in said
    assert "35 more are young and being worked on, 3 of them bought already." in said
    assert "12 leads were never reached." in said


def test_the_card_says_by_how_much_it_beats_the_rules_and_on_which_later_leads(doors: Doors) -> None:
    shelve(doors.service.settings.home, FIRST)
    said = section(doors.page(f"/models/{FIRST}?lang=en"), "better")
    assert "Better than the rules, and that is no luck." in said
    assert "in the model's order 64 % 54 % to 74 %" in said
    assert "in the order of the rules' A, B, C 34 % 24 % to 44 %" in said
    assert "at random 30 %" in said
    assert "it was shown 120 later ones, left from 2025-12-10 to 2025-12-30. 20 of them bought." in said
    assert "The rules worked before it" in said


@pytest.mark.parametrize(
    ("difference", "by_gain", "said"),
    [
        (-0.05, False, "Better than the rules, and that is no luck."),
        (0.001, True, "on the latest leads alone the difference may be luck"),
        (0.001, False, "Whether it beats the rules cannot be said"),
        (0.05, False, "Worse than the rules, and that is no luck."),
        (0.05, True, "Worse than the rules, and that is no luck."),
    ],
)
def test_a_model_is_called_better_than_the_rules_only_where_that_was_shown(
    doors: Doors, difference: float, by_gain: bool, said: str
) -> None:
    shelve(doors.service.settings.home, FIRST, judgement=judged(difference), by_gain=by_gain)
    for path in (f"/models/{FIRST}", "/models"):
        assert said in text_of(doors.page(f"{path}?lang=en"))


@pytest.mark.parametrize("difference", [-0.05, 0.001, 0.05])
def test_a_few_later_leads_are_not_enough_to_say_whether_it_beats_the_rules(doors: Doors, difference: float) -> None:
    told = judged(difference)
    told["groups"][0] |= {"leads": 40, "sales": 4, "measures": None}
    shelve(doors.service.settings.home, FIRST, judgement=told, by_gain=True)
    said = section(doors.page(f"/models/{FIRST}?lang=en"), "better")
    assert "Not enough data to compare it with the rules." in said
    assert "luck" not in said


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ([-0.01, -0.02, -0.001], "Better than model 20260101-aaaaaa"),
        ([0.0, -0.01, 0.01], "No worse than model 20260101-aaaaaa"),
        ([0.01, 0.001, 0.02], "Worse than model 20260101-aaaaaa"),
        (None, "It could not be compared with model 20260101-aaaaaa"),
    ],
)
def test_the_card_says_how_it_did_against_the_model_that_worked_then(
    doors: Doors, ends: list[float] | None, said: str
) -> None:
    told = judged()
    told["log_loss_differences"] |= {"champion": ends} if ends else {}
    shelve(doors.service.settings.home, FIRST, judgement=told, champion="20260101-aaaaaa")
    assert said in section(doors.page(f"/models/{FIRST}?lang=en"), "better")


def test_the_card_says_what_was_promised_and_what_happened_by_tenths(doors: Doors) -> None:
    card = shelve(doors.service.settings.home, FIRST)
    page = doors.page(f"/models/{FIRST}?lang=en")
    said = section(page, "truth")
    sold = sum(one.sales for one in card.promised)
    assert f"it promised 29 sales of them together. {sold} came." in said
    assert "The difference is no more than chance." in said
    assert re.search(r"in \d+ of 10 parts", said)
    assert "5 of 12" in said
    assert page.count("data-chart=") == 1


def test_of_too_few_later_leads_the_card_says_not_enough_data(doors: Doors) -> None:
    told = judged()
    told["groups"][0]["measures"] = None
    shelve(doors.service.settings.home, FIRST, judgement=told, promised=())
    page = doors.page(f"/models/{FIRST}?lang=en")
    assert "not enough data" in section(page, "truth")
    assert "data-chart" not in page
    assert "in the model's order" not in page


def test_the_refined_grades_stand_beside_the_rules_with_counts_rates_and_intervals(doors: Doors) -> None:
    shelve(doors.service.settings.home, FIRST)
    said = section(doors.page(f"/models/{FIRST}?lang=en"), "grades")
    assert "On these leads it did: 40 % against 30 %. There are 25 A leads instead of 20" in said
    assert re.search(r" A 30 % 15 %–52 % 6 of 20 40 % 23 %–59 % 10 of 25 ", said)
    assert "20 more were never graded by the rules." in said
    assert "non-target 0.0 % 0.0 %–28 % 0 of 10" in said


def test_the_borders_are_told_as_they_were_learned(doors: Doors) -> None:
    shelve(doors.service.settings.home, FIRST)
    said = section(doors.page(f"/models/{FIRST}?lang=en"), "analyst")
    assert "Borders: A from 30 %, B from 12 %, as it learned; they move with the market's level" in said


def test_a_refined_a_that_bought_less_often_is_said_so(doors: Doors) -> None:
    card = shelve(doors.service.settings.home, FIRST)
    rules = {"A": (200, 100), "B": (100, 10)}
    for refined, said in (
        ((200, 96), "a difference no larger than chance"),
        ((200, 40), "but here it bought less often"),
    ):
        grades = type(card.grades)("first_graded", rules, {"A": refined}, 0, others_set_borders=True)  # type: ignore[arg-type]
        shelve(doors.service.settings.home, FIRST, grades=grades)
        assert said in section(doors.page(f"/models/{FIRST}?lang=en"), "grades")


def test_the_leads_that_set_the_border_of_a_are_no_proof_of_it(doors: Doors) -> None:
    card = shelve(doors.service.settings.home, FIRST)
    page = f"/models/{FIRST}?lang=en"
    assert "every second of the later leads; these are the others" in section(doors.page(page), "grades")
    shelve(doors.service.settings.home, FIRST, grades=replace(card.grades, others_set_borders=False))
    said = section(doors.page(page), "grades")
    assert "This table does not show that yet" in said
    assert "On these leads it did" not in said


def test_the_fields_that_matter_most_come_first_in_the_companys_words_with_counts(doors: Doors) -> None:
    shelve(doors.service.settings.home, FIRST)
    said = section(doors.page(f"/models/{FIRST}?lang=en"), "fields")
    assert re.search(r"who \d+ % owner 12 of 50 such leads bought: 24 %", said)
    assert re.search(r"Площадь, м² \d+ % 50 and more 8 of 20 such leads bought: 40 %", said)
    shares = [
        int(share) for share in re.findall(r" (\d+) % ", re.sub(r"bought: [\d.]+ %, of all leads [\d.]+ %", "", said))
    ]
    assert shares == sorted(shares, reverse=True)


def test_channels_that_are_off_or_too_small_are_named_as_weak(doors: Doors) -> None:
    told = judged(
        at_arrival={"auc": [0.52, 0.46, 0.58]},
        after_a_call={"auc": [0.75, 0.48, 0.97]},
        channel_vk=None,
        channel_forum={"level": [0.5, 0.4, 0.625]},
        channel_yandex={"level": [1.5, 1.25, 2.0]},
        channel_calm={},
    )
    shelve(doors.service.settings.home, FIRST, judgement=told)
    said = section(doors.page(f"/models/{FIRST}?lang=en"), "weak")
    assert "Right after the request: hardly tells those who buy from the others" in said
    assert "After a call: too early to say whether it tells those who buy from the others" in said
    assert said.count("hardly tells") == 1
    assert "Channel vk: not enough data (40 leads, 3 sales)" in said
    assert "Channel forum: 2.0 times as many buy as it promises (1.6 to 2.5)" in said
    assert "Channel yandex: promises 1.5 times as much as is bought (1.2 to 2.0)" in said
    assert "calm" not in said


def test_where_nothing_is_weak_beyond_chance_the_card_says_so(doors: Doors) -> None:
    shelve(doors.service.settings.home, FIRST)
    assert "No weakness" not in section(doors.page(f"/models/{FIRST}?lang=en"), "weak")
    assert "no channel was there a weakness that chance does not explain" in section(
        doors.page(f"/models/{FIRST}?lang=en"), "weak"
    )


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_main_text_has_no_jargon_and_the_closed_part_has_the_measures_by_their_names(
    doors: Doors, language: str
) -> None:
    shelve(
        doors.service.settings.home, FIRST, judgement=judged(channel_vk=None, channel_forum={"level": [0.5, 0.4, 0.6]})
    )
    page = doors.page(f"/models/{FIRST}?lang={language}")
    analyst = section(page, "analyst")
    main = text_of(page).replace(analyst, "")
    assert not [word for word in JARGON if word.casefold() in main.casefold()]
    assert '<details class="card" id="analyst">' in page  # closed until somebody opens it
    rung = {"ru": "скоринговая карта", "en": "scorecard"}[language]  # as the replayed past calls it
    for word in ("AUC", "log-loss", "Brier", "ECE", "calibration slope", rung):
        assert word in analyst
    assert "—" in analyst  # what could not be told


def test_the_list_has_no_jargon(doors: Doors) -> None:
    shelve(doors.service.settings.home, FIRST)
    said = text_of(doors.page("/models")).casefold()
    assert not [word for word in JARGON if word.casefold() in said]


def test_a_model_that_is_the_rules_alone_says_so_and_shows_no_order_of_its_own(doors: Doors) -> None:
    home = doors.service.settings.home
    artefact = rules_alone()
    save_artefact(artefact, model_folder(home, artefact.version), text="", card="")
    keep_card(home, artefact.version)
    page = doors.page(f"/models/{artefact.version}?lang=en")
    assert "this is the rules themselves, at the rates that your leads showed" in section(page, "better")
    assert "in the model's order" not in page
    assert "The grade by the ABC rules alone." in section(page, "fields")
    assert "A refined grade is the rules' own" in section(page, "analyst")
    assert "The first 30 % of the calls find 34 % (24 % to 44 %) of the sales." in text_of(
        doors.page("/models?lang=en")
    )


def test_a_model_trained_before_cards_were_kept_shows_what_there_is(doors: Doors) -> None:
    promote(doors.service.settings.home)
    doors.service.desk.champion.look()
    page = doors.page(f"/models/{VERSION}?lang=en")
    assert "trained before cards were kept whole" in text_of(page)
    assert "Площадь, м²" in section(page, "fields")
    assert "Not enough data to compare it with the rules." in section(page, "better")
    assert VERSION in doors.page("/models")


def test_a_damaged_model_is_left_out_of_the_list_and_its_own_page_says_what_to_do(doors: Doors) -> None:
    home = doors.service.settings.home
    for name, file in ((FIRST, MODEL_FILE), (SECOND, CARD_VALUES), ("20260310-aaaaaa", EVALUATION)):
        shelve(home, name)
        (model_folder(home, name) / file).write_text("{", encoding="utf-8")
        answer = doors.client.get(f"/models/{name}?lang=en", headers={"accept": "text/html"})
        assert answer.status_code == 500
        assert "Train anew" in text_of(answer.text)
    shelve(home, "20260311-bbbbbb")
    listed = re.findall(r"/models/(\d{8}-\w{6})", doors.page("/models"))
    assert listed == ["20260311-bbbbbb"]


@pytest.mark.parametrize("wanted", ["nobody", "champion", "%2e%2e", "../models/x", FIRST + "x"])
def test_a_model_that_is_not_there_is_a_page_that_says_so(doors: Doors, wanted: str) -> None:
    shelve(doors.service.settings.home, FIRST)
    answer = doors.client.get(f"/models/{wanted}?lang=en", headers={"accept": "text/html"})
    assert answer.status_code == 404
    if wanted in ("nobody", "champion"):
        assert "There is no such model" in answer.text


def test_what_training_writes_later_is_read_without_a_restart(doors: Doors) -> None:
    home = doors.service.settings.home
    shelve(home, FIRST)
    (model_folder(home, FIRST) / CARD_VALUES).unlink()
    assert "trained before cards" in text_of(doors.page(f"/models/{FIRST}?lang=en"))
    keep_card(home, FIRST)
    assert "trained before cards" not in text_of(doors.page(f"/models/{FIRST}?lang=en"))


def test_the_queue_and_the_lead_lead_to_the_card_of_the_model_that_scored(doors: Doors) -> None:
    promote(doors.service.settings.home)
    doors.service.desk.champion.look()
    doors.lead("7", answers={"area": 120})
    for path in ("/queue", "/leads/7"):
        assert f'href="/models/{VERSION}"' in doors.page(path)


def test_a_page_says_that_managers_gave_no_grades_yet_and_how_to(doors: Doors) -> None:
    shelve(doors.service.settings.home, FIRST)
    for path in ("/models?lang=en", f"/models/{FIRST}?lang=en"):
        assert "Managers have given no grade of their own yet." in section(doors.page(path), "managers")


def test_the_managers_grades_stand_beside_what_the_model_had_shown_before(doors: Doors) -> None:
    home = doors.service.settings.home
    promote(home, FIRST)
    doors.service.desk.champion.look()
    for n in range(24):
        doors.lead(str(n), answers={"area": 120 if n % 2 else 20})
    for n in range(24):
        doors.logged(str(n))
    doors.clock.pass_time(timedelta(minutes=5))
    for n in range(24):
        doors.call(str(n), grade="B" if n < 12 else "C")
        if n in (1, 3, 13):
            doors.stage("Договор", str(n))
    doors.clock.pass_time(timedelta(days=61))
    for path in ("/models?lang=en", f"/models/{FIRST}?lang=en"):
        told = section(doors.page(path), "managers")
        assert "They agree on 12 of 24 leads: 50 %" in told
        assert "Graded alike 12" in told
        assert re.search(r"Manager higher 6 0\.0 % .{1,20} 0 of 6", told)
        assert re.search(r"B B 6 33 % .{1,20} 2 of 6", told)
    shelve(home, SECOND, trained_at=datetime(2026, 3, 9, 12, tzinfo=UTC))
    told = section(doors.page(f"/models/{SECOND}?lang=en"), "managers")
    assert "Leads with both grades: 0, it takes 20." in told
    assert "24 more were graded by a manager, and not by this model before him." in told


def test_a_model_that_a_shorter_window_taught_says_so_and_when_the_companys_own_will_teach(doors: Doors) -> None:
    home = doors.service.settings.home
    own = OwnWindow(90, datetime(2026, 4, 20, 12, tzinfo=UTC))
    shelve(home, FIRST, horizon_days=45, own_window=own)
    page = text_of(doors.page(f"/models/{FIRST}?lang=en"))
    assert "how likely a lead is to buy within 45 days" in page
    assert "The company counts 90 days, but too few leads have lived through them yet." in page
    assert "which are lower for it, as a rule by no more than a fifth" in page
    assert "The full 90 days can teach it from 2026-04-20 at the latest." in page
    assert "older than 45 days" in section(doors.page(f"/models/{FIRST}?lang=en"), "learned")
    assert "Leads older than 90 days: it says nothing of them any more." in page
    assert "Учиться по полному сроку модель сможет самое позднее с" in text_of(doors.page(f"/models/{FIRST}?lang=ru"))
    shelve(home, SECOND, champion=FIRST, horizon_days=90, other_days=45)
    later = section(doors.page(f"/models/{SECOND}?lang=en"), "better")
    assert f"Model {FIRST}, which worked then, spoke of a purchase within 45 days, this one within 90:" in later
    assert "shorter-window" not in doors.page(f"/models/{SECOND}?lang=en")
    rows = re.findall(r"<tr>.*?</tr>", doors.page("/models?lang=en"), re.DOTALL)
    assert {one: "buys within 45 days" in row for one in (FIRST, SECOND) for row in rows if f"<b>{one}</b>" in row} == {
        FIRST: True,
        SECOND: False,
    }


def test_what_became_of_a_champion_of_another_window_is_told_as_it_is(doors: Doors) -> None:
    home = doors.service.settings.home
    shelve(home, FIRST)
    shelve(home, SECOND, champion=FIRST, horizon_days=90, is_other_window=True)
    told = section(doors.page(f"/models/{SECOND}?lang=en"), "better")
    assert f"Model {FIRST}, which worked then, spoke of a purchase in the end, this one within 90 days:" in told
    shelve(home, SECOND, champion=FIRST, horizon_days=45, is_other_window=True, other_days=45, champion_company_days=45)
    told = section(doors.page(f"/models/{SECOND}?lang=en"), "better")
    assert f"When model {FIRST}, which worked then, learned, the company counted 45 days:" in told
