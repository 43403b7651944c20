"""What /budget says of a finished test equals going through every draw there could have been, on weeks added up by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isinf
from pathlib import Path
from random import Random
from typing import Any

import pytest

from features.facts.import_log import ImportLog
from features.facts.importer import import_file
from monitoring.budget.experiment import Expected, Experiment, Pair
from monitoring.budget.experiment_shelf import ExperimentShelf
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.test_budget_recounted import WEEK, monday_of, plain_weeks, sold_of
from tests.support.plain_figures import is_past
from tests.support.plain_flips import LEVEL, effect_by_hand, share_of_draws

EFFECT = re.compile(r"([\d,.]+)\s₽ more would bring (\S+) sales \((.+?) to (.+?)\)\.")
VERDICTS = {
    "works": "More money sold more", "harms": "More money went with fewer sales",
    "not_shown": "No effect was shown", "not_spent": "The money did not follow the draw: no more was spent",
}  # fmt: skip
MOST_ENUMERATED, SAMPLED = 13, 4_999
"""Of more pairs so many draws are a sample, off by what such a sample is."""
Table = dict[str, dict[Any, dict[str, float]]]
MORE, LESS = "more", "less"
Drawn = str | Callable[[], float]
"""Whether the weeks that sold more, or those that sold less, were drawn to get more money; or a draw of its own."""


@dataclass(frozen=True)
class Lived:
    """A test that is over, and of each of its pairs how much more was sold, and paid, in the week that was to get more."""

    experiment: Experiment
    pairs: list[tuple[float, float]]
    open: int
    spent: float
    """In all its weeks."""


def test_what_a_finished_test_showed_equals_going_through_every_draw(demo: Shown, tmp_path: Path) -> None:
    company, draw = demo.copy(tmp_path / "copy"), Random(23)
    table = plain_weeks(demo.at(demo.exported_at), demo.exported_at)
    channels = sorted(table, key=lambda one: (-sum(week["cost"] for week in table[one].values()), one))[:4]
    early, late = sorted(table[channels[0]])[-13], sorted(table[channels[0]])[-7]
    striking = [(early, MORE), (late, LESS)]
    pay(company, table, [lived(demo, table, channels[:3], *one, 3).experiment for one in striking], draw)
    table = with_costs_of(table, company)
    asked: list[tuple[Any, Drawn, int, int]] = [(*one, 3, 3) for one in striking]
    asked += [(early + n * WEEK, Random(n).random, 3, 3) for n in range(4)]
    asked += [(early, Random(n).random, 3, 3) for n in (7, 12)]  # what is not contradicted falls into parts
    asked += [(early, Random(n).random, 4, 4) for n in range(3)]
    tests = [
        lived(company, table, channels[:wide], begins, drawn, pairs, f"test-{n}")
        for n, (begins, drawn, wide, pairs) in enumerate(asked)
    ]
    verdicts = check_tests(company, tests)
    assert verdicts >= {"works", "harms", "not_shown", "not_spent"}
    company.close()


def test_a_finished_test_of_a_real_companys_money_equals_going_through_every_draw(
    hexlet: Shown, tmp_path: Path
) -> None:
    company = hexlet.copy(tmp_path / "copy")
    table = plain_weeks(company.at(company.exported_at), company.exported_at)
    channels = sorted(table, key=lambda one: (-sum(week["cost"] for week in table[one].values()), one))[:3]
    weeks = [week for week in sorted(table[channels[0]]) if table[channels[0]][week]["cost"]]
    tests = [
        lived(company, table, channels, weeks[0], Random(n).random, len(weeks) // 2, f"june-{n}") for n in range(6)
    ]
    assert check_tests(company, tests) - {"not_spent"}
    company.close()


def lived(
    company: Shown, table: Table, channels: list[str], begins: Any, draw: Drawn, pairs: int, name: str = "plan"
) -> Lived:
    """Return a test as it was drawn: of two weeks of a channel that follow each other one is to get more money."""
    drawn = []
    for channel in channels:
        for n in range(pairs):
            weeks = [begins + 2 * n * WEEK, begins + (2 * n + 1) * WEEK]
            if isinstance(draw, str):  # as it may be drawn by the rarest luck
                weeks.sort(key=lambda week: sold_of(table[channel][week]), reverse=draw == MORE)
            elif draw() >= 0.5:
                weeks.reverse()
            drawn.append(Pair(channel, *weeks))
    nothing = Expected(0.0, 0.0, 1.0, 1.0, 0.0, None)
    experiment = Experiment(name, company.exported_at, tuple(channels), 0.5, 3, tuple(drawn), nothing)
    cells = [(table[one.channel][one.more], table[one.channel][one.less]) for one in drawn]
    apart = [(sold_of(more) - sold_of(less), more["cost"] - less["cost"]) for more, less in cells]
    asked = {(one.channel, day) for one in drawn for day in (one.more, one.less)}
    plain = company.plain(company.exported_at)
    still_open = sum(
        (one.told["outcome"] == "open" or (not one.told["worked"] and not is_past(one, plain))) and not one.told["won"]
        for one in plain.leads.values()
        if (str(one.names["channel"]), monday_of(one.day)) in asked
    )
    spent = sum(more["cost"] + less["cost"] for more, less in cells)
    return Lived(experiment, apart, still_open, spent)


def pay(company: Shown, table: Table, tests: list[Experiment], draw: Random) -> None:
    """Let the money follow the draw: bring a file in which each week that was to get more got far more."""
    path = company.folder / "spend.csv"
    header, *lines = path.read_text(encoding="utf-8-sig").splitlines()
    source = {"Яндекс Директ": "yandex", "ВКонтакте": "vk", "Авито": "avito", "Форум строителей": "forum-stroy"}
    for pair in (one for test in tests for one in test.pairs):
        cost = 2 * max(week["cost"] for week in table[pair.channel].values()) * (1 + draw.random())
        cells = [f"{pair.more:%d.%m.%Y}", source[pair.channel], "cpc", "test", "10", "1", f"{cost:.2f}", "RUB"]
        lines.append(";".join(cells).replace(".", ",").replace(f"{pair.more:%d,%m,%Y}", f"{pair.more:%d.%m.%Y}"))
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8-sig")
    service = company.doors.service
    import_file(
        path, company=service.company, store=service.desk.store, imports=ImportLog(service.desk.store.engine),
        secret=service.contacts.secret, started_at=company.exported_at, exported_at=company.exported_at,
        rejects_folder=company.folder / "rejects",
    )  # fmt: skip


def with_costs_of(table: Table, company: Shown) -> Table:
    """Return the weeks with what a company that paid more has paid in them."""
    dearer = {
        channel: {week: {**cell, "cost": 0.0} for week, cell in weeks.items()} for channel, weeks in table.items()
    }
    for row in company.at(company.exported_at).spend:
        if monday_of(row["day"]) in dearer[row["channel"]]:
            dearer[row["channel"]][monday_of(row["day"])]["cost"] += row["cost"]
    return dearer


def check_tests(company: Shown, tests: list[Lived]) -> set[str]:
    """Keep the tests, and check all that the page says of each; return the verdicts."""
    service = company.doors.service
    shelf, verdicts = ExperimentShelf(service.settings.home), set()
    for one in tests:
        shelf.keep(one.experiment)
    page = Page(company.doors.page("/budget?lang=en"))
    for one in tests:
        text = page.text(f"test-{one.experiment.name}")
        verdict = check_effect(text, one)
        assert VERDICTS[verdict] in text
        verdicts.add(verdict)
        over = re.search(r"Pairs over: .*", text)
        assert over
        not_followed = sum(money <= 0 for _, money in one.pairs)
        numbers = [
            len(one.pairs),
            len(one.pairs),
            *([one.open] if one.open else []),
            *([not_followed] if not_followed else []),
        ]
        is_written(over[0], "en", *numbers)
    return verdicts


def check_effect(text: str, one: Lived) -> str:
    """Check what more money would have sold, and the ends of what is not contradicted; return the verdict."""
    told = EFFECT.search(text)
    if sum(money for _, money in one.pairs) <= 0:
        assert not told
        return "not_spent"
    assert told, text
    if len(one.pairs) > MOST_ENUMERATED:
        return check_sampled(told, one)
    value, low, high, p_value = effect_by_hand(one.pairs)
    per = check_money(told[1], one)
    for words, hand in zip(told.groups()[1:], (value, low, high), strict=True):
        check_end(words, hand, per)
    assert p_value <= LEVEL or low <= 0 <= high
    return "works" if low > 0 else "harms" if high < 0 else "not_shown"


def check_money(words: str, told: Lived) -> float:
    """Check of how much money the effect is told: the round sum that is nearest to a tenth of a month of the test; return it."""
    months = len(told.experiment.weeks) / (52 / 12)
    per, tenth = float(words.replace(",", "")), told.spent / months / 10
    near = [first * 10.0**zeros for zeros in range(-2, 9) for first in (1, 2, 5)]
    assert max(per / tenth, tenth / per) == pytest.approx(min(max(one / tenth, tenth / one) for one in near))
    return per


def check_end(words: str, hand: float, per: float) -> None:
    if isinf(hand):
        assert words == "any number"
        return
    is_written(words, "en", hand * per)
    assert words.startswith("+" if hand >= 0 else "−")


def check_sampled(told: re.Match[str], one: Lived) -> str:
    """Check ends that a sample of draws gave: of all draws about 5 in 100 leave as much there, as near as such samples come."""
    per = check_money(told[1], one)
    check_end(told[2], sum(sold for sold, _ in one.pairs) / sum(money for _, money in one.pairs), per)
    low, high = (
        side * inf if word == "any number" else float(word.replace("−", "-").replace(",", "")) / per
        for word, side in zip(told.groups()[2:], (-1, 1), strict=True)
    )
    for end in (low, high):
        if not isinf(end):
            off = 4 * (LEVEL * (1 - LEVEL) / SAMPLED) ** 0.5
            rounded = [share_of_draws(one.pairs, end + side * 0.05 / per) for side in (-1, 1)]
            assert min(rounded) - off <= LEVEL <= max(rounded) + off
    return "works" if low > 0 else "harms" if high < 0 else "not_shown"
