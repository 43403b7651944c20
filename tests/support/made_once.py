"""What takes long to make is made once in a run, by the worker that asks first; the others wait for it and copy."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder ``name`` of the whole run, into which ``make`` put something once; nobody may change it.

    Where ``make`` fails nothing is kept, and whoever asks next tries again.
    """
    base = temporary.getbasetemp()
    of_the_run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = of_the_run / f"once-{name}", of_the_run / f"once-{name}.done"
    with FileLock(of_the_run / f"once-{name}.lock"):
        if not done.exists():
            make(folder)
            done.touch()
    return folder
