"""What was known of a lead at a moment; every feature, label and report reads the past through here.

Of several facts with one key (a lead's answers, a call that was corrected) the one that the company
learned last by then counts; facts with ``known_at`` after the moment do not exist yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from features.facts.channels import channel_reader
from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.identity import identity
from features.facts.values import (
    SPOKEN_RESULTS,
    Answer,
    Assignment,
    Call,
    Lead,
    LeadFact,
    LeadId,
    Source,
    Stage,
    StageKind,
)
from features.rows.source_rates import NO_RATES, SourceRates

Version = TypeVar("Version", Lead, Source, Call, Stage, Assignment)


class KnownLead(NamedTuple):
    """A lead as the company knew it at ``moment``; lists are in order of what happened.

    A named tuple is as frozen as a dataclass, and made in a quarter of the time.
    """

    lead_id: LeadId
    moment: datetime
    lead: Lead
    source: Source | None
    calls: tuple[Call, ...]
    stages: tuple[Stage, ...]
    assignments: tuple[Assignment, ...]
    answers: Mapping[str, Answer]
    """The form's answers and those given by phone, the latest of each."""
    channel: str
    company: Company
    stage_kinds: tuple[StageKind, ...]
    """What kind each of ``stages`` is."""
    rates: SourceRates

    @property
    def created_at(self) -> datetime:
        """Return the moment of the request."""
        return self.lead.at

    @property
    def marks(self) -> Mapping[str, str]:
        """Return the raw source marks; empty when none came."""
        return self.source.marks if self.source else {}

    @property
    def not_yet_known(self) -> list[str]:
        """Return the answers told with the lead that do not count yet: managers fill them in, and nobody has called."""
        return [name for name in self.lead.answers if name not in self.answers]

    @property
    def spoken_calls(self) -> tuple[Call, ...]:
        """Return the calls in which somebody was spoken to."""
        return tuple(call for call in self.calls if call.result in SPOKEN_RESULTS)

    def with_answers(self, answers: Mapping[str, Answer]) -> KnownLead:
        """Return the lead as if these were its answers."""
        return self._replace(answers=answers)


class Gate:
    """The gate to the past under one version of the company's words.

    >>> from datetime import UTC, timedelta
    >>> from features.facts.values import Stored
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> call = Call(LeadId("7"), noon + timedelta(hours=6), noon + timedelta(hours=6), "reached")
    >>> history = LeadHistory(LeadId("7"), (Stored(1, Lead(LeadId("7"), noon, noon)), Stored(2, call)))
    >>> gate = Gate(Company(company="Окна"))
    >>> [len(gate.as_of(history, noon + timedelta(hours=h)).calls) for h in (0, 5, 6)]
    [0, 0, 1]
    """

    def __init__(self, company: Company) -> None:
        self.company = company
        self.channel_of = channel_reader(company.channels)
        self._late_fields = frozenset(name for name, f in company.fields.items() if not f.is_known_at_arrival)
        self._kinds = _StageKinds(company)

    def just_come(self, lead: Lead, source: Source, moment: datetime, rates: SourceRates = NO_RATES) -> KnownLead:
        """Return what ``as_of`` does of a lead of which nothing but these two facts is stored, both known by ``moment``."""
        return KnownLead(
            lead.lead_id, moment, lead, source, (), (), (), self._answers(lead, True, ()), self.channel_of(source.marks),
            self.company, (), rates,
        )  # fmt: skip

    def as_of(self, history: LeadHistory, moment: datetime, rates: SourceRates = NO_RATES) -> KnownLead | None:
        """Return the lead as known at ``moment``, or None where it had not arrived yet."""
        if len(history.stored) == 2:  # a lead that has only come is what most scores are asked of
            first, second = history.stored[0].fact, history.stored[1].fact
            if isinstance(first, Lead) and isinstance(second, Source) and first.known_at <= moment >= second.known_at:
                return self.just_come(first, second, moment, rates)
        facts = [stored.fact for stored in history.stored if stored.fact.known_at <= moment]
        versions = [f for f in facts if isinstance(f, Lead)]
        if not versions:
            return None
        lead = _latest(versions)
        sources = [f for f in facts if isinstance(f, Source)]
        source = _latest(sources) if sources else None
        more = len(facts) > len(versions) + len(sources)
        calls = _happened(f for f in facts if isinstance(f, Call)) if more else ()
        stages = _happened(f for f in facts if isinstance(f, Stage)) if more else ()
        return KnownLead(
            lead_id=history.lead_id,
            moment=moment,
            lead=lead,
            source=source,
            calls=calls,
            stages=stages,
            assignments=_happened(f for f in facts if isinstance(f, Assignment)) if more else (),
            answers=self._answers(lead, len(versions) == 1, calls),
            channel=self.channel_of(source.marks if source else {}),
            company=self.company,
            stage_kinds=tuple([self._kinds[stage.stage] for stage in stages]),
            rates=rates,
        )

    def _answers(self, lead: Lead, is_first_version: bool, calls: tuple[Call, ...]) -> Mapping[str, Answer]:
        """Return the latest answers; what managers fill in later is hidden until the first call or a later version."""
        form = lead.answers
        if not calls and is_first_version and not self._late_fields.isdisjoint(form):
            form = {name: answer for name, answer in form.items() if name not in self._late_fields}
        if not calls or not any(call.answers for call in calls):
            return form
        merged = dict(form)
        for call in calls:
            merged.update(call.answers)
        return merged


class _StageKinds(dict[str, StageKind]):
    """Remembers what each stage name means."""

    def __init__(self, company: Company) -> None:
        super().__init__()
        self._kind_of: Callable[[str], StageKind] = company.kind_of_stage

    def __missing__(self, name: str) -> StageKind:
        self[name] = self._kind_of(name)
        return self[name]


def _latest(versions: Sequence[Version]) -> Version:
    """Return the version learned last; of those learned at one moment, by what they say and not by arrival."""
    return versions[0] if len(versions) == 1 else max(versions, key=lambda fact: (fact.known_at, repr(fact)))


def _happened(facts: Iterable[Version]) -> tuple[Version, ...]:
    """Return the latest version of each fact, in order of what happened."""
    versions: dict[object, list[Version]] = {}
    for fact in facts:
        versions.setdefault(identity(fact), []).append(fact)
    return tuple(sorted([_latest(group) for group in versions.values()], key=_order))


def _order(fact: LeadFact) -> tuple[datetime, str]:
    return fact.at, str(identity(fact))
