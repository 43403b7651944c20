"""``leadloop budget`` and ``leadloop experiment``: what the money brought, and tests that are drawn, kept and judged."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitoring.budget.experiment import drawn
from monitoring.budget.experiment_shelf import ExperimentShelf
from tests.leadloop.command_line import LEADS, STAGES, Ran, Small, one_line, run, small_company, write_rows
from tests.monitoring.budget.weeks import weeks

WEEKS = 20


@pytest.fixture
def advertised(tmp_path: Path) -> Small:
    """Give a company that has paid for one channel for twenty weeks, twice as much in every other, and sold so too."""
    company = small_company(tmp_path / "advertised")
    monday = _monday(datetime.now(UTC)) - timedelta(weeks=WEEKS)
    leads, stages, spend = [LEADS], [STAGES], [("day", "cost", "source", "campaign")]
    for week in range(WEEKS):
        paid = 1 + week % 2
        day = monday + timedelta(weeks=week, days=1)
        spend.append((f"{day:%Y-%m-%d}", str(paid * 1000), "google", ""))
        for n in range(6 * paid):
            name, at = f"w{week}-{n}", day + timedelta(hours=n)
            leads.append((name, f"{at:%Y-%m-%d %H:%M}", "", "", "", "owner", "50", "google", ""))
            if n % 3 == 0:
                stages.append((name, f"{at + timedelta(hours=2):%Y-%m-%d %H:%M}", "won", "1000"))
    for name, rows in (("leads.csv", leads), ("stages.csv", stages), ("spend.csv", spend)):
        write_rows(company.folder / name, rows)
    company.done("import", *(company.file(name) for name in ("leads.csv", "stages.csv", "spend.csv")))
    return company


def _monday(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=moment.weekday())


def experiments(company: Small, *words: str) -> Ran:
    return run("experiment", *words, "--home", str(company.home))


def test_what_a_sale_cost_stands_by_channel_with_its_interval_and_no_claim_of_a_cause(advertised: Small) -> None:
    said = one_line(advertised.done("budget"))
    assert "Поиск" in said
    assert re.search(r" (0\.9\d|1\.0\d) ", said)  # sales doubled with the money
    assert "An association, no cause." in said


def test_a_company_without_a_whole_week_is_told_so(opened: Small) -> None:
    assert "no whole week" in opened.done("budget")


def test_a_test_is_drawn_kept_listed_and_not_judged_before_it_is_over(advertised: Small) -> None:
    assert "No test was drawn yet" in experiments(advertised).out
    shown = one_line(advertised.done("experiment", "plan", "--channel", "Поиск", "--weeks", "12"))
    assert "Not kept: give it a name" in shown
    plan = ("spring", "--channel", "Поиск", "--weeks", "12", "--seed", "3", "--elasticity", "1")
    kept = one_line(advertised.done("experiment", "plan", *plan))
    assert "Finds an elasticity of 1.00 in" in kept
    assert (advertised.home / "experiments" / "spring.json").exists()
    assert "spring" in experiments(advertised).out
    assert "fooled by chance" in one_line(advertised.done("experiment", "evaluate", "spring"))
    again = advertised.run("experiment", "plan", *plan)
    assert (again.code, "a drawn test is not changed" in one_line(again.err)) == (1, True)


def test_a_test_that_is_over_is_judged_by_its_draw(advertised: Small) -> None:
    begins = (_monday(datetime.now(UTC)) - timedelta(weeks=WEEKS)).date()
    past = weeks([1500.0] * 20, [3.0] * 20, "Поиск")
    seeds = range(4_000)
    follows = next(  # the draw that the company's weeks happen to have followed: more money in every other week
        one for one in (drawn("lived", [past], change=0.33, pairs=8, begins=begins, seed=seed, elasticity=1.0,
                              moment=datetime.now(UTC)) for seed in seeds)
        if all((pair.more - begins).days // 7 % 2 for pair in one.pairs)
    )  # fmt: skip
    ExperimentShelf(advertised.home).keep(follows)
    said = one_line(advertised.done("experiment", "evaluate", "lived"))
    assert "8 of 8 pairs of weeks are over" in said
    assert "More money sold more, beyond what the draw explains." in said
    assert "500 RUB more: +1.0" in said  # two more for 1,000 roubles; of the latest weeks some leads are open yet
    assert "sales (+1.00 to +1." in said


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("plan", "--channel", "nobody"), "--channel takes one of: Поиск"),
        (("plan", "--channel", "Поиск", "--weeks", "11"), "takes an even number"),
        (("plan", "--channel", "Поиск", "--weeks", "8"), "pairs of weeks show nothing"),
        (("plan", "--channel", "Поиск", "--begins", "2027-01-05"), "begins on a Monday"),
        (
            ("plan", "--channel", "Поиск", "--begins", "2026-01-05"),
            "--begins lies in the past (2026-01-05): money is moved from",
        ),
        *(
            (("plan", "--channel", "Поиск", f"--elasticity={one}"), "a number above 0, up to 5")
            for one in ("nan", "0", "inf")
        ),
        (("evaluate", "nobody"), "leadloop experiment list"),
    ],
)
def test_what_cannot_be_tested_is_answered_in_one_sentence(
    advertised: Small, words: tuple[str, ...], remedy: str
) -> None:
    ran = advertised.run("experiment", *words)
    assert ran.code != 0
    assert remedy in one_line(ran.err)


def test_a_channel_is_in_one_test_at_a_time(advertised: Small) -> None:
    plan = ("--channel", "Поиск", "--weeks", "12")
    advertised.done("experiment", "plan", "spring", *plan)
    ran = advertised.run("experiment", "plan", "again", *plan)
    assert ran.code != 0
    said = one_line(ran.err)
    assert "Поиск is in the test spring from" in said
    after = re.search(r"begin on (\S+) or later", said)
    assert after
    assert "Kept" in advertised.done("experiment", "plan", "later", *plan, "--begins", after[1])


def test_of_a_channel_that_was_renamed_nobody_is_blamed(advertised: Small) -> None:
    advertised.done("experiment", "plan", "spring", "--channel", "Поиск", "--weeks", "12")
    words = advertised.folder / "company.yaml"
    words.write_text(words.read_text(encoding="utf-8").replace("name: Поиск", "name: Реклама"), encoding="utf-8")
    said = one_line(advertised.done("experiment", "evaluate", "spring"))
    assert "no lead and no cost of any week counts in: Поиск. Was a channel renamed in company.yaml" in said
    assert "did not follow" not in said
