"""Whether the stages of a file, or of the store, are those that company.yaml names: a typo would count every sale as none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from features.facts.company import Company
from features.facts.contact_signs import holds_contact
from features.facts.values import StageKind

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
    """Yield what to mend where nothing stands at any stage that company.yaml calls won, or lost.

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

    A column that was taken for the stage by mistake may hold phone numbers: none is named.

    >>> print(*stages_amiss({f"8 912 345-67-{n}": 1 for n in range(10, 99)}, company))
    stages.won of company.yaml names Wonn, but no row stands at such a stage, so none of this file is a sale.
    """
    if sum(counts.values()) < FEWEST_TOLD:
        return
    kinds = {name: company.kind_of_stage(name) for name in counts}
    unnamed = Counter(
        {name: count for name, count in counts.items() if kinds[name] == "other" and not holds_contact(name)}
    )
    told = ", ".join(
        f"{name} ({count:,} {counted.one if count == 1 else counted.many})"
        for name, count in unnamed.most_common(MOST_NAMED)
    )
    others = f" At stages that company.yaml does not name: {told}." if told else ""
    for kind, what in ENDINGS:
        names = company.stages.get(kind, ())
        if names and "other" in kinds.values() and kind not in kinds.values():
            yield (
                f"stages.{kind} of company.yaml names {', '.join(names)}, but {counted.none}, so none of "
                f"{counted.of} is a {what}.{others}"
            )
