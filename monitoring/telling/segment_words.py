"""How people call a kind of lead, and what is watched, in mails, chats and on the page alike."""

from __future__ import annotations

from collections.abc import Callable

from features.facts.company import Company
from features.rows.feature_words import channel_word, feature_label, level_word, say
from features.written_numbers import number_words
from monitoring.alarms.alarm import Watched
from monitoring.what_changed.segments import DAY_KIND, HOUR_KIND, Cell, Segment

KINDS: dict[str, tuple[str, str]] = {
    # what is read off the moment of the request, and its levels: (Russian, English)
    HOUR_KIND: ("Время заявки", "Time of day"),
    DAY_KIND: ("День заявки", "Day of the request"),
    "night": ("ночь (0–6 ч)", "night (0–6 h)"),
    "morning": ("утро (6–12 ч)", "morning (6–12 h)"),
    "afternoon": ("день (12–18 ч)", "afternoon (12–18 h)"),
    "evening": ("вечер (18–24 ч)", "evening (18–24 h)"),
    "workday": ("будни", "a workday"),
    "weekend": ("выходные", "the weekend"),
}
LEVEL_OF = {"campaign": ("кампания", "campaign"), "ad": ("объявление", "ad"), "offer": ("предложение", "offer")}


def segment_words(segment: Segment, company: Company, language: str, named: Callable[[str], str] = str) -> str:
    """Return a kind of lead as people say it; ``named`` writes the company's names.

    >>> company = Company.model_validate({"company": "x", "fields": {"role": {"kind": "choice", "label": "Кто вы"}}})
    >>> segment_words((Cell("role", "студент"), Cell("day_kind", "weekend")), company, "ru")
    '«Кто вы»: студент и «День заявки»: выходные'
    """
    said = [
        f"{quoted(field_words(one.field, company, language), language)}: {_level(one, company, language, named)}"
        for one in segment
    ]
    return (" и " if language == "ru" else " and ").join(said)


def field_words(field: str, company: Company, language: str) -> str:
    """Return how people call a field: the company's own label, or ours for what every company has."""
    return KINDS[field][_place(language)] if field in KINDS else feature_label(field, company, language)


def watched_words(watched: Watched, language: str, named: Callable[[str], str] = str) -> str:
    """Return the name of what is watched.

    >>> watched_words(Watched("call", "campaign", "non_target", "ВКонтакте", "зима"), "ru")
    'ВКонтакте, кампания «зима»'
    """
    channel = channel_word(watched.channel, language, named)
    if watched.level == "channel":
        return channel
    group = group_words(watched, language, named)
    return f"{channel}, {group}" if watched.channel else group[:1].upper() + group[1:]


def group_words(watched: Watched, language: str, named: Callable[[str], str] = str) -> str:
    """Return the name of a campaign, an ad or an offer that is watched, without its channel."""
    return f"{LEVEL_OF[watched.level][_place(language)]} {quoted(named(watched.name), language)}"


def quoted(words: str, language: str) -> str:
    """Return words in the quotation marks of a language."""
    return f"«{words}»" if language == "ru" else f"“{words}”"


def _level(cell: Cell, company: Company, language: str, named: Callable[[str], str]) -> str:
    if cell.level is None:
        return say("not_given", language)
    if cell.low is not None or cell.high is not None:
        kind = "between" if None not in (cell.low, cell.high) else "less_than" if cell.low is None else "from"
        low, high = ("" if one is None else number_words(one, language) for one in (cell.low, cell.high))
        return say(kind, language, low=low, high=high)
    if cell.field in (HOUR_KIND, DAY_KIND):
        return KINDS[cell.level][_place(language)]
    field = company.fields.get(cell.field)
    if cell.level == "given" and (field is None or field.kind == "number"):
        return say("any_number", language)
    return level_word(cell.field, cell.level, company, language, named)


def _place(language: str) -> int:
    return 0 if language == "ru" else 1
