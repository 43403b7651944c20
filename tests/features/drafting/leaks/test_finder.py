"""Columns that know the outcome are named by what stands in them; what a lead itself told is kept."""

from __future__ import annotations

import numpy as np
import pytest

from features.drafting.leaks.ended import Ended
from features.drafting.leaks.finder import find_leaks
from features.drafting.leaks.shares import Share
from tests.features.drafting.leaks.leads import COUNT, Cells, found, honest_leads, named

IN_TIME = [float(number) for number in range(COUNT)]


def leaking_leads() -> tuple[Cells, list[bool]]:
    """Return leads with one column of each kind of leak."""
    columns, won = honest_leads()
    lot, bought = np.random.default_rng(2), np.array(won)
    asked = lot.random(COUNT) < np.where(bought, 0.9, 0.6)
    columns["x copied"] = np.where(
        lot.random(COUNT) < 0.3, np.where(bought, "up", "down"), lot.choice(["up", "down"], COUNT)
    ).tolist()
    columns["x asked"] = np.where(asked, lot.choice(["green", "blue", "Select"], COUNT), "").tolist()
    columns["x last"] = lot.choice(["SMS Sent", "Email Opened", "Page visited"], COUNT).tolist()
    columns["x paid"] = np.where(bought & (lot.random(COUNT) < 0.1), "5", "").tolist()
    return columns, won


def test_what_a_lead_itself_told_is_kept() -> None:
    for seed in range(3):
        assert named(*honest_leads(seed), IN_TIME) == {}


def test_each_kind_of_leak_is_named() -> None:
    assert named(*leaking_leads()) == {"x copied": "leak", "x asked": "late", "x last": "leak", "x paid": "leak"}


def test_the_evidence_stands_with_counts_and_intervals() -> None:
    findings = found(*leaking_leads())
    assert "yet has nothing to do with any other column" in findings["x copied"].why[-1]
    assert "won leads" in findings["x asked"].why[-1]
    assert '"SMS Sent"' in findings["x last"].why[-1]
    figures = findings["x asked"].figures
    assert figures is not None
    assert str(figures.of_won).endswith(")")
    low, high = figures.alone.interval
    assert 0.5 < low < figures.alone.value < high < 1


def test_the_order_of_the_columns_changes_nothing() -> None:
    columns, won = leaking_leads()
    turned = dict(reversed(columns.items()))
    assert {name: (one.knows, one.figures) for name, one in found(columns, won).items()} == {
        name: (one.knows, one.figures) for name, one in found(turned, won).items()
    }


def test_names_change_nothing_but_the_evidence_of_names() -> None:
    columns, won = leaking_leads()
    other = {f"k{place}q": cells for place, cells in enumerate(columns.values())}
    bare, renamed = found(columns, won), found(other, won)
    assert [one.knows for one in bare.values()] == [one.knows for one in renamed.values()]
    spoken = found({"Lead status" if name == "city" else name: cells for name, cells in columns.items()}, won)
    assert spoken["Lead status"].knows == "leak"
    assert {name: one.knows for name, one in spoken.items() if name != "Lead status"} == {
        name: one.knows for name, one in bare.items() if name != "city"
    }


def test_a_nameless_column_that_tells_much_is_named_where_the_others_speak() -> None:
    columns, won = honest_leads()
    columns |= {"region": columns["city"], "rooms": columns["area"]}
    columns["Var1"] = columns.pop("minutes")
    assert named(columns, won) == {"Var1": "leak"}
    assert named({f"Var{place}": cells for place, cells in enumerate(columns.values())}, won) == {}


def test_an_honest_cause_that_nothing_else_goes_with_is_kept() -> None:
    """It has no kin either, but it says the same of leads with good and with bad chances."""
    columns, _ = honest_leads()
    lot = np.random.default_rng(3)
    urgent, minutes = lot.random(COUNT) < 0.5, np.array([float(cell) for cell in columns["minutes"]])
    won = (lot.random(COUNT) < 1 / (1 + np.exp(3 - 0.35 * minutes - 0.9 * urgent))).tolist()
    columns["urgent"] = np.where(urgent, "yes", "no").tolist()
    assert named(columns, won) == {}


def test_gaps_that_the_rest_of_the_form_explains_are_no_sign() -> None:
    columns, won = honest_leads()
    serious = np.array([float(cell) for cell in columns["minutes"]]) > 4
    lot = np.random.default_rng(4)
    filled = lot.random(COUNT) < np.where(serious, 0.95, 0.6)
    columns["balcony"] = np.where(filled, lot.choice(["a", "b"], COUNT), "").tolist()
    assert named(columns, won) == {}


def test_a_block_that_comes_and_goes_along_time_and_tells_is_a_process() -> None:
    columns, won = honest_leads()
    lot, on = np.random.default_rng(5), np.array(IN_TIME) % 1_500 < 700
    score = np.array(won) * 1.2 + lot.normal(size=COUNT) + 0.5 * (np.array(columns["building"]) == "house")
    columns["points"] = np.where(on, np.round(score, 1).astype(str), "").tolist()
    columns["level"] = np.where(on, np.array(columns["building"]), "").tolist()
    assert named(columns, won, IN_TIME) == {"points": "leak", "level": "leak"}
    assert "comes and goes along time" in found(columns, won, IN_TIME)["level"].why[-1]


def test_what_only_the_latest_leads_lack_differs_now() -> None:
    columns, won = honest_leads()
    latest = np.array(IN_TIME) >= COUNT * 0.9
    columns["agreed"] = np.where(latest, "", np.array(columns["city"])).tolist()
    assert named(columns, won, IN_TIME) == {"agreed": "differs"}


def test_where_all_columns_change_at_once_other_people_came() -> None:
    columns, won = honest_leads()
    latest = np.array(IN_TIME) >= COUNT * 0.9
    moved = {name: np.where(latest, cells[0], np.array(cells)).tolist() for name, cells in columns.items()}
    assert named(moved, won, IN_TIME) == {}


@pytest.mark.parametrize(("of_open", "knows"), [(0.0, "leak"), (0.3, "late")])
def test_what_open_leads_lack_is_filled_in_when_a_lead_ends(of_open: float, knows: str) -> None:
    columns, won = honest_leads()
    lot, is_open = np.random.default_rng(6), np.arange(COUNT) % 5 == 0
    filled = np.where(is_open, lot.random(COUNT) < of_open, True)
    columns["account"] = np.where(filled, np.array(columns["city"]), "").tolist()
    findings = find_leaks(columns, Ended.of(won, is_open.tolist()))
    assert {one.column: one.knows for one in findings if one.knows != "honest"} == {"account": knows}


def test_a_question_that_only_open_leads_were_asked_is_no_leak() -> None:
    columns, won = honest_leads(count=2_000)
    is_open = np.arange(2_000) >= 300
    columns["new question"] = np.where(is_open, np.array(columns["city"]), "").tolist()
    findings = {
        one.column: one for one in find_leaks(columns, Ended.of((np.array(won) & ~is_open).tolist(), is_open.tolist()))
    }
    asked = findings["new question"]
    assert (asked.knows, asked.why) == ("honest", ())
    assert asked.figures is not None
    assert (asked.figures.of_won.count, asked.figures.of_others) == (0, Share(0, asked.figures.of_others.of))
    assert asked.figures.of_won.of + asked.figures.of_others.of == 300


def test_open_leads_do_not_count_as_lost_beside_a_sure_word() -> None:
    columns, won = honest_leads(count=2_000)
    is_open = np.arange(2_000) % 2 == 0
    columns["plan"] = np.where(is_open | np.array(won), "signed", "talked").tolist()
    findings = {
        one.column: one for one in find_leaks(columns, Ended.of((np.array(won) & ~is_open).tolist(), is_open.tolist()))
    }
    assert findings["plan"].knows == "leak"
    assert "words at which nearly everybody bought" in findings["plan"].why[-1]


def test_without_an_outcome_names_and_words_count() -> None:
    columns, _ = honest_leads(count=100)
    columns |= {"Lead status": columns["city"], "notes": ["недозвон", "перезвонить завтра"] * 50}
    assert {one.column for one in find_leaks(columns, None) if one.knows == "leak"} == {"Lead status", "notes"}


def test_a_few_leads_name_nobody_by_figures() -> None:
    columns, won = honest_leads(count=60)
    assert named(columns, won) == {}
