"""What a tester loads for its tests is looked through by none of the services that it starts in turn.

A service sets aside what there is when it begins, and looks through all of it once what it reads ahead is read
(`serving/settled_memory.py`). Its process serves nothing else; a tester starts hundreds of services, and each would look through
the code of all tests. So that is set aside once, when the tests were found. From then on services leave it to Python to find what
nobody holds any more; a test of the thing itself takes the real one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

LOOKS = (50_000, 10, 2)
"""After so many objects more Python looks at the young ones, after so many such looks further back, and over all after so many of
those: after a million objects more, which some tests with a service each make together."""


class LeftToPython:
    """What services ask of Python's ``gc``, left undone."""

    def freeze(self) -> None:
        """Set nothing aside."""

    def unfreeze(self) -> None:
        """Take nothing back."""

    def collect(self) -> int:
        """Throw nothing away."""
        return 0

    def set_threshold(self, *_: int) -> None:
        """Look as often as before."""


@contextmanager
def not_looked_through_while_found() -> Iterator[None]:
    """Look through nothing while tests are found, which only adds to what there is; set it aside then."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*LOOKS)
        gc.enable()


@contextmanager
def services_leave_it_to_python() -> Iterator[None]:
    """Let services that a test starts in this process look through nothing."""
    with patch("serving.settled_memory.gc", LeftToPython()):
        yield
