"""What changed after ad systems were told, and every line of Google's adjustments, equal plain loops over what was told and is so.

The company tells its conversions. Then the CRM says other amounts, meetings on other days, and that some leads were only tests;
it looks again, downloads the adjustments, and after more corrections once more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from features.facts.values import LeadId, Stage
from tests.monitoring.conversions.upload_readers import read_adjustments
from tests.serving.recounts.companies import CONVERSIONS, Shown
from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.test_conversions_recounted import STEPS, shown_counts, steps_of, why_not
from tests.support.plain_figures import PlainCompany, PlainLead

SYSTEMS = ("yandex", "google", "google_enhanced", "meta")
MENDED_WITHIN = timedelta(days=54)
"""Of the conversion: Google's own limit."""
DAY = timedelta(days=1)
SALE, MEETING, TEST = "Договор", "Встреча", "Тест"
TAKEN_BACK = "taken back"
Key = tuple[str, str]
Worth = float | str | None
"""What a conversion rests on: the amount paid, None where nobody knows it, "expected", or that it was taken back."""
Ledger = dict[Key, tuple[datetime, Worth]]
NAMES = CONVERSIONS["google"]["actions"]


def test_what_changed_after_it_was_told_and_googles_adjustments_equal_counting_by_hand(
    demo: Shown, tmp_path: Path
) -> None:
    company = demo.copy(tmp_path / "copy", stages={**demo.words["stages"], "ignore": [TEST]})
    moment = demo.exported_at - 20 * DAY
    plain = company.at(moment)
    told = {system: ready_of(plain, system, moment) for system in SYSTEMS}
    for system in SYSTEMS:
        company.doors.client.post(f"/conversions/{system}/file")
    check(company, plain, told, {})
    assert not lines_of(plain, told["google"], {}, moment)["ready"]

    moment = half_a_day_too_late(told["google"], moment + 3 * DAY)
    first = corrections(plain, told, moment - DAY)
    company.doors.service.desk.store.append(first)
    plain = corrected(company.at(moment), first)
    assert check(company, plain, told, {}) >= {"google", "google_enhanced", "meta"}
    due = lines_of(plain, told["google"], {}, moment)
    assert {kind for _, kind, _ in due["ready"].values()} == {"RESTATE", "RETRACT"}
    assert min(len(due["old"]), len(due["value"])) > 0
    adjusted = downloaded(company, plain, told["google"], {})
    check(company, plain, told, adjusted)

    moment += DAY
    second = again(plain, told["google"], adjusted, moment - DAY / 2)
    company.doors.service.desk.store.append(second)
    plain = corrected(company.at(moment), [*first, *second])
    due = lines_of(plain, told["google"], adjusted, moment)
    assert 0 < len(due["ready"].keys() & adjusted.keys()) < len(due["ready"])  # some for the first time, some again
    check(company, plain, told, adjusted)
    check(company, plain, told, downloaded(company, plain, told["google"], adjusted))
    company.close()


def ready_of(plain: PlainCompany, system: str, moment: datetime) -> Ledger:
    """Return what a system is told of at a moment when it was told nothing yet."""
    steps = CONVERSIONS[system][STEPS[system]]
    return {
        (one.id, step): (at, worth_of(one, step))
        for one in plain.leads.values()
        for step, at in steps_of(one).items()
        if step in steps and why_not(one, plain, system, step, at, moment) == "ready"
    }


def half_a_day_too_late(told: Ledger, earliest: datetime) -> datetime:
    """Return the first moment at which some sale has been too old to be mended for half a day."""
    ends = (at + MENDED_WITHIN + DAY / 2 for (_, step), (at, _) in told.items() if step == "paid")
    return min(one for one in ends if one >= earliest)


def worth_of(one: PlainLead, step: str) -> Worth:
    paid = [stage["amount"] for stage in one.stages if stage["kind"] == "won"]
    return paid[0] if step == "paid" else "expected"


def corrections(plain: PlainCompany, told: dict[str, Ledger], known_at: datetime) -> list[Stage]:
    """Return what the CRM says otherwise since: of sales the amount, of meetings an earlier one, and leads that were tests."""
    ids = sorted({lead for ledger in told.values() for lead, step in ledger if step == "paid"})
    facts = []
    for n, name in enumerate(ids):
        sale = next(stage for stage in plain.leads[name].stages if stage["kind"] == "won")
        amount = [sale["amount"] + 1_000.5, 0.0, None, sale["amount"]][n % 4]
        facts.append(Stage(LeadId(name), sale["at"], known_at, SALE, amount))
    meetings = sorted(lead for lead, step in told["google"] if step == "meeting")
    for name in meetings[::3]:
        earlier = told["google"][name, "meeting"][0] - timedelta(minutes=7)
        facts.append(Stage(LeadId(name), earlier, known_at, MEETING))
    tests = sorted({lead for lead, _ in told["google"]})
    return facts + [Stage(LeadId(name), known_at, known_at, TEST) for name in tests[::11]]


def again(plain: PlainCompany, told: Ledger, adjusted: Ledger, known_at: datetime) -> list[Stage]:
    """Return what the CRM says after that: of sales that were mended the amount as told first, of those unknown a new one."""
    facts = []
    for (lead, step), (at, worth) in sorted(told.items()):
        if step == "paid" and lead in plain.leads:
            assert isinstance(worth, float)
            if (lead, step) in adjusted:
                facts.append(Stage(LeadId(lead), at, known_at, SALE, worth))
            elif worth_of(plain.leads[lead], step) is None:
                facts.append(Stage(LeadId(lead), at, known_at, SALE, worth + 500))
    return facts


def corrected(plain: PlainCompany, facts: Iterable[Stage]) -> PlainCompany:
    """Return the company as its files tell it and these facts beside them; a test is no lead."""
    leads = plain.leads
    for one in facts:
        if one.stage == TEST:
            leads.pop(one.lead_id, None)
        elif one.lead_id in leads:
            stages, kind = leads[one.lead_id].stages, plain.kind(one.stage)
            same = [stage for stage in stages if stage["at"] == one.at and stage["kind"] == kind]
            if same:
                same[0]["amount"] = one.amount
            else:
                stages.append({"at": one.at, "kind": kind, "amount": one.amount})
                stages.sort(key=lambda stage: stage["at"])
    return plain


def check(company: Shown, plain: PlainCompany, told: dict[str, Ledger], adjusted: Ledger) -> set[str]:
    """Check all that the page says of what was told; return of which systems anything changed."""
    page, moment, found = Page(company.doors.page("/conversions?lang=en")), company.moment, set()
    for system in SYSTEMS:
        now = {
            (one.id, step): (at, worth_of(one, step))
            for one in plain.leads.values()
            for step, at in steps_of(one).items()
        }
        counts: dict[str, Counter[str]] = {step: Counter() for step in CONVERSIONS[system][STEPS[system]]}
        for (lead, step), (at, _) in now.items():
            if step in counts:
                is_told = (lead, step) in told[system]
                counts[step]["reached"] += 1
                counts[step]["told" if is_told else why_not(plain.leads[lead], plain, system, step, at, moment)] += 1
        shown = shown_counts(page.of(system)[0].rows, system, "en")
        assert {step: +of for step, of in shown.items()} == {step: +of for step, of in counts.items()}, system
        changed = sum(key in now and now[key] != first for key, first in told[system].items())
        said = re.findall(r"Changed since they were told: ([\d,]+)\.", page.text(system))
        is_written(" ".join(said), "en", *([changed] if changed else []))
        found |= {system} if changed else set()
    check_adjustments(page, plain, told["google"], adjusted, moment)
    return found


Lines = dict[Key, tuple[datetime, str, Worth]]
"""Of each conversion the time of it as it was told, whether it is restated or retracted, and the amount."""


def lines_of(plain: PlainCompany, told: Ledger, adjusted: Ledger, moment: datetime) -> dict[str, Lines]:
    """Return what there is to mend of what Google was told: by whether it is ready, was mended, or why it cannot be."""
    found: dict[str, Lines] = {name: {} for name in ("ready", "told", "old", "value")}
    for (lead, step), (at, worth) in told.items():
        one = plain.leads.get(lead)
        now = worth_of(one, step) if one and step in steps_of(one) else TAKEN_BACK
        now = TAKEN_BACK if now == 0 else now
        before = adjusted[lead, step][1] if (lead, step) in adjusted else worth
        if before in (TAKEN_BACK, now):
            where = "told" if (lead, step) in adjusted else None
        elif moment > at + MENDED_WITHIN:
            where = "old"
        else:
            where = "value" if now is None else "ready"
        if where:
            found[where][lead, step] = (at, "RETRACT" if now == TAKEN_BACK else "RESTATE", now)
    return found


def check_adjustments(page: Page, plain: PlainCompany, told: Ledger, adjusted: Ledger, moment: datetime) -> None:
    """Check the counts of what is mended, and how many are mended once more."""
    due, text = lines_of(plain, told, adjusted, moment), page.text("google_adjustments")
    counts: dict[str, Counter[str]] = {step: Counter() for step in NAMES}
    for where, lines in due.items():
        for _, step in lines:
            counts[step][where] += 1
            counts[step]["reached"] += 1
    shown = shown_counts(page.of("google_adjustments")[0].rows, "google_adjustments", "en")
    assert {step: +of for step, of in shown.items()} == {step: +of for step, of in counts.items()}
    button = re.findall(r"Download the file: ([\d,]+)", text)
    is_written(" ".join(button), "en", *([len(due["ready"])] if due["ready"] else []))
    once_more = len(due["ready"].keys() & adjusted.keys())
    is_written(
        " ".join(re.findall(r"of these restatements: ([\d,]+)", text)), "en", *([once_more] if once_more else [])
    )


def downloaded(company: Shown, plain: PlainCompany, told: Ledger, adjusted: Ledger) -> Ledger:
    """Check the file line by line, and what the page says of it; return what Google was told by now to mend."""
    due, clicks = lines_of(plain, told, adjusted, company.moment)["ready"], company.plain(company.exported_at).leads
    got = company.doors.client.post("/conversions/google_adjustments/file")
    lines = read_adjustments(got.content)
    expected = [
        {
            "who": clicks[lead].row["gclid"], "name": NAMES[step], "of": at.replace(microsecond=0), "kind": kind,
            "value": 0.0 if kind == "RETRACT" else worth,
        }
        for (lead, step), (at, kind, worth) in due.items()
    ]  # fmt: skip
    assert in_order(lines) == in_order(expected)
    text = Page(company.doors.page("/conversions?lang=en")).text("google_adjustments")
    assert re.findall(r"Last file .*?, ([\d,]+) lines", text) == [f"{len(due):,}"]
    once_more = len(due.keys() & adjusted.keys())
    said = re.findall(r"Restated after they were told: ([\d,]+)\.", text)
    is_written(" ".join(said), "en", *([once_more] if once_more else []))
    return {**adjusted, **{key: (company.moment, worth) for key, (_, _, worth) in due.items()}}


def in_order(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda one: (one["who"], one["name"]))
