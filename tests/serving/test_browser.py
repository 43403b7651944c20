"""The pages in a real browser, wide and narrow, in both languages: whole, readable without eyes, and from this machine alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from features.facts.contacts import Contact
from features.facts.values import Call, Fact, Lead, LeadId, Plan, Stage
from models.backtest_report import BACKTESTS
from monitoring.won.won_report import WON
from serving.wiring import clock
from tests.serving.axe import UNFOLD, violations
from tests.serving.doors import PHONE_WRITTEN, VERSION, promote
from tests.serving.model_card.shelved import keep_card, shelve
from tests.serving.portrait.test_pages import won
from tests.serving.replayed import small_report
from tests.serving.running import served, store_of
from tests.serving.spoiled import spoiled
from tests.support.contacts import keep_contact
from tests.support.facts import lead, source

WIDTHS, LANGUAGES = (1280, 390), ("ru", "en")
TITLES = {
    "/queue": ("Очередь звонков", "Call queue"),
    "/plan": ("План и факт", "Plan and fact"),
    "/leads/phone": ("Заявка phone", "Lead phone"),
    "/alarms": ("Тревоги", "Alarms"),
    "/channels": ("Каналы", "Channels"),
    "/journey": ("Путь клиента", "Journey"),
    "/journey/costs": ("Расходы и заявки: что не сошлось", "Costs and leads: what does not fit"),
    "/budget": ("Что принёс рекламный бюджет", "What the advertising budget brought"),
    "/conversions": ("Что узнали продажи — обратно в рекламу", "What sales learned, back to the ad systems"),
    "/models": ("Модели", "Models"),
    f"/models/{VERSION}": (f"Модель {VERSION}", f"Model {VERSION}"),
    "/sign-in": ("Вход", "Sign in"),
    "/account": ("Учётная запись", "Account"),
    "/audit": ("Журнал доступа", "Audit log"),
    "/won": ("Как и почему покупают", "How and why people buy"),
    "/backtest": ("Как бы это было", "How it would have gone"),
}
UNTITLED = (f"/channels/drift?channel={quote('ВКонтакте')}", "/leads/nobody")
"""A page of a colleague's is a line in ``TITLES``; here stand those that have no title of their own to look for."""
Window = Callable[[int], tuple[Page, list[str]]]
LONG = "Очень длинное название кампании без которого заявка была бы совсем не та " * 3


def planned_and_sold(now: datetime) -> list[Fact]:
    """Return a plan of this month, a manager's sale without an amount and one with it, and a plan of an unknown measure."""
    month, facts = now.astimezone(ZoneInfo("Europe/Moscow")).date().replace(day=1), list[Fact]()
    for measure, value, manager in (("sales_sum", 900_000.0, None), ("sales", 5.0, "Анна"), ("встречи", 5.0, None)):
        facts.append(Plan(month, now, now, measure, value, manager))
    for name, amount in (("sold", 300_000.0), ("sold-too", None)):
        of = LeadId(name)
        facts += [
            Lead(of, now, now),
            Call(of, now, now, "reached", manager="Анна"),
            Stage(of, now, now, "Договор", amount),
        ]
    return facts


@contextmanager
def served_company(home: Path) -> Iterator[str]:
    """Give the address of a company with a model, an alarmed channel, and two leads to call."""
    store, _ = store_of(home)
    now = clock()
    store.append(spoiled(now))
    for name in ("phone", "form"):
        store.append([lead(name, now, area=120.0), source(name, now, source="vk", campaign=LONG, offer="Тихий офис")])
    store.append(planned_and_sold(now))
    keep_contact(store.engine, "phone", Contact("Анна", PHONE_WRITTEN, None))
    promote(home)
    keep_card(home, VERSION)
    shelve(home, "20260309-def456", trained_at=now)
    BACKTESTS.write(small_report(), home)
    WON.write(won(), home)
    store.engine.dispose()
    with served(home) as (client, _):
        yield str(client.base_url).rstrip("/")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_company(tmp_path_factory.mktemp("served")) as told:
        yield told


@pytest.fixture(scope="module")
def window(browser: Browser, address: str) -> Iterator[Window]:
    """Give a window of each width, that goes from page to page as a person's does, and what went wrong since it was given."""
    opened: dict[int, tuple[Page, list[str]]] = {}

    def of(width: int) -> tuple[Page, list[str]]:
        if width not in opened:
            page = browser.new_page(viewport={"width": width, "height": 900})
            opened[width] = page, watched(page, address)
        opened[width][1].clear()
        return opened[width]

    yield of
    for page, _ in opened.values():
        page.close()


@contextmanager
def page_of(browser: Browser, address: str, width: int = 1280) -> Iterator[tuple[Page, list[str]]]:
    """Give a page of a browser that was never here, and what went wrong on it."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    yield page, watched(page, address)
    page.close()


def watched(page: Page, address: str) -> list[str]:
    """Return what goes wrong on a page from now on: errors, and requests to another address."""
    wrong: list[str] = []
    ours = (f"{address}/", "data:")
    page.on("request", lambda one: None if one.url.startswith(ours) else wrong.append(one.url))
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda one: wrong.append(f"{one.status} {one.url}") if one.status >= 400 else None)
    return wrong


def unfolded(page: Page) -> None:
    """Open what is folded away as a reader does, and wait until every chart is drawn."""
    for folded in page.locator("main details > summary").all():
        folded.click()
    for place in page.locator("[data-chart]").all():
        expect(place.locator("svg.main-svg").first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", TITLES)
def test_a_page_fits_is_whole_asks_no_other_address_and_axe_finds_nothing_wrong(
    window: Window, address: str, path: str, width: int, language: str
) -> None:
    page, wrong = window(width)
    page.goto(f"{address}{path}?lang={language}")
    assert page.locator("h1").inner_text() == TITLES[path][LANGUAGES.index(language)]
    assert page.evaluate("document.documentElement.lang") == language
    assert ("345-67-89" in page.content()) == (path == "/leads/phone")
    unfolded(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert wrong == []
    page.evaluate(UNFOLD)
    assert violations(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", UNTITLED)
def test_axe_finds_nothing_wrong_on_a_page_without_a_title_of_its_own(
    window: Window, address: str, path: str, width: int, language: str
) -> None:
    page, _ = window(width)
    page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
    page.evaluate(UNFOLD)
    assert violations(page) == []


def test_the_channels_page_draws_a_line_for_each_channel_and_names_the_alarmed_one(
    browser: Browser, address: str
) -> None:
    with page_of(browser, address) as (page, wrong):
        page.goto(f"{address}/channels")
        expect(page.locator("[data-chart] svg.main-svg").first).to_be_visible()
        assert page.locator("[data-chart] .scatterlayer .trace").count() >= 2
        assert "ВКонтакте: доля нецелевых выросла" in page.locator("#alarms").inner_text()
        with page.expect_navigation():
            page.get_by_label("Подробно").select_option("campaign")
        assert LONG.split()[0].casefold() in page.locator("table").inner_text().casefold()
        assert wrong == []


def test_a_model_is_reached_from_the_list_its_chart_is_drawn_and_the_analysts_part_is_closed(
    browser: Browser, address: str
) -> None:
    with page_of(browser, address) as (page, wrong):
        page.goto(f"{address}/queue?lang=ru")
        page.get_by_role("link", name="Модель", exact=True).click()
        page.get_by_role("link", name=VERSION).click()
        page.wait_for_url(f"**/models/{VERSION}**")
        expect(page.locator("#truth [data-chart] .barlayer .point")).to_have_count(10)
        expect(page.get_by_text("log-loss").first).to_be_hidden()
        page.get_by_text("Для аналитика").click()
        expect(page.get_by_text("log-loss").first).to_be_visible()
        assert wrong == []


def test_a_chart_that_was_folded_away_takes_the_width_of_its_place_when_it_is_opened(
    browser: Browser, address: str
) -> None:
    with page_of(browser, address, 390) as (page, wrong):
        page.goto(f"{address}/backtest")
        chart = page.locator("#analyst [data-chart] svg.main-svg").first
        expect(chart).not_to_be_visible()
        page.locator("#analyst > summary").click()
        expect(chart).to_be_visible()
        page.wait_for_function(
            "() => { const place = document.querySelector('#analyst [data-chart]');"
            " return Math.abs(place.querySelector('svg.main-svg').clientWidth - place.clientWidth) < 2; }"
        )
        assert wrong == []


def test_on_a_phone_the_figures_of_won_deals_stand_beside_each_other(window: Window, address: str) -> None:
    page, wrong = window(390)
    page.goto(f"{address}/won?lang=ru")
    name, settled, bought, days, *_ = [
        one.bounding_box() for one in page.locator("#by-channel tbody tr").first.locator("td").all()
    ]
    assert name
    assert settled
    assert bought
    assert days
    assert name["y"] < settled["y"] == bought["y"] == days["y"]
    assert settled["x"] < bought["x"] < days["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert wrong == []


def test_a_manager_takes_a_lead_records_the_call_and_the_lead_leaves_the_queue(browser: Browser, address: str) -> None:
    with page_of(browser, address, 390) as (page, wrong):
        page.goto(f"{address}/queue?lang=ru")
        page.get_by_label("Чья очередь").select_option("Борис")
        page.wait_for_url("**manager=**")
        row = page.locator("tr", has=page.get_by_role("link", name="form"))
        row.get_by_role("button", name="Взять").click()
        page.wait_for_url("**/leads/form**")
        expect(page.get_by_label("Менеджер")).to_have_value("Борис")
        page.get_by_label("Итог").select_option("reached")
        page.get_by_label("Вам точно нужны окна?").select_option("yes")
        page.get_by_label("Длительность, с").fill("1:35")
        page.get_by_label("Комментарий").fill("ждёт замера")
        page.get_by_role("button", name="Сохранить").click()
        expect(page.get_by_text("Звонок: дозвонились")).to_be_visible()
        expect(page.get_by_text("ждёт замера")).to_be_visible()
        expect(page.locator("p.lead")).to_contain_text("Не в очереди: поговорили")
        expect(page.get_by_text("Звонок записан.")).to_be_visible()
        page.reload()
        expect(page.get_by_text("Звонок: дозвонились")).to_be_visible()
        assert page.get_by_text("Звонок записан.").count() == 0
        page.goto(f"{address}/queue?lang=ru")
        expect(page.get_by_role("link", name="phone", exact=True)).to_be_visible()
        assert page.get_by_role("link", name="form", exact=True).count() == 0
        assert wrong == []


def test_a_form_filled_in_wrong_is_shown_again_with_what_was_typed(browser: Browser, address: str) -> None:
    with page_of(browser, address) as (page, wrong):
        page.goto(f"{address}/leads/phone?lang=en")
        page.get_by_label("Manager").select_option("Анна")
        page.get_by_label("Result").select_option("busy")
        page.get_by_label("Comment").fill("noisy")
        page.evaluate("document.querySelector('#f-seconds').form.noValidate = true")
        page.get_by_label("Seconds").fill("999999")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("a whole number of seconds")
        expect(page.get_by_label("Comment")).to_have_value("noisy")
        expect(page.get_by_label("Seconds")).to_have_value("999999")
        expect(page.get_by_label("Manager")).to_have_value("Анна")
        expect(page.get_by_label("Result")).to_have_value("busy")
        assert [one for one in wrong if "422" not in one] == []


def test_the_language_is_kept_from_page_to_page(browser: Browser, address: str) -> None:
    with page_of(browser, address) as (page, wrong):
        page.goto(f"{address}/queue?lang=en")
        page.get_by_role("link", name="Marketing").click()
        page.get_by_role("link", name="Channels", exact=True).click()
        assert page.locator("h1").inner_text() == "Channels"
        page.get_by_role("link", name="Русский").click()
        assert page.locator("h1").inner_text() == "Каналы"
        page.get_by_role("link", name="Продажи").click()
        assert page.locator("h1").inner_text() == "Очередь звонков"
        assert wrong == []
