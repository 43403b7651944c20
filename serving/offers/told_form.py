"""What a marketer typed of an offer becomes a version of the catalogue, or says which field does not fit and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from features.errors import FactRefused
from features.facts.catalogue import ENTRY_KINDS, EntryKind, Promised, Version
from features.facts.contact_signs import holds_contact
from features.facts.file_shape import Decimal, parse_number
from features.facts.pictures import NAME
from features.facts.told_currency import currency_told

LONGEST = {"name": 300, "promise": 2_000, "discount": 200}
MOST_PICTURES = 6


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field that does not fit, and the key of the words that say what would be right."""

    field: str
    why: str


def promised_of(
    form: Mapping[str, str], kept: Sequence[str], decimal: Decimal, currency: str
) -> tuple[EntryKind, str, Promised] | list[Wrong]:
    """Return kind, name and what was promised, or everything that is wrong.

    Parameters
    ----------
    kept
        The names of uploaded pictures that go with it.
    decimal
        The decimal sign of the reader's language: whether 12,500 is twelve thousand or twelve and a half.
    currency
        The company's own; a price that names another is wrong.
    """
    said = {name: " ".join(value.split()) if name != "pictures" else value.strip() for name, value in form.items()}
    wrong: list[Wrong] = []
    kind = next((one for one in ENTRY_KINDS if one == said.get("kind")), None)
    if kind is None:
        wrong.append(Wrong("kind", "of_wrong_kind"))
    if not said.get("name"):
        wrong.append(Wrong("name", "of_wrong_name"))
    for field, longest in LONGEST.items():
        text = said.get(field, "")
        if len(text) > longest:
            wrong.append(Wrong(field, "of_wrong_long"))
        elif field != "name" and holds_contact(text):
            wrong.append(Wrong(field, "of_wrong_contact"))
    price = _price(said.get("price", ""), decimal, currency, wrong)
    since, until = (_day(said.get(name, ""), name, wrong) for name in ("valid_from", "valid_to"))
    if since and until and until < since:
        wrong.append(Wrong("valid_to", "of_wrong_order"))
    pictures = (*_addresses(said.get("pictures", ""), wrong), *(one for one in kept if NAME.match(one)))
    if len(pictures) > MOST_PICTURES:
        wrong.append(Wrong("pictures", "of_wrong_many"))
    if wrong or kind is None:
        return wrong
    promised = Promised(said.get("promise", ""), said.get("discount", ""), price, pictures, since, until)
    return kind, said["name"], promised


def typed_of(version: Version) -> dict[str, str]:
    """Return a version as the form shows it."""
    told = version.promised
    return {
        "kind": version.kind,
        "name": version.name,
        "promise": told.promise,
        "discount": told.discount,
        "price": "" if told.price is None else f"{told.price:.12g}",
        "pictures": "\n".join(one for one in told.pictures if not NAME.match(one)),
        "valid_from": told.valid_from.isoformat() if told.valid_from else "",
        "valid_to": told.valid_to.isoformat() if told.valid_to else "",
    }


def _price(text: str, decimal: Decimal, currency: str, wrong: list[Wrong]) -> float | None:
    if not text:
        return None
    if currency_told(text, currency) != currency:
        wrong.append(Wrong("price", "of_wrong_currency"))
        return None
    try:
        price = parse_number(text, decimal, is_money=True)
    except FactRefused:
        price = 0.0
    if not 0 < price < 1e12:
        wrong.append(Wrong("price", "of_wrong_price"))
        return None
    return price


def _day(text: str, field: str, wrong: list[Wrong]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        wrong.append(Wrong(field, "of_wrong_day"))
        return None


def _addresses(text: str, wrong: list[Wrong]) -> list[str]:
    found = text.split()
    for one in found:
        try:
            parts = urlsplit(one)
            fits = (
                parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and len(one) <= 1_000
            )
        except ValueError:
            fits = False
        if not fits:
            wrong.append(Wrong("pictures", "of_wrong_address"))
            return []
    return found
