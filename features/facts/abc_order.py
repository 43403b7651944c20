"""A yes to a question never makes a lead's grade worse: looked for in the ABC table before anybody is graded by it."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

WORSE: Mapping[str | None, int] = {"A": 0, "B": 1, "C": 2, "non_target": 3}
Line = tuple[Mapping[str, str], str]
"""The verdicts that a line of the table asks for, and the grade that it gives."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """A yes that costs a grade: to which question, beside which other answers, and by which line (None: no line fits)."""

    question: str
    beside: Mapping[str, str]
    before: str
    after: str | None
    line: int | None

    def __str__(self) -> str:
        """Return it as a person would say it."""
        others = ", ".join(f"{name} {verdict}" for name, verdict in self.beside.items() if name != self.question)
        beside = f"with {others}, " if others else ""
        return f"{beside}a yes to {self.question!r} turns {self.before} into {self.after or 'no grade'}"


def lowered(table: Sequence[Line], criteria: Collection[str]) -> Iterator[Lowered]:
    """Yield every yes that makes a grade worse, or takes an A or B away; a table may leave any other lead without a grade.

    Every way to answer is tried, so each further criterion doubles the work; ``company.py`` says how many there may be.

    >>> table = [({"need": "no"}, "non_target"), ({"need": "yes", "budget": "yes"}, "C"), ({"need": "yes"}, "B")]
    >>> print(*lowered(table, ["need", "budget"]))
    with need yes, a yes to 'budget' turns B into C
    """
    asked = [name for name in criteria if any(when.get(name) in ("yes", "no") for when, _ in table)]
    for verdicts in itertools.product(("yes", "no"), repeat=len(asked)):
        said = dict(zip(asked, verdicts, strict=True))
        line = _first_fit(table, said)
        if line is None or WORSE[table[line][1]] == WORSE["non_target"]:
            continue
        for name in (name for name, verdict in said.items() if verdict == "no"):
            then = _first_fit(table, {**said, name: "yes"})
            before, after = table[line][1], None if then is None else table[then][1]
            if (after is None and before in ("A", "B")) or (after is not None and WORSE[after] > WORSE[before]):
                yield Lowered(name, said, before, after, then)


def _first_fit(table: Sequence[Line], said: Mapping[str, str]) -> int | None:
    fits = (
        n for n, (when, _) in enumerate(table) if all(v == "any" or said.get(name) == v for name, v in when.items())
    )
    return next(fits, None)
