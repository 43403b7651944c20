"""What axe finds wrong on a page for whoever sees little or uses no mouse."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
         "resultTypes": ["violations"]}  # fmt: skip
UNFOLD = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
SCRIPT: str = Axe().axe_script


def violations(page: Page) -> list[str]:
    """Return what axe finds, each with its place."""
    page.evaluate(SCRIPT)
    told: list[dict[str, Any]] = page.evaluate("(rules) => axe.run(document, rules)", RULES)["violations"]
    return [f"{one['id']}: {node['html'][:160]} {node['target']}" for one in told for node in one["nodes"]]
