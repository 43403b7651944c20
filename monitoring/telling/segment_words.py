"""How people call a kind of lead, and what is watched, in mails, chats and on the page alike."""

from __future__ import annotations

from features.facts.company import Company
from features.rows.form_answers import CHOSEN, DAYS_AHEAD, WORDS_WRITTEN
from features.written_numbers import number_words
from monitoring.alarms.alarm import Watched
from monitoring.what_changed.segments import DAY_KIND, HOUR_KIND, Cell, Segment

FIELDS: dict[str, tuple[str, str]] = {
    # field: (Russian, English)
    "medium": ("Тип трафика", "Medium"),
    "campaign": ("Кампания", "Campaign"),
    "ad": ("Объявление", "Ad"),
    "keyword": ("Поисковая фраза", "Search phrase"),
    "landing_page": ("Посадочная страница", "Landing page"),
    "offer": ("Предложение", "Offer"),
    "discount": ("Скидка", "Discount"),
    HOUR_KIND: ("Время заявки", "Time of day"),
    DAY_KIND: ("День заявки", "Day of the request"),
    "contact_has_name": ("Имя указано", "A name was given"),
    "contact_has_phone": ("Телефон указан", "A phone number was given"),
    "contact_phone_valid": ("Телефон существует", "The phone number can exist"),
    "contact_phone_kind": ("Вид телефона", "Kind of phone number"),
    "contact_has_email": ("Почта указана", "An e-mail was given"),
    "contact_email_kind": ("Вид почты", "Kind of e-mail"),
}
LEVELS: dict[str, tuple[str, str]] = {
    "yes": ("да", "yes"),
    "no": ("нет", "no"),
    "night": ("ночь (0–6 ч)", "night (0–6 h)"),
    "morning": ("утро (6–12 ч)", "morning (6–12 h)"),
    "afternoon": ("день (12–18 ч)", "afternoon (12–18 h)"),
    "evening": ("вечер (18–24 ч)", "evening (18–24 h)"),
    "workday": ("будни", "a workday"),
    "weekend": ("выходные", "the weekend"),
    "mobile": ("мобильный", "mobile"),
    "fixed": ("городской", "fixed line"),
    "free": ("бесплатная", "free service"),
    "company": ("корпоративная", "company domain"),
    "invalid": ("ошибочная", "invalid"),
    "other": ("другой", "other"),
}
NOT_GIVEN = ("не указано", "not given")
ENDINGS = {DAYS_AHEAD: ("дней до", "days ahead"), WORDS_WRITTEN: ("слов", "words"), CHOSEN: ("выбрано", "chosen")}
RANGES = {"below": ("меньше {high}", "below {high}"), "from": ("от {low}", "{low} and more"),
          "between": ("от {low} до {high}", "{low} to {high}"), "any": ("указано", "given")}  # fmt: skip
LEVEL_OF = {"campaign": ("кампания", "campaign"), "ad": ("объявление", "ad"), "offer": ("предложение", "offer")}


def segment_words(segment: Segment, company: Company, language: str) -> str:
    """Return a kind of lead as people say it.

    >>> company = Company.model_validate({"company": "x", "fields": {"role": {"kind": "choice", "label": "Кто вы"}}})
    >>> segment_words((Cell("role", "студент"), Cell("day_kind", "weekend")), company, "ru")
    '«Кто вы»: студент и «День заявки»: выходные'
    """
    said = [
        f"{quoted(field_words(one.field, company, language), language)}: {_level(one, company, language)}"
        for one in segment
    ]
    return (" и " if language == "ru" else " and ").join(said)


def field_words(field: str, company: Company, language: str) -> str:
    """Return how people call a field: the company's own label, or ours for what every company has."""
    place = 0 if language == "ru" else 1
    if field in FIELDS and field not in company.fields:
        return FIELDS[field][place]
    stem = field.removeprefix("answer_") if field.removeprefix("answer_") in company.fields else field
    for ending, words in ENDINGS.items():
        if stem not in company.fields and stem.removesuffix(ending) in company.fields:
            return f"{_label(stem.removesuffix(ending), company)}, {words[place]}"
    return _label(stem, company)


def watched_words(watched: Watched, language: str) -> str:
    """Return the name of what is watched.

    >>> watched_words(Watched("call", "campaign", "non_target", "ВКонтакте", "зима"), "ru")
    'ВКонтакте, кампания «зима»'
    """
    if watched.level == "channel":
        return watched.channel
    level = LEVEL_OF[watched.level][0 if language == "ru" else 1]
    named = f"{level} {quoted(watched.name, language)}"
    return f"{watched.channel}, {named}" if watched.channel else named[:1].upper() + named[1:]


def quoted(words: str, language: str) -> str:
    """Return words in the quotation marks of a language."""
    return f"«{words}»" if language == "ru" else f"“{words}”"


def _level(cell: Cell, company: Company, language: str) -> str:
    place = 0 if language == "ru" else 1
    if cell.level is None:
        return NOT_GIVEN[place]
    if cell.low is not None or cell.high is not None:
        kind = "between" if None not in (cell.low, cell.high) else "below" if cell.low is None else "from"
        low, high = ("" if one is None else number_words(one, language) for one in (cell.low, cell.high))
        return RANGES[kind][place].format(low=low, high=high)
    is_ours = cell.field in (HOUR_KIND, DAY_KIND) or cell.field.startswith("contact_")
    if is_ours or cell.level in ("yes", "no"):
        return LEVELS.get(cell.level, (cell.level, cell.level))[place]
    field = company.fields.get(cell.field)
    return RANGES["any"][place] if field and field.kind == "number" else cell.level


def _label(name: str, company: Company) -> str:
    field = company.fields.get(name)
    return (field and field.label) or name.replace("_", " ")
