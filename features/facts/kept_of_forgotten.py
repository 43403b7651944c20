"""What may be kept of facts whose person is forgotten: times, levels, numbers, the count of words, and nothing that names him.

Free texts become dots, a phone or an e-mail is hidden wherever it stands, and so is every word that repeats the person. Of the
ids that a CRM gave to calls and stages a token stays, as telephony writes the number into them: the same for the same id, so that
a call that is told again is known again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, select

from features.facts.contact_signs import HIDDEN, holds_contact, page_of, without_contact
from features.facts.identity import key_of
from features.facts.person_signs import NO_SIGNS, Signs
from features.facts.sealed_texts import dotted
from features.facts.tables import FACTS
from features.facts.tellings import Telling
from features.facts.values import Answer, Assignment, Call, Lead, LeadFact, LeadId, Source, Stage

MARKED = frozenset({"channel", "medium", "campaign", "ad", "keyword", "landing_page", "offer", "discount"})
"""What a score's row holds of the marks."""
SLOWLY = {"n": 2**13, "r": 8, "p": 1}
"""How a token is made of an id (scrypt, RFC 7914): in some 20 ms, so that nobody tries all the numbers that there are."""
IS_TOKEN = re.compile(r"forgotten-[0-9a-f]{32}")
Said = TypeVar("Said", bound=Answer | None)


@dataclass(frozen=True, slots=True)
class KeptOfForgotten:
    """What may be kept of one forgotten person's facts.

    ``token`` holds his leads together, ``texts`` are the company's fields of free text, ``signs`` are by what he is recognised;
    ``of_company`` tells which managers and stages other people's leads name as well, so that they are no name of his.
    """

    token: str
    texts: frozenset[str]
    signs: Signs = NO_SIGNS
    of_company: OfCompany | None = None

    def fact(self, fact: LeadFact, stored: Container[bytes] = ()) -> LeadFact:
        """Return what may be kept of a fact.

        ``stored`` are keys of facts: an id under which an earlier version stored one stays, or the fact would be told twice.
        """
        if isinstance(fact, Source):
            return replace(fact, marks=self._marks(fact.marks))
        manager = self._company_word("manager", fact.manager)
        if isinstance(fact, Lead):
            return replace(fact, person_keys=(self.token,), answers=self._answers(fact.answers), manager=manager)
        if isinstance(fact, Call):
            return replace(
                fact,
                call_id=self._id(fact, fact.call_id, stored),
                manager=manager,
                answers=self._answers(fact.answers),
                attracts=_dotted(fact.attracts),
                ideal_product=_dotted(fact.ideal_product),
                comment=_dotted(fact.comment),
            )
        if isinstance(fact, Stage):
            stage = HIDDEN if holds_contact(fact.stage) else self._company_word("stage", fact.stage)
            return replace(
                fact,
                stage=stage or fact.stage,
                reason=self._reason(fact.reason),
                manager=manager,
                stage_id=self._id(fact, fact.stage_id, stored),
            )
        assert isinstance(fact, Assignment)
        return replace(fact, manager=manager or fact.manager)

    def telling(self, telling: Telling) -> Telling:
        """Return what may be kept of what was told of a lead."""
        manager = self._company_word("manager", telling.manager)
        return replace(
            telling, answers=self._answers(telling.answers), marks=self._marks(telling.marks), manager=manager
        )

    def level(self, name: str, level: Any) -> Any:
        """Return what may be kept of a level in the row of a logged score."""
        if not isinstance(level, str):
            return level
        if holds_contact(level):
            return HIDDEN
        if not self.signs.are_in(level):
            return level
        return HIDDEN if name in MARKED else dotted(level)

    def _answers(self, answers: Mapping[str, Said]) -> dict[str, Any]:
        return {name: self._answer(name, answer) for name, answer in answers.items()}

    def _answer(self, name: str, answer: Answer | None) -> Answer | None:
        if isinstance(answer, tuple):
            return tuple([HIDDEN if holds_contact(one) or self.signs.are_in(one) else one for one in answer])
        if not isinstance(answer, str):
            return answer
        if name in self.texts:
            return dotted(answer)
        if holds_contact(answer):
            return HIDDEN
        return dotted(answer) if self.signs.are_in(answer) else answer

    def _marks(self, marks: Mapping[str, str]) -> dict[str, str]:
        return {name: self._mark(without_contact(word)) for name, word in marks.items()}

    def _mark(self, word: str) -> str:
        kept = page_of(word) if self.signs.are_in(word) else word
        return HIDDEN if self.signs.are_in(kept) else kept

    def _id(self, fact: Call | Stage, of: str | None, stored: Container[bytes]) -> str | None:
        return of if of and key_of(fact) in stored else id_token(of, self.token)

    def _reason(self, reason: str | None) -> str | None:
        return HIDDEN if reason and (holds_contact(reason) or self.signs.are_in(reason)) else reason

    def _company_word(self, name: str, word: str | None) -> str | None:
        """Return a manager or a stage: hidden where it repeats the person, and is not also that of other people's leads."""
        if not word or not self.signs.are_in(word):
            return word
        is_his = self.signs.sure.are_in(word) or self.of_company is None or not self.of_company.says(name, word)
        return HIDDEN if is_his else word


@dataclass(slots=True)
class OfCompany:
    """Looks up which words stand in facts of others than some leads: a manager called as the person is, a stage."""

    connection: Connection
    but: Sequence[LeadId]
    _known: dict[tuple[str, str], bool] = field(default_factory=dict)

    def says(self, name: str, word: str) -> bool:
        """Return whether facts of other leads have a word under a name."""
        if (name, word) not in self._known:
            said = orjson.dumps({name: word}).decode()[1:-1]
            others = FACTS.c.payload.contains(said, autoescape=True), FACTS.c.lead_id.not_in(self.but)
            asked = select(FACTS.c.number).where(FACTS.c.lead_id.is_not(None), *others).limit(1)
            self._known[name, word] = self.connection.execute(asked).first() is not None
        return self._known[name, word]


def id_token(of: str | None, token: str) -> str | None:
    """Return what stands for the id of a call or a stage, the same for the same id of a person's; a token stays as it is.

    >>> one, same = (id_token("out-79123456789-113.wav", "a1") for _ in range(2))
    >>> one == same, one == id_token("out-79123456789-113.wav", "b2"), id_token(one, "a1") == one, id_token(None, "a1")
    (True, False, True, None)
    """
    return of if not of or IS_TOKEN.fullmatch(of) else _token_of(of, token)


@lru_cache(maxsize=4_096)
def _token_of(of: str, token: str) -> str:
    return f"forgotten-{hashlib.scrypt(of.encode(), salt=token.encode(), dklen=16, **SLOWLY).hex()}"


def _dotted(text: str | None) -> str | None:
    return None if text is None else dotted(text)
