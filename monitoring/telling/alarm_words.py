"""What an alarm says to a marketer in plain words: what is wrong, since when, what it cost, what changed, what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from features.counted_words import Counted
from features.facts.company import Company
from features.written_numbers import money_words, number_words, percent_words
from monitoring.alarms.alarm import Alarm, Watched
from monitoring.alarms.look import WhyGone
from monitoring.intervals import Rate
from monitoring.telling.segment_words import field_words, group_words, quoted, segment_words, watched_words
from monitoring.what_changed.carriers import Carrier
from monitoring.what_changed.moved import MovedSegment
from monitoring.what_changed.what_changed import WhatChanged

MEASURES: dict[str, tuple[str, str, str, str]] = {
    # measure: headline in Russian and English, share of what in Russian and English
    "non_target": ("больше нецелевых", "more non-target leads", "нецелевых", "non-target"),
    "named": ("больше отмеченных нецелевыми без разговора", "more named non-target without a talk",
              "отмеченных без разговора", "named without a talk"),
    "not_reached": ("до людей не дозвониться", "fewer people can be reached", "недозвонов", "not reached"),
    "unqualified": ("меньше квалифицированных", "fewer qualified leads", "неквалифицированных", "unqualified"),
    "bought": ("покупают реже, чем ожидалось", "fewer buy than expected", "купивших", "that bought"),
    "chance": ("заявки с меньшей вероятностью купят", "leads that are less likely to buy",
               "слабых заявок", "of weak leads"),
    "answer": ("другие ответы в форме", "other answers in the form", "необычных ответов", "of unusual answers"),
}  # fmt: skip
WORDS: dict[str, tuple[str, str]] = {
    "rose": ("было {before}, стало {after} (на {size}, от {low} до {high})", "was {before}, is {after} ({size} more, {low} to {high})"),
    "fell": ("было {before}, стало {after} (на {size} меньше, от {low} до {high})", "was {before}, is {after} ({size} less, {low} to {high})"),
    "points": ("{n} п. п.", "{n} pp"),
    "counts": ("до: {k0} из {n0}; после: {k1} из {n1}", "before: {k0} of {n0}; since: {k1} of {n1}"),
    "since": ("примерно с {since} (между {earliest} и {latest})", "since about {since} (between {earliest} and {latest})"),
    "since_day": ("с {since}", "since {since}"),
    "cost": ("потрачено с тех пор {cost}, из них примерно {lost} — на лишние заявки", "{cost} spent since, about {lost} of it on the additional bad leads"),
    "cost_unknown": ("расходы неизвестны", "costs are not known"),
    "more_often": ("{segment}: {after} вместо {before} ({k1} из {n1}, было {k0} из {n0})", "{segment}: {after} instead of {before} ({k1} of {n1}, was {k0} of {n0})"),
    "carries": ("{mark} {name}: примерно {k} из {of:# лишней плохой заявки|# лишних плохих заявок|# лишних плохих заявок}; плохих у него {rate} ({k1} из {n1})", "{mark} {name}: about {k} of the {of:# additional bad lead|# additional bad leads}; {rate} of its leads are bad ({k1} of {n1})"),
    "new": ("раньше не встречалось", "not seen before"),
    "nothing_moved": ("ни ответы формы, ни источники заметно не сдвинулись (проверено сочетаний: {n})", "neither form answers nor sources moved noticeably ({n} combinations looked at)"),
    "too_little": ("мало данных, чтобы сказать, что изменилось (заявок до: {n0}, после: {n1})", "not enough data to say what changed ({n0} leads before, {n1} since)"),
    "do_carrier": ("Проверьте, что и кому обещано, и, если исправить нечего, остановите: {mark} {name}.", "Look at what it promises to whom and, if there is nothing to mend, pause it: {mark} {name}."),
    "do_page": ("Откройте страницу {name}: что обещает, работает ли форма, откуда на неё идут.", "Open the page {name}: what it promises, whether its form works, who is sent there."),
    "do_segment": ("Проверьте, кому показывается реклама: стало больше заявок, где {segment}.", "Look at whom the ads are shown to: there are more leads with {segment}."),
    "do_listen": ("Послушайте пять последних звонков и посмотрите, что меняли в рекламе около {since}.", "Listen to the last five calls, and look at what was changed in the ads around {since}."),
}  # fmt: skip


GONE: dict[WhyGone, tuple[str, str]] = {
    "recovered": ("снова как раньше", "as it used to be again"),
    "usual_now": ("стоит так 90 дней: теперь это обычный уровень", "it has stood so for 90 days: that is usual now"),
    "nothing_came": ("заявок не было 28 дней", "no lead for 28 days"),
    "with_another": ("об этом говорит другая тревога", "another alarm tells of it"),
    "not_shown": ("по данным, известным теперь, этого не видно", "what is known now does not show it"),
    "too_little": ("данных больше не хватает, чтобы судить: стало ли лучше, не известно", "not enough data any more: whether it is better is not known"),
}  # fmt: skip


def gone_words(why: WhyGone, language: str) -> str:
    """Return why an alarm is not told any more.

    >>> gone_words("recovered", "en")
    'as it used to be again'
    """
    return GONE[why][0 if language == "ru" else 1]


def say(key: str, language: str, **values: object) -> str:
    """Return the words of a key."""
    return WORDS[key][0 if language == "ru" else 1].format(**values)


def headline(watched: Watched, language: str, named: Callable[[str], str] = str, company: Company | None = None) -> str:
    """Return what is wrong, in a line; ``named`` writes the company's names, ``company`` has the words of its form.

    >>> headline(Watched("call", "channel", "non_target", "ВКонтакте"), "ru")
    'ВКонтакте: больше нецелевых'
    """
    return f"{watched_words(watched, language, named)}: {measure_words(watched.measure, language, company)}"


def beside_words(
    one: Watched, beside: Watched, language: str, named: Callable[[str], str] = str, company: Company | None = None
) -> str:
    """Return what else shows what an alarm tells of ``beside``; what both have in common is not said twice.

    >>> alarmed = Watched("call", "channel", "non_target", "ВКонтакте")
    >>> beside_words(Watched("call", "ad", "non_target", "ВКонтакте", "ad-1"), alarmed, "ru")
    'объявление «ad-1»'
    """
    if one.name and (one.channel, one.measure) == (beside.channel, beside.measure):
        return group_words(one, language, named)
    return headline(one, language, named, company)


def measure_words(measure: str, language: str, company: Company | None = None) -> str:
    """Return what got worse; where that is an answer of the form, in ``company``'s words.

    >>> company = Company.model_validate({"company": "x", "fields": {"role": {"kind": "choice", "label": "Кто вы"}}})
    >>> measure_words("answer:role", "ru", company)
    'другие ответы в форме («Кто вы»)'
    """
    kind, _, field = measure.partition(":")
    words = MEASURES.get(kind)
    text = measure if words is None else words[0 if language == "ru" else 1]
    if field and company:
        return f"{text} ({quoted(field_words(field, company, language), language)})"
    return f"{text} ({field})" if field else text


def share_words(measure: str, language: str) -> str:
    """Return of what the share is."""
    words = MEASURES.get(measure.partition(":")[0])
    return measure if words is None else words[2 if language == "ru" else 3]


def rose_words(alarm: Alarm, language: str) -> str:
    """Return from what to what the share went, by how much more or less, and between which bounds that lies."""
    has_fallen, (low, high) = alarm.size < 0, alarm.size_interval
    if has_fallen:
        low, high = -high, -low
    shares = {"before": percent(alarm.before, language), "after": percent(alarm.after, language)}
    return say(
        "fell" if has_fallen else "rose",
        language,
        **shares,
        size=points(abs(alarm.size), language),
        low=points_number(low, language),
        high=points(high, language),
    )


def counts_words(alarm: Alarm, language: str) -> str:
    """Return the counts behind both shares."""
    sides = (("0", alarm.before), ("1", alarm.after))
    numbers = {f"{k}{n}": number_words(v, language) for n, one in sides for k, v in (("k", one.count), ("n", one.of))}
    return say("counts", language, **numbers)


def since_words(alarm: Alarm, language: str) -> str:
    """Return since when, with the interval where there is one."""
    days = {
        name: day_words(day, language)
        for name, day in (("since", alarm.since), ("earliest", alarm.earliest), ("latest", alarm.latest))
    }
    return say("since_day" if alarm.earliest == alarm.latest else "since", language, **days)


def worse_by(alarm: Alarm) -> tuple[float, float, float]:
    """Return by how much it got worse with its interval: low, likeliest, high; for buyers, whose share falls, the fall."""
    low, high = alarm.size_interval
    sizes = (low, alarm.size, high) if alarm.size >= 0 else (-high, -alarm.size, -low)
    return max(sizes[0], 0.0), sizes[1], sizes[2]


def lost_of(alarm: Alarm) -> float | None:
    """Return about how much of the cost since went to the additional bad leads: their part of all since."""
    return None if alarm.cost_since is None else alarm.cost_since * worse_by(alarm)[1]


def lost_a_week(alarm: Alarm, today: date) -> float | None:
    """Return about how much goes to the additional bad leads in a week, as it did since; None where nothing is lost or known."""
    lost = lost_of(alarm)
    return 7 * lost / ((today - alarm.since).days + 1) if lost else None


def cost_words(alarm: Alarm, company: Company, language: str) -> str:
    """Return what the group has cost since, and what of it was lost."""
    lost = lost_of(alarm)
    if alarm.cost_since is None or lost is None:
        return say("cost_unknown", language)
    return say("cost", language, cost=money(alarm.cost_since, company, language), lost=money(lost, company, language))


def moved_words(one: MovedSegment, company: Company, language: str, named: Callable[[str], str] = str) -> str:
    """Return how a kind of lead moved."""
    return say(
        "more_often",
        language,
        segment=segment_words(one.segment, company, language, named),
        before=percent(one.before, language),
        after=percent(one.since, language),
        k0=one.before.count,
        n0=one.before.of,
        k1=one.since.count,
        n1=one.since.of,
    )


def carrier_words(one: Carrier, company: Company, language: str, named: Callable[[str], str] = str) -> str:
    """Return who carries the change, and how much of it."""
    lost = max(round(one.of_all), 1)
    told = say(
        "carries",
        language,
        mark=field_words(one.mark, company, language),
        name=quoted(named(one.name), language),
        k=round(one.part * lost),
        of=Counted(str(lost), lost, language),
        rate=percent(one.since, language),
        k1=one.since.count,
        n1=one.since.of,
    )
    return told if one.before.of else f"{told}; {say('new', language)}"


def changed_lines(
    changed: WhatChanged, company: Company, language: str, named: Callable[[str], str] = str, most: int = 3
) -> list[str]:
    """Return the surest things that changed, a line each; that nothing did, or that it cannot be said, is a line too."""
    if changed.state == "too_little":
        return [say("too_little", language, n0=changed.before, n1=changed.since)]
    lines = [carrier_words(one, company, language, named) for one in changed.carriers[:1]]
    told = [(one.mark, one.name) for one in changed.carriers[:1]]
    moved = [one for one in changed.moved if [(cell.field, cell.level) for cell in one.segment] != told]
    lines += [moved_words(one, company, language, named) for one in moved[:most]]
    return lines or [say("nothing_moved", language, n=number_words(changed.looked_at, language))]


def to_do(
    alarm: Alarm, changed: WhatChanged | None, company: Company, language: str, named: Callable[[str], str] = str
) -> list[str]:
    """Return what to do now, the surest first."""
    steps = []
    for one in (changed.carriers if changed else ())[:1]:
        mark = field_words(one.mark, company, language).lower()
        is_page = one.mark == "landing_page"
        name = quoted(named(one.name), language)
        steps.append(say("do_page" if is_page else "do_carrier", language, mark=mark, name=name))
    answers = [
        one
        for one in (changed.moved if changed else ())
        if one.size > 0 and not {c.field for c in one.segment} & set(SOURCE_FIELDS)
    ]
    if answers:
        segment = segment_words(answers[0].segment, company, language, named)
        steps.append(say("do_segment", language, segment=segment))
    steps.append(say("do_listen", language, since=day_words(alarm.since, language)))
    return steps


SOURCE_FIELDS = ("medium", "campaign", "ad", "keyword", "landing_page", "offer", "discount")


def percent(rate: Rate, language: str) -> str:
    """Return a share as a percentage, a dash where it is of nothing.

    >>> percent(Rate(3, 8), "ru").split(), percent(Rate(0, 0), "ru")
    (['38', '%'], '—')
    """
    return "—" if rate.value is None else percent_words(rate.value, language)


def points(size: float, language: str) -> str:
    """Return a difference of shares in percentage points.

    >>> points(0.345, "en")
    '34 pp'
    """
    return say("points", language, n=points_number(size, language))


def points_number(size: float, language: str) -> str:
    """Return a difference of shares as percentage points, the number alone."""
    text = f"{size * 100:.0f}" if abs(size) >= 0.1 else f"{size * 100:.1f}"
    return text.replace(".", ",") if language == "ru" else text


def money(value: float, company: Company, language: str) -> str:
    """Return money in the company's currency, without its small coins.

    >>> money(1234.5, Company(company="Окна"), "en").split()
    ['1,234', '₽']
    """
    return money_words(value, company.currency, language)


def day_words(day: date, language: str) -> str:
    """Return a day as people write it.

    >>> day_words(date(2026, 3, 2), "ru"), day_words(date(2026, 3, 2), "en")
    ('02.03.2026', '2026-03-02')
    """
    return f"{day:%d.%m.%Y}" if language == "ru" else f"{day:%Y-%m-%d}"
