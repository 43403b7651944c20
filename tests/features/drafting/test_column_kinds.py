"""A column's kind follows from its filled cells."""

from __future__ import annotations

import pytest

from features.drafting.column_kinds import ColumnKind, is_stamp, is_two_ways, kind_of


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "0", "1"], "yes_no"),
        (["Да", "нет"], "yes_no"),
        (["1 234,50", "12", "0,5"], "number"),
        (["$1,200.00", "$5.10"], "number"),
        (["40 м²", "62,5 м²", "38м²"], "number"),
        (["5 шт", "12 шт.", "3 шт"], "number"),
        (["3 комн", "1 комн.", "2 комн"], "number"),
        (["2026-01-01", "2026-02-03T10:00:00+03:00"], "date"),
        (["03/04/26", "05/06/26"], "date"),
        (["02.Medium", "01.High", "02.Medium"], "choice"),
        (["1-3 месяца", "сейчас"], "choice"),
        (["007", "012", "007"], "choice"),
        (["a, b", "b, c", "c", "a, c", "b", "a"], "list"),
        ([f"comment number {n} of somebody who writes a lot" for n in range(100)], "text"),
        ([f"7927b2df-{n:04}" for n in range(100)], "identifier"),
        ([str(660_000 + n) for n in range(100)], "identifier"),
        ([str(n % 70) for n in range(100)], "number"),
        ([f"C{n % 90}" for n in range(300)], "choice"),
        (["the same"] * 5, "constant"),
        ([], "empty"),
    ],
)  # fmt: skip
def test_a_kind_is_recognised(cells: list[str], kind: ColumnKind) -> None:
    assert kind_of(cells) == kind


def test_a_few_stray_words_do_not_turn_numbers_into_words() -> None:
    assert kind_of([*(str(n % 50) for n in range(200)), "много"]) == "number"


def test_phone_numbers_are_no_moments() -> None:
    assert is_stamp(["1767225600", "1767225600123"])
    assert not is_stamp(["9031234567"])


def test_dates_that_fit_two_orders_are_seen() -> None:
    assert is_two_ways(["03/04/2026", "05/06/2026"])
    assert not is_two_ways(["03.04.2026"])
