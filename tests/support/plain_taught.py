"""What a model learns from and is judged by, counted the plain way: whose outcome is known, since when, and which rows tell it.

It shares no code with the product. A row stands at a lead's arrival, after each of its calls, and at one age that is drawn from
its id; always before anybody knew how the lead ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Any

from tests.support.plain_chances import CRITERIA, GUESSED, best_open, grade_of
from tests.support.plain_figures import FINAL, SPOKEN, PlainCompany, PlainLead

INSTANT = timedelta(microseconds=1)
SHARES = (0.25, 0.2, 0.15, 0.1, 0.05)
GUESS_WEIGHS = 20.0
Said = Mapping[str, str | None]


@dataclass
class PlainRow:
    """A lead at a moment: what a score would have been asked for."""

    one: PlainLead
    at: datetime
    place: str  # "arrival", "call" or "age"
    weight: float

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [call for call in self.one.calls if call["at"] <= self.at]

    @property
    def said(self) -> dict[str, str | None]:
        """Return the latest answer to each question by then."""
        told: dict[str, str | None] = dict.fromkeys(CRITERIA)
        for call in self.calls:
            told.update({name: word for name, word in call["said"].items() if word})
        return told

    @property
    def grade(self) -> str:
        return grade_of(self.said)


def rows_of(one: PlainLead, company: PlainCompany, cut_off: datetime) -> list[PlainRow]:
    """Return a lead's rows in order of time; the one after its k-th call weighs 2^-k, that at a drawn age a half."""
    last = one.at + timedelta(days=company.horizon or 60)
    drawn = Random(int.from_bytes(blake2b(f"0:{one.id}".encode(), digest_size=8).digest(), "big")).random()
    made = {one.at + (last - one.at) * drawn**2: ("age", 0.5)}
    for number, at in enumerate(sorted({call["at"] for call in one.calls}), start=1):
        made[at] = ("call", 2.0**-number)
    made[one.at] = ("arrival", 1.0)
    end = min([cut_off, last, *(stage["at"] for stage in one.stages if stage["kind"] in FINAL)])
    return [PlainRow(one, at, *made[at]) for at in sorted(made) if one.at <= at < end]


def is_settled(one: PlainLead) -> bool:
    return one.told["outcome"] in ("bought", "did_not_buy")


def known_since(one: PlainLead, company: PlainCompany) -> datetime:
    """Return since when it is known what became of a settled lead: it was worked, and it is closed or its time is over."""
    closings = [stage["at"] for stage in one.stages if stage["kind"] in FINAL]
    known: datetime
    if company.horizon is None:
        known = max(closings)
        return known
    worked = [one.at] if not company.records_calls else closings[:1]
    worked += [call["at"] for call in one.calls if call["result"] in SPOKEN][:1]
    for number in range(3, len(one.calls) + 1):
        if len({call["at"].astimezone(company.zone).date() for call in one.calls[:number]}) > 1:
            worked.append(one.calls[number - 1]["at"])
            break
    known = max(one.at + timedelta(days=company.horizon) + INSTANT, min(worked))
    return known


@dataclass
class PlainSplit:
    """Earlier leads and later ones; ``undated`` is whether hardly an outcome was known when the later ones began."""

    fit: list[PlainLead]
    judge: list[PlainLead]
    undated: bool


def split_of(leads: Sequence[PlainLead], company: PlainCompany) -> PlainSplit:
    """Return the longest later slice that leaves enough to learn from: 300 leads and 30 sales, or the most there are."""
    came = sorted(one.at for one in leads)

    def cut(share: float, undated: bool) -> tuple[list[PlainLead], list[PlainLead]]:
        border = came[min(int(len(came) * (1 - share)), len(came) - 1)]
        earlier = [one for one in leads if one.at < border]
        known = [one for one in earlier if undated or known_since(one, company) <= border]
        return known, [one for one in leads if one.at >= border]

    def has(some: Sequence[PlainLead], count: int, sales: int) -> bool:
        return len(some) >= count and sum(one.told["outcome"] == "bought" for one in some) >= sales

    undated = not any(has(cut(share, undated=False)[0], 30, 5) for share in SHARES)
    cuts = [cut(share, undated) for share in SHARES]
    enough = [one for one in cuts if has(one[0], 300, 30)]
    fit, judge = enough[0] if enough else max(cuts, key=lambda one: len(one[0]))
    return PlainSplit(fit, judge, undated)


def rates_of(rows: Sequence[tuple[PlainRow, float]], words: Mapping[str, Any]) -> dict[str, float]:
    """Return how often each grade's leads buy, by the rows at arrival and after calls (each with its weight).

    Only where no open answer can change the grade; as if twenty more leads had bought as often as the company guessed, and where
    it guessed nothing as if half a lead more had bought and half a lead more had not, as leads come to tell it.
    """
    counted = [(row, weight) for row, weight in rows if row.place in ("arrival", "call")]
    leads, every = len({row.one.id for row, _ in rows}), sum(weight for _, weight in counted)
    abc = words.get("abc") or {}
    rates = {}
    for grade in GUESSED:
        mine = [(row, weight * leads / every) for row, weight in counted if told_grade(row, bool(abc)) == grade]
        count = sum(weight for _, weight in mine)
        sold = sum(weight for row, weight in mine if row.one.told["outcome"] == "bought")
        is_said = grade in abc.get("rates", {})
        guess = GUESS_WEIGHS if is_said else max(GUESS_WEIGHS - count, 0.0)
        half = 0.0 if is_said else 0.5 * (1 - guess / GUESS_WEIGHS)
        rate = {**GUESSED, **abc.get("rates", {})}[grade]
        rates[grade] = (sold + guess * rate + half) / (count + guess + 2 * half)
    return rates


def told_grade(row: PlainRow, graded: bool) -> str | None:
    """Return the grade whose rate a row tells; None where an open answer may still change it."""
    said = row.said
    if not graded or not any(said.values()):
        return "ungraded"
    return grade_of(said) if grade_of(said) == best_open(said) else None


def in_order(rates: Mapping[str, float]) -> dict[str, float]:
    """Return the rates with none below that of a worse grade: a yes never speaks against a lead."""
    worst = min(rates["non_target"], rates["ungraded"])
    c = max(rates["C"], worst)
    b = max(rates["B"], c)
    return {
        "A": max(rates["A"], b, rates["ungraded"]),
        "B": b,
        "C": c,
        "non_target": worst,
        "ungraded": rates["ungraded"],
    }
