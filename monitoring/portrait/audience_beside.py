"""Whom the ads aim at, beside who buys: what of the target audience is rarer among buyers, and who buys without being aimed at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, hypergeom

from features.facts.audience import AimedAt
from features.facts.channels import tidied
from features.facts.company import Company
from features.rows.feature_row import answer_feature_name
from monitoring.portrait.buyers import FEWEST_SALES, LEVEL
from monitoring.portrait.lead_traits import BOUGHT, Bools, Traits
from monitoring.portrait.portrait_report import AimedField, AimedPart, Audience, Condition, Verdict
from monitoring.portrait.segments import members_of
from monitoring.portrait.shares import share_of_leads, share_of_sales

LEAST_SHARE = 0.01
"""A level that is not aimed at is shown from this share of leads or of sales on."""


@dataclass(frozen=True, slots=True)
class _Part:
    condition: Condition
    inside: Bools
    aimed_at: bool
    declared: float | None


def audience_beside(traits: Traits, company: Company, *, level: float = LEVEL) -> Audience | None:
    """Return the audience of ``company.yaml`` beside leads and buyers; None where none is declared.

    The share of each part among settled buyers is held against that among settled leads by the exact hypergeometric test,
    or against the share that was declared by the binomial one; all of them together by Holm 1979, Scandinavian Journal of
    Statistics 6:65-70. A field that leads do not have at arrival is left aside.
    """
    names = {field: answer_feature_name(field) if field in company.fields else field for field in company.audience}
    aimed = {names[field]: how for field, how in company.audience.items() if names[field] in traits.fields}
    if not aimed:
        return None
    parts = {field: list(_parts(traits, field, how)) for field, how in aimed.items()}
    every = [one for those in parts.values() for one in those]
    verdicts = dict(zip(map(id, every), _verdicts(traits, every, level), strict=True))
    fields, together = [], np.ones(len(traits), dtype=np.bool_)
    for field, how in aimed.items():
        inside = _inside(traits, field, how)
        together &= inside
        shown = tuple(_shown(traits, one, verdicts[id(one)]) for one in parts[field])
        fields.append(AimedField(field, share_of_leads(traits, inside), share_of_sales(traits, inside), shown))
    whole = share_of_leads(traits, together), share_of_sales(traits, together)
    return Audience(tuple(fields), *whole, compared=len(every))


def _inside(traits: Traits, field: str, how: AimedAt) -> Bools:
    if how.kind == "range":
        return members_of(traits, [Condition(field, low=how.at_least, high=how.below)])
    aimed = [_level(traits, field, word) for word in (how.levels or how.shares)]
    inside: Bools = np.logical_or.reduce([members_of(traits, [one]) for one in aimed])
    return inside


def _parts(traits: Traits, field: str, how: AimedAt) -> Iterator[_Part]:
    """Yield what is aimed at, then whatever else leads say in that field."""
    if how.kind == "range":
        numbers = traits.numbers[field]
        whole = bool((numbers[np.isfinite(numbers)] % 1 == 0).all())
        below, above = how.at_least, how.below
        asked = [Condition(field, low=below, high=above, whole=whole)]
        asked += [] if below is None else [Condition(field, high=below, whole=whole)]
        asked += [] if above is None else [Condition(field, low=above, whole=whole)]
        shares: dict[str, float] = {}
    else:
        shares = {tidied(word): share for word, share in how.shares.items()}
        asked = [_level(traits, field, word) for word in (how.levels or how.shares)]
        known = {one.level for one in asked}
        asked += [one for one in _other_levels(traits, field) if one.level not in known]
    aimed_at = 1 if how.kind == "range" else len(how.levels or how.shares)
    for place, one in enumerate([*asked, Condition(field)]):
        inside = members_of(traits, [one])
        part = _Part(one, inside, place < aimed_at, shares.get(one.level or ""))
        if part.aimed_at or _is_large(traits, inside):
            yield part


def _level(traits: Traits, field: str, word: str) -> Condition:
    """Return the level that a word of ``company.yaml`` means: channels keep their capitals, answers do not."""
    said = {tidied(one): one for one in (traits.levels.get(field) or ()) if one is not None}
    return Condition(field, level=said.get(tidied(word), tidied(word)), is_item=field in traits.items)


def _other_levels(traits: Traits, field: str) -> list[Condition]:
    if field in traits.items:
        words = {word for one in traits.items[field] if one for word in one}
    else:
        words = {one for one in traits.levels[field] if one is not None}
    found = [Condition(field, level=one, is_item=field in traits.items) for one in sorted(words)]
    return sorted(found, key=lambda one: -int(members_of(traits, [one]).sum())) if len(found) < 500 else []


def _is_large(traits: Traits, inside: Bools) -> bool:
    leads, sales = share_of_leads(traits, inside), share_of_sales(traits, inside)
    return max(leads.value or 0.0, sales.value or 0.0) >= LEAST_SHARE


def _verdicts(traits: Traits, parts: list[_Part], level: float) -> list[Verdict]:
    bought, settled = traits.state == BOUGHT, traits.is_settled
    sales, leads = int(bought.sum()), int(settled.sum())
    if min(sales, leads - sales) < FEWEST_SALES:
        return ["not_enough"] * len(parts)
    p_values: list[float] = []
    more: list[bool] = []
    for one in parts:
        seen, inside = int((one.inside & bought).sum()), int((one.inside & settled).sum())
        law = binom(sales, one.declared) if one.declared else hypergeom(leads, inside, sales)
        p_values.append(min(2.0 * min(float(law.cdf(seen)), float(law.sf(seen - 1))), 1.0))
        more.append(seen > sales * (one.declared or inside / leads))
    sure = _holm(np.array(p_values), level)
    return [("more" if up else "rarer") if is_sure else "no_difference" for up, is_sure in zip(more, sure, strict=True)]


def _holm(p_values: np.ndarray[tuple[int], np.dtype[np.float64]], level: float) -> list[bool]:
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    rejected = [False] * count
    for place, one in enumerate(order):
        if p_values[one] > level / (count - place):
            break
        rejected[int(one)] = True
    return rejected


def _shown(traits: Traits, part: _Part, verdict: Verdict) -> AimedPart:
    shares = share_of_leads(traits, part.inside), share_of_sales(traits, part.inside)
    return AimedPart(part.condition, part.aimed_at, part.declared, *shares, verdict)
