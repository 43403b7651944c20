"""Whether a channel changed, since when, and what it would have taken to be noticed: by plain loops from the stated formulas.

A channel's leads of a day are so many, of whom so many are bad. What share is usual is read off its own days before, but for the
last 14; what moves all is read off the other channels (a filter in log-odds: West & Harrison 1997, ch. 14). Evidence is, for
four sizes of change, the sum over all days on which it may have begun of the likelihood ratio since (Shiryaev 1963, Roberts
1966), and an alarm is raised where it passes 0.65 of the days that the stream's part of the budget puts between two false ones.
Leads that are alike count for less (Pearson's dispersion). It shares no code with the product; docs/alarms.md says the rules in
words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, inf, log, sqrt

SIZES = ((1.6, 0.35), (2.5, 0.35), (4.0, 0.2), (8.0, 0.1))
"""How many times the odds may have become, and how much each counts."""
LONGEST, WINDOW, LATEST, LAG, FEWEST, FEWEST_SINCE = 400, 120, 14, 14, 30, 10
REMEMBERED, COMPARED, SILENT, USUAL_NOW = 120, 240, 28, 90
CLOCKS = {
    "non_target": ("call", 3 / 6), "named": ("call", 1 / 6), "not_reached": ("call", 1 / 6), "unqualified": ("call", 1 / 6),
    "chance": ("arrival", 3 / 6), "form": ("arrival", 3 / 6), "bought": ("purchase", 1.0),
}  # fmt: skip
OF_CLOCK, OF_LEVEL = (
    {"call": 0.5, "arrival": 0.3, "purchase": 0.2},
    {"channel": 0.5, "campaign": 0.25, "ad": 0.125, "offer": 0.125},
)
Day = tuple[int, int, int]
"""A day as an ordinal, how many leads of it were bad, of how many."""


@dataclass
class Told:
    """A lead: where it belongs at each level, the day on which it came; of each measure when it was known, and if it was bad."""

    places: dict[str, tuple[str, str]]
    arrived: int
    known: dict[str, tuple[int, bool]] = field(default_factory=dict)
    chance: float | None = None
    """How likely it was to buy, as scored when it came."""


@dataclass
class Raised:
    """An alarm: when it was raised, the likeliest first day and the two between which it lies, the counts before and since each."""

    raised_on: int
    since: int
    earliest: int
    latest: int
    splits: list[tuple[tuple[int, int], tuple[int, int]]]
    over_on: int | None = None


class Share:
    """What share is usual: sums in which a lead counts half after 120 days; how much the days scatter."""

    def __init__(self) -> None:
        self.leads = 0
        self.days: list[tuple[int, int, int, float, float]] = []
        self._sums, self._at = [0.0] * 4, 0
        self._scatter = self._scattered = 0.0

    def learn(self, day: int, bad: int, of: int, moved: tuple[float, float, float]) -> None:
        if of and self.leads >= FEWEST:
            p = min(max(expit(self.log_odds(moved)), 1e-4), 1 - 1e-4)
            self._scatter += (bad - of * p) ** 2 / (of * p * (1 - p))
            self._scattered += 1
        faded = 0.5 ** ((day - self._at) / 120)
        new = (bad, of, of * moved[0], of * moved[1])
        self._sums = [one * faded + more for one, more in zip(self._sums, new, strict=True)]
        self._at, self.leads = day, self.leads + of

    @property
    def alike(self) -> float:
        return max((self._scatter + 10) / (self._scattered + 10), 1.0)

    def log_odds(self, moved: tuple[float, float, float]) -> float:
        bad, of, by, market = self._sums
        each = of or 1.0
        return log((bad + 0.5) / (of - bad + 0.5)) + moved[0] - by / each + moved[1] - market / each

    def variance(self) -> float:
        bad, of = self._sums[:2]
        return (1 / (bad + 0.5) + 1 / (of - bad + 0.5)) * self.alike

    def careful(self, moved: tuple[float, float, float]) -> float:
        """Return the usual share 0.8 standard errors higher; a better market counts no further than 0.2."""
        better = min(moved[1] - self._sums[3] / (self._sums[1] or 1.0) + 0.2, 0.0)
        return expit(self.log_odds(moved) - better + 0.8 * sqrt(self.variance() + moved[2]))


STILL = (0.0, 0.0, 0.0)
Moves = dict[int, tuple[float, float, float]]
"""Day -> what is expected of such a day in any case, how much worse all are at the time, how unsure both are."""


def expit(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds)) if log_odds > -700 else 0.0


def market_of(own: Sequence[Day], others: Sequence[Sequence[Day]]) -> Moves:
    """Return what moved all on each day, by the eight largest other channels; a channel that is alone knows its weekdays."""
    largest = sorted(others, key=lambda days: -sum(of for *_, of in days))[:8]
    seen: dict[int, list[tuple[int, int, int]]] = {day: [] for day, *_ in own}
    for place, days in enumerate(largest or [own]):
        for day, bad, of in days:
            seen.setdefault(day, []).append((place, bad, of))
    shares = [Share() for _ in largest or [own]]
    level = spread = 0.0
    weekday, unsure, found, last = [0.0] * 7, [0.15**2] * 7, {}, None
    for day in sorted(seen):
        if largest and last is not None:
            left = exp(-(day - last) / 40)
            level, spread = level * left, spread * left**2 + 0.3**2 * (1 - left**2)
        last, n = day, day % 7
        before = (weekday[n], level, max(spread - 0.02, 0.0) + unsure[n])
        score = known = 0.0
        for place, bad, of in seen[day]:
            if shares[place].leads >= FEWEST:
                p = expit(shares[place].log_odds(before))
                shade = p * (1 - p) * of
                weight = shade / (shares[place].alike + shade * shares[place].variance())
                score, known = score + (bad - of * p) / max(shade, 1e-9) * weight, known + weight
        if known:
            surprise, noise = score / known, 1 / known
            total = spread + unsure[n] + noise
            if largest and noise < 0.15 and surprise**2 > 9 * total:
                spread, total = spread + surprise**2 - total, surprise**2
            for_level, for_day = spread / total, unsure[n] / total
            level, spread = level + for_level * surprise, spread * (1 - for_level)
            weekday[n], unsure[n] = weekday[n] + for_day * surprise, unsure[n] * (1 - for_day)
        after = (weekday[n], level, max(spread - 0.02, 0.0) + unsure[n])
        for place, bad, of in seen[day]:
            shares[place].learn(day, bad, of, after)
        found[day] = after if largest else before
    return found


def ratios(bad: float, of: float, usual: float) -> list[float]:
    """Return of each size of change the log-likelihood ratio of some leads, so many of them bad, against the usual share."""
    return [bad * log(odds) - of * log(1 + usual * (odds - 1)) for odds, _ in SIZES]


class PlainStream:
    """One channel under one measure, day by day from the beginning."""

    def __init__(self, days: Sequence[Day], moved: Moves, mark: float, today: int) -> None:
        self.days, self.moved, self.mark, self.today = days, moved, mark, today
        self.raised: list[Raised] = []
        self.spells: list[tuple[float, float]] = []
        self._anew()
        place = 0
        while place < len(days):
            place += self._taken(place)
        if self.open:
            ends = self._ends_by_itself(today)
            if ends is None:
                self.raised[-1] = self._told(self.raised[-1].raised_on, len(days) - 1)
            else:
                self._over(*ends)
        if not self.open:
            self._learn(today - LAG)

    @property
    def open(self) -> Raised | None:
        return self.raised[-1] if self.raised and self.raised[-1].over_on is None else None

    def _anew(self, watched_on: int | None = None) -> None:
        self.usual, self._learned, self._sums = Share(), 0, [0.0] * len(SIZES)
        self._steps: list[tuple[int, int, list[float]]] = []
        self._watched_on = watched_on

    def _is_usual(self, day: int) -> bool:
        return not any(first <= day < last for first, last in self.spells)

    def _learn(self, until: float) -> None:
        while self._learned < len(self.days) and self.days[self._learned][0] < until:
            day, bad, of = self.days[self._learned]
            if self._is_usual(day):
                self.usual.learn(day, bad, of, self.moved.get(day, STILL))
            self._learned += 1

    def _taken(self, place: int) -> int:
        """Take in a day; return 0 where it has to be taken in again, as an alarm was over before it."""
        day, bad, of = self.days[place]
        if self.open:
            return self._waited(place)
        self._learn(day - LAG)
        if self.usual.leads < FEWEST:
            return 1
        days = 0 if self._watched_on is None else day - self._watched_on
        self._watched_on = day
        alike, usual = self.usual.alike, self.usual.careful(self.moved.get(day, STILL))
        gained = ratios(bad / alike, of / alike, usual)
        self._steps.append((day, days, gained))
        self._sums = [(one + days) * exp(gain) for one, gain in zip(self._sums, gained, strict=True)]
        if sum(part * one for (_, part), one in zip(SIZES, self._sums, strict=True)) >= self.mark:
            self._raise(place)
        return 1

    def _raise(self, place: int) -> None:
        found = self._told(self.days[place][0], place)
        (bad0, of0), (bad1, of1) = found.splits[0]
        if of1 < FEWEST_SINCE or not of0:
            return
        lately = [one for one in self.days[: place + 1] if one[0] > self.days[place][0] - COMPARED]
        sides = [[one for one in lately if (one[0] >= found.since) == is_since] for is_since in (False, True)]
        market = [
            sum(of * sum(self.moved.get(day, STILL)[:2]) for day, _, of in side) / max(sum(of for *_, of in side), 1)
            for side in sides
        ]
        odds = [log((bad + 0.5) / (of - bad + 0.5)) for bad, of in ((bad0, of0), (bad1, of1))]
        unsure = sum(1 / (bad + 0.5) + 1 / (of - bad + 0.5) for bad, of in ((bad0, of0), (bad1, of1)))
        if odds[1] - odds[0] - (market[1] - market[0]) <= 1.959963984540054 * sqrt(unsure):
            return
        self.raised.append(found)
        self._bad, self._of, self._back, self._bad_until = float(bad1), float(of1), 0.0, place
        self.usual = Share()
        for day, bad, of in self.days[:place]:
            if day < found.since and self._is_usual(day):
                self.usual.learn(day, bad, of, self.moved.get(day, STILL))

    def _waited(self, place: int) -> int:
        """Take in a day while an alarm stands: is the share back (Page 1954), a thousand to one, by two days at least?"""
        day, bad, of = self.days[place]
        ends = self._ends_by_itself(day)
        if ends is not None:
            self._over(*ends)
            return 0
        assert self._watched_on is not None
        usual, alike = self.usual.careful(self.moved.get(day, STILL)), self.usual.alike
        self._steps.append((day, day - self._watched_on, ratios(bad / alike, of / alike, usual)))
        self._watched_on = day
        since = log((self._bad + 0.5) / (self._of - self._bad + 0.5))
        rise = max(since - log(usual / (1 - usual)), log(1.5))
        speaks = of / alike * log(1 + usual * (exp(rise) - 1)) - bad / alike * rise
        speaks = min(speaks, log(1000) / 2)  # a day of any size has half the say at most
        self._back = max(self._back + speaks, 0.0)
        if self._back == 0.0:
            self._bad, self._of = self._bad + bad / alike, self._of + of / alike
            self._bad_until = place
        elif self._back >= log(1000):
            self._over(day, "recovered")
        return 1

    def _ends_by_itself(self, day: int) -> tuple[int, str] | None:
        assert self._watched_on is not None
        silent, stood = self._watched_on + SILENT, self.raised[-1].raised_on + USUAL_NOW
        if day <= min(silent, stood):
            return None
        return min(silent, stood), "nothing_came" if silent < stood else "usual_now"

    def _over(self, day: int, why: str) -> None:
        told = self._told(self.raised[-1].raised_on, self._bad_until)
        told.over_on = day
        self.raised[-1] = told
        self.spells.append((-inf, told.since) if why == "usual_now" else (told.since, day))
        self._anew(day)

    def _told(self, raised_on: int, place: int) -> Raised:
        """Return since when: a day's part is the likelihood of all that came from it on, times the days before it.

        A change that was noticed had come by then.
        """
        last = self.days[place][0]
        steps = [one for one in self._steps if raised_on - REMEMBERED < one[0] <= last]
        logs = [[sum(gained[n] for _, _, gained in steps[k:]) for n in range(len(SIZES))] for k in range(len(steps))]
        possible = [(step, since) for step, since in zip(steps, logs, strict=True) if step[0] <= raised_on]
        top = max(max(since) for _, since in possible)
        parts = {
            day: days * sum(part * exp(one - top) for (_, part), one in zip(SIZES, since, strict=True))
            for (day, days, _), since in possible
        }
        best = max(parts, key=lambda day: parts[day])
        ends = []
        for order in (sorted(parts), sorted(parts, reverse=True)):
            so_far, whole = 0.0, sum(parts.values())
            for day in order:
                so_far += parts[day]
                if so_far > 0.025 * whole:
                    ends.append(day)
                    break
        earliest, latest = min(ends[0], best), max(ends[1], best)
        return Raised(raised_on, best, earliest, latest, [self._split(day, place) for day in (best, earliest, latest)])

    def _split(self, day: int, place: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the counts of 240 days: those that were usual before a day, and those since."""
        some = self.days[: place + 1]
        before = [one for one in some if some[-1][0] - COMPARED <= one[0] < day and self._is_usual(one[0])]
        since = [one for one in some if one[0] >= day]
        (bad0, of0), (bad1, of1) = (
            (sum(one[1] for one in side), sum(one[2] for one in side)) for side in (before, since)
        )
        return (bad0, of0), (bad1, of1)


class PlainWatch:
    """All that is watched of a company on a day: ``form`` is whether any field of its form has answers that are told apart."""

    def __init__(self, leads: Iterable[Told], today: int, *, form: bool, a_year: float = 4.0) -> None:
        self.leads, self.today, self.a_year = list(leads), today, a_year
        for one in self.leads:
            if form:
                one.known["form"] = (one.arrived, False)
        self._thresholds = self._shared()
        self._streams: dict[tuple[str, str, tuple[str, str]], PlainStream] = {}

    def days(self, level: str, measure: str) -> dict[tuple[str, str], list[Day]]:
        """Return of each place its days of the last 400; a place of which nothing was known in them has none."""
        counted: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for one in self.leads:
            if measure in one.known and level in one.places:
                day, bad = one.known[measure]
                place = counted[one.places[level]]
                if self.today - LONGEST < day <= self.today:
                    place[day][0] += bad
                    place[day][1] += 1
        return {place: [(day, *counts) for day, counts in sorted(days.items())] for place, days in counted.items()}  # type: ignore[misc]

    def _shared(self) -> dict[tuple[str, str, tuple[str, str]], float]:
        """Return of each stream the days between two false alarms: clocks, levels, measures, then streams share the year's."""
        streams: list[tuple[str, str, tuple[str, str]]] = []
        for level in OF_LEVEL:
            alive = {
                one.places[level] for one in self.leads
                if level in one.places and self.today - WINDOW < one.arrived <= self.today
            }  # fmt: skip
            for measure in CLOCKS:
                for place, days in self.days(level, measure).items():
                    is_any = measure != "named" or any(bad for _, bad, _ in days)
                    if place in alive and is_any and sum(of for *_, of in days) >= FEWEST:
                        streams.append((level, measure, place))
        kinds = Counter((level, measure) for level, measure, _ in streams)
        weight = {
            (level, measure): OF_CLOCK[CLOCKS[measure][0]] * OF_LEVEL[level] * CLOCKS[measure][1]
            for level, measure in kinds
        }
        whole = sum(weight.values())
        return {
            one: 365 / (self.a_year * weight[one[:2]] / whole / kinds[one[:2]]) for one in streams
        }  # fmt: skip

    def stream(self, measure: str, place: tuple[str, str], level: str = "channel") -> PlainStream | None:
        """Return how a place stands under a measure; None where nothing can be usual of it.

        What moves all, channels, campaigns and ads see in the other channels, offers in the other offers.
        """
        key = (level, measure, place)
        if key not in self._thresholds:
            return None
        if key not in self._streams:
            kin = "offer" if level == "offer" else "channel"
            days, own = self.days(kin, measure), place if level == "offer" else (place[0], "")
            moved = market_of(days[own], [days[one] for one in sorted(days) if one != own])
            if measure == "bought":
                for day, by in self._promised(kin, own, sum(of for *_, of in days[own])).items():
                    known = moved.get(day, STILL)
                    moved[day] = (known[0] + by, *known[1:])
            mark = 0.65 * self._thresholds[key]
            self._streams[key] = PlainStream(self.days(level, measure)[place], moved, mark, self.today)
        return self._streams[key]

    def _promised(self, kin: str, own: tuple[str, str], leads: int) -> dict[int, float]:
        """Return how the leads of a day were promised to fail to buy, against all days, where nearly all had a score."""
        by_day: dict[int, list[float]] = defaultdict(list)
        for one in self.leads:
            day = one.known.get("bought", (0, False))[0]
            mine = one.places.get(kin) == own and self.today - LONGEST < day <= self.today
            if mine and one.chance is not None:
                by_day[day].append(1 - one.chance)
        every = [one for some in by_day.values() for one in some]
        if not every or len(every) < 0.9 * leads:
            return {}

        def odds(some: list[float]) -> float:
            share = sum(some) / len(some)
            return log(max(share, 1e-6) / max(1 - share, 1e-6))

        return {day: odds(some) - odds(every) for day, some in by_day.items()}

    def noticeable(self, channel: str, measure: str) -> float | None:
        """Return the smallest share of the last 14 days' leads that would have passed the mark, had the change begun with them."""
        stream = self.stream(measure, (channel, ""))
        if stream is None or stream.usual.leads < FEWEST:
            return None
        leads = sum(of for day, _, of in stream.days if day > self.today - LATEST)
        usual, alike = stream.usual.careful(stream.moved.get(self.today, STILL)), stream.usual.alike
        for bad in range(int(usual * leads) + 1, leads + 1) if leads >= FEWEST_SINCE else ():
            gained = ratios(bad / alike, leads / alike, usual)
            if sum(part * exp(gain) for (_, part), gain in zip(SIZES, gained, strict=True)) >= stream.mark:
                return bad / leads
        return None


def weak_chances(leads: Sequence[Told]) -> None:
    """Note of each scored lead whether its chance lay below the median of the 28 days before, once there were 100 of them.

    Chances are told apart by twentieths of log-odds.
    """
    by_day: dict[int, list[int]] = defaultdict(list)
    for one in leads:
        if one.chance is not None:
            by_day[one.arrived].append(_cell(one.chance))
    middle = {}
    for day in by_day:
        before = sorted(cell for earlier in range(day - 28, day) for cell in by_day.get(earlier, ()))
        if len(before) >= 100:
            middle[day] = before[len(before) // 2]
    for one in leads:
        if one.chance is not None and one.arrived in middle:
            one.known["chance"] = one.arrived, _cell(one.chance) < middle[one.arrived]


def _cell(chance: float) -> int:
    return min(max(int(log(max(chance, 1e-9) / max(1 - chance, 1e-9)) / 0.05) + 200, 0), 399)


def told_of(names: Mapping[str, str | None], arrived: int) -> Told:
    """Return a lead of a channel, campaign, ad and offer; an offer may run in every channel."""
    channel = str(names["channel"])
    places = {"channel": (channel, "")}
    for level in ("campaign", "ad"):
        if names.get(level) is not None:
            places[level] = (channel, str(names[level]))
    if names.get("offer") is not None:
        places["offer"] = ("", str(names["offer"]))
    return Told(places, arrived)
