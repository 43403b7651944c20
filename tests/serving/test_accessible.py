"""Pages by keyboard alone: whoever uses no mouse can work here too; what axe finds on each page, ``test_browser.py`` asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.serving.axe import UNFOLD
from tests.serving.test_browser import page_of, served_company

CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_company(tmp_path_factory.mktemp("served")) as told:
        yield told


@pytest.mark.parametrize("path", ["/queue", "/alarms", "/channels", "/leads/phone"])
def test_every_control_is_reached_by_tab_in_the_order_of_the_page_and_shows_that_it_is(
    browser: Browser, address: str, path: str
) -> None:
    with page_of(browser, address) as (page, _):
        page.goto(f"{address}{path}")
        page.evaluate(UNFOLD)
        page.evaluate(f"[...document.querySelectorAll(`{CONTROLS}`)].forEach((one, n) => one.dataset.n = n)")
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        seen: list[int] = []
        count = page.locator("[data-n]").count()
        page.locator("body").press("Tab")
        for _ in range(count * 3):  # a date's field has several parts
            told = page.evaluate(
                "() => { const one = document.activeElement, style = getComputedStyle(one);"
                " return [one.dataset.n, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0]; }"
            )
            if told[0] is None:
                break
            assert told[1], f"control {told[0]} does not show the focus"
            seen.append(int(told[0]))
            page.keyboard.press("Tab")
        assert sorted(set(seen)) == list(range(count))
        assert seen == sorted(seen)


def test_the_skip_link_is_first_and_leads_past_the_navigation(browser: Browser, address: str) -> None:
    with page_of(browser, address) as (page, _):
        page.goto(f"{address}/queue?lang=en")
        page.keyboard.press("Tab")
        skip = page.locator(".skip")
        assert skip.evaluate("one => one === document.activeElement")
        assert skip.bounding_box() is not None
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
