"""What becomes known of each lead and on which day, what a company watches by that, and what is said of the quiet channels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.serving.recounts.page import Page, Table, is_written
from tests.support.plain_alarms import CLOCKS, PlainWatch, told_of, weak_chances
from tests.support.plain_chances import CRITERIA, grade_of
from tests.support.plain_figures import SPOKEN, PlainCompany, PlainLead, wilson

TOLD_LATE = 7
FIRST, KINDS, A_CLOCK = 300, ("choice", "yes_no", "number"), 3
"""Leads by which it is known what a form is usually answered; fields of which that is watched; streams checked of each clock."""
WATCHED = {
    "non-target": "non_target", "not reached": "not_reached", "unqualified": "unqualified", "that bought": "bought",
    "named without a talk": "named", "of weak leads": "chance",
}  # fmt: skip
Known = tuple[date, bool] | None
"""On which day something is known of a lead, and whether it counts; None where it is not known."""


def first_call(one: PlainLead, plain: PlainCompany) -> Known:
    if not one.calls:
        return None
    call = one.calls[0]
    return call["at"].astimezone(plain.zone).date(), call["result"] not in SPOKEN


def first_talk(one: PlainLead, plain: PlainCompany) -> dict[str, Any] | None:
    return next((call for call in one.calls if call["result"] in SPOKEN), None)


def non_target(one: PlainLead, plain: PlainCompany) -> Known:
    if not plain.records_calls:
        return one.day, one.told["bad"]
    talk = first_talk(one, plain)
    return (talk["at"].astimezone(plain.zone).date(), one.told["bad"]) if talk else None


def unqualified(one: PlainLead, plain: PlainCompany) -> Known:
    """Return how the first talk graded a lead, by what was said until then."""
    talk = first_talk(one, plain)
    if not talk:
        return None
    said: dict[str, str | None] = dict.fromkeys(CRITERIA)
    for call in one.calls:
        if call["at"] <= talk["at"]:
            said.update({name: word for name, word in call["said"].items() if word})
    grade = grade_of(said)
    return None if grade == "ungraded" else (talk["at"].astimezone(plain.zone).date(), grade not in ("A", "B"))


def bought(one: PlainLead, plain: PlainCompany) -> Known:
    """Return whether it bought, known a week after its window; of a lead that nobody worked nothing is."""
    assert plain.horizon
    over = (one.at + timedelta(days=plain.horizon)).astimezone(plain.zone).date() + timedelta(days=TOLD_LATE)
    is_worked = one.told["outcome"] != "never_called"
    return (over, bool(one.told["won"])) if is_worked else None


def named(one: PlainLead, plain: PlainCompany) -> Known:
    return one.day, one.told["bad"] and not one.told["spoken"]


MEASURES: dict[str, Callable[[PlainLead, PlainCompany], Known]] = {
    "non-target": non_target, "not reached": first_call, "unqualified": unqualified, "that bought": bought,
    "named without a talk": named,
}  # fmt: skip


def watch_of(
    plain: PlainCompany, moment: datetime, chances: Mapping[str, float] | None = None, a_year: float = 4.0
) -> PlainWatch:
    """Return all that is watched of a company, gone through by plain loops; ``chances`` are those scored at arrival."""
    words, today = plain.words, moment.astimezone(plain.zone).date().toordinal()
    tells = bool(words.get("abc") or words["stages"].get("non_target"))
    is_watched = {
        "non-target": tells, "named without a talk": tells and plain.records_calls, "not reached": plain.records_calls,
        "unqualified": bool(words.get("abc")) and plain.records_calls, "that bought": bool(plain.horizon),
    }  # fmt: skip
    told = []
    for one in sorted(plain.leads.values(), key=lambda lead: lead.at):
        lead = told_of(one.names, one.day.toordinal())
        for name, measure in MEASURES.items():
            known = measure(one, plain) if is_watched[name] else None
            if known:
                lead.known[WATCHED[name]] = known[0].toordinal(), known[1] != (name == "that bought")
        lead.chance = (chances or {}).get(one.id)
        told.append(lead)
    weak_chances(told)
    asked = [
        one for one in words["fields"].values()
        if one["kind"] in KINDS and one.get("filled_by") != "manager" and not one.get("call_column")
    ]  # fmt: skip
    return PlainWatch(told, today, form=bool(asked) and len(told) >= FIRST, a_year=a_year)


def check_quiet(page: Page, watch: PlainWatch, draw: Random) -> set[str]:
    """Check what quiet channels would have shown by now, some of each clock, those first that could; return the clocks."""
    rows: dict[str, list[tuple[str, str, list[str]]]] = defaultdict(list)
    for table in page.of("quiet"):
        check_summary(table)
        for cells in table.rows:
            measure = WATCHED[re.sub(r"^Share |, seen .*$", "", cells[0])]
            rows[CLOCKS[measure][0]].append((re.split(r" Share ", table.title)[0], measure, cells))
    for some in rows.values():
        draw.shuffle(some)
        some.sort(key=lambda one: one[2][2] == "not enough data")
        for channel, measure, cells in [*some[:A_CLOCK], *some[-1:]]:
            hand, flipped = watch.noticeable(channel, measure), measure == "bought"
            is_written(cells[2], "en", *([] if hand is None else [1 - hand if flipped else hand]))
            assert (cells[2] == "not enough data") == (hand is None)
            bad, of = lately(watch, channel, measure)
            k = of - bad if flipped else bad
            came = sum(one.arrived > watch.today - 120 for one in watch.leads if one.places["channel"][0] == channel)
            is_written(cells[3], "en", *([came - of] if came > of else []))
            is_written(cells[1], "en", *([k / of, *wilson(k, of), k, of] if of else []))
    return set(rows)


def check_summary(table: Table) -> None:
    """Check what the line of a channel says while it is folded: the share of its first measure, and what would be noticed."""
    told = re.search(
        r" Share (.+?): (?:([\d.]+\s%) \((.+?)\)|—); (?:a rise to ([\d.]+\s%) would|(not enough data))", table.title
    )
    assert told
    named = f"Share {told[1]}, "
    first = next((cells for cells in table.rows if cells[0].startswith("Share non-target, ")), table.rows[0])
    assert first[0].startswith(named)
    assert first[2] == (told[4] or told[5])
    assert first[1] == "—" if told[2] is None else first[1].startswith(told[2]) and first[1].endswith(told[3])


def lately(watch: PlainWatch, channel: str, measure: str) -> tuple[int, int]:
    """Return how many were bad of how many of the last 120 days."""
    days = [one for one in watch.days("channel", measure).get((channel, ""), []) if one[0] > watch.today - 120]
    return sum(bad for _, bad, _ in days), sum(of for *_, of in days)
