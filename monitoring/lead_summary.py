"""One lead in one line, as the reports need it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from features.facts.channels import mark_of
from features.facts.click_ids import source_by_click
from features.facts.company import Abc, Company
from features.facts.contact_signs import shown_mark, shown_page
from features.facts.history import LeadHistory
from features.facts.shared_words import once
from features.facts.values import SPOKEN_RESULTS, Answer, Lead, LeadId, StageKind
from features.manager_grade import OwnGrade, own_grades
from features.outcome_window import (
    OutcomeKind,
    Untold,
    closed_at,
    first_told_closed,
    first_told_worked,
    is_worked,
    late_sale,
    outcome_as_of,
    window_end,
)
from features.rows.as_of import Gate, KnownLead
from models.abc_rules import QUALIFIED, RuleGrade, rule_grade
from monitoring.made_sale import MadeSale, made_sale

STEP_KINDS: tuple[StageKind, ...] = ("meeting", "invoice", "contract")
"""The kinds of stage that are steps of the journey before the sale."""
STEPS_TAKEN: dict[tuple[StageKind, ...], tuple[StageKind, ...]] = {}
"""Each way through the journey that some lead has gone, held once."""
NAMES = ("channel", "campaign", "ad", "offer", "manager", "grade", "landing_page", "first_grade", "marked_channel",
         "first_caller")  # fmt: skip
MOMENTS = ("arrived_at", "called_at", "processed_known_at", "talk_known_at", "worked_known_at", "late_at")


@dataclass(frozen=True, slots=True)
class LeadSummary:
    """What the reports know of a lead; moments are None where it has not come so far."""

    lead_id: LeadId
    created_at: datetime
    channel: str
    """By which reports count it: where no mark names a source, a click id's ad system."""
    campaign: str | None
    ad: str | None
    offer: str | None
    persons: tuple[str, ...]
    """Keyed hashes of phone and e-mail; leads that share one are the same person's."""
    manager: str | None
    calls: int
    called_at: datetime | None
    processed_known_at: datetime | None
    spoken: bool
    grade: RuleGrade | None
    """By the rules, after somebody was spoken to; None before."""
    is_non_target: bool
    """By the rules after a talk, or by a stage."""
    worked: bool
    closed: bool
    ignored: bool
    won_at: datetime | None
    amount: float | None
    own_grade: OwnGrade | None = None
    """The first that a manager gave the lead."""
    graded_after_the_end: bool = False
    """Whether it was known by then that the lead was over."""
    landing_page: str | None = None
    steps: tuple[StageKind, ...] = ()
    """Which of ``STEP_KINDS`` the pipeline recorded, in the order of the journey."""
    arrived_at: datetime | None = None
    """When the company first knew of the lead."""
    answers: tuple[Answer | None, ...] = ()
    """What the form said when the lead came, of each of ``arrival_fields``."""
    reached_at_once: bool | None = None
    """Whether its first call reached somebody."""
    talk_known_at: datetime | None = None
    """When the company first knew of a talk."""
    first_grade: RuleGrade | None = None
    """By the rules, after the first talk, whatever was learned later."""
    marked_channel: str = ""
    """The channel that its marks name, by which it is scored and its expected amount looked up."""
    untold: Untold | None = None
    """Why only a closing tells what became of it, if so."""
    worked_known_at: datetime | None = None
    """When the company first knew that it was worked."""
    late_at: datetime | None = None
    """When it bought after its window, where it bought nothing within; such a sale is in no count but its own."""
    late_amount: float | None = None
    first_caller: str | None = None
    made_sale: MadeSale | None = None
    """The sale as the sales department counts it, whatever the horizon."""

    def __post_init__(self) -> None:
        """Hold once what many leads say, and a moment that this one tells twice: a book may hold a million leads."""
        for name in NAMES:
            word = getattr(self, name)
            if word is not None:
                object.__setattr__(self, name, once(word))
        said = tuple([once(one) if isinstance(one, str) else one for one in self.answers])
        object.__setattr__(self, "answers", said)
        object.__setattr__(self, "steps", STEPS_TAKEN.setdefault(self.steps, self.steps))
        told = {self.created_at: self.created_at}
        for name in MOMENTS:
            moment = getattr(self, name)
            if moment is not None:
                object.__setattr__(self, name, told.setdefault(moment, moment))

    @property
    def is_qualified(self) -> bool:
        """Return whether a call graded the lead A or B."""
        return self.grade in QUALIFIED

    @property
    def sale(self) -> tuple[str, str | None, float] | None:
        """Return by which channel, on which offer and for how much it bought; None where that is not known, and of test leads."""
        is_told = self.won_at and self.amount and not self.ignored
        return (self.marked_channel, self.offer, self.amount) if is_told and self.amount else None

    def outcome(self, moment: datetime, company: Company) -> OutcomeKind:
        """Return what was known of the outcome at ``moment``; an open lead is open, not lost."""
        if self.ignored:
            return "ignored"
        if not self.worked:
            return "never_called"
        end = window_end(self.created_at, company)
        if not (moment > end if end else self.closed):
            return "open"
        return "bought" if self.won_at else "did_not_buy"


def arrival_fields(company: Company) -> tuple[str, ...]:
    """Return the fields of the form that are known when a lead comes, without those of free text, which may name somebody."""
    return tuple(name for name, field in company.fields.items() if field.is_known_at_arrival and field.kind != "text")


def summarise(
    known: KnownLead, history: LeadHistory, channel_of: Callable[[Mapping[str, str]], str] | None = None
) -> LeadSummary:
    """Return the line of a lead as known at ``known.moment``; its history says when something was first told.

    Where ``channel_of`` is there, a lead without any source whose link carries a click id counts for that ad system.
    """
    graded = next(iter(own_grades(known, history)), None)
    told_closed = first_told_closed(history, known.company) if graded else None
    outcome = outcome_as_of(known)
    late = late_sale(known)
    marks = known.marks
    worked = is_worked(known)
    spoken = bool(known.spoken_calls)
    rules = known.company.abc_at(known.moment)
    grade = rule_grade(known.answers, rules) if spoken else None
    arrived = min((one.fact for one in history.stored if isinstance(one.fact, Lead)), key=lambda fact: fact.known_at)
    return LeadSummary(
        lead_id=known.lead_id,
        created_at=known.created_at,
        channel=channel_in_reports(known, channel_of),
        campaign=_shown(mark_of(marks, "campaign")),
        ad=_shown(mark_of(marks, "ad")),
        offer=_shown(mark_of(marks, "offer")),
        persons=known.lead.person_keys,
        manager=known.calls[-1].manager if known.calls else None,
        calls=len(known.calls),
        called_at=known.calls[0].at if known.calls else None,
        processed_known_at=min((call.known_at for call in known.calls), default=None),
        spoken=spoken,
        grade=grade,
        is_non_target=grade == "non_target" or "non_target" in known.stage_kinds,
        worked=worked,
        closed=closed_at(known) is not None,
        ignored="ignore" in known.stage_kinds,
        won_at=outcome.won.at if outcome.won else None,
        amount=outcome.won.amount if outcome.won else None,
        own_grade=graded,
        graded_after_the_end=bool(graded and told_closed and told_closed <= graded.given_at),
        landing_page=_shown(mark_of(marks, "landing_page"), shown_page),
        steps=tuple(kind for kind in STEP_KINDS if kind in known.stage_kinds),
        arrived_at=arrived.known_at,
        answers=tuple([arrived.answers.get(name) for name in arrival_fields(known.company)]),
        reached_at_once=known.calls[0].result in SPOKEN_RESULTS if known.calls else None,
        talk_known_at=known.spoken_calls[0].known_at if spoken else None,
        first_grade=_first_grade(known, grade, rules) if grade else None,
        marked_channel=shown_mark(known.channel),
        untold=outcome.untold,
        worked_known_at=first_told_worked(history, known.company) if worked else None,
        late_at=late.at if late else None,
        late_amount=late.amount if late else None,
        first_caller=known.calls[0].manager or None if known.calls else None,
        made_sale=made_sale(known),
    )


def _shown(word: str | None, shown: Callable[[str], str] = shown_mark) -> str | None:
    """Return a mark without a contact: reports are for people who see nobody's."""
    return None if word is None else shown(word)


def _first_grade(known: KnownLead, grade: RuleGrade, rules: Abc) -> RuleGrade:
    """Return the grade after the first talk: that of now, unless a later call gave answers."""
    first = next(place for place, call in enumerate(known.calls) if call.result in SPOKEN_RESULTS)
    if not any(call.answers for call in known.calls[first + 1 :]):
        return grade
    said = dict(known.lead.answers)
    for call in known.calls[: first + 1]:
        said.update(call.answers)
    return rule_grade(said, rules)


def channel_in_reports(known: KnownLead, channel_of: Callable[[Mapping[str, str]], str] | None) -> str:
    """Return the channel that a lead counts in, as reports show it: without a source, that of the click id that it carries."""
    source = None
    if channel_of is not None and known.channel == known.company.channels.unknown:
        source = source_by_click(known.marks)
    return shown_mark(channel_of({**known.marks, "source": source}) if channel_of and source else known.channel)


def summaries_of(histories: Iterable[LeadHistory], company: Company, moment: datetime) -> list[LeadSummary]:
    """Return the leads of some histories that count, as known at ``moment``, where nobody keeps a book."""
    gate = Gate(company)
    read = ((gate.as_of(history, moment), history) for history in histories)
    summaries = (summarise(known, history, gate.channel_of) for known, history in read if known)
    return [one for one in summaries if not one.ignored]


def counted(summaries: Sequence[LeadSummary], company: Company) -> Sequence[LeadSummary]:
    """Return the leads that the channel figures count: each person's first request alone where the company says so."""
    return once_a_person(summaries) if company.count_a_person_once else summaries


def once_a_person(summaries: Iterable[LeadSummary]) -> list[LeadSummary]:
    """Return the first request of each person, known by phone or e-mail; a lead that names nobody stands for itself.

    What later requests sold belongs to the person, and so to the first one: a person who bought is one sale, and brought the
    money of all.
    """
    first_of: dict[str, int] = {}
    kept: list[LeadSummary] = []
    for one in summaries:
        place = min((first_of[key] for key in one.persons if key in first_of), default=len(kept))
        if place == len(kept):
            kept.append(one)
        elif one.won_at or one.late_at:
            kept[place] = _with_what_sold(kept[place], one)
        for key in one.persons:
            first_of.setdefault(key, place)
    return kept


def _with_what_sold(first: LeadSummary, later: LeadSummary) -> LeadSummary:
    """Return a person's first request with what a later one of his sold: a sale in time counts, and a late one does not."""
    if later.won_at and first.won_at:
        return replace(first, amount=_sum_of(first.amount, later.amount))
    if later.won_at:
        return replace(
            first,
            won_at=later.won_at,
            amount=later.amount,
            worked=True,
            closed=True,
            worked_known_at=first.worked_known_at or later.worked_known_at,
            untold=later.untold,
        )
    if first.late_at:
        return replace(first, late_amount=_sum_of(first.late_amount, later.late_amount))
    return replace(first, late_at=later.late_at, late_amount=later.late_amount)


def _sum_of(one: float | None, other: float | None) -> float | None:
    """Return the sum of two amounts; None where either is unknown."""
    return None if one is None or other is None else one + other
