"""A watcher that follows a company says what one who comes fresh says; a score counts where it was given at arrival."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from features.facts.values import LeadId
from models.score_log import FirstScore, ScoreLog
from monitoring.alarms.alarm import Watched
from monitoring.alarms.watcher import Watcher, arrival_scores, of_whole_channels
from tests.monitoring.alarms.test_watch import channel
from tests.monitoring.leads import COMPANY, summary
from tests.support.facts import NOON

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_a_watcher_that_looks_every_week_says_what_one_says_who_looks_once(sqlite_engine: Engine) -> None:
    leads = channel(1, 0.15, 0.6)
    follows = Watcher(COMPANY, ScoreLog(sqlite_engine))
    for day in range(40, 90, 7):
        seen = [one for one in leads if one.created_at <= NOON + day * DAY]
        followed = follows.watch(seen, NOON + day * DAY, ())
        fresh = Watcher(COMPANY, ScoreLog(sqlite_engine)).watch(seen, NOON + day * DAY, ())
        assert followed == fresh
    assert followed.alarms


def test_a_score_counts_that_was_given_when_the_lead_came_and_before_anybody_called() -> None:
    called = replace(summary("called"), processed_known_at=NOON + HOUR)
    leads = [called, replace(summary("waits"), processed_known_at=None), summary("old")]
    first = {
        LeadId("called"): FirstScore(LeadId("called"), NOON + 2 * HOUR, 0.3, "1"),
        LeadId("waits"): FirstScore(LeadId("waits"), NOON + 2 * HOUR, 0.4, "1"),
        LeadId("old"): FirstScore(LeadId("old"), NOON + 2 * DAY, 0.5, "1"),
    }
    assert list(arrival_scores(leads, first, NOON + 3 * DAY)) == ["waits"]
    assert arrival_scores(leads, first, NOON + HOUR) == {}


def test_beside_the_channels_figures_stands_what_tells_of_whole_channels() -> None:
    assert of_whole_channels(Watched("call", "channel", "non_target", "vk"))
    assert not of_whole_channels(Watched("call", "campaign", "non_target", "vk", "winter"))
    assert not of_whole_channels(Watched("arrival", "channel", "answer:role", "vk"))
