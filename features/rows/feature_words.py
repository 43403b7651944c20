"""How people call a feature and what it holds, Russian and English side by side, wherever it is read: pages, mails, reasons."""

from __future__ import annotations

from collections.abc import Callable

from features.facts.company import Company
from features.rows.feature_row import GENERAL_FEATURES, GRADE
from features.rows.form_answers import CHOSEN, DAYS_AHEAD, WORDS_WRITTEN

WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "bought_of": (
        "купили {sales} из {leads} таких: {rate}, из всех {average}",
        "{sales} of {leads} such leads bought: {rate}, of all leads {average}",
    ),
    "not_given": ("не указано", "not given"),
    "any_number": ("указано", "given"),
    "up_to": ("до {high}", "up to {high}"),
    "above": ("больше {low}", "more than {low}"),
    "less_than": ("меньше {high}", "less than {high}"),
    "from": ("от {low}", "{low} and more"),
    "between": ("от {low} до {high}", "{low} to {high}"),
    "yes": ("да", "yes"),
    "no": ("нет", "no"),
    "rare": ("редкое значение", "a rare value"),
    "seconds": ("{n} с", "{n} s"),
    "minutes": ("{n} мин", "{n} min"),
    "hours": ("{n} ч", "{n} h"),
    "days": ("{n} дн.", "{n} days"),
}

FEATURE_LABELS: dict[str, tuple[str, str]] = {
    "channel": ("Канал", "Channel"),
    "medium": ("Тип трафика", "Medium"),
    "campaign": ("Кампания", "Campaign"),
    "ad": ("Объявление", "Ad"),
    "keyword": ("Поисковая фраза", "Search phrase"),
    "landing_page": ("Посадочная страница", "Landing page"),
    "offer": ("Предложение", "Offer"),
    "discount": ("Скидка", "Discount"),
    "channel_lift": (
        "Шансы продажи по каналу до сих пор (в среднем 1)",
        "Odds of a sale by the channel so far (average 1)",
    ),
    "ad_lift": ("Шансы продажи по объявлению до сих пор (в среднем 1)", "Odds of a sale by the ad so far (average 1)"),
    "offer_lift": (
        "Шансы продажи по предложению до сих пор (в среднем 1)",
        "Odds of a sale by the offer so far (average 1)",
    ),
    "contact_has_name": ("Имя указано", "A name was given"),
    "contact_has_phone": ("Телефон указан", "A phone number was given"),
    "contact_phone_valid": ("Телефон существует", "The phone number can exist"),
    "contact_phone_kind": ("Вид телефона", "Kind of phone number"),
    "contact_has_email": ("Почта указана", "An e-mail was given"),
    "contact_email_kind": ("Вид почты", "Kind of e-mail"),
    "hour": ("Час заявки", "Hour of the request"),
    "weekday": ("День недели заявки", "Weekday of the request"),
    "hours_since_request": ("С заявки прошло", "Time since the request"),
    "seconds_to_first_call": ("До первого звонка прошло", "Time to the first call"),
    "calls_made": ("Звонков сделано", "Calls made"),
    "calls_spoken": ("Разговоров", "Conversations"),
    "calls_in_vain_at_last": ("Попыток подряд без ответа", "Tries in a row in vain"),
    "last_call_result": ("Итог последнего звонка", "Result of the last call"),
    "last_call_seconds": ("Последний звонок длился", "Length of the last call"),
    "seconds_spoken": ("Проговорили всего", "Time spoken in all"),
    "minutes_since_last_call": ("С последнего звонка прошло", "Time since the last call"),
    "call_back_promised": ("Обещан повторный звонок", "A call back was promised"),
    "words_on_what_attracts": ("Слов о том, что привлекает", "Words on what attracts"),
    "stage_reached": ("Этап", "Stage"),
    "abc_grade": ("Оценка по правилам ABC", "Grade by the ABC rules"),
}

LEVEL_WORDS: dict[str, tuple[str, str]] = {
    "yes": ("да", "yes"),
    "no": ("нет", "no"),
    "reached": ("дозвонились", "reached"),
    "no_answer": ("не ответили", "no answer"),
    "busy": ("занято", "busy"),
    "wrong_number": ("неверный номер", "wrong number"),
    "refused": ("отказ", "refused"),
    "call_back": ("просили перезвонить", "asked to be called back"),
    "monday": ("понедельник", "Monday"),
    "tuesday": ("вторник", "Tuesday"),
    "wednesday": ("среда", "Wednesday"),
    "thursday": ("четверг", "Thursday"),
    "friday": ("пятница", "Friday"),
    "saturday": ("суббота", "Saturday"),
    "sunday": ("воскресенье", "Sunday"),
    "call": ("звонок", "call"),
    "meeting": ("встреча", "meeting"),
    "invoice": ("счёт", "invoice"),
    "contract": ("договор", "contract"),
    "mobile": ("мобильный", "mobile"),
    "fixed": ("городской", "fixed line"),
    "free": ("бесплатная", "free service"),
    "company": ("корпоративная", "company domain"),
    "invalid": ("ошибочная", "invalid"),
    "other": ("другое", "other"),
    "unknown": ("неизвестен", "unknown"),
    "non_target": ("нецелевой", "non-target"),
}
CHANNEL_WORDS: dict[str, tuple[str, str]] = {"unknown": ("Без источника", "No source"), "other": ("Другое", "Other")}
"""How a channel is called that the company did not name itself."""
DERIVED: dict[str, tuple[str, str]] = {
    DAYS_AHEAD: ("дней до", "days ahead"), WORDS_WRITTEN: ("слов", "words"), CHOSEN: ("сколько выбрано", "how many chosen"),
}  # fmt: skip
"""What a feature's ending says of the field that it is made from."""
OUR_LEVELS = frozenset(one.name for one in GENERAL_FEATURES if one.kind == "level" and one.family != "source") | {GRADE}
"""The features whose levels are our words; the levels of all others are the company's."""


def say(key: str, language: str, **values: str) -> str:
    """Return the words of ``key`` in a language, with values put in.

    >>> say("between", "ru", low="10", high="50")
    'от 10 до 50'
    """
    russian, english = WORDS[key]
    return (russian if language == "ru" else english).format(**values)


def feature_label(name: str, company: Company, language: str | None = None) -> str:
    """Return how people call a feature: ours, or the company's own label of a field.

    In the company's own language unless another is asked for.
    """
    place = 0 if (language or company.language) == "ru" else 1
    if name in FEATURE_LABELS:
        return FEATURE_LABELS[name][place]
    if name in company.fields:
        return field_label(name, company)
    stem = name.removeprefix("answer_")
    for ending, words in DERIVED.items():
        if stem not in company.fields and stem.removesuffix(ending) in company.fields:
            return f"{field_label(stem.removesuffix(ending), company)}, {words[place]}"
    return field_label(stem, company)


def field_label(name: str, company: Company) -> str:
    """Return how the company calls a field of its form.

    >>> field_label("area", Company.model_validate({"company": "x", "fields": {"area": {"kind": "number", "unit": "m2"}}}))
    'area, m2'
    """
    field = company.fields.get(name)
    label = (field and field.label) or name.replace("_", " ")
    return f"{label}, {field.unit}" if field and field.unit else label


def level_word(
    name: str, level: str, company: Company, language: str | None = None, named: Callable[[str], str] = str
) -> str:
    """Return a level as people say it; a company's own answers stay as they are, or as ``named`` writes them."""
    if name == "channel":
        return channel_word(level, language or company.language, named)
    if level in ("yes", "no") or name in OUR_LEVELS:
        words = LEVEL_WORDS.get(level)
        return words[0 if (language or company.language) == "ru" else 1] if words else level
    return named(level)


def channel_word(channel: str, language: str, named: Callable[[str], str] = str) -> str:
    """Return how people call a channel; one that no mark names is called so.

    >>> channel_word("Авито", "ru"), channel_word("unknown", "ru"), channel_word("unknown", "en")
    ('Авито', 'Без источника', 'No source')
    """
    words = CHANNEL_WORDS.get(channel)
    return words[0 if language == "ru" else 1] if words else named(channel)
