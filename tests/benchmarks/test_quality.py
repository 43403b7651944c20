"""What the benchmark of quality says of itself is what it does: its usage, its options and the head of its table."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import quality


def test_the_usage_names_every_option_as_the_options_do_and_each_says_what_it_is() -> None:
    parser = quality.options()
    assert quality.__doc__ is not None
    usage = next(line.strip() for line in quality.__doc__.splitlines() if "python -m benchmarks.quality" in line)
    for one in parser._actions:
        assert one.help, one.dest
        if one.dest in ("help", "names"):
            continue
        (option,) = one.option_strings
        takes = "|".join(one.choices) if one.choices else one.metavar
        assert f"{option} {takes}" in usage
        assert (f"[{option} {takes}]" in usage) == (not one.required)
    assert usage.endswith("[SET ...]")


@pytest.mark.parametrize("learns", [False, True])
def test_the_head_of_the_table_has_a_column_for_each_figure_and_says_from_when_the_level_is_judged(
    learns: bool,
) -> None:
    columns, rule = quality.table_head(learns=learns).splitlines()
    assert columns.count("|") == rule.count("|") == 9
    assert ("mean p / rate after the first tenth" in columns) == learns
    assert np.isclose(quality.AFTER, 1 / 10)
