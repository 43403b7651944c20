"""Whose export a file of costs is, by the words in its header: a table that people can read and extend.

The words are those of the systems' interfaces and report services in Russian and English (Yandex Direct: report wizard and
Reports API; VK Ads and the old VK cabinet; Google Ads: report editor; Meta: Ads Manager; LinkedIn: Campaign Manager). Words
compare without case, and without what stands in brackets or behind a last comma, which tells currency and VAT:
"Расход (руб.)", "Amount spent (RUB)".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.facts.ad_costs import AdCosts, CostColumn, Vat
from features.facts.channels import tidied


@dataclass(frozen=True, slots=True)
class AdShape:
    """An ad system: what its costs are called in leads' marks, and the words of its header, the best first."""

    system: str
    source: str
    medium: str
    words: Mapping[CostColumn, Sequence[str]]
    signs: Sequence[str]
    """Words of which at least one is in every header of the system, and in no other system's."""


SHAPES = (
    AdShape("meta", "facebook", "cpc", {
        "day": ("day", "день", "reporting starts", "дата начала отчетности", "начало отчетности"),
        "until": ("reporting ends", "дата окончания отчетности", "окончание отчетности"),
        "cost": ("amount spent", "сумма затрат", "потраченная сумма"),
        "impressions": ("impressions", "показы"),
        "clicks": ("link clicks", "клики по ссылке", "clicks", "клики"),
        "currency": ("currency", "валюта"),
        "campaign": ("campaign name", "название кампании"),
        "campaign_id": ("campaign id", "идентификатор кампании", "id кампании"),
        "ad": ("ad name", "название объявления"),
        "ad_id": ("ad id", "идентификатор объявления", "id объявления"),
    }, ("amount spent", "сумма затрат", "потраченная сумма")),
    AdShape("linkedin_ads", "linkedin", "cpc", {
        "day": ("start date", "date", "day", "дата начала"),
        "cost": ("total spent", "всего потрачено"),
        "impressions": ("impressions", "показы"),
        "clicks": ("clicks", "клики"),
        "currency": ("currency", "валюта"),
        "campaign": ("campaign name", "название кампании"),
        "campaign_id": ("campaign id", "идентификатор кампании"),
        "ad": ("ad name", "creative name"),
        "ad_id": ("ad id", "creative id"),
    }, ("total spent", "всего потрачено")),
    AdShape("google_ads", "google", "cpc", {
        "day": ("day", "день", "week", "неделя", "month", "месяц"),
        "cost": ("cost", "стоимость", "расходы"),
        "impressions": ("impr.", "impressions", "показы"),
        "clicks": ("clicks", "клики"),
        "currency": ("currency code", "currency", "код валюты"),
        "campaign": ("campaign", "кампания"),
        "campaign_id": ("campaign id", "идентификатор кампании"),
        "ad": ("ad name", "название объявления"),
        "ad_id": ("ad id", "идентификатор объявления"),
    }, ("currency code", "impr.", "код валюты")),
    AdShape("vk_ads", "vk", "cpc", {
        "day": ("дата", "день", "date", "период"),
        "cost": ("потрачено всего", "потрачено", "списано", "spent"),
        "impressions": ("показы", "shows", "impressions"),
        "clicks": ("клики", "переходы", "clicks"),
        "currency": ("валюта", "currency"),
        "campaign": ("название кампании", "кампания", "название группы", "campaign"),
        "campaign_id": ("id кампании", "id группы", "campaign id"),
        "ad": ("название объявления", "объявление", "ad"),
        "ad_id": ("id объявления", "ad id"),
    }, ("потрачено всего", "потрачено", "списано", "spent")),
    AdShape("yandex_direct", "yandex", "cpc", {
        "day": ("дата", "день", "date", "период", "неделя", "week", "месяц", "month"),
        "cost": ("расход", "стоимость", "cost"),
        "impressions": ("показы", "impressions"),
        "clicks": ("клики", "clicks"),
        "currency": ("валюта", "currency"),
        "campaign": ("кампания", "название кампании", "campaignname", "campaign"),
        "campaign_id": ("№ кампании", "номер кампании", "id кампании", "campaignid"),
        "ad": ("заголовок объявления", "название объявления"),
        "ad_id": ("№ объявления", "номер объявления", "id объявления", "adid"),
    }, ("расход", "campaignname", "campaignid", "№ кампании")),
)  # fmt: skip
AND_ONE_OF: tuple[CostColumn, ...] = ("impressions", "clicks")
"""Without any of these a table with costs is any table."""
WITHOUT_VAT = re.compile(r"без\s+(?:уч[её]та\s+)?ндс|excl\w*\.?\s+vat|net of vat|without vat")
WITH_VAT = re.compile(r"с\s+(?:уч[её]том\s+)?ндс|вкл\w*\.?\s+ндс|incl\w*\.?\s+vat|with vat")
BEHIND = re.compile(r"\(([^)]*)\)|,\s*([^,]*)$")
CURRENCIES = {"руб": "RUB", "р": "RUB", "₽": "RUB", "$": "USD", "€": "EUR", "у.е": "YND_FIXED"}


@dataclass(frozen=True, slots=True)
class HeaderWord:
    """What a column is called, and what its name tells of money."""

    word: str
    currency: str | None
    vat: Vat | None


@dataclass(frozen=True, slots=True)
class FoundShape:
    """A system, and the file's own column for each of ours that it has."""

    shape: AdShape
    columns: Mapping[CostColumn, str]
    cost: HeaderWord


def header_word(name: str) -> HeaderWord:
    """Return a column's name without currency and VAT, and what those are.

    >>> header_word("Расход с НДС, руб."), header_word("Amount spent (EUR)").currency, header_word("Clicks (all)").word
    (HeaderWord(word='расход', currency='RUB', vat='with'), 'EUR', 'clicks')
    """
    text = tidied(name.replace("\ufeff", "").replace("ё", "е"))
    vat: Vat | None = "without" if WITHOUT_VAT.search(text) else "with" if WITH_VAT.search(text) else None
    text = WITH_VAT.sub("", WITHOUT_VAT.sub("", text))
    told = [(one or other).strip(" .") for one, other in BEHIND.findall(text)]
    return HeaderWord(BEHIND.sub("", text).strip(" ,"), next(filter(None, map(_currency, told)), None), vat)


def found_shape(header: Sequence[str], said: AdCosts) -> FoundShape | None:
    """Return whose header this is, or None where it is no ad system's; the day may be missing.

    >>> found = found_shape(["Day", "Campaign", "Currency code", "Cost", "Impr.", "Clicks"], AdCosts())
    >>> found and (found.shape.system, found.columns["impressions"])
    ('google_ads', 'Impr.')
    """
    words: dict[str, str] = {}
    for name in header:
        words.setdefault(header_word(name).word, name)
        words.setdefault(tidied(name), name)
    for shape in SHAPES:
        columns = {column: found for column, known in _known(shape, said).items() if (found := _first(known, words))}
        own = map(tidied, said.columns.get("cost", ()) if shape.system in said.systems else ())
        is_its = any(sign in words for sign in (*shape.signs, *own))
        if is_its and "cost" in columns and any(one in columns for one in AND_ONE_OF):
            return FoundShape(shape, columns, header_word(columns["cost"]))
    return None


def _known(shape: AdShape, said: AdCosts) -> dict[CostColumn, list[str]]:
    columns = dict.fromkeys([*shape.words, *said.columns])
    return {one: [*map(tidied, said.columns.get(one, ())), *shape.words.get(one, ())] for one in columns}


def _first(known: Sequence[str], words: Mapping[str, str]) -> str | None:
    return next((words[word] for word in known if word in words), None)


def _currency(told: str) -> str | None:
    if told in CURRENCIES:
        return CURRENCIES[told]
    return told.upper() if re.fullmatch(r"[a-z]{3}", told) and told not in ("all", "все") else None
