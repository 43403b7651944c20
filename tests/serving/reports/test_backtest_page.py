"""How it would have gone, for the head of sales: counts and intervals in plain words, the analyst's measures folded away."""

from __future__ import annotations

import re
from dataclasses import replace

from models.backtest_report import BACKTESTS, Overall
from models.measured import Measured
from tests.serving.doors import Doors
from tests.serving.replayed import small_report, too_early

JARGON = ("log-loss", "scorecard", "скоринговая карта", "base rate", "AUC", "Wilson", "Уилсон")


def words_of(page: str) -> str:
    """Return a page's text, its spaces plain."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def shown(doors: Doors, language: str = "en") -> str:
    BACKTESTS.write(small_report(), doors.service.settings.home)
    return doors.page(f"/backtest?lang={language}")


def test_before_the_first_replay_the_page_says_which_command_makes_one(doors: Doors) -> None:
    assert "<code>leadloop backtest</code>" in doors.page("/backtest")
    assert "not gone through yet" in doors.page("/backtest?lang=en")


def test_the_pages_of_models_lead_to_it(doors: Doors) -> None:
    assert 'href="/backtest"' in doors.page("/models")
    assert 'href="/backtest?lang=en"' in doors.page("/models?lang=en")


def test_the_buyers_found_first_stand_with_count_and_interval_beside_the_rules(doors: Doors) -> None:
    words = words_of(shown(doors))
    assert "50 % 45 %–56 % of the buyers stand among the first 20 % of leads" in words
    assert "by the model 50 % 45 %–56 % 15 of 30" in words
    assert "by the ABC rules 20 % 15 %–26 % 6 of 30" in words
    assert "at random 20 %" in words
    assert "9 buyers more than by the ABC rules (4 to 13), of 30 among 150 leads." in words


def test_a_difference_that_may_be_chance_is_not_called_more(doors: Doors) -> None:
    report = small_report()
    BACKTESTS.write(
        replace(report, overall=replace(report.overall, more_than_rules=Measured(2.0, -3.0, 6.0))),
        doors.service.settings.home,
    )
    words = words_of(doors.page("/backtest?lang=en"))
    assert "it may be chance" in words
    assert "buyers more than" not in words


def test_a_month_shows_what_was_foretold_what_came_true_and_who_is_not_counted(doors: Doors) -> None:
    words = words_of(shown(doors))
    # Wilson's interval of 30 of 150 by hand: 0.144 to 0.271.
    assert "01.2026 250 150 19 % 28 20 % 14 %–27 % 30 of 150 time not up: 60 never reached: 38" in words
    assert "not counted as lost" in words


def test_a_model_left_alone_fell_behind_or_there_is_not_enough_data(doors: Doors) -> None:
    words = words_of(shown(doors))
    assert re.search(r"2026-01-05 from 400 leads 150 leads, 30 sales .* fell behind", words)
    assert re.search(r"2026-01-12 from 480 leads 30 leads, 6 sales — — not enough data", words)


def test_the_main_text_has_no_jargon_and_the_folded_part_has_every_rung(doors: Doors) -> None:
    for language in ("ru", "en"):
        main, _, folded = shown(doors, language).partition("<details")
        assert not [word for word in JARGON if word.casefold() in words_of(main).casefold()]
        assert "<details open" not in folded
    folded = words_of(folded)
    for name in (
        "ladder (would have served)",
        "scorecard alone",
        "trees of one field alone",
        "trees of two fields alone",
    ):
        assert f"{name} 0.287 0.876 0.851–0.902" in folded
    assert "from 480 leads 100 30 20 % 6 20 % 9.5 %–37 % 6 of 30 not enough data" in folded


def test_where_it_is_too_early_or_too_few_leads_are_settled_the_page_says_so(doors: Doors) -> None:
    home = doors.service.settings.home
    BACKTESTS.write(too_early(), home)
    page = words_of(doors.page("/backtest?lang=en"))
    assert "too little to learn from" in page
    assert "01.2026 250 150" in page
    BACKTESTS.write(replace(small_report(), overall=Overall(30, 6, None, None)), home)
    assert "30 leads came whose outcome is known, 6 bought" in words_of(doors.page("/backtest?lang=en"))


def test_a_report_without_a_horizon_says_that_only_closed_leads_count(doors: Doors) -> None:
    BACKTESTS.write(replace(small_report(), horizon_days=None), doors.service.settings.home)
    words = words_of(doors.page("/backtest?lang=en"))
    assert "no time limit for a purchase" in words
    assert "not closed yet: 60" in words
    assert "Leads that are not closed yet" in words
    assert "time not up" not in words
    assert "Leads whose time is not up" not in words


def test_a_damaged_report_is_a_page_and_not_an_error(doors: Doors) -> None:
    BACKTESTS.write(small_report(), doors.service.settings.home).write_bytes(b"{")
    assert "run <code>leadloop backtest</code> again" in doors.page("/backtest?lang=en")
    russian = doors.page("/backtest?lang=ru")
    assert "запустите <code>leadloop backtest</code> ещё раз" in russian
    assert "again" not in russian


def test_a_step_at_which_a_shorter_window_taught_is_marked_and_explained(doors: Doors) -> None:
    assert 'id="shorter"' not in shown(doors)
    report = small_report()
    first = replace(report.periods[0], shorter_window=30)
    BACKTESTS.write(replace(report, periods=(first, *report.periods[1:])), doors.service.settings.home)
    main, _, folded = doors.page("/backtest?lang=en").partition("<details")
    assert "is held to who bought within 60 days" in words_of(main)
    assert "from 400 leads, within 30 days" in words_of(folded)
    assert "from 480 leads, within" not in words_of(folded)
    assert "судят её по тем, кто купил за 60 дней" in words_of(doors.page("/backtest?lang=ru"))
