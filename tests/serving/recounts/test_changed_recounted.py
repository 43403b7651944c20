"""What changed behind an alarm, who brings it, and every quiet share on /alarms equal plain loops over the stored facts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from scipy.stats import hypergeom

from features.facts.values import Fact, Lead, LeadId, Source, Stage
from tests.serving.doors import open_doors
from tests.serving.recounts.page import Page, is_written
from tests.support.empty_database import empty_database
from tests.support.facts import call
from tests.support.plain_figures import wilson

ZONE, WINDOW, COMPARED = ZoneInfo("Europe/Moscow"), 120, timedelta(days=120)
CHANNEL = {"vk": "ВКонтакте", "yandex": "Яндекс"}


@dataclass(frozen=True)
class One:
    """A lead as its facts tell it."""

    at: datetime
    source: str
    role: str
    ad: str
    campaign: str
    first_reached: bool
    need: str
    budget: str
    buys: bool

    @property
    def bad(self) -> bool:
        return self.need == "no"

    @property
    def day(self) -> date:
        return self.at.astimezone(ZONE).date()


Shown = tuple[Page, list[One], date]
"""The page, the company's leads, and the day."""


def leads_of(now: datetime, seed: int) -> list[One]:
    """Draw two channels; since 20 days a third of one comes by a new ad, mostly students who need nothing."""
    draw, found = Random(seed), []
    for n in range(800):
        at = now - timedelta(days=100 * (1 - n / 800), minutes=5)
        source = ("vk", "yandex")[n % 2]
        new = source == "vk" and at > now - timedelta(days=20) and draw.random() < 0.5
        bad = draw.random() < (0.9 if new else 0.1)
        found.append(
            One(
                at,
                source,
                "студент"
                if new and draw.random() < 0.9
                else draw.choice(["владелец", "арендатор", "студент", "владелец"]),
                "конкурс" if new else f"ad-{draw.randrange(3)}",
                "весна" if draw.random() < 0.6 else "зима",
                draw.random() < 0.8,
                "no" if bad else "yes",
                draw.choice(["yes", "yes", "no"]),
                not bad and draw.random() < 0.2,
            )
        )
    return found


def facts_of(leads: list[One]) -> list[Fact]:
    facts: list[Fact] = []
    for n, one in enumerate(leads):
        lead_id = LeadId(f"L{n}")
        facts.append(Lead(lead_id, one.at, one.at, {"role": one.role}))
        facts.append(Source(lead_id, one.at, one.at, {"source": one.source, "campaign": one.campaign, "ad": one.ad}))
        if not one.first_reached:
            facts.append(call(lead_id, one.at, "no_answer"))
        talked = one.at if one.first_reached else one.at + timedelta(seconds=30)
        facts.append(call(lead_id, talked, need=one.need, budget=one.budget))
        if one.buys:
            sold = one.at + timedelta(days=5)
            facts.append(Stage(lead_id, sold, sold, "Договор", 250_000.0))
    return facts


@pytest.fixture(scope="module", params=[5, 8])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Give the page of a company, looked at once for all that is counted on it."""
    home = tmp_path_factory.mktemp("changed")
    with empty_database(home) as engine, open_doors(home, engine) as doors:
        now = doors.clock()
        leads = leads_of(now, request.param)
        doors.service.desk.store.append(facts_of(leads))
        return Page(doors.page("/alarms?lang=en")), leads, now.astimezone(ZONE).date()


def test_who_comes_instead_is_counted_among_all_leads_of_the_channel(shown: Shown) -> None:
    page, leads, _ = shown
    before, since, part = sides_of(page, leads)
    looked = re.search(
        r"([\d,]+) combinations were looked at;.*?Leads before: ([\d,]+), since: ([\d,]+)", page.text(part)
    )
    assert looked
    is_written(looked[2] + " " + looked[3], "en", len(before), len(since))
    (table,) = [one for one in page.of(part) if one.header[0] == "Which leads"]
    assert any("конкурс" in row[0] for row in table.rows)
    for words, was, is_now in table.rows:
        fits = condition(re.split(r" (?:also|mostly)", words)[0])
        k0, k1 = sum(map(fits, before)), sum(map(fits, since))
        is_written(was, "en", k0 / len(before), *wilson(k0, len(before)), k0, len(before))
        is_written(is_now, "en", k1 / len(since), *wilson(k1, len(since)), k1, len(since))
        assert ("▲" in words) == (k1 / len(since) > k0 / len(before))
        law = hypergeom(len(before) + len(since), k0 + k1, len(since))  # Fisher's exact test, the smaller tail doubled
        assert 2 * min(law.cdf(k1), law.sf(k1 - 1)) <= 0.05


def test_who_carries_the_change_brings_the_additional_bad_leads_that_it_is_said_to(shown: Shown) -> None:
    page, leads, _ = shown
    before, since, part = sides_of(page, leads)
    told = re.search(
        r"What brings it Ad (?P<name>\S+) : about (?P<part>\d+ of the \d+) additional bad leads "
        r"(?P<rate>[\d.]+\s% bad \([\d.]+\s%–[\d.]+\s%\), [\d,]+ of [\d,]+); (?P<was>.*?) Non-target By week",
        page.text(part),
    )
    assert told, page.text(part)[:2000]
    usual = sum(one.bad for one in before) / len(before)

    def additional(some: list[One]) -> float:
        return sum(one.bad for one in some) - usual * len(some)

    by_ad = {ad: [one for one in since if one.ad == ad] for ad in {one.ad for one in since}}
    assert told["name"] == max(by_ad, key=lambda ad: additional(by_ad[ad]))
    mine, of_all = by_ad[told["name"]], max(round(additional(since)), 1)
    brought = min(additional(mine) / additional(since), 1.0)
    is_written(told["part"], "en", round(brought * max(round(additional(since)), 1)), of_all)
    bad, of = sum(one.bad for one in mine), len(mine)
    is_written(told["rate"], "en", bad / of, *wilson(bad, of), bad, of)
    earlier = [one for one in before if one.ad == told["name"]]
    if earlier:
        k = sum(one.bad for one in earlier)
        is_written(told["was"], "en", k / len(earlier), k, len(earlier))
    else:
        assert told["was"] == "not seen before"


def test_every_quiet_share_is_of_the_last_120_days_of_what_is_known_on_its_clock(shown: Shown) -> None:
    page, leads, today = shown
    seen = set()
    for table in page.of("quiet"):
        mine = [one for one in leads if CHANNEL[one.source] == table.title.split(" Share")[0]]
        for words, share, _, unknown in table.rows:
            measure = re.match(r"Share ([^,]+),", words)
            assert measure, words
            of = [(one, known_on(one, measure[1])) for one in mine]
            known = [one for one, day in of if day <= today and day > today - timedelta(days=WINDOW)]
            k = sum(map(COUNTED[measure[1]], known))
            is_written(share, "en", k / len(known), *wilson(k, len(known)), k, len(known))
            came = [one for one, _ in of if one.day > today - timedelta(days=WINDOW)]
            waiting = [one for one in came if known_on(one, measure[1]) > today]
            is_written(unknown, "en", *([len(waiting)] if waiting else []))
            seen.add(measure[1])
    assert seen >= {"non-target", "not reached", "unqualified", "that bought"}


COUNTED: dict[str, Callable[[One], bool]] = {
    "non-target": lambda one: one.bad,
    "not reached": lambda one: not one.first_reached,
    "unqualified": lambda one: one.bad or one.budget == "no",
    "that bought": lambda one: one.buys,
}


def known_on(one: One, measure: str) -> date:
    """Return the day on which it is known: of a call its own, of a purchase a week after the 60 days in which it may come."""
    if measure != "that bought":
        return one.day
    return (one.at + timedelta(days=60)).astimezone(ZONE).date() + timedelta(days=7)


def sides_of(page: Page, leads: list[One]) -> tuple[list[One], list[One], str]:
    """Return the channel's leads before and since the day that the alarm of the whole channel names, and its part of the page."""
    (part,) = [
        one for one in page.texts
        if re.match(r"alarm-", one) and "ВКонтакте: more non-target leads" in page.text(one)[:90]
    ]  # fmt: skip
    since = re.search(r"Since (\d{4}-\d\d-\d\d) most likely", page.text(part))
    assert since
    first = date.fromisoformat(since[1])
    oldest = datetime(first.year, first.month, first.day, tzinfo=ZONE) - COMPARED
    mine = [one for one in leads if one.source == "vk" and one.at >= oldest]
    return [one for one in mine if one.day < first], [one for one in mine if one.day >= first], part


def condition(words: str) -> Callable[[One], bool]:
    """Return what a page's words for a kind of lead ask for: fields of the form, marks, part of the day or of the week."""
    asked = re.findall(r"“(.+?)”: (.+?)(?= and “|$)", words)
    assert asked, words
    return lambda one: all(READ[label](one) == value for label, value in asked)


READ: dict[str, Callable[[One], str]] = {
    "Кто вы": lambda one: one.role,
    "Ad": lambda one: one.ad,
    "Campaign": lambda one: one.campaign,
    "Day of the request": lambda one: "weekend" if one.day.weekday() > 4 else "working days",
}
