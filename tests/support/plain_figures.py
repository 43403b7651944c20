"""The figures of channels and journeys counted the plain way: csv rows, dictionaries, loops, and the words of the trade.

It shares no code with the product and is slow on purpose. What it counts is written down in the domain's words: who was
spoken to, who is qualified, what is settled, what a sale is. Whoever changes a definition changes it here by hand.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SPOKEN = ("reached", "refused", "call_back")
FINAL = ("won", "lost", "non_target")
EMPTY = ("", "-", "(none)", "(not set)", "none", "null", "nan", "undefined", "не указано", "не задано", "не выбрано")
CLICKED = {"yclid": "yandex", "gclid": "google"}
"""Click id -> whose ad was clicked, where the link names no source."""
STEPS = (
    0,
    1,
    2,
    4,
    8,
    12,
    18,
    24,
    36,
    *(24 * days for days in (2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270)),
)
"""Hours without work, in steps."""
DIMENSIONS = ("channel", "campaign", "ad", "offer", "landing_page")
Figures = dict[str, Any]


@dataclass
class PlainLead:
    """A lead as its rows tell it."""

    id: str
    at: datetime
    names: dict[str, str | None]
    calls: list[dict[str, Any]] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    day: date = date.min
    told: dict[str, Any] = field(default_factory=dict)
    row: dict[str, str] = field(default_factory=dict)
    marked: str = ""
    """The channel that its marks name; in reports a click id counts where they name none."""


@dataclass
class PlainCompany:
    """Its files as they lie in a folder, and the words by which they are read."""

    words: Mapping[str, Any]
    moment: datetime
    leads: dict[str, PlainLead] = field(default_factory=dict)
    spend: list[dict[str, Any]] = field(default_factory=list)
    counted: Callable[[PlainLead], float] | None = None

    def share(self, one: PlainLead) -> float:
        """Return how likely a lead is worked in the end; 1 of one that was."""
        if self.counted is None:
            self.counted = still_worked(self)
        return 1.0 if one.told["worked"] else self.counted(one)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.words.get("time_zone", "Europe/Moscow"))

    @property
    def horizon(self) -> int | None:
        days = self.words.get("horizon_days", 60)
        return None if days == "none" else days

    @property
    def records_calls(self) -> bool:
        return bool(self.words.get("calls_recorded", True))

    def channel(self, marks: Mapping[str, str], *, clicks_count: bool = True) -> str:
        raw = tidy(marks.get("source", ""))
        if raw in EMPTY and clicks_count:
            clicked = [source for click, source in CLICKED.items() if marks.get(click, "").strip()]
            marks = {**marks, "source": clicked[0]} if clicked else marks
            raw = clicked[0] if clicked else raw
        for rule in self.words.get("channels", {}).get("rules", ()):
            if all(tidy(marks.get(mark, "")) in [tidy(one) for one in words] for mark, words in rule["when"].items()):
                return str(rule["name"])
        return "unknown" if raw in EMPTY else raw

    def kind(self, stage: str) -> str:
        for kind, names in self.words.get("stages", {}).items():
            listed = [names] if isinstance(names, str) else names
            if tidy(stage) in [tidy(one) for one in listed]:
                return str(kind)
        return "other"


@cache
def tidy(word: str) -> str:
    return " ".join(word.split()).casefold()


def plain_company(words: Mapping[str, Any], folder: Path, moment: datetime, exported_at: datetime) -> PlainCompany:
    """Read leads.csv, calls.csv, stages.csv and spend.csv of a folder as they were known at ``moment``."""
    company = PlainCompany(words, moment)
    export = words["export"]
    for row in rows(folder / "leads.csv"):
        columns = export["leads"]
        at = moment_of(row[columns["created_at"]], company.zone, day_ends=False)
        if at > moment:
            continue
        marks = {mark: row[column] for mark, column in columns.get("marks", {}).items()}
        names = {name: None if tidy(marks.get(name, "")) in EMPTY else tidy(marks[name]) for name in DIMENSIONS[1:]}
        one = PlainLead(row[columns["id"]], at, {"channel": company.channel(marks), **names}, row=row)
        one.marked = company.channel(marks, clicks_count=False)
        if columns.get("stage") and row[columns["stage"]]:
            amount = number(row[columns["amount"]]) if columns.get("amount") and row[columns["amount"]] else None
            if exported_at <= moment:
                kind = company.kind(row[columns["stage"]])
                one.stages.append({"at": exported_at, "kind": kind, "amount": amount})
        company.leads[one.id] = one
    if (folder / "calls.csv").exists():
        columns = export["calls"]
        for row in rows(folder / "calls.csv"):
            at = moment_of(row[columns["at"]], company.zone, day_ends=True)
            if at <= moment and row[columns["lead_id"]] in company.leads:
                asked = {name: said["call_column"] for name, said in words["fields"].items() if said.get("call_column")}
                said = {name: {"да": "yes", "нет": "no"}.get(tidy(row[column])) for name, column in asked.items()}
                result = columns["results"][row[columns["result"]]]
                company.leads[row[columns["lead_id"]]].calls.append(
                    {"at": at, "result": result, "said": said, "row": row}
                )
    if (folder / "stages.csv").exists():
        columns = export["stages"]
        for row in rows(folder / "stages.csv"):
            at = moment_of(row[columns["at"]], company.zone, day_ends=True)
            if at <= moment and row[columns["lead_id"]] in company.leads:
                amount = number(row[columns["amount"]]) if columns.get("amount") and row[columns["amount"]] else None
                company.leads[row[columns["lead_id"]]].stages.append(
                    {"at": at, "kind": company.kind(row[columns["stage"]]), "amount": amount}
                )
    if (folder / "spend.csv").exists():
        columns = export["spend"]
        for row in rows(folder / "spend.csv"):
            if not row[columns["cost"]]:
                continue
            day = moment_of(row[columns["day"]], company.zone, day_ends=False).astimezone(company.zone).date()
            marks = {mark: row[column] for mark, column in columns.get("marks", {}).items()}
            names = {
                name: None if tidy(marks.get(name, "")) in EMPTY else tidy(marks[name]) for name in ("campaign", "ad")
            }
            company.spend.append(
                {
                    "day": day,
                    "cost": number(row[columns["cost"]]),
                    "impressions": int(row[columns["impressions"]]) if columns.get("impressions") else None,
                    "clicks": int(row[columns["clicks"]]) if columns.get("clicks") else None,
                    "channel": company.channel(marks),
                    **names,
                }
            )
    for one in company.leads.values():
        one.calls.sort(key=lambda call: call["at"])
        one.stages.sort(key=lambda stage: stage["at"])
    tests = [one.id for one in company.leads.values() if any(stage["kind"] == "ignore" for stage in one.stages)]
    for name in tests:
        del company.leads[name]
    for one in company.leads.values():
        one.day = one.at.astimezone(company.zone).date()
        one.told = facts_of(one, company, moment)
    return company


def rows(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    separator = ";" if ";" in text.split("\n", 1)[0] else ","
    return list(csv.DictReader(text.splitlines(), delimiter=separator))


def number(text: str) -> float:
    bare = text.replace(" ", "").replace("\u00a0", "")
    return float(bare.replace(",", ".")) if "," in bare else float(bare)


def moment_of(text: str, zone: ZoneInfo, *, day_ends: bool) -> datetime:
    day, _, clock = text.strip().partition(" ")
    if "." in day:
        first, second, third = map(int, day.split("."))
        year, month, day_number = third, second, first
    elif len(day.split("-")[0]) == 4:
        year, month, day_number = map(int, day.split("-"))
    else:
        day_number, month, year = map(int, day.split("-"))
        year += 2000 if year < 100 else 0
    if not clock:
        starts = datetime(year, month, day_number, tzinfo=zone)
        return (starts + timedelta(days=1) - timedelta(microseconds=1) if day_ends else starts).astimezone(UTC)
    hour, minute, *rest = clock.split(":")
    seconds = float(rest[0]) if rest else 0.0
    micro = round((seconds % 1) * 1_000_000)
    return datetime(year, month, day_number, int(hour), int(minute), int(seconds), micro, tzinfo=zone).astimezone(UTC)


def facts_of(one: PlainLead, company: PlainCompany, moment: datetime) -> Figures:
    """Return what is so of one lead."""
    said: dict[str, str] = {}
    for call in one.calls:
        said.update({name: word for name, word in call["said"].items() if word})
    spoken = any(call["result"] in SPOKEN for call in one.calls)
    grade = None
    if spoken and company.words.get("abc"):
        need, budget, urgency = (said.get(name) for name in ("need", "budget", "urgency"))
        if need == "no":
            grade = "non_target"
        elif need == "yes":
            grade = "C" if budget != "yes" else "A" if urgency == "yes" else "B"
    kinds = [stage["kind"] for stage in one.stages]
    closings = [stage for stage in one.stages if stage["kind"] in FINAL]
    if company.horizon is None:
        won = closings[-1] if closings and closings[-1]["kind"] == "won" else None
    else:
        until = one.at + timedelta(days=company.horizon)
        won = next((stage for stage in closings if stage["kind"] == "won" and stage["at"] <= until), None)
    late = None
    if company.horizon is not None and won is None:
        late = next((stage for stage in closings if stage["kind"] == "won"), None)
    days = {call["at"].astimezone(company.zone).date() for call in one.calls}
    worked = not company.records_calls or bool(closings) or spoken or (len(one.calls) >= 3 and len(days) >= 2)
    old = bool(closings) if company.horizon is None else moment > one.at + timedelta(days=company.horizon)
    outcome = "never_called" if not worked else "open" if not old else "bought" if won else "did_not_buy"
    steps = [spoken, grade in ("A", "B"), "meeting" in kinds, "invoice" in kinds, "contract" in kinds, bool(won)]
    furthest = max((place for place, reached in enumerate(steps, start=1) if reached), default=0)
    talks = [call["at"] for call in one.calls if call["result"] in SPOKEN]
    enough = [
        one.calls[n - 1]["at"] for n in range(3, len(one.calls) + 1)
        if len({call["at"].astimezone(company.zone).date() for call in one.calls[:n]}) >= 2
    ]  # fmt: skip
    return {
        "worked_at": min([*talks, *enough, *(stage["at"] for stage in closings)], default=None), "worked": worked,
        "called": bool(one.calls), "spoken": spoken, "qualified": grade in ("A", "B"), "steps": steps, "furthest": furthest,
        "bad": grade == "non_target" or "non_target" in kinds, "outcome": outcome, "won": won, "late": late,
    }  # fmt: skip


def figures_of(company: PlainCompany, keeps: Callable[[PlainLead], bool], chances: Mapping[str, float]) -> Figures:
    """Return everything that is counted of the leads that ``keeps`` keeps."""
    chosen = [(one, one.told) for one in company.leads.values() if keeps(one)]
    sold = [told["won"] for _, told in chosen if told["won"]]
    waiting = [one for one, told in chosen if told["outcome"] in ("open", "never_called") and not told["won"]]
    names = ("reached", "qualified", "meeting", "invoice", "contract", "won")
    share = company.share
    return {
        "leads": len(chosen),
        "processed": sum(told["called"] for _, told in chosen),
        "spoken": sum(told["spoken"] for _, told in chosen),
        "qualified": sum(told["qualified"] for _, told in chosen),
        "bad_spoken": sum(told["bad"] and told["spoken"] for _, told in chosen),
        "bad_unspoken": sum(told["bad"] and not told["spoken"] for _, told in chosen),
        **{kind: sum(told["outcome"] == kind for _, told in chosen) for kind in ("bought", "did_not_buy", "never_called")},
        "open": sum(told["outcome"] == "open" and not told["won"] for _, told in chosen),
        **{f"{name}_or_later": sum(told["furthest"] > place for _, told in chosen) for place, name in enumerate(names)},
        **{f"own_{name}": sum(told["steps"][place] for _, told in chosen) for place, name in enumerate(names)},
        "sales": len(sold),
        "revenue": None if any(won["amount"] is None for won in sold) else sum(won["amount"] for won in sold),
        "expected": sum(chances.get(one.id, 0.0) * share(one) for one in waiting),
        "of_unworked": sum(chances.get(one.id, 0.0) * share(one) for one in waiting if not one.told["worked"]),
        "if_worked": sum(chances.get(one.id, 0.0) for one in waiting if not one.told["worked"] and not is_past(one, company)),
        "unworked": sum(not told["worked"] and not is_past(one, company) for one, told in chosen),
        "amounts": [won["amount"] for won in sold],
        "late": [told["late"]["amount"] for _, told in chosen if told["late"]],
    }  # fmt: skip


def is_past(one: PlainLead, company: PlainCompany) -> bool:
    """Return whether a lead's window is over."""
    return company.horizon is not None and company.moment > one.at + timedelta(days=company.horizon)


def still_worked(company: PlainCompany) -> Callable[[PlainLead], float]:
    """Return how likely somebody still works a lead that nobody worked, by the life table of the leads so far.

    Who waited through the steps before was worked in a step, or is in the midst of it, or waited on; half of those in the
    midst count. Ten leads more, worked as in the step before (half of them in the first), and in a channel fifty, worked as in
    all channels, are added to each.
    """
    first = company.moment.astimezone(company.zone).date() - timedelta(days=180 + (company.horizon or 0))
    hours_of: dict[str, list[tuple[float, bool]]] = {}
    for one in company.leads.values():
        at = one.told["worked_at"]
        if one.day >= first.replace(day=1) and (at or not one.told["worked"]):
            hours = ((at or company.moment) - one.at).total_seconds() / 3600
            late = company.horizon is not None and hours > 24 * company.horizon
            hours_of.setdefault(one.names["channel"] or "", []).append(
                (1e9, False) if late else (hours, at is not None)
            )
    steps = [step for step in STEPS if company.horizon is None or step < 24 * company.horizon]
    ends = [*STEPS[1 : len(steps)], 1e8]
    every = [pair for those in hours_of.values() for pair in those]
    of_all: list[float] = []
    for start, end in zip(steps, ends, strict=True):
        of_all.append(worked_in(every, start, end, of_all[-1] if of_all else 0.5, 10))
    of_channels = {
        channel: [worked_in(those, *step) for step in zip(steps, ends, of_all, [50] * len(steps), strict=True)]
        for channel, those in hours_of.items()
    }

    def share(one: PlainLead) -> float:
        hours = (company.moment - one.at).total_seconds() / 3600
        now = max(n for n, start in enumerate(steps) if start < hours or n == 0)
        stays = [1 - rate for rate in of_channels.get(one.names["channel"] or "", of_all)]
        left = sqrt(stays[now])
        for one_stays in stays[now + 1 :]:
            left *= one_stays
        return 1 - left

    return share


def worked_in(leads: Iterable[tuple[float, bool]], start: float, end: float, usual: float, weight: float) -> float:
    """Return the share of those who waited until a step begins that is worked in it."""
    waited = [(hours, worked) for hours, worked in leads if hours > start or start == 0]
    inside = [worked for hours, worked in waited if hours <= end]
    return (sum(inside) + weight * usual) / (len(waited) - (len(inside) - sum(inside)) / 2 + weight)


def costs_of(company: PlainCompany, keeps: Callable[[Mapping[str, Any]], bool]) -> Figures:
    """Return what the rows of costs add up to; None for what no row tells."""
    chosen = [row for row in company.spend if keeps(row)]
    told = {name: [row[name] for row in chosen if row[name] is not None] for name in ("cost", "impressions", "clicks")}
    return {name: sum(values) if values else None for name, values in told.items()}


def byar(count: float) -> tuple[float, float]:
    """Return Byar's 95 % interval of a count (Breslow & Day 1987, p. 69)."""
    z, more = 1.959963984540054, count + 1
    low = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3
    return low, more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3


def returns_of(hand: Mapping[str, Any], cost: float) -> list[float]:
    """Return what a rouble brought, with its ends by how many sales there might have been, and for what amounts.

    Amounts that differ say as much as fewer that do not: the relative variance of the sum is (1 + theirs) / n, theirs weighed
    by the square of Student's t over the normal's 1.96 (Abramowitz & Stegun 1964, 26.7.5; of three degrees at least).
    """
    amounts = hand["amounts"]
    told = [(sum(amounts) - cost) / cost]
    if not amounts:
        return told
    n, mean, z = len(amounts), sum(amounts) / len(amounts), 1.959963984540054
    if n > 1:
        f = max(n - 1, 3)
        t = z + (z**3 + z) / (4 * f) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * f**2)
        t += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * f**3)
        t += (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92_160 * f**4)
        variance = sum((one - mean) ** 2 for one in amounts) / (n - 1) / mean**2
        alike = n / (1 + (t / z) ** 2 * variance)
    else:
        alike = 1.0
    return told + [sum(amounts) * many / alike / cost - 1 for many in byar(alike)]


def late_of(hand: Mapping[str, Any], company: PlainCompany, *, money: bool = True) -> list[float]:
    """Return the numbers of what is said of sales after the window: how many, for how much, after how many days."""
    late = hand["late"]
    if not late:
        return []
    amount = [] if None in late or not money else [sum(late)]
    return [len(late), *amount, float(company.horizon or 0)]


def wilson(count: int, of: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval, by the formula of his paper."""
    z, p = 1.959963984540054, count / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def curve_of(company: PlainCompany, moment: datetime, cohort: Iterable[PlainLead]) -> list[float]:
    """Return the share that bought by each day of age, counting at each age the leads that are old enough."""
    today = moment.astimezone(company.zone).date()
    day_of = {one.id: one.day for one in cohort}
    sold: dict[str, int] = {}
    for name, day in day_of.items():
        won = company.leads[name].told["won"]
        if won:
            sold[name] = (won["at"].astimezone(company.zone).date() - day).days
    shares: list[float] = []
    for age in range((company.horizon or 0) + 1):
        old = [name for name, day in day_of.items() if day + timedelta(days=age) < today]
        if not old or len(old) < 0.5 * len(day_of):
            break
        before = shares[-1] if shares else 0.0
        shares.append(before + sum(sold.get(name) == age for name in old) / len(old))
    return shares


def period_of(day: date, period: str) -> date | None:
    """Return the first day of a day's period."""
    if period == "week":
        return day - timedelta(days=day.isoweekday() - 1)
    return {"month": day.replace(day=1), "day": day, "all": None}[period]
