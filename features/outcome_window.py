"""What became of a lead, or why nobody can know yet: bought, did not buy, open, never called.

Every label of the model and every settled rate of a report is read here, so that an open lead is never
counted as lost and a lead that nobody reached teaches nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.identity import Identity, identity
from features.facts.values import FINAL_KINDS, SPOKEN_RESULTS, Call, Stage
from features.rows.as_of import KnownLead

OutcomeKind = Literal["bought", "did_not_buy", "open", "never_called", "ignored"]
TRIES_THAT_COUNT_AS_WORKED = 3
DAYS_OF_THOSE_TRIES = 2
Untold = Literal["uncalled", "unreached"]
UNTOLD: tuple[Untold, ...] = ("uncalled", "unreached")
UNTOLD_WORDS: dict[Untold, tuple[str, str]] = {
    "uncalled": ("without a recorded call", "that nobody called"),
    "unreached": ("though no call had reached them", "that were called and not reached"),
}
NEARLY_ALL = 0.9
"""Where so large a share of such old leads were closed, their closings tell of both sides."""
GOES_ON = frozenset({"call", "meeting", "invoice", "contract"})
"""Kinds of stage that bring a lost lead back: the company works on it again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was known of a lead's outcome at a moment.

    ``is_settled`` outcomes are labels. ``won`` is the first win inside the horizon even where the lead is still
    too young to be settled. ``untold`` says why only a closing tells what became of the lead: nobody called it, or nobody was
    reached; None where somebody was, or tried often enough, and where calls say nothing at all.
    """

    kind: OutcomeKind
    won: Stage | None
    untold: Untold | None = None

    @property
    def is_settled(self) -> bool:
        """Return whether this is a label: by age and work, never by how the lead ended."""
        return self.kind in ("bought", "did_not_buy")

    def taught(self, closings_tell: Collection[str]) -> Outcome:
        """Return what a model learns of it: nothing of an untold lead, where closings of such leads do not tell of both sides."""
        is_told = self.untold is None or self.untold in closings_tell or self.kind == "ignored"
        return self if is_told else replace(self, kind="never_called")


@dataclass(frozen=True, slots=True)
class Closings:
    """How many leads of one sort of ``Untold``, older than the window, were closed all the same, or left open.

    Who buys without a talk is told by the sale; who does not is told only where lost leads are closed, too. Where many are left
    open, labels of the closed ones would be chosen by how they ended.

    >>> Closings(closed=42, sold=42, left=739).tell, Closings(closed=96, sold=12, left=4).tell
    (False, True)
    """

    closed: int = 0
    sold: int = 0
    left: int = 0

    @property
    def tell(self) -> bool:
        """Return whether nearly all were closed, one way or the other."""
        return self.closed >= NEARLY_ALL * (self.closed + self.left)

    def and_(self, outcome: Outcome) -> Closings:
        """Return the count with one more lead."""
        closed, sold = int(outcome.is_settled), int(outcome.kind == "bought")
        return Closings(self.closed + closed, self.sold + sold, self.left + 1 - closed)

    def in_words(self, untold: Untold) -> Iterator[str]:
        """Yield what is to be said where closings teach nothing, and what to do.

        >>> print(*Closings(closed=42, sold=42, left=739).in_words("uncalled"))
        42 leads were sold to without a recorded call, and taught nothing: of 781 old leads that nobody called only 42 were ...
        """
        if self.tell or not self.sold:
            return
        were, (without, such) = "lead was" if self.sold == 1 else "leads were", UNTOLD_WORDS[untold]
        yield (
            f"{self.sold:,} {were} sold to {without}, and taught nothing: of {self.closed + self.left:,} old leads {such} only "
            f"{self.closed:,} were closed, won or lost, and how the others ended nobody tells. They stay sales in every report. "
            "Close lost leads with a stage, or record the calls, and such leads teach, too."
        )


@dataclass(frozen=True, slots=True)
class UntoldLeads:
    """What became of the old leads of which only a closing tells, each sort for itself."""

    uncalled: Closings = Closings()
    unreached: Closings = Closings()

    @property
    def closings_tell(self) -> frozenset[Untold]:
        """Return the sorts whose closings tell of both sides, so that they are labels."""
        return frozenset(sort for sort in UNTOLD if getattr(self, sort).tell)

    def and_(self, outcome: Outcome) -> UntoldLeads:
        """Return the counts with one more lead that is older than the window; a lead that calls tell of changes nothing."""
        if outcome.untold is None or not (outcome.is_settled or outcome.kind == "never_called"):
            return self
        return replace(self, **{outcome.untold: getattr(self, outcome.untold).and_(outcome)})

    def in_words(self) -> tuple[str, ...]:
        """Return what is to be said of each sort."""
        return (*self.uncalled.in_words("uncalled"), *self.unreached.in_words("unreached"))


def outcome_as_of(known: KnownLead) -> Outcome:
    """Return what was known at ``known.moment`` of whether the lead buys within the company's horizon.

    With a horizon of H days a worked lead is settled once it is older than H: bought if a won stage happened
    within H of the request, else not. Without a horizon an explicit final stage settles, at once.
    """
    closings = _closings(known)
    won = _win(known, closings)
    return Outcome(_kind(known, won), won, _untold(known))


def late_sale(known: KnownLead) -> Stage | None:
    """Return the first sale after the horizon of a lead that bought nothing within it: no purchase by any count."""
    if not known.company.horizon_days:
        return None
    closings = _closings(known)
    return None if _win(known, closings) else next((stage for stage, kind in closings if kind == "won"), None)


def closed_at(known: KnownLead) -> datetime | None:
    """Return since when the lead is won, lost or called non-target; None where it never was, or was reopened since."""
    closings = _closings(known)
    won = next((stage.at for stage, kind in closings if kind == "won"), None)
    if won or not closings or reopened_at(known):
        return won
    worked_on = [stage.at for stage, kind in zip(known.stages, known.stage_kinds, strict=True) if kind in GOES_ON]
    return next(stage.at for stage, _ in closings if not worked_on or stage.at >= worked_on[-1])


def reopened_at(known: KnownLead) -> datetime | None:
    """Return when a lead that was lost (or called non-target) moved on in the pipeline; None where that closing stands.

    A win is never taken back by a later stage.
    """
    closings = _closings(known)
    if not closings or any(kind == "won" for _, kind in closings):
        return None
    last = closings[-1][0].at
    moved_on = zip(known.stages, known.stage_kinds, strict=True)
    return next((stage.at for stage, kind in moved_on if kind in GOES_ON and stage.at > last), None)


def first_told_closed(history: LeadHistory, company: Company) -> datetime | None:
    """Return when the company first knew that the lead was over, or None while it does not.

    A win that was corrected later (its sum, its reason) was known from its first version on; a row that stands between
    the two would read its own outcome.
    """
    told = (one.fact for one in history.stored if isinstance(one.fact, Stage))
    return min((s.known_at for s in told if company.kind_of_stage(s.stage) in FINAL_KINDS), default=None)


def sale_told_at(history: LeadHistory, company: Company) -> datetime | None:
    """Return when the company first told of a sale, which may be days after it; None where it told of none.

    A sale that was corrected later was known from its first version on.
    """
    told = (one.fact for one in history.stored if isinstance(one.fact, Stage))
    return min((max(s.known_at, s.at) for s in told if company.kind_of_stage(s.stage) == "won"), default=None)


def is_worked(known: KnownLead) -> bool:
    """Return whether somebody was reached, or three tries were made on two days, or a person closed the lead."""
    if not known.company.calls_recorded or any(kind in FINAL_KINDS for kind in known.stage_kinds):
        return True
    return _calls_tell(known)


def first_told_worked(history: LeadHistory, company: Company) -> datetime | None:
    """Return when the company first knew that a lead was worked (``is_worked``), or None while it does not."""
    closed, calls = first_told_closed(history, company), dict[Identity, Call]()
    told = sorted((one.fact for one in history.stored if isinstance(one.fact, Call)), key=lambda call: call.known_at)
    for call in told:
        calls[identity(call)] = call
        if call.result in SPOKEN_RESULTS or _are_enough(calls.values(), company):
            return min(call.known_at, closed or call.known_at)
    return closed


def _calls_tell(known: KnownLead) -> bool:
    """Return whether the lead was worked by calls alone."""
    return bool(known.spoken_calls) or _are_enough(known.calls, known.company)


def _are_enough(tries: Collection[Call], company: Company) -> bool:
    """Return whether so many tries count as work also where nobody was reached."""
    days = {call.at.astimezone(company.zone).date() for call in tries}
    return len(tries) >= TRIES_THAT_COUNT_AS_WORKED and len(days) >= DAYS_OF_THOSE_TRIES


def waited(known: KnownLead) -> timedelta:
    """Return how long after its request a lead was first spoken to, or else called; nothing where no call is known.

    Before that hardly anybody buys, so from then on it counts how long a buyer takes.
    """
    calls = known.spoken_calls or known.calls
    return max(calls[0].at - known.created_at, timedelta(0)) if calls else timedelta(0)


def horizon_end(known: KnownLead) -> datetime | None:
    """Return the moment after which a purchase no longer counts; None where there is no horizon."""
    return window_end(known.created_at, known.company)


def window_end(created_at: datetime, company: Company) -> datetime | None:
    """Return when the window of a lead created at ``created_at`` closes; None where there is no horizon."""
    return created_at + _span(company.horizon_days) if company.horizon_days else None


def counting_within(company: Company, days: int | None) -> Company:
    """Return the company as one that counts purchases within so many days; all else that it says of itself stays.

    A model that a shorter window taught counts so (``training/shorter_window.py``): its labels, and what it is held to.
    """
    return company if company.horizon_days == days else company.model_copy(update={"horizon_days": days})


@cache
def _span(days: int) -> timedelta:
    return timedelta(days=days)


def is_past_horizon(known: KnownLead) -> bool:
    """Return whether the lead is older than the horizon."""
    days = known.company.horizon_days
    return bool(days) and known.moment - known.created_at > _span(days)


def _closings(known: KnownLead) -> list[tuple[Stage, str]]:
    return [(stage, kind) for stage, kind in zip(known.stages, known.stage_kinds, strict=True) if kind in FINAL_KINDS]


def _untold(known: KnownLead) -> Untold | None:
    """Return why only a closing tells of the lead; without a window only closings settle any lead, so none is told apart."""
    if not known.company.calls_recorded or known.company.horizon_days is None or _calls_tell(known):
        return None
    return "unreached" if known.calls else "uncalled"


def _win(known: KnownLead, closings: list[tuple[Stage, str]]) -> Stage | None:
    end = horizon_end(known)
    if end is None:
        last = closings[-1] if closings else None
        return last[0] if last and last[1] == "won" else None
    return next((stage for stage, kind in closings if kind == "won" and stage.at <= end), None)


def _kind(known: KnownLead, won: Stage | None) -> OutcomeKind:
    if "ignore" in known.stage_kinds:
        return "ignored"
    if not is_worked(known):
        return "never_called"
    settled = is_past_horizon(known) if known.company.horizon_days else closed_at(known) is not None
    if not settled:
        return "open"
    return "bought" if won else "did_not_buy"
