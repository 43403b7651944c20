"""The pages of the budget and of the ad systems in a real browser: whole at both widths, and readable without eyes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from features.facts.database import engine_for
from features.facts.store import FactStore
from features.facts.values import Spend
from features.outbox.outbox import Outbox
from leadloop.database import bring_up_to_date
from serving.wiring import clock
from tests.features.outbox.letters import letter
from tests.serving.doors import COMPANY, eventually
from tests.serving.running import listening
from tests.serving.spoiled import spoiled
from tests.serving.test_browser import LANGUAGES, WIDTHS, unfolded
from tests.support.facts import call, lead, source, stage

TOLD = """
conversions:
  consent: {mark: consent, "yes": [granted]}
  yandex: {goals: {qualified: lead_A, paid: sale}, counter: "1"}
  yandex_orders: {}
  google: {actions: {lead: Lead, qualified: Qualified, paid: Sale}}
  google_enhanced: {actions: {paid: Sale}}
  meta: {events: {paid: Converted}, dataset: "1"}
"""
PATHS = ("/conversions", "/budget?channel=ВКонтакте&channel=Яндекс&weeks=12")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a company with something on every part of these pages."""
    home: Path = tmp_path_factory.mktemp("ads")
    (home / "company.yaml").write_text(COMPANY + TOLD, encoding="utf-8")
    engine = engine_for(f"sqlite:///{home / 'leadloop.db'}")
    bring_up_to_date(engine)
    store, now = FactStore(engine), clock()
    store.append(spoiled(now))
    for n in range(30):
        at = now - timedelta(days=3 * n + 1)
        name, channel = f"ad-{n}", ("vk", "yandex")[n % 2]
        marks = {"source": channel, "gclid": f"Cj0KCQ_abc-{n:03d}", "consent": "granted"}
        store.append([lead(name, at), source(name, at, **marks), call(name, at, need="yes", budget="yes")])
        store.append([stage(name, "Договор", at + timedelta(hours=1), amount=200_000.0)])
        store.append([Spend(at.date(), at, at, 1000.0 + 900 * (n % 5), "RUB", {"source": channel})])
    outbox = Outbox(engine)
    outbox.take(outbox.put(letter(), now), now)
    outbox.given_up(1, now, "400 " + "a-very-long-answer-without-a-space" * 8)
    engine.dispose()
    with listening(home, home / "company.yaml") as (client, _):
        html = {"accept": "text/html"}
        eventually(lambda: "data-waiting" not in client.get("/conversions", headers=html).text, 60)
        yield str(client.base_url).rstrip("/")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser: Browser, address: str, path: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    for language in LANGUAGES:
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        unfolded(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.close()


def test_a_plan_is_kept_by_keyboard_alone_and_stands_on_the_page(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/budget?lang=en")
    page.get_by_label("ВКонтакте").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Show the plan").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("the test notices it in")).to_be_visible()
    page.get_by_label("Name: a–z").fill("by-keyboard")
    page.keyboard.press("Enter")
    page.wait_for_url("**#test-by-keyboard")
    expect(page.get_by_text("Still on.")).to_be_visible()
    page.close()


def test_an_address_is_copied_from_its_field_and_replaced(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}/conversions?lang=en")
    field = page.get_by_label("Address from which").first
    before = field.input_value()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == before
    page.get_by_role("button", name="Replace the address").first.click()
    page.wait_for_url("**#yandex_orders")
    assert page.get_by_label("Address from which").first.input_value() != before
    context.close()
