"""The watch over non-target leads, told as alarms with size, interval and cost."""

from __future__ import annotations

from datetime import timedelta

from features.facts.values import Spend
from monitoring.alarms.from_non_target import alarms_as_known
from tests.monitoring.leads import COMPANY, summary
from tests.support.facts import NOON

DAY = timedelta(days=1)


def test_a_channel_that_went_bad_is_an_alarm_and_a_quiet_one_says_what_it_would_have_noticed() -> None:
    leads = [summary(f"a{n}", NOON + n * DAY / 8, is_bad=n % 10 == 0) for n in range(400)]
    leads += [summary(f"b{n}", NOON + 50 * DAY + n * DAY / 8, is_bad=n % 10 < 7) for n in range(120)]
    leads += [summary(f"c{n}", NOON + n * DAY / 8, "calm", is_bad=n % 10 == 0) for n in range(500)]
    moment = NOON + 66 * DAY
    days = [moment - n * DAY for n in range(60)]
    spend = [Spend(at.date(), at, at, 100.0, currency, {"source": "vk"}) for at in days for currency in ("RUB", "USD")]
    look = alarms_as_known(leads, spend, company=COMPANY, moment=moment)
    (alarm,) = look.alarms
    assert alarm.watched.key == "call|channel|non_target|vk|"
    assert alarm.size_interval[0] < alarm.size < alarm.size_interval[1]
    assert alarm.urgent
    assert alarm.cost_since == 100.0 * len([at for at in days if at.date() >= alarm.since])
    (quiet,) = look.quiet
    assert (quiet.watched.channel, look.state) == ("calm", "watched")
    assert quiet.noticeable
    assert quiet.share.value
    assert quiet.noticeable > quiet.share.value


def test_without_leads_it_is_too_early_and_nothing_is_urgent() -> None:
    look = alarms_as_known([], [], company=COMPANY, moment=NOON)
    assert (look.alarms, look.quiet, look.state) == ((), (), "too_little")
