"""What a phone number and an e-mail address look like wherever they stand, so that they are shown nowhere."""

from __future__ import annotations

import re
from urllib.parse import unquote

IS_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-zа-я]{2,}$", re.I)
IS_PHONE = re.compile(r"^(?:\+\d[\d\s().-]{8,18}|8?[\s-]?\(?\d{3}\)?[\s-]?\d{3}[\s-]?\d{2}[\s-]?\d{2})$")
HAS_CONTACT = re.compile(
    r"[^@\s]+@[^@\s]+\.[a-zа-я]{2,}|\+\d[\d\s().-]{8,18}|\b[78][\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}\b", re.I
)
HIDDEN = "(contact)"


def holds_contact(word: str) -> bool:
    """Return whether a word is a phone number or holds one or an e-mail address, also as an address of a page writes it.

    >>> [holds_contact(word) for word in ("shoe size", "anna@example.com", "79123456789", "tel +49 170 1234567")]
    [False, True, True, True]
    >>> holds_contact("/windows?mail=anna%40example.com"), holds_contact("100% wool")
    (True, False)
    """
    return bool(HAS_CONTACT.search(word) or IS_PHONE.match(word)) or ("%" in word and _holds_when_read(word))


def _holds_when_read(word: str) -> bool:
    return bool(HAS_CONTACT.search(unquote(word)))


def without_contact(mark: str) -> str:
    """Return a mark as it may be kept of nobody: an address without what follows it, hidden whole where that is not enough.

    >>> [without_contact(mark) for mark in ("summer", "/windows?tel=79123456789", "to anna@example.com")]
    ['summer', '/windows', '(contact)']
    """
    kept = page_of(mark) if holds_contact(mark) else mark
    return HIDDEN if holds_contact(kept) else kept


def page_of(address: str) -> str:
    """Return the address of a page without what follows it."""
    return address.split("?")[0].split("#")[0]


def shown_name(name: str) -> str:
    """Return a name that somebody sent as it may be shown: one that is a contact itself is hidden.

    >>> shown_name("shoe_size"), shown_name("anna@example.com")
    ('shoe_size', '(contact)')
    """
    return HIDDEN if holds_contact(name) else name


def shown_mark(word: str) -> str:
    """Return a campaign, ad or offer as reports may show it: hidden where it holds an e-mail address or a written phone number.

    Digits alone are the number of an ad or a campaign, however many they are.

    >>> [shown_mark(word) for word in ("summer", "79123456789", "to anna@example.com", "call 8 912 345-67-89")]
    ['summer', '79123456789', '(contact)', '(contact)']
    """
    return HIDDEN if any(not found[0].isdigit() for found in HAS_CONTACT.finditer(unquote(word))) else word


def shown_page(address: str) -> str:
    """Return a landing page as reports may show it: without what follows its address where that holds a contact.

    >>> shown_page("/windows?size=2"), shown_page("/windows?tel=79123456789"), shown_page("/anna@example.com")
    ('/windows?size=2', '/windows', '(contact)')
    """
    return shown_mark(page_of(address) if holds_contact(address) else address)
