"""Segments that moved: planted ones are found and named once, and where nothing moved almost nothing is found."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from scipy.stats import fisher_exact

from features.facts.company import Company
from features.rows.feature_row import features_of
from monitoring.intervals import Rate
from monitoring.what_changed.moved import MovedSegment, moved_segments, p_value
from monitoring.what_changed.segments import Cell, Cells, masks_of

Leads = list[list[Cell]]


def lead(draw: random.Random, *, ad: str | None = None, role: str | None = None) -> list[Cell]:
    return [
        Cell("ad", ad or draw.choice(["a1", "a2", "a3", "a4"])),
        Cell("role", role or draw.choices(["owner", "tenant", "student"], [5, 4, 1])[0]),
        Cell("city", draw.choices(["Москва", "Химки", "Область", "Другой"], [5, 2, 2, 1])[0]),
        Cell("when", draw.choice(["now", "later", "never"])),
        Cell("has_phone", draw.choice(["yes", "no"])),
        Cell("day_kind", draw.choices(["workday", "weekend"], [5, 2])[0]),
    ]


def found(before: Sequence[list[Cell]], since: Sequence[list[Cell]]) -> tuple[list[MovedSegment], int]:
    return moved_segments(masks_of(before, since), len(before), len(since))


def test_where_nothing_moved_at_most_a_tenth_of_looks_show_anything() -> None:
    draw = random.Random(1)
    everybody = [lead(draw) for _ in range(320)]
    shown = 0
    for _ in range(100):
        draw.shuffle(everybody)
        moved, looked_at = found(everybody[:220], everybody[220:])
        shown += bool(moved)
        assert looked_at > 50
    assert shown <= 10


def test_a_kind_that_came_instead_is_named_once_with_its_counts_and_not_by_all_that_fell_for_it() -> None:
    draw, hits = random.Random(2), 0
    for _ in range(20):
        before = [lead(draw) for _ in range(200)]
        since = [lead(draw) for _ in range(60)] + [lead(draw, role="student") for _ in range(40)]
        moved, _ = found(before, since)
        first = moved[0] if moved else None
        hits += first is not None and first.segment == (Cell("role", "student"),) and len(moved) <= 2
        if first:
            assert first.before.of == 200
            assert first.since.of == 100
            assert first.size_interval[0] <= first.size <= first.size_interval[1]
    assert hits >= 18


def test_two_fields_are_named_only_where_they_say_it_much_more_surely_than_one() -> None:
    draw = random.Random(3)
    before = [lead(draw) for _ in range(400)]
    both = [lead(draw, ad="a1", role="student") for _ in range(60)]
    since = [lead(draw) for _ in range(140)] + both
    (first, *_), _ = found(before, since)
    assert set(first.segment) == {Cell("ad", "a1"), Cell("role", "student")}


def test_what_is_mostly_the_same_leads_is_told_beside_and_not_as_another_change() -> None:
    draw = random.Random(4)
    before = [[*lead(draw), Cell("page", "/old")] for _ in range(200)]
    since = [[*lead(draw), Cell("page", "/old")] for _ in range(50)]
    since += [[*lead(draw, ad="new"), Cell("page", "/new")] for _ in range(50)]
    moved, _ = found(before, since)
    names = [one.segment for one in moved]
    assert ((Cell("ad", "new"),) in names) != ((Cell("page", "/new"),) in names)
    beside = next(one for one in moved if one.segment in ((Cell("ad", "new"),), (Cell("page", "/new"),))).also
    assert beside in (((Cell("page", "/new"),),), ((Cell("ad", "new"),),))


@pytest.mark.parametrize("counts", [(3, 4, 1, 4), (0, 50, 7, 40), (40, 50, 7, 40), (5, 3000, 30, 3000), (0, 10, 0, 10)])
def test_the_p_value_is_fishers_with_the_smaller_tail_doubled(counts: tuple[int, int, int, int]) -> None:
    k0, n0, k1, n1 = counts
    table = [[k1, n1 - k1], [k0, n0 - k0]]
    tails = [float(fisher_exact(table, alternative=side).pvalue) for side in ("greater", "less")]
    assert p_value(Rate(k0, n0), Rate(k1, n1)) == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-6)


def test_numbers_are_looked_at_by_the_quarters_of_the_leads_before() -> None:
    company = Company.model_validate(
        {"company": "x", "fields": {"area": {"kind": "number"}, "ask": {"kind": "choice"}}}
    )
    cells = Cells(features_of(company), [{"area": float(n)} for n in range(1, 101)])
    told = {
        one.field: one for one in cells.of({"area": 60.0, "hour": 3.0, "weekday": "sunday", "ask": "+7 912 345-67-89"})
    }
    assert told["area"] == Cell("area", "given", 51.0, 76.0)
    assert told["hour_kind"] == Cell("hour_kind", "night")
    assert told["day_kind"] == Cell("day_kind", "weekend")
    assert "ask" not in told  # a contact is no kind of lead
    assert next(one for one in cells.of({"hour": 3.0}) if one.field == "area") == Cell("area")
