"""Where this machine keeps PostgreSQL, Chromium and the real data sets, if it has them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
REAL_DATA = REPOSITORY.parent / "shared" / "data"
YARDSTICK = REPOSITORY.parent / "shared" / "yardstick" / "sets"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def postgres_programs() -> Path | None:
    """Return the folder that holds PostgreSQL's initdb and pg_ctl, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def is_ci() -> bool:
    """Return whether leaving something out counts as failing."""
    return os.environ.get("CI", "").lower() in ("1", "true")
