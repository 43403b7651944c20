"""The audience beside the buyers: what is aimed at and does not buy, what buys and is not aimed at, by hand."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from features.facts.company import Company
from monitoring.portrait.audience_beside import audience_beside
from monitoring.portrait.lead_traits import Traits
from tests.monitoring.portrait.companies import company_of, settled

FIELDS = {"role": {"kind": "choice"}, "city": {"kind": "choice"}, "area": {"kind": "number"}}


def company(**audience: Any) -> Company:
    return Company.model_validate({"company": "x", "fields": FIELDS, "audience": audience})


def by_role(owners: tuple[int, int], tenants: tuple[int, int]) -> Traits:
    """Return leads and sales of two roles."""
    leads = owners[0] + tenants[0]
    bought = np.zeros(leads, dtype=np.bool_)
    bought[: owners[1]] = True
    bought[owners[0] : owners[0] + tenants[1]] = True
    levels = {"role": ["owner"] * owners[0] + ["tenant"] * tenants[0]}
    nothing = np.zeros(leads)
    area = {"area": np.where(np.arange(leads) < owners[0], 80.0, 30.0)}
    return settled(Traits(levels, area, {}, nothing.astype(np.int64), nothing, nothing), bought)


def test_who_is_aimed_at_and_buys_rarely_and_who_buys_without_being_aimed_at() -> None:
    found = audience_beside(by_role((100, 40), (300, 20)), company(role=["Tenant"]))
    assert found is not None
    tenants, owners = found.fields[0].parts
    assert (tenants.aimed_at, tenants.verdict, owners.aimed_at, owners.verdict) == (True, "rarer", False, "more")
    assert (tenants.of_leads.value, tenants.of_sales.value) == (300 / 400, 20 / 60)
    assert found.fields[0].inside_sales.count == 20


def test_a_declared_share_is_held_against_the_share_of_sales() -> None:
    found = audience_beside(by_role((100, 30), (300, 30)), company(role={"owner": 0.5, "tenant": 0.2}))
    assert found is not None
    owners, tenants = found.fields[0].parts
    assert (owners.declared, owners.verdict) == (0.5, "no_difference")  # 30 of 60 are the half
    assert (tenants.declared, tenants.verdict) == (0.2, "more")


def test_a_range_is_inside_from_its_lower_end_and_below_its_upper() -> None:
    found = audience_beside(by_role((100, 40), (300, 20)), company(area={"at_least": 80, "below": 81}, role=["owner"]))
    assert found is not None
    area, _ = found.fields
    assert area.inside_leads.count == 100
    assert [one.aimed_at for one in area.parts] == [True, False]
    assert found.together_leads.count == 100


def test_a_part_that_holds_every_lead_or_none_is_no_difference_and_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = audience_beside(by_role((100, 40), (300, 20)), company(area={"at_least": 10}, role=["student"]))
    assert found is not None
    assert {part.verdict for field in found.fields for part in field.parts if part.aimed_at} == {"no_difference"}


def test_with_few_sales_no_verdict_is_given() -> None:
    found = audience_beside(by_role((100, 10), (300, 10)), company(role=["owner"]))
    assert found is not None
    assert {part.verdict for part in found.fields[0].parts} == {"not_enough"}


def test_of_chance_a_verdict_is_hardly_ever_given() -> None:
    said = company(role=["owner"], city=["moscow"], area={"at_least": 50})
    given = 0
    for seed in range(25):
        found = audience_beside(company_of(600, seed), said)
        assert found is not None
        given += any(part.verdict in ("more", "rarer") for field in found.fields for part in field.parts)
    assert given <= 5


def test_without_an_audience_there_is_none() -> None:
    assert audience_beside(company_of(100, 1), company()) is None
