"""How people write a name that figures compare without case: they read "Тихий офис", though the tables hold "тихий офис".

The offers of ``company.yaml`` decide; of all else what the latest leads and calls wrote most often, and where none did, the
company's own words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Engine, select

from features.facts.channels import tidied
from features.facts.company import MARKS, Company
from features.facts.database import reading
from features.facts.seen_facts import AnySelect, last_number_in, seen_facts
from features.facts.tables import FACTS

LATEST = 3_000
"""The leads of so many facts, the latest, are read: every name that is about is among them."""
GROWN_BY = 1_000
"""Facts after which it is worth to read again; sooner in a store that was small."""
IN_WORDS, NAMING = frozenset({"choice", "list"}), ("lead", "source", "call")


class WrittenNames:
    """Knows how names are written; ``look`` reads what came since, ``of`` costs nothing.

    >>> company = Company.model_validate({"company": "x", "offers": {"Тихий офис": {}}})
    >>> from features.facts.database import engine_for
    >>> names = WrittenNames(engine_for("sqlite://"), company)
    >>> names.of("тихий офис"), names.of("окна за 5 дней")
    ('Тихий офис', 'окна за 5 дней')
    """

    def __init__(self, engine: Engine, company: Company, first: int | None = None) -> None:
        """Know the company's own names; the first look reads up to the storage number ``first`` (None: all)."""
        self._engine = engine
        self._offers = {tidied(name): _spaced(name) for name in company.offers}
        self._answers = {tidied(name): _spaced(name) for name in _answers_of(company)}
        self._fields = frozenset(name for name, field in company.fields.items() if field.kind in IN_WORDS)
        self._written = self._answers | self._offers
        self._first, self._number = first, -1

    def of(self, level: str) -> str:
        """Return a level as people write it; as it is compared where nobody was seen to write it."""
        return self._written.get(level, level)

    def look(self) -> None:
        """Read what the latest leads say, where enough came since the last look; ``StoreUnreachable`` where the store is away."""
        with reading(self._engine) as connection:
            number = last_number_in(connection) if self._first is None else self._first
            if self._number >= 0 and number - self._number < min(GROWN_BY, self._number // 5 + 1):
                return
            payloads = connection.execute(_payloads(number)).scalars().all()
        counts: dict[str, Counter[str]] = {}
        for payload in payloads:
            for word in self._words(orjson.loads(payload)):
                counts.setdefault(tidied(word), Counter())[_spaced(word)] += 1
        told = {level: of.most_common(1)[0][0] for level, of in counts.items()}
        self._written = self._answers | told | self._offers
        self._first, self._number = None, number

    def _words(self, said: Mapping[str, Any]) -> Iterator[str]:
        """Yield the names that a fact writes: its marks, and its answers that are chosen of several."""
        answers: Mapping[str, Any] = said.get("answers", {})
        marks: Mapping[str, Any] = said.get("marks", {})
        told = [marks[name] for name in MARKS if name in marks]  # a click's number is nobody's name
        for answer in (*told, *(answers[name] for name in self._fields & answers.keys())):
            yield from (one for one in (answer if isinstance(answer, list) else [answer]) if isinstance(one, str))


def _answers_of(company: Company) -> Iterator[str]:
    """Yield the answers that a company writes itself."""
    for aimed in company.audience.values():
        yield from (*aimed.levels, *aimed.shares)
    for rules in company.abc:
        for criterion in rules.criteria.values():
            yield from (*criterion.yes, *criterion.no)


def _spaced(word: str) -> str:
    return " ".join(word.split())


def _payloads(number: int) -> AnySelect:
    """Return what the leads of the latest facts say of themselves: in an import the leads may lie far ahead of the last facts."""
    asked = select(FACTS.c.lead_id).where(FACTS.c.lead_id.is_not(None), FACTS.c.number <= number)
    latest = asked.order_by(FACTS.c.number.desc()).limit(LATEST)
    leads = select(latest.subquery().c.lead_id).distinct()
    told = select(FACTS.c.payload).where(FACTS.c.lead_id.in_(leads), FACTS.c.kind.in_(NAMING))
    return seen_facts(told, number)
