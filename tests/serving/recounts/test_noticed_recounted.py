"""What /alarms would have noticed, and since when and by how much a channel changed, equal plain loops from the stated formulas."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text as sql

from features.facts.values import LeadId
from models.score_log import LoggedScore
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.test_alarms_recounted import newcombe
from tests.serving.recounts.watched import WATCHED, check_quiet, watch_of
from tests.support.plain_alarms import PlainWatch, Raised

TOLD = re.compile(
    r"(?P<place>[^:]+): (?P<headline>.+?) Share (?P<share>.+?) [\d.]+\s% → [\d.]+\s% "
    r"by (?P<size>.[\d.]+|[\d.]+) pp \(95\s%: (?P<ends>\S+ to \S+)\) (?P<counts>[\d,]+ of [\d,]+ → [\d,]+ of [\d,]+) "
    r"Since (?P<since>\S+) most likely between (?P<earliest>\S+) and (?P<latest>\S+) noticed on (?P<raised>\S+)"
)
OFTEN = 52.0
"""False alarms a year that a company may bear: with so many the few leads of a test are enough to be told something of."""


@pytest.mark.parametrize("name", ["demo", "olist"])
def test_what_a_company_that_bears_many_false_alarms_is_told_equals_plain_loops(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    demo: Shown = request.getfixturevalue(name)
    shutil.copytree(demo.folder, tmp_path / "copy")
    words = {**demo.words, "alarms": {"false_alarms_a_year": OFTEN}}
    company = Shown(tmp_path / "copy", words, demo.exported_at)
    draw, moment = Random(53), demo.exported_at
    chances = scored_at_arrival(company, draw)
    plain = company.at(moment)
    page = Page(company.doors.page("/alarms?lang=en"))
    watch = watch_of(plain, moment, chances, OFTEN)
    clocks = check_quiet(page, watch, draw)
    assert clocks == {"arrival", "purchase", *(["call"] if plain.records_calls else [])}
    raised = check_raised(page, watch)
    assert "chance" in raised
    assert raised >= {"chance", "non_target"} or name == "olist"
    company.close()


def scored_at_arrival(company: Shown, draw: Random) -> dict[str, float]:
    """Log a chance of every lead as it came, lower in one channel of late, and forget what else was logged."""
    service, leads = company.doors.service, company.plain(company.exported_at).leads.values()
    since = company.exported_at - timedelta(days=25)
    most = Counter(str(one.names["channel"]) for one in leads).most_common(1)[0][0]
    chances = {
        one.id: draw.betavariate(1, 8) * (0.4 if one.names["channel"] == most and one.at > since else 1.0)
        for one in leads
    }
    with service.desk.store.engine.begin() as connection:
        connection.execute(sql("delete from scores"))
    service.log.remember([
        LoggedScore(LeadId(one.id), one.at, chances[one.id], 0.0, "C", "C", "one", 1, 1, None, "0" * 16, "stored", {})
        for one in leads
    ])  # fmt: skip
    return chances


def check_raised(page: Page, watch: PlainWatch) -> set[str]:
    """Check the alarms but those of form answers: by plain loops each stands, began and was noticed then; return their measures."""
    measures = set()
    for part in page.texts:
        told = TOLD.search(page.text(part)) if re.match(r"alarm-", part) else None
        if told and told["share"] in WATCHED:
            stream = watch.stream(WATCHED[told["share"]], *place_of(told["place"], watch))
            assert stream
            assert stream.open
            check_told(told, stream.open, flipped=told["share"] == "that bought")
            measures.add(WATCHED[told["share"]])
    return measures


def place_of(words: str, watch: PlainWatch) -> tuple[tuple[str, str], str]:
    """Return the place that some words end with, and its level."""
    inner = re.search(r"(?:^|, | )(campaign|ad|offer) “(.+)”$", words, re.IGNORECASE)
    channels = {one.places["channel"][0] for one in watch.leads}
    outer = [one for one in channels if re.search(rf"(?:^| ){re.escape(one)}(?:$|, )", words)]
    channel = max(outer, key=len, default="")
    return ((channel, inner[2]), inner[1].lower()) if inner else ((channel, ""), "channel")


def check_told(told: re.Match[str], hand: Raised, *, flipped: bool = False) -> None:
    """Check since when, between which days, when it was noticed, and the size with its interval over these days."""
    days = [date.fromisoformat(told[name]).toordinal() for name in ("since", "earliest", "latest", "raised")]
    assert days == [hand.since, hand.earliest, hand.latest, hand.raised_on]
    splits = [[(of - k, of) if flipped else (k, of) for k, of in sides] for sides in hand.splits]
    (k0, n0), (k1, n1) = splits[0]
    is_written(told["counts"], "en", k0, n0, k1, n1)
    ends = [newcombe(after, before) for before, after in splits if before[1] and after[1]]
    is_written(told["size"], "en", 100 * (k1 / n1 - k0 / n0))
    is_written(told["ends"], "en", 100 * min(low for low, _ in ends), 100 * max(high for _, high in ends))
