"""Which columns hold a person's data: by their names, or by what stands in them. They never become fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from features.drafting.header_words import first_fitting
from features.facts.cells import NO, YES
from features.facts.channels import tidied
from features.facts.contact_signs import HAS_CONTACT, IS_EMAIL, IS_PHONE, holds_contact

NAME = (
    "name", "имя", "фио", "full name", "имя клиента", "имя контакта", "имя лида", "contact name", "client name",
    "customer name", "lead name", "полное имя …", "first name", "контактное лицо", "основной контакт", "… имя", "фамилия",
    "last name", "surname", "contact person", "contact", "контакт", "клиент", "client", "customer", "покупатель",
)  # fmt: skip
PHONE = (
    "phone", "телефон", "phone number", "mobile", "mobile phone", "мобильный телефон", "рабочий телефон", "телефон …",
    "… телефон", "… phone …", "тел", "номер телефона", "mobile number", "cell …", "whatsapp …",
)  # fmt: skip
EMAIL = ("e mail", "email", "почта", "эл почта", "электронная почта", "email address", "… почта", "… email", "email …",
         "… e mail", "e mail …", "мейл", "мэйл", "имейл", "емейл")  # fmt: skip
NEVER_KEPT = (
    *NAME[:20], *PHONE, *EMAIL, "отчество", "middle name", "… address", "address", "адрес …", "… адрес",
    "паспорт* …", "passport …", "снилс", "ssn", "инн", "ip", "ip address", "факс", "fax", "skype", "telegram username",
    "instagram username", "название сделки", "название лида", "deal name", "lead title", "название",
)  # fmt: skip
AMBIGUOUS = frozenset({"contact", "контакт", "клиент", "client", "customer", "покупатель", "название"})
LOOKED_AT = 4_000
MOST_WORDS = 40
MOST_SINGLES = 5
"""A column of more words, or of more words that stand once, is free text, and none of these is shown."""
IS_PERSON = re.compile(r"^[A-ZА-ЯЁ][a-zа-яё]+(?: [A-ZА-ЯЁ][a-zа-яё.]+){1,2}$")


def personal_sign(column: str, cells: Sequence[str]) -> str | None:
    """Return in words why a column holds a person's data, or None; no cell is repeated.

    >>> personal_sign("Телефон для связи", []), personal_sign("x", ["anna@example.com", "max@example.com"])
    ('its name says that it holds personal data', 'its cells look like e-mail addresses')
    >>> personal_sign("contact", ["cellular", "telephone"] * 9) is None
    True
    """
    if {tidied(cell) for cell in cells[:LOOKED_AT]} <= YES | NO and cells:
        return None  # "do not e-mail" is asked about the contact, and is none
    named = first_fitting(column, NEVER_KEPT)
    if named and not (named in AMBIGUOUS and _are_levels(cells)):
        return "its name says that it holds personal data"
    if not cells:
        return None
    for pattern, what in ((IS_EMAIL, "e-mail addresses"), (IS_PHONE, "phone numbers")):
        if _share(pattern, cells) >= 0.5:
            return f"its cells look like {what}"
    if _share(IS_PERSON, cells) >= 0.8 and len(set(cells)) > max(60, 0.3 * len(cells)):
        return "its cells look like people's names"
    return None


def share_with_contacts(cells: Sequence[str]) -> float:
    """Return the share of free texts in which a phone number or an e-mail address stands.

    >>> share_with_contacts(["call me at anna@example.com", "two windows"])
    0.5
    """
    looked = cells[:: max(len(cells) // LOOKED_AT, 1)]
    return sum(bool(HAS_CONTACT.search(cell)) for cell in looked) / len(looked) if looked else 0.0


def may_be_shown(word: str, times: int = 2) -> bool:
    """Return whether a level may stand in the draft: short, no phone, no e-mail; and if it stands once, no free text.

    >>> may_be_shown("Нет ответа"), may_be_shown("anna@example.com"), may_be_shown("8 912 345-67-89")
    (True, False, False)
    >>> may_be_shown("Дозвонились, говорила с Петром", times=1)
    False
    """
    if not 0 < len(word) <= 60 or "\n" in word or holds_contact(word):
        return False
    parts = word.split()
    return times > 1 or len(parts) <= 2 or not any(part[:1].isupper() for part in parts[1:])


def _are_levels(cells: Sequence[str]) -> bool:
    return len(set(cells)) <= 0.3 * len(cells)


def _share(pattern: re.Pattern[str], cells: Sequence[str]) -> float:
    looked = cells[:: max(len(cells) // LOOKED_AT, 1)]
    return sum(bool(pattern.match(cell)) for cell in looked) / len(looked)


def shown_words(words: Mapping[str, int]) -> list[str]:
    """Return the words that a draft may repeat; too many words are free text, and none is."""
    singles = {word for word, times in words.items() if times < 2}
    hidden = singles if len(singles) > MOST_SINGLES else {word for word in singles if IS_PERSON.match(word)}
    shown = [word for word, times in words.items() if word not in hidden and may_be_shown(word, times)]
    return shown if len(words) <= MOST_WORDS else []
