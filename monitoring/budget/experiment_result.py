"""What a test of the budget showed: what one more rouble sold, by the draw alone, from the facts as they came."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from features.facts.company import Company
from monitoring.budget.experiment import Experiment, Pair
from monitoring.budget.sign_flips import Effect, effect_of
from monitoring.budget.weekly_figures import ChannelWeeks, Week

WEEKS_OF_A_MONTH = 52 / 12
Verdict = Literal["unknown_channel", "not_over", "not_spent", "works", "not_shown", "harms"]


@dataclass(frozen=True, slots=True)
class PairSeen:
    """A pair of weeks as it went; both weeks are over."""

    pair: Pair
    more: Week
    less: Week

    @property
    def followed(self) -> bool:
        """Return whether the week that was to get more money got more."""
        return self.more.cost > self.less.cost


@dataclass(frozen=True, slots=True)
class Result:
    """A test as it stands: the pairs that are over, and once all are, the effect of a unit of money over all channels.

    ``by_channel`` holds each channel's own effect where it has pairs enough. ``open`` counts the test's leads whose outcome is not
    known yet and that count by their chance. All pairs count as they were drawn, also those in which the money did not
    follow: leaving them out would choose afterwards.
    """

    experiment: Experiment
    pairs: tuple[PairSeen, ...]
    effect: Effect | None
    by_channel: Mapping[str, Effect]
    open: int
    verdict: Verdict
    unknown: tuple[str, ...] = ()
    """The channels of the test by which no lead came and that nothing was paid for, in any week: they are called otherwise now."""

    @property
    def not_followed(self) -> int:
        """Return in how many pairs the money did not follow the draw."""
        return sum(not one.followed for one in self.pairs)

    @property
    def more_money(self) -> float | None:
        """Return the round sum of which the effect is told: near a tenth of what the test's channels cost in a month."""
        weeks = {monday for one in self.pairs for monday in (one.more.monday, one.less.monday)}
        cost = sum(one.more.cost + one.less.cost for one in self.pairs)
        return round_sum(cost / len(weeks) * WEEKS_OF_A_MONTH / 10) if cost > 0 else None


def round_sum(money: float) -> float:
    """Return the sum of 1, 2 or 5 and zeros that is the nearest to some money, by how many times as much it is.

    >>> round_sum(86_000.0), round_sum(1_300.0), round_sum(32.0), round_sum(0.4)
    (100000.0, 1000.0, 50.0, 0.5)
    """
    power = 10.0 ** math.floor(math.log10(money))
    return min((first * power for first in (1.0, 2.0, 5.0, 10.0)), key=lambda one: abs(math.log(one / money)))


def result_of(
    experiment: Experiment, channels: Iterable[ChannelWeeks], *, company: Company, moment: datetime
) -> Result:
    """Return how a test stands at ``moment``; before its last week is over it is not judged, for whoever stops when it looks well
    is fooled by chance.
    """
    weeks = {(one.channel, week.monday): week for one in channels for week in one.weeks}
    over = moment.astimezone(company.zone).date() > experiment.ends
    seen = tuple(_seen(one, weeks) for one in experiment.pairs if _is_over(one, moment, company))
    still_open = sum(one.more.open + one.less.open for one in seen)
    unknown = tuple(sorted(set(experiment.channels) - {channel for channel, _ in weeks})) if weeks else ()
    if unknown:
        return Result(experiment, seen, None, {}, still_open, "unknown_channel", unknown)
    if not over:
        return Result(experiment, seen, None, {}, still_open, "not_over")
    effect = _effect(seen, experiment.seed)
    each = {
        name: _effect([one for one in seen if one.pair.channel == name], experiment.seed)
        for name in experiment.channels
    }
    told = {name: one for name, one in each.items() if one is not None and len(experiment.channels) > 1}
    return Result(experiment, seen, effect, told, still_open, _verdict(effect))


def _effect(pairs: Iterable[PairSeen], seed: int) -> Effect | None:
    those = list(pairs)
    return effect_of(
        [one.more.sold - one.less.sold for one in those], [one.more.cost - one.less.cost for one in those], seed=seed
    )


def _verdict(effect: Effect | None) -> Verdict:
    if effect is None:
        return "not_spent"
    if effect.low > 0:
        return "works"
    return "harms" if effect.high < 0 else "not_shown"


def _is_over(pair: Pair, moment: datetime, company: Company) -> bool:
    today = moment.astimezone(company.zone).date()
    return (today - max(pair.more, pair.less)).days >= 7


def _seen(pair: Pair, weeks: Mapping[tuple[str, date], Week]) -> PairSeen:
    """Return a pair as it went; a week in which nothing was paid and nobody came is one with nothing in it."""
    more, less = (weeks.get((pair.channel, day)) or Week(day, 0.0, 0, 0, 0.0, 0) for day in (pair.more, pair.less))
    return PairSeen(pair, more, less)
