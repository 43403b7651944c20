"""A module is loaded to look for examples only where it shows one: each tester would load all that any command may need."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule

PROMPT = ">>>"
Found = list[pytest.Collector]


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, Found, Found]:
    """Leave a module without an example out of those whose examples run; its tests, where it has any, are found as ever."""
    found = yield
    if file_path.suffix != ".py" or PROMPT in file_path.read_text(encoding="utf-8"):
        return found
    return [one for one in found if not isinstance(one, DoctestModule)]
