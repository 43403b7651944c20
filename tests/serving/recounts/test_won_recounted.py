"""Every number of /won equals plain loops over the exported files: how long deals took, and which notes say about the same."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

import pytest
from scipy.stats import binom, false_discovery_control, hypergeom

from features.facts.values import Call, LeadId
from monitoring.won.drawing import won_deals
from monitoring.won.won_report import WON
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.support.plain_figures import FINAL, PlainCompany, PlainLead, facts_of, tidy, wilson
from tests.support.plain_themes import groups_of, most_alike, stems

NOTES = {"attracts": "Что привлекает", "ideal_product": "Идеальный продукт", "comment": "Комментарий"}
FEWEST_OF_A_THEME, MOST_THEMES, SURELY = 5, 12, 0.05
OTHER, NO_DIFFERENCE = ("something else", "другое"), ("no sure difference", "нет уверенной разницы")
MORE = {
    True: ("more often where it was won", "чаще у купивших"),
    False: ("more often where it was not", "чаще у не купивших"),
}
SAID = {
    "attracts": ("гарантия {n} лет", "Гарантии на {n} лет", "гарантию дали {n} лет", "тихие окна", "окна тихие, не слышно улицу",
                 "цена", "цены ниже", "Цена ниже, чем у других", "быстрый монтаж", "монтаж быстро, за {n} дней"),
    "ideal_product": ("warm windows", "Windows that are warm", "a quiet window", "quiet windows for the office", "дом", "ok"),
    "comment": ("перезвонить позже", "просил позже перезвонить", "думает", "ещё думает", "сравнивает цены", "цены сравнивает"),
}  # fmt: skip
"""What managers note, a few ways of each; {n} is a number."""
Noted = list[tuple[str, datetime, dict[str, str]]]


def add_notes(company: Shown, draw: Random) -> Noted:
    """Let managers note something of many leads, and return of which when what; who bought says some of it more often."""
    plain, told = company.plain(company.exported_at), []
    for one in plain.leads.values():
        if draw.random() < 0.4:
            at = one.at + min(timedelta(days=9), company.exported_at - one.at) * draw.random()
            texts = {}
            for kind, ways in SAID.items():
                ways = ways[:4] if one.told["won"] and draw.random() < 0.6 else ways
                if draw.random() < 0.7:
                    texts[kind] = draw.choice(ways).format(n=draw.choice([5, 10]))
            told.append((one.id, at, texts))
    calls = [Call(LeadId(name), at, at, "reached", **texts) for name, at, texts in told]  # type: ignore[arg-type]
    company.doors.service.desk.store.append(calls)
    return told


def with_notes(plain: PlainCompany, noted: Noted, moment: datetime) -> PlainCompany:
    """Add what was noted by a moment to the rows."""
    for name, at, texts in noted:
        if at <= moment and name in plain.leads:
            one = plain.leads[name]
            row = {NOTES[kind]: text for kind, text in texts.items()}
            one.calls.append({"at": at, "result": "reached", "said": {}, "row": row})
            one.calls.sort(key=lambda call: call["at"])
            one.told = facts_of(one, plain, moment)
    return plain


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet"])
def test_every_count_of_won_deals_equals_plain_loops(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    company: Shown = request.getfixturevalue(name).copy(tmp_path / "copy")
    service, themes = company.doors.service, 0
    noted = add_notes(company, Random(83))
    for moment, language in zip(company.moments()[1:], ("en", "ru"), strict=True):
        plain = with_notes(company.at(moment), noted, moment)
        clean = service.contacts.without_persons([])
        WON.write(won_deals(service.desk.store, service.company, clean, moment=moment), service.settings.home)
        page = Page(company.doors.page(f"/won?lang={language}"))
        settled = [one for one in plain.leads.values() if one.told["outcome"] in ("bought", "did_not_buy")]
        for part, dimension in (("by-channel", "channel"), ("by-offer", "offer")):
            names = {one.names[dimension] for one in settled} - {None}
            rows = page.of(part)[0].rows if page.of(part) else []
            assert sorted(tidy(row[0]) for row in rows[:-1]) == sorted(tidy(str(one)) for one in names)
            for row in rows:
                mine = [one for one in settled if row is rows[-1] or tidy(one.names[dimension] or "") == tidy(row[0])]
                check_deals(row, mine, moment, language)
        themes += check_notes(page, settled, language)
    assert themes > 5
    company.close()


def check_deals(row: list[str], mine: list[PlainLead], moment: datetime, language: str) -> None:
    won = [one for one in mine if one.told["outcome"] == "bought"]
    lost = [one for one in mine if one.told["outcome"] != "bought"]
    is_written(row[1], language, len(mine))
    is_written(row[2], language, len(won))
    days = [(one.told["won"]["at"] - one.at).total_seconds() / 86_400 for one in won]
    calls = [float(sum(call["at"] <= one.told["won"]["at"] for call in one.calls)) for one in won]
    lost_calls = [float(sum(call["at"] <= moment for call in one.calls)) for one in lost]
    for cell, values in zip(row[3:], (days, calls, lost_calls), strict=True):
        is_written(cell, language, *middle(values))


def middle(values: list[float]) -> list[float]:
    """Return the median and, of six or more, the order statistics around it (David & Nagaraja 2003, section 7.1)."""
    if not values:
        return []
    ordered, rank = sorted(values), int(binom.ppf(0.025, len(values), 0.5))
    ends = [] if rank < 1 else [ordered[rank - 1], ordered[-rank]]
    return [round(one, 1) for one in (median(ordered), *ends)]


class Theme:
    """Notes that say about the same: whose they are, and the words in which they are told."""

    def __init__(self, said: dict[str, set[str]], won: set[str], of: tuple[int, int], group: set[str]) -> None:
        self.notes = [(lead, note) for lead, notes in said.items() for note in notes if stems(note) in group]
        self.leads = {lead for lead, _ in self.notes}
        self.won, self.lost = len(self.leads & won), len(self.leads - won)
        self.p = fisher(self.won, self.lost, *of) if min(of) else 1.0
        self.likeness = most_alike([note for _, note in self.notes])

    def is_quoted_as(self, quote: str) -> bool:
        """Return whether a quote is most like all of the theme."""
        return quote in self.likeness and self.likeness[quote] >= max(self.likeness.values()) - 1e-9


def fisher(won: int, lost: int, of_won: int, of_lost: int) -> float:
    """Return how likely so unequal a share comes by chance (Fisher's exact test): all ways that are no likelier, together."""
    both, every = won + lost, of_won + of_lost
    ways = hypergeom.pmf(range(both + 1), every, of_won, both)
    return float(min(sum(one for one in ways if one <= ways[won] * (1 + 1e-7)), 1.0))


def notes_of(settled: list[PlainLead], column: str) -> dict[str, set[str]]:
    """Return what was noted of each lead before anybody knew how it ends."""
    said = {}
    for one in settled:
        ends = [stage["at"] for stage in one.stages if stage["kind"] in FINAL]
        calls = [call for call in one.calls if not ends or call["at"] < min(ends)]
        notes = {note for call in calls if any(map(str.isalpha, note := call["row"].get(column, "")))}
        if notes:
            said[one.id] = notes
    return said


def check_notes(page: Page, settled: list[PlainLead], language: str) -> int:
    """Check who has a note at all, which notes stand together, how many won and lost leads have each, and what surely differs."""
    won = {one.id for one in settled if one.told["outcome"] == "bought"}
    told: dict[str, list[Theme]] = {}
    counts: dict[str, tuple[int, int]] = {}
    others: dict[str, set[str]] = {}
    for kind, column in NOTES.items():
        said = notes_of(settled, column)
        of = counts[kind] = len(said.keys() & won), len(said.keys() - won)
        groups = groups_of(note for notes in said.values() for note in notes)
        themes = [Theme(said, won, of, group) for group in groups]
        large = [one for one in themes if len(one.leads) >= FEWEST_OF_A_THEME]
        others[kind] = {lead for one in themes if one not in large for lead in one.leads}
        others[kind] |= {lead for lead, notes in said.items() if any(not stems(note) for note in notes)}
        told[kind] = sorted(large, key=lambda one: -len(one.leads))[:MOST_THEMES]
    every = [one for themes in told.values() for one in themes]
    adjusted = false_discovery_control([one.p for one in every], method="by").tolist() if every else []
    surely = {id(one): p <= SURELY for one, p in zip(every, adjusted, strict=True)}
    for kind, themes in told.items():
        if not sum(counts[kind]):
            assert not page.of(kind)
            continue
        (table,) = page.of(kind)
        base = page.text(kind).split(table.header[0])[0]
        is_written(base, language, *counts[kind])
        rows = [row for row in table.rows if row[0] not in OTHER]
        assert len(rows) == len(themes)
        for row in rows:
            quote = re.search("[“«](.+?)[”»]", row[0])
            assert quote
            (theme,) = [one for one in themes if one.is_quoted_as(quote[1])]
            check_shares(row, (theme.won, theme.lost), counts[kind], language)
            more = theme.won * counts[kind][1] > theme.lost * counts[kind][0]
            assert row[3] in (MORE[more] if surely[id(theme)] else NO_DIFFERENCE)
        rest = [row for row in table.rows if row[0] in OTHER]
        assert bool(rest) == bool(others[kind])
        for row in rest:
            check_shares(row, (len(others[kind] & won), len(others[kind] - won)), counts[kind], language)
    return len(every)


def check_shares(row: list[str], counts: tuple[int, int], of: tuple[int, int], language: str) -> None:
    for cell, k, n in zip(row[1:3], counts, of, strict=True):
        is_written(cell, language, *([k / n, *wilson(k, n), k, n] if n else []))
