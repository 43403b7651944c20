"""Takes the README's screenshots anew: ``make screenshots`` simulates the demo company, serves it, and looks at it.

    python -m benchmarks.screenshots [--base URL] [--out DIR]

Needs Chromium. With ``--base`` the pages of a running service are taken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support.machine import REPOSITORY, chromium

WIDTHS = (1280, 390)
PORT = 8019
LONGEST_START = 900.0
BEING_COUNTED = "[data-waiting], #first-look, #under-way"
"""What stands on a page while its figures are being counted."""


def taken(base: str, out: Path, lead: str | None) -> list[Path]:
    """Take every page in both languages at both widths; the card is that of ``lead``, or of the first in the queue."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        pages = {
            "queue": "/queue",
            "lead": f"/leads/{lead}" if lead else _first_in_queue(browser, base),
            "alarms": "/alarms",
            "channels": "/channels",
            "journey": "/journey",
            "portrait": "/portrait",
            "model": "/models/champion",
        }
        for width in WIDTHS:
            for name, path in pages.items():
                for language in ("ru", "en"):
                    paths.append(
                        _shot(browser, f"{base}{path}?lang={language}", out / f"{name}-{language}-{width}.png", width)
                    )
        browser.close()
    return paths


def _shot(browser: Browser, address: str, path: Path, width: int) -> Path:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address, wait_until="networkidle")
    until = time.monotonic() + LONGEST_START
    while page.query_selector(BEING_COUNTED):
        if time.monotonic() > until:
            raise SystemExit(f"{address} was not counted within {LONGEST_START:.0f} s.")
        page.wait_for_timeout(2_000)
        page.goto(address, wait_until="networkidle")
    page.screenshot(path=path)
    page.close()
    return path


def _first_in_queue(browser: Browser, base: str) -> str:
    """Return the path of the card that a manager would open now."""
    page = browser.new_page()
    page.goto(f"{base}/queue", wait_until="networkidle")
    path = page.locator("a[href^='/leads/']").first.get_attribute("href")
    page.close()
    if path is None:
        raise SystemExit("Nobody waits in the queue; name a lead by --lead.")
    return path.split("?")[0]


OPEN = {**os.environ, "LEADLOOP_OPEN": "loopback"}
"""Every page is taken as the administrator sees it, without choosing a role first."""


@contextmanager
def demo_served() -> Iterator[str]:
    """Give the address of a demo company of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "leadloop", "demo", "--folder", folder, "--port", str(PORT)]
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, env=OPEN)
        base = f"http://127.0.0.1:{PORT}"
        try:
            _wait_for(f"{base}/readyz")
            yield base
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(address: str) -> None:
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2).read()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.5)
        else:
            return
    raise SystemExit(f"{address} did not answer within {LONGEST_START:.0f} s.")


def main() -> None:
    """Take the screenshots and name their files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", help="address of a running service")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs" / "screenshots")
    parser.add_argument("--lead", help="the lead whose card is taken; by default the first in the queue")
    said = parser.parse_args()
    if said.base:
        paths = taken(said.base, said.out, said.lead)
    else:
        with demo_served() as base:
            paths = taken(base, said.out, said.lead)
    print("\n".join(str(path) for path in paths))


if __name__ == "__main__":
    main()
