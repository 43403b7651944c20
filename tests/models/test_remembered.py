"""What was worked out is not worked out again, and no more is kept than was agreed."""

from __future__ import annotations

import math

from models.remembered import Remembered


def test_a_question_is_worked_out_once() -> None:
    asked: list[int] = []

    def square(number: int) -> int:
        asked.append(number)
        return number * number

    squares = Remembered(square)
    assert [squares[3], squares[3], squares[4]] == [9, 9, 16]
    assert asked == [3, 4]


def test_beyond_the_most_everything_is_still_answered() -> None:
    squares: Remembered[int, int] = Remembered(lambda number: number * number, most=2)
    assert [squares[number] for number in (1, 2, 3, 3, 1)] == [1, 4, 9, 9, 1]
    assert len(squares) <= 2


def test_many_rare_questions_do_not_keep_a_frequent_one_out() -> None:
    squares: Remembered[int, int] = Remembered(lambda number: number * number, most=3)
    for rare in range(100, 110):
        assert (squares[7], squares[rare]) == (49, rare * rare)
    assert squares[7] == 49
    assert 7 in squares


def test_nan_is_answered_and_not_kept() -> None:
    missing = Remembered(math.isnan)
    assert missing[math.nan]
    assert len(missing) == 0


def test_what_holds_nan_anywhere_is_answered_and_not_kept() -> None:
    told: Remembered[tuple[object, ...], int] = Remembered(len)
    for _ in range(3):
        assert [told[float("nan"), "yes"], told["no", ("yes", float("nan"))], told[1.0, ("yes", None)]] == [2, 2, 2]
    assert list(told) == [(1.0, ("yes", None))]
