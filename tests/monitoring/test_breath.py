"""What nobody waits for rests long where others want the interpreter, and only there."""

from __future__ import annotations

import pytest

from monitoring import breath
from monitoring.breath import REST_SECONDS, SECONDS, breathe, unhurried

LATE = 0.005


class Interpreter:
    """A clock on which a sleeper comes back late, because this process or another one works meanwhile."""

    def __init__(self, late: float = 0.0, worked: float = 0.0) -> None:
        self.now, self.spent, self.slept = 100.0, 1.0, list[float]()
        self._late, self._worked = late, worked

    def monotonic(self) -> float:
        return self.now

    def process_time(self) -> float:
        return self.spent

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds + self._late
        self.spent += self._worked


@pytest.mark.parametrize(
    ("interpreter", "rests"),
    [
        (Interpreter(), []),
        (Interpreter(late=LATE, worked=LATE), [REST_SECONDS]),
        (Interpreter(late=LATE), []),  # another process had the processor
    ],
)
def test_an_unhurried_count_rests_where_it_finds_the_interpreter_taken(
    monkeypatch: pytest.MonkeyPatch, interpreter: Interpreter, rests: list[float]
) -> None:
    for name in ("monotonic", "process_time", "sleep"):
        monkeypatch.setattr(breath, name, getattr(interpreter, name))
    monkeypatch.setattr(breath, "_breaths", breath._Breaths())
    breathe()
    interpreter.now += 1.0
    with unhurried():
        breathe()
    interpreter.now += 1.0
    breathe()
    breathe()  # at once again: that is no time to rest
    assert interpreter.slept == [SECONDS, SECONDS, *rests, SECONDS]
