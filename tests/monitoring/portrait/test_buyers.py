"""The portrait tells what is there, nothing of chance, and lets no model's opinion become a discovery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.portrait.buyers import FEWEST_SALES, buyers_portrait
from monitoring.portrait.chance import signed_root, strengths_of
from monitoring.portrait.lead_traits import BOUGHT, NEVER_CALLED, OPEN, Traits
from monitoring.portrait.portrait_report import Condition, Drawn
from monitoring.portrait.segments import members_of, segments_of, singles_of
from tests.monitoring.portrait.companies import company_of, settled

OWNERS = (Condition("role", level="owner"),)
DEALS = 99


def drawn(traits: Traits, seed: int = 0) -> Drawn:
    return buyers_portrait(traits, known_by="arrival", seed=seed, deals=DEALS)


def told(one: Drawn) -> set[tuple[Condition, ...]]:
    return {segment.conditions for segment in one.segments}


def test_those_who_buy_more_are_told_with_counts_and_the_others_beside_them() -> None:
    traits = company_of(3_000, 1, owners_buy=0.35)
    found = drawn(traits)
    (owners,) = (one for one in found.segments if one.conditions == OWNERS)
    inside = members_of(traits, OWNERS)
    assert owners.of_leads.count == inside.sum()
    assert owners.of_settled_sales.count == (inside & (traits.state == BOUGHT)).sum()
    assert owners.of_sales == replace(owners.of_settled_sales)
    assert owners.buys.of == inside.sum()
    assert owners.others_buy.of == (~inside).sum()
    assert owners.is_more
    assert found.segments[0] == owners
    assert found.looked_at > 50


def test_owners_in_each_city_are_not_told_beside_owners() -> None:
    found = drawn(company_of(4_000, 2, owners_buy=0.35))
    assert found.stood_out > 5
    assert told(found) == {OWNERS}


def test_a_pair_is_told_where_its_parts_alone_say_less() -> None:
    traits = company_of(6_000, 3)
    owners = members_of(traits, OWNERS)
    moscow = members_of(traits, [Condition("city", level="moscow")])
    chance = np.where(owners & moscow, 0.45, 0.12)
    bought = np.random.default_rng(4).random(6_000) < chance
    first = drawn(settled(traits, bought)).segments[0]
    assert set(first.conditions) == {*OWNERS, Condition("city", level="moscow")}


def test_of_few_sales_nothing_is_looked_at_and_it_says_so() -> None:
    traits = company_of(2_000, 5)
    few = np.arange(2_000) < FEWEST_SALES - 1
    found = drawn(settled(traits, few))
    assert (found.state, found.looked_at, found.bought) == ("too_few", 0, FEWEST_SALES - 1)


def test_dealt_out_outcomes_show_something_in_no_more_companies_than_promised() -> None:
    shown = [drawn(company_of(700, seed), seed).stood_out > 0 for seed in range(60)]
    assert sum(shown) <= 8  # 3 are expected of 60; more than 8 would come by chance once in 200 times


def test_a_model_that_likes_owners_finds_nothing_in_open_leads() -> None:
    traits = company_of(3_000, 6)
    opened = np.arange(3_000) % 2 == 0
    owners = members_of(traits, OWNERS)
    state = np.where(opened, OPEN, traits.state)
    weight = np.where(opened, np.where(owners, 0.95, 0.01), traits.weight)
    believed = replace(traits, state=state, weight=weight)
    assert drawn(believed).stood_out == 0
    assert drawn(believed).open_sales > 250


def test_open_leads_move_the_share_of_sales_and_make_no_interval_narrower() -> None:
    traits = company_of(3_000, 1, owners_buy=0.35)
    alone = next(one for one in drawn(traits).segments if one.conditions == OWNERS)
    more = traits.of(np.concatenate([np.arange(3_000), np.arange(3_000)]))
    is_open = np.arange(6_000) >= 3_000
    state = np.where(is_open, OPEN, more.state)
    weight = np.where(is_open, 0.2, more.weight)
    found = next(one for one in drawn(replace(more, state=state, weight=weight)).segments if one.conditions == OWNERS)
    assert found.of_sales.of == pytest.approx(alone.of_sales.of + 3_000 * 0.2)
    assert found.of_settled_sales == alone.of_settled_sales
    assert found.of_sales.high - found.of_sales.low > 0.9 * (alone.of_sales.high - alone.of_sales.low)
    assert found.p_value == alone.p_value


def test_never_called_leads_take_no_part() -> None:
    traits = company_of(3_000, 1, owners_buy=0.35)
    more = traits.of(np.concatenate([np.arange(3_000), np.arange(1_000)]))
    state = more.state.copy()
    state[3_000:] = NEVER_CALLED
    weight = np.where(state == NEVER_CALLED, 0.0, more.weight)
    found = drawn(replace(more, state=state, weight=weight))
    assert found.never_called == 1_000
    assert found.segments == drawn(traits).segments


@settings(max_examples=6)
@given(st.permutations(["owner", "tenant", "builder"]), st.integers(0, 1_000))
def test_other_names_and_another_order_tell_the_same(names: list[str], shuffle: int) -> None:
    traits = company_of(1_500, 7, owners_buy=0.45)
    order = np.random.default_rng(shuffle).permutation(1_500)
    moved = traits.of(order)
    renamed = dict(zip(["owner", "tenant", "builder"], names, strict=True))
    levels = {**moved.levels, "role": [renamed[one or ""] for one in moved.levels["role"]]}
    found = drawn(replace(moved, levels=levels))
    assert (Condition("role", level=renamed["owner"]),) in told(found)
    same = next(one for one in found.segments if one.conditions == (Condition("role", level=renamed["owner"]),))
    before = next(one for one in drawn(traits).segments if one.conditions == OWNERS)
    assert (same.of_leads, same.of_sales, same.buys) == (before.of_leads, before.of_sales, before.buys)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_shares_of_a_fields_levels_add_up(seed: int) -> None:
    traits = company_of(400, seed)
    for field in traits.levels:
        inside = [members_of(traits, [one]) for one in singles_of(traits) if one.field == field]
        assert (np.sum(inside, axis=0) == 1).all()
    given = [one for one in singles_of(traits) if one.field == "area" and one.kind == "range"]
    assert any(members_of(traits, [one]).any() for one in given)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_which_segments_there_are_does_not_depend_on_who_bought(seed: int) -> None:
    traits = company_of(500, seed)
    flipped = settled(traits, traits.state != BOUGHT)
    a, b = (segments_of(one, rate=0.2) for one in (traits, flipped))
    assert a.conditions == b.conditions
    assert (a.parts == b.parts).all()
    for n in range(0, len(a), 7):
        assert a.sizes[n] == members_of(traits, a.of(n)).sum()


def test_an_answer_that_holds_a_contact_is_no_segment() -> None:
    traits = company_of(400, 9)
    levels = {**traits.levels, "role": ["8 912 345-67-89" if one == "owner" else one for one in traits.levels["role"]]}
    assert {one.level for one in singles_of(replace(traits, levels=levels)) if one.field == "role"} == {
        "tenant", "builder", None,
    }  # fmt: skip


def test_three_fields_are_looked_at_where_that_is_asked() -> None:
    traits = company_of(3_000, 8)
    assert segments_of(traits, rate=0.1, most_fields=1).fields.max() == 1
    assert segments_of(traits, rate=0.1, most_fields=3).fields.max() == 3
    assert buyers_portrait(traits, known_by="arrival", seed=0, most_fields=3, deals=19).state == "drawn"


def test_the_strength_is_the_signed_root_of_the_likelihood_ratio_worked_out_by_hand() -> None:
    # 30, 70, 170, 730 where 20, 80, 180, 720 are expected:
    # 2 (30 ln 1.5 + 70 ln 0.875 + 170 ln 0.9444 + 730 ln 1.01389) = 2 (12.164 - 9.347 - 9.717 + 10.069) = 6.338
    assert signed_root(30.0, 100, 200, 1_000) == pytest.approx(6.338**0.5, abs=1e-3)
    assert signed_root(20.0, 100, 200, 1_000) == 0.0
    assert signed_root(0.0, 100, 200, 1_000) < signed_root(10.0, 100, 200, 1_000) < 0


def test_the_adjusted_p_value_of_a_single_segment_is_that_of_its_own_deals() -> None:
    # One segment alone: of 400 leads 100 inside, of 80 sales 32 there (20 expected). The hypergeometric law says
    # P(X >= 32) + P(X <= 8) = 0.0018 + 0.0005, so of 999 deals about 2 are as extreme.
    inside = np.arange(400) < 100
    bought = np.zeros(400, dtype=np.bool_)
    bought[:32] = True
    bought[100:148] = True
    traits = Traits(
        {"role": np.where(inside, "a", "b").tolist()},
        {},
        {},
        *(np.zeros(400, dtype=np.int64),),
        np.zeros(400),
        np.zeros(400),
    )
    segments = segments_of(traits, rate=0.2, most_fields=1)
    found = strengths_of(segments, bought, rng=np.random.default_rng(0), deals=999)
    assert found.p_value.min() <= 0.008
    assert set(np.sign(found.strength)) == {1.0, -1.0}
