"""Checks of what stands beside a model: the managers' own grades, and what another model scored in its shadow."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import sqrt
from random import Random
from typing import Any
from urllib.parse import quote

from sqlalchemy import text as sql

from features.facts.values import MANAGER_GRADES, Call, LeadId
from models.abc_rules import GRADES as RULE_GRADES
from models.artefact import set_champion
from models.score_log import LoggedScore
from models.shadow_log import ShadowLog, ShadowScore
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.judged_card import DAYS, GRADES, check_rate
from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.taught import Taught
from tests.support.plain_figures import FINAL, PlainLead, facts_of, wilson

Z = 1.959963984540054


ANOTHER = "20200101-abcdef"


def check_managers(told: Taught, draw: Random) -> None:
    """Let managers grade leads at random, before and after their ends, and check how far they and the model agree."""
    company, service = told.company, told.company.doors.service
    plain = company.plain(company.moment)
    calls: list[Call] = []
    scores: list[LoggedScore] = []
    for one in draw.sample(sorted(plain.leads.values(), key=lambda lead: lead.id), min(140, len(plain.leads))):
        span = company.moment - one.at
        for _ in range(draw.choice([1, 1, 1, 2])):
            at = one.at + span * draw.random() ** 3
            calls.append(Call(LeadId(one.id), at, at, "reached", grade=draw.choice(MANAGER_GRADES)))
            before = draw.choice(calls[-1:] * 5 + [None])
            version = draw.choice([told.trained.version] * 4 + [ANOTHER, None])
            if before:
                when = one.at + (at - one.at) * draw.random()
                chance = draw.random()
                grade = draw.choice(RULE_GRADES[:4])
                logged = LoggedScore(
                    LeadId(one.id), when, chance, 0.0, "C", grade, version, 1, 1, None, "0" * 16, "stored", {}
                )
                scores.append(logged)
    service.desk.store.append(calls)
    service.log.remember(scores)
    given: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        given[call.lead_id].append(call)
    for lead_id, some in given.items():
        one = plain.leads[lead_id]
        one.calls += [{"at": call.at, "result": "reached", "said": {}, "row": {}} for call in some]
        one.calls.sort(key=lambda call: call["at"])
        one.told = facts_of(one, plain, company.moment)
    served = served_before(company)
    for path, version in (("/models", None), (told.page, told.trained.version)):
        pairs: dict[tuple[str, str], list[PlainLead]] = defaultdict(list)
        not_served = after = 0
        for lead_id, some in given.items():
            one, first = plain.leads[lead_id], min(some, key=lambda call: call.at)
            earlier = [score for score in served.get(lead_id, ()) if score[0] < first.at]
            if any(stage["kind"] in FINAL and stage["at"] <= first.at for stage in one.stages):
                after += 1
            elif not earlier or max(earlier)[2] is None or version not in (None, max(earlier)[2]):
                not_served += 1
            else:
                pairs[str(first.grade), max(earlier)[1]].append(one)
        check_agreement(Page(company.doors.page(f"{path}?lang=en")), pairs, not_served, after)
    shown = check_shown_before(
        company, {name: max(call.at for call in some) for name, some in given.items()}, served, draw
    )
    assert shown or not (
        told.trained.candidate.tables.cells or plain.words.get("abc")
    )  # then nothing grades the lead now


Scores = list[tuple[datetime, str, Any, float]]
"""Of a lead's logged scores: when, which grade, by which model, how likely."""


def served_before(company: Shown) -> dict[str, Scores]:
    """Return every logged score of every lead."""
    with company.doors.service.desk.store.engine.connect() as connection:
        rows = connection.execute(
            sql("select lead_id, at_us, refined_grade, model_version, probability from scores")
        ).all()
    found: dict[str, Scores] = defaultdict(list)
    for lead_id, at, grade, version, chance in rows:
        if lead_id is not None:
            found[lead_id].append((datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at), grade, version, chance))
    return found


SHOWN = re.compile(r"Before that grade the model had shown (\S+) \(([\d.]+\s%)\)")


def check_shown_before(
    company: Shown, graded: Mapping[str, datetime], served: Mapping[str, Scores], draw: Random
) -> int:
    """Check what leads' cards say that the model had shown before the manager's latest grade; return how many say it."""
    told = 0
    for name in draw.sample(sorted(graded), min(12, len(graded))):
        before = [score for score in served.get(name, ()) if score[0] < graded[name]]
        found = SHOWN.search(Page(company.doors.page(f"/leads/{quote(name)}?lang=en")).text("content"))
        if found:
            _, grade, version, chance = max(before)
            assert version
            assert found[1] == {"non_target": "non-target"}.get(grade, grade)
            is_written(found[2], "en", chance)
            told += 1
    return told


def check_agreement(page: Page, pairs: Mapping[tuple[str, str], list[PlainLead]], not_served: int, after: int) -> None:
    best = {grade: place for place, grade in enumerate(GRADES)}
    sides = {
        "same": [one for (own, its), some in pairs.items() if own == its for one in some],
        "higher": [one for (own, its), some in pairs.items() if best[own] < best[its] for one in some],
        "lower": [one for (own, its), some in pairs.items() if best[own] > best[its] for one in some],
    }
    leads = sum(map(len, pairs.values()))
    assert leads >= 20
    text = page.text("managers")
    agreed = re.search(r"They agree on .*? to \S+\s%", text)
    assert agreed
    same = len(sides["same"])
    is_written(agreed[0], "en", same, leads, same / leads, *wilson(same, leads))
    by_side, by_pair = page.of("managers")
    for row, some in zip(by_side.rows, sides.values(), strict=True):
        check_line(row[1:], some)
    occurring = [(own, its) for own in MANAGER_GRADES for its in GRADES if pairs.get((own, its))]
    for row, pair in zip(by_pair.rows, occurring, strict=True):
        check_line(row[2:], pairs[pair])
    left = [*([not_served] if not_served else []), *([after] if after else [])]
    is_written(text.split("Bought is of leads whose outcome is known.")[1], "en", *left)


def check_line(cells: list[str], some: list[PlainLead]) -> None:
    outcomes = Counter(one.told["outcome"] for one in some)
    is_written(cells[0], "en", len(some))
    check_rate(cells[1], "en", outcomes["bought"], outcomes["bought"] + outcomes["did_not_buy"])


def check_shadow(told: Taught, draw: Random) -> None:
    """Let the model score in the shadow of the rules, and check how far the two part: each lead once, by its newest pair."""
    company, service = told.company, told.company.doors.service
    pairs = []
    for n in range(90):
        lead_id = draw.choice([None, *(LeadId(str(number)) for number in range(50))])
        chances = draw.random() / 2, draw.random() / 2
        grades = draw.choice(RULE_GRADES[:3]), draw.choice(RULE_GRADES[:3])
        at = told.moment + timedelta(minutes=n)
        pairs.append(ShadowScore(lead_id, at, None, told.trained.version, *chances, *grades))
    ShadowLog(service.desk.store.engine).remember(pairs)
    set_champion(service.settings.home, None)
    service.desk.champion.look()
    page = Page(company.doors.page(f"{told.page}?lang=en"))
    newest = {one.lead_id or place: one for place, one in enumerate(pairs)}.values()
    apart = [one.challenger_probability - one.champion_probability for one in newest]
    middle = sum(apart) / len(apart)
    reach = Z * sqrt(sum((one - middle) ** 2 for one in apart) / (len(apart) - 1) / len(apart))
    moves = Counter(
        (one.champion_grade, one.challenger_grade) for one in newest if one.champion_grade != one.challenger_grade
    )
    changed, leads = moves.total(), len(apart)
    numbers = [
        leads,
        changed,
        changed / leads,
        *wilson(changed, leads),
        *(100 * one for one in (middle, middle - reach, middle + reach)),
    ]
    text = DAYS.sub("", page.text("shadow"))
    is_written(re.split(r"Now By this model|Nobody is shown", text)[0], "en", *numbers)
    (table,) = page.of("shadow")
    assert sorted((row[0], row[1], int(row[2])) for row in table.rows) == sorted(
        (*pair, n) for pair, n in moves.items()
    )
