"""A segment as people say it: "Who you are: owner, renovation has begun: yes", in the company's own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from features.facts.company import Company
from features.rows.feature_words import feature_label, level_word, say
from monitoring.portrait.portrait_report import Condition
from serving.words.numbers import number_words


def segment_words(conditions: Sequence[Condition], company: Company, named: Callable[[str], str] = str) -> str:
    """Return what a segment's leads have in common; ``named`` writes the company's names.

    >>> company = Company.model_validate({"company": "x", "language": "en", "fields":
    ...     {"role": {"kind": "choice", "label": "Who you are"}, "area": {"kind": "number", "label": "Area", "unit": "m2"}}})
    >>> segment_words([Condition("role", level="owner"), Condition("area", low=50.0, high=100.0, whole=True)], company)
    'Who you are: owner, Area, m2: 50 to 99'
    """
    return ", ".join(f"{feature_label(one.field, company)}: {value_words(one, company, named)}" for one in conditions)


def value_words(one: Condition, company: Company, named: Callable[[str], str] = str) -> str:
    """Return what a condition asks for, without its field; of numbers that are not whole the upper end is just left out.

    >>> company = Company(company="x", language="ru")
    >>> [value_words(Condition("area", low=low, high=high, whole=True), company) for low, high in ((None, 50), (50, None), (7, 8))]
    ['меньше 50', 'от 50', '7']
    """
    language = company.language
    if one.level is not None:
        return level_word(one.field, one.level, company, named=named)
    if one.kind == "missing":
        return say("not_given", language)
    low, high = one.low, one.high
    if high is None:
        return say("from", language, low=number_words(low or 0.0, language))
    if low is None:
        return say("less_than", language, high=number_words(high, language))
    last = high - 1.0 if one.whole else high
    if last == low:
        return number_words(low, language)
    return say("between", language, low=number_words(low, language), high=number_words(last, language))
