"""What was worked out once is looked up the next time, as long as it is not too much to remember."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Asked = TypeVar("Asked")
Found = TypeVar("Found")
MOST = 4_096
"""So many answers are kept; then all are forgotten, and what is asked often is soon known again."""


class Remembered(dict[Asked, Found]):
    """The answers of a function that says the same whenever it is asked the same, at most ``most`` at a time.

    Reading one that is there costs no call; Python asks ``__missing__`` for the rest.

    >>> squares = Remembered(lambda number: number * number, most=1)
    >>> squares[3], squares[4], len(squares)
    (9, 16, 1)
    """

    def __init__(self, work_out: Callable[[Asked], Found], most: int = MOST) -> None:
        super().__init__()
        self._work_out, self._most = work_out, most

    def __missing__(self, asked: Asked) -> Found:
        found = self._work_out(asked)
        if len(self) >= self._most:
            self.clear()
        if _will_be_found(asked):
            self[asked] = found
        return found


def _will_be_found(asked: object) -> bool:
    """Return whether the same, asked again, is found: NaN, alone or in a tuple, is not even itself.

    A tuple with NaN is equal to itself all the same, for Python looks at the very object first; another one would not be.
    """
    return all(map(_will_be_found, asked)) if isinstance(asked, tuple) else asked == asked
