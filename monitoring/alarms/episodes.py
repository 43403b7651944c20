"""One stream of leads from its beginning: the alarms that it raised, when each was over, and how it stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log, sqrt

from features.wilsons_interval import Z95
from monitoring.alarms.change_point import ChangePoint, Step, change_point
from monitoring.alarms.detector import Detector, Gains, costs, gains, mark
from monitoring.alarms.market import Counted
from monitoring.alarms.recovery import LONGEST, SILENT, Recovery, WhyOver
from monitoring.alarms.usual import LAG, STILL, Moved, Usual
from monitoring.breath import breathe
from monitoring.intervals import Rate

FEWEST_SINCE = 10
"""Of fewer leads since its change no alarm is raised, whatever they are."""
REMEMBERED, COMPARED = 120.0, 240.0
"""Days before an alarm to which its change is looked for, and back to which leads are counted as those before it."""


@dataclass(frozen=True, slots=True)
class Face:
    """A share of the stream that may rise: its days, and by how much the market had moved on each.

    Most streams have one. The mix of a form answer has as many as it has answers; they share their days and leads.
    """

    counts: Sequence[Counted]
    moved: Mapping[int, Moved] = field(default_factory=dict)

    def moved_on(self, day: float) -> Moved:
        """Return by how much the log-odds of all had moved on a day."""
        return self.moved.get(int(day), STILL)


@dataclass(frozen=True, slots=True)
class Episode:
    """An alarm of the stream: which face rose, when it was raised, since when, and when and why it was over."""

    face: int
    raised_on: float
    change: ChangePoint
    before: Rate
    after: Rate
    splits: tuple[tuple[Rate, Rate], ...]
    """The counts before and since the first and the last day that the change may have been."""
    over_on: float | None = None
    why_over: WhyOver | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a stream stands now: its alarms, the oldest first, and what is expected of each face's next leads."""

    episodes: tuple[Episode, ...]
    usual: tuple[float, ...]
    """The usual share of each face, as cautiously as the detector takes it; empty while nothing is usual yet."""
    dispersion: tuple[float, ...] = ()
    """How many leads of each face say as much as one that is like no other."""

    @property
    def open(self) -> Episode | None:
        """Return the alarm that is not over."""
        return self.episodes[-1] if self.episodes and self.episodes[-1].over_on is None else None


def standing(faces: Sequence[Face], threshold: float, until: float) -> Standing:
    """Return how a stream stands at the end of the day ``until``.

    Parameters
    ----------
    faces
        At least one; all with the same days, sorted, and the same number of leads on each.
    threshold
        The days that are to lie between two false alarms on average, or more.
    """
    stream = _Stream(faces, threshold)
    for place in range(len(faces[0].counts)):
        stream.take_in(place)
        breathe()
    return stream.standing(until)


class _Stream:
    """A stream while it is gone through."""

    def __init__(self, faces: Sequence[Face], threshold: float) -> None:
        self._faces, self._mark = faces, mark(threshold)
        self._days = [(day, of) for day, _, of in faces[0].counts]
        self._episodes: list[Episode] = []
        self._spells: list[tuple[float, float]] = []  # from and to which days the leads are not usual
        self._begin_again()

    def take_in(self, place: int) -> None:
        """Take in the leads of one day, or of one moment of it."""
        day, of = self._days[place]
        if of:
            self._learn(int(day) - LAG)
            if self._recovery is None:
                self._watch(place, day, of)
            else:
                self._wait(place, day, of)

    def standing(self, until: float) -> Standing:
        """Return what was found; an alarm may end by itself after the last lead."""
        if self._recovery:
            over_on, why = self._ends_by_itself(until)
            if why:
                self._over(over_on, why)
            else:
                last = self._episodes[-1]
                self._episodes[-1] = self._told(last.face, last.raised_on, len(self._days) - 1)
        self._learn(until - LAG)
        known = tuple(self._expected(face, until) for face in range(len(self._faces))) if self._is_known() else ()
        return Standing(tuple(self._episodes), known, tuple(one.dispersion for one in self._usual) if known else ())

    def _begin_again(self, day: float | None = None) -> None:
        self._usual = [Usual() for _ in self._faces]
        self._detectors = [Detector() for _ in self._faces]
        self._steps: list[list[Step]] = [[] for _ in self._faces]
        self._costs_of: dict[int, tuple[int, Gains]] = {}
        self._learned, self._bad_until = 0, 0
        self._begun, self._watched_on = day is not None, day or 0.0
        self._recovery: Recovery | None = None

    def _is_known(self) -> bool:
        return self._usual[0].is_known

    def _learn(self, until: float) -> None:
        """Let the days up to one count as usual, if it is not an alarm that tells what is usual."""
        while self._recovery is None and self._learned < len(self._days) and self._days[self._learned][0] < until:
            self._learn_day(self._learned, self._usual)
            self._learned += 1

    def _learn_day(self, place: int, usual: Sequence[Usual]) -> None:
        day, _ = self._days[place]
        if any(since <= day < over for since, over in self._spells):
            return
        for one, face in zip(usual, self._faces, strict=True):
            _, bad, of = face.counts[place]
            one.learn(day, bad, of, face.moved_on(day))

    def _costs(self, face: int, day: int) -> Gains:
        known = self._costs_of.get(face)
        if known is None or known[0] != day:
            known = self._costs_of[face] = day, costs(self._expected(face, day))
        return known[1]

    def _expected(self, face: int, day: float) -> float:
        return self._usual[face].share(self._faces[face].moved_on(day))

    def _watch(self, place: int, day: float, of: float) -> None:
        if not self._is_known():
            return
        days = day - self._watched_on if self._begun else 0.0
        self._begun, self._watched_on = True, day
        evidence = 0.0
        for number, face in enumerate(self._faces):
            alike = self._usual[number].dispersion
            gained = gains(face.counts[place][1] / alike, of / alike, self._costs(number, int(day)))
            self._steps[number].append(Step(day, days, gained))
            evidence += self._detectors[number].step(gained, days) / len(self._faces)
        if evidence >= self._mark:
            self._raise(place, day)

    def _raise(self, place: int, day: float) -> None:
        """Raise an alarm, unless there are too few leads since the change to say anything of them."""
        face = max(range(len(self._faces)), key=lambda one: self._detectors[one].evidence)
        episode = self._told(face, day, place)
        after, before = episode.after, episode.before
        if after.of < FEWEST_SINCE or not before.of or not self._shows(episode, place):
            return  # a change that its own counts do not show is none that could be told
        self._episodes.append(episode)
        self._recovery, self._bad_until = Recovery(after.count, after.of), place
        self._usual = [Usual() for _ in self._faces]
        for earlier in range(place):
            if self._days[earlier][0] < episode.change.day:
                self._learn_day(earlier, self._usual)

    def _wait(self, place: int, day: float, of: float) -> None:
        """Look whether the alarm is over; while it is not, the leads tell more of since when it is."""
        assert self._recovery is not None
        over_on, why = self._ends_by_itself(day)
        if why:
            self._over(over_on, why)
            self.take_in(place)
            return
        face = self._episodes[-1].face
        expected, alike = self._expected(face, day), self._usual[face].dispersion
        bad, of = self._faces[face].counts[place][1] / alike, of / alike
        self._steps[face].append(Step(day, day - self._watched_on, gains(bad, of, costs(expected))))
        self._watched_on = day
        if self._recovery.is_back(int(day), bad, of, expected):
            self._over(day, "recovered")
        elif not self._recovery.has_begun:
            self._bad_until = place

    def _ends_by_itself(self, day: float) -> tuple[float, WhyOver | None]:
        """Return when the alarm was over before a day without the leads' saying so, if it was."""
        silent, usual = self._watched_on + SILENT, self._episodes[-1].raised_on + LONGEST
        if day <= min(silent, usual):
            return day, None
        return min(silent, usual), "nothing_came" if silent < usual else "usual_now"

    def _over(self, day: float, why: WhyOver) -> None:
        last = self._episodes[-1]
        told = self._told(last.face, last.raised_on, self._bad_until)
        self._episodes[-1] = replace(told, over_on=day, why_over=why)
        since = float(told.change.day)
        self._spells.append((float("-inf"), since) if why == "usual_now" else (since, day))
        self._begin_again(day)

    def _told(self, face: int, raised_on: float, until: int) -> Episode:
        """Return what the leads up to a place say of an alarm: since when, and the counts before and since."""
        last = self._days[until][0]
        steps = [one for one in self._steps[face] if raised_on - REMEMBERED < one.day <= last]
        change = change_point(steps, raised_on)
        before, after = self._split(face, change.day, until)
        splits = tuple(self._split(face, day, until) for day in (change.earliest, change.latest))
        return Episode(face, raised_on, change, before, after, splits)

    def _shows(self, episode: Episode, until: int) -> bool:
        """Return whether the counts before and since show the rise, apart from what moved all groups in between."""
        face, before, after = self._faces[episode.face], episode.before, episode.after
        moved, leads = [0.0, 0.0], [0.0, 0.0]
        for when, _, of in face.counts[: until + 1]:
            if when > self._days[until][0] - COMPARED:
                one, since = face.moved_on(when), int(when >= episode.change.day)
                moved[since] += of * (one.by + one.market)
                leads[since] += of
        market = moved[1] / max(leads[1], 1.0) - moved[0] / max(leads[0], 1.0)
        (log_before, known_before), (log_after, known_after) = _log_odds(before), _log_odds(after)
        return log_after - log_before - market > Z95 * sqrt(known_before + known_after)

    def _split(self, face: int, day: int, until: int) -> tuple[Rate, Rate]:
        """Return the counts of the days that were usual before a day, and of those since."""
        before, after = [0.0, 0.0], [0.0, 0.0]
        oldest = self._days[until][0] - COMPARED
        for when, bad, of in self._faces[face].counts[: until + 1]:
            if when >= day:
                after = [after[0] + bad, after[1] + of]
            elif when >= oldest and not any(since <= when < over for since, over in self._spells):
                before = [before[0] + bad, before[1] + of]
        return Rate(round(before[0]), round(before[1])), Rate(round(after[0]), round(after[1]))


def _log_odds(rate: Rate) -> tuple[float, float]:
    """Return a rate's log-odds with their variance, with half a lead on either side (Haldane 1956)."""
    bad, fine = rate.count + 0.5, rate.of - rate.count + 0.5
    return log(bad / fine), 1.0 / bad + 1.0 / fine
