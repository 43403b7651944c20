"""Whether the stages of a file, or of the store, are those that company.yaml names.

A typo would count every sale as none, and so would a company.yaml that names no stage of a sale at all.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from features.facts.codec import microseconds
from features.facts.company import Company
from features.facts.contact_signs import holds_contact
from features.facts.values import LeadId, Stage, StageKind

ENDINGS: tuple[tuple[StageKind, str], ...] = (("won", "sale"), ("lost", "lost deal"))
FEWEST_TOLD = 50
"""Among fewer there may well be no sale: a day's export is nothing to warn of."""
MOST_NAMED = 5


class Counted(NamedTuple):
    """What is counted by stage, in words: of what, that none is at a stage, one of it and many."""

    of: str
    none: str
    one: str
    many: str


ROWS = Counted("this file", "no row stands at such a stage", "row", "rows")
STAGE_CHANGES = Counted("the stored leads", "no stored lead came to such a stage", "stage change", "stage changes")


def stages_amiss(counts: Mapping[str, int], company: Company, *, counted: Counted = ROWS) -> Iterator[str]:
    """Yield what to mend where nothing stands at any stage that company.yaml calls won, or lost, or it calls none won.

    Parameters
    ----------
    counts
        How many rows of a file, or stage changes of the store, stand at each stage, by its name there.
    counted
        Which of the two they are.

    Examples
    --------
    >>> company = Company.model_validate({"company": "x", "stages": {"won": ["Wonn"]}})
    >>> for sentence in next(stages_amiss({"Won": 311, "Meeting": 2}, company)).split(". "):
    ...     print(sentence)
    stages.won of company.yaml names Wonn, but no row stands at such a stage, so none of this file is a sale
    At stages that company.yaml does not name: Won (311 rows), Meeting (2 rows).
    >>> list(stages_amiss({"wonn": 1, "Won": 310}, company))
    []

    >>> print(*stages_amiss({"Won": 311}, company, counted=STAGE_CHANGES))
    stages.won ... but no stored lead came to such a stage, ... does not name: Won (311 stage changes).

    >>> print(*stages_amiss({"Won": 311}, Company(company="x")))
    company.yaml names no stage of a sale (stages.won), so none of this file is a sale. At stages ... Won (311 rows).

    A column that was taken for the stage by mistake may hold phone numbers: none is named.

    >>> print(*stages_amiss({f"8 912 345-67-{n}": 1 for n in range(10, 99)}, company))
    stages.won of company.yaml names Wonn, but no row stands at such a stage, so none of this file is a sale.
    """
    if sum(counts.values()) < FEWEST_TOLD:
        return
    kinds = {company.kind_of_stage(name) for name in counts}
    told = _told({name: count for name, count in counts.items() if company.kind_of_stage(name) == "other"}, counted)
    others = f" At stages that company.yaml does not name: {told}." if told else ""
    for kind, what in ENDINGS:
        names = company.stages.get(kind, ())
        if kind == "won" and not names:
            yield f"company.yaml names no stage of a sale (stages.won), so none of {counted.of} is a sale.{others}"
        elif names and "other" in kinds and kind not in kinds:
            yield (
                f"stages.{kind} of company.yaml names {', '.join(names)}, but {counted.none}, so none of "
                f"{counted.of} is a {what}.{others}"
            )


def no_sale_told(counts: Mapping[str, int], company: Company) -> str | None:
    """Return why nobody can tell who bought, and what to do; None where a stage of a sale was told.

    Parameters
    ----------
    counts
        How many stage changes of the store stand at each stage.

    Examples
    --------
    >>> print(no_sale_told({"Сделка": 61, "Отказ": 9}, Company(company="x")))
    company.yaml names no stage of a sale (stages.won), so nobody can tell which leads bought, and an open lead is no lost
    one. Stored: Сделка (61 stage changes), Отказ (9 stage changes). Name those that mean a sale under stages.won ...
    >>> print(no_sale_told({}, Company.model_validate({"company": "x", "stages": {"won": ["Won"]}})))
    No stored lead came to a stage of a sale (stages.won of company.yaml: Won), ... No stage is stored at all: import ...
    >>> no_sale_told({"won": 1}, Company.model_validate({"company": "x", "stages": {"won": ["Won"]}}))
    """
    if any(company.kind_of_stage(name) == "won" for name in counts):
        return None
    names = ", ".join(company.stages.get("won", ()))
    why = (
        f"No stored lead came to a stage of a sale (stages.won of company.yaml: {names})"
        if names
        else "company.yaml names no stage of a sale (stages.won)"
    )
    told = _told(counts, STAGE_CHANGES)
    stored = (
        f"Stored: {told}. Name those that mean a sale under stages.won and train again."
        if told
        else "No stage is stored at all: import the file that tells how leads ended, and name its stages under stages."
    )
    unknown = "so nobody can tell which leads bought, and an open lead is no lost one."
    return f"{why}, {unknown} {stored} Until then the rules serve."


def _told(counts: Mapping[str, int], counted: Counted) -> str:
    """Return the stages at which most stand, in words, without any that holds a contact."""
    shown = Counter({name: count for name, count in counts.items() if not holds_contact(name)}).most_common(MOST_NAMED)
    return ", ".join(f"{name} ({count:,} {counted.one if count == 1 else counted.many})" for name, count in shown)


@dataclass(slots=True)
class Endings:
    """The leads of a file that were sold, and which of them it tells as lost later: a sale within the window stays one."""

    sold: dict[LeadId, tuple[datetime, str]] = field(default_factory=dict)
    """When each was sold first, in whatever order the file tells, and under which id."""
    lost: array[int] = field(default_factory=lambda: array("q"))
    """Of each loss the lead's hash, the id's and the moment: most leads are lost, and a large file tells of very many."""

    def add(self, stage: Stage, company: Company) -> None:
        """Take a row's stage into account; without a window the last closing counts, so nothing is amiss."""
        kind = company.kind_of_stage(stage.stage) if company.horizon_days else "other"
        told = stage.at, stage.stage_id or ""
        if kind == "won":
            self.sold[stage.lead_id] = min(self.sold.get(stage.lead_id, told), told)
        elif kind == "lost":
            self.lost.extend((hash(stage.lead_id), hash(told[1]), microseconds(stage.at)))

    def lost_since(self) -> list[LeadId]:
        """Return the leads that were lost after their first sale; under the sale's own id it was taken back."""
        under = {hash(lead_id): hash(stage_id) for lead_id, (_, stage_id) in self.sold.items()}
        last = dict.fromkeys(under, 0)
        for lead, stage_id, at in zip(self.lost[::3], self.lost[1::3], self.lost[2::3], strict=True):
            if lead in last and (not stage_id or stage_id != under[lead]):
                last[lead] = max(last[lead], at)
        return [lead_id for lead_id, (at, _) in self.sold.items() if last[hash(lead_id)] > microseconds(at)]

    def in_words(self) -> Iterator[str]:
        """Yield how many sold leads were lost since, and what to do where the sale was taken back.

        >>> from datetime import UTC
        >>> company = Company.model_validate({"company": "x", "stages": {"won": ["Won"], "lost": ["Lost"]}})
        >>> endings, noon = Endings(), datetime(2026, 3, 2, 12, tzinfo=UTC)
        >>> for day, name in ((3, "Won"), (9, "Lost")):
        ...     endings.add(Stage(LeadId("7"), noon.replace(day=day), noon, name), company)
        >>> print(*endings.in_words())
        1 lead is lost after its sale (7): it counts as sold all the same. ... under the id that it had (export.stages.id); ...
        """
        lost_since = self.lost_since()
        many = len(lost_since)
        if not many:
            return
        shown = [one for one in lost_since[:MOST_NAMED] if not holds_contact(one)]
        named = f" ({', '.join(shown)}{', …' if len(shown) < many else ''})" if shown else ""
        told = (
            f"1 lead is lost after its sale{named}: it counts"
            if many == 1
            else f"{many:,} leads are lost after their sale{named}: they count"
        )
        yield (
            f"{told} as sold all the same. Where a sale was taken back, tell it again with another stage under the id that it had "
            "(export.stages.id); if it came in without an id, `leadloop undo` that import first and import its file again with ids."
        )
