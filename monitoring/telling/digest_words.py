"""The text of a message to people: what is new, what is over, what goes on; no person is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from features.facts.company import Company
from monitoring.alarms.alarm_log import LoggedAlarm
from monitoring.telling.alarm_words import (
    changed_lines,
    cost_words,
    counts_words,
    day_words,
    gone_words,
    headline,
    rose_words,
    since_words,
    to_do,
)
from monitoring.telling.digest import Digest
from monitoring.what_changed.what_changed import WhatChanged

Named = Callable[[str], str]
WORDS: dict[str, tuple[str, str]] = {
    "urgent": ("Срочно: {first}", "Urgent: {first}"),
    "one": ("{first}", "{first}"),
    "several": ("{first} и ещё {n}", "{first} and {n} more"),
    "over": ("Снова как раньше: {first}", "Back to normal: {first}"),
    "not_told": ("Больше не тревога: {first}", "No alarm any more: {first}"),
    "goes_on": ("Всё ещё: {first}", "Still on: {first}"),
    "new": ("Новое", "New"),
    "ended": ("Закончилось", "Over"),
    "going_on": ("Продолжается", "Still on"),
    "changed": ("Что изменилось", "What changed"),
    "to_do": ("Что сделать", "What to do"),
    "raised": ("замечено {day}", "noticed on {day}"),
    "open": ("Подробно и решения", "Details and decisions"),
    "why": (
        "Это письмо приходит не чаще раза в день и только если есть новости; срочное — сразу.",
        "This comes once a day at most, and only with news; what cannot wait comes at once.",
    ),
    "check_subject": ("leadloop: проверка связи", "leadloop: a test message"),
    "check": (
        "Это проверка: тревоги компании «{company}» дойдут сюда.",
        "This is a test: the alarms of {company} will arrive here.",
    ),
}


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a subject, the same as plain text and as HTML, and as data for programs."""

    subject: str
    text: str
    html: str
    data: Mapping[str, Any] = field(default_factory=dict)


def message_of(digest: Digest, changed: Mapping[str, WhatChanged], *, company: Company, named: Named = str) -> Message:
    """Return the message in the company's language.

    Parameters
    ----------
    changed
        Alarm's name -> what changed in its group, for alarms that are new; without one that part is left out.
    named
        Writes the company's names as people write them (``features/facts/written_names.py``).
    """
    language = company.language
    blocks = [
        *((_say("new", language), one, _lines(one, changed.get(one.name), company, named)) for one in digest.new),
        *((_say("ended", language), one, _over(one, language)) for one in digest.ended),
        *((_say("going_on", language), one, _short(one, company)) for one in digest.going_on),
    ]
    subject = _subject(digest, company, named)
    link = f"{company.deliver.address}/alarms" if company.deliver.address else None
    data = {
        "company": company.company,
        "kind": digest.kind,
        "day": digest.day.isoformat(),
        "link": link,
        "alarms": [
            _data(one, part, changed.get(one.name), company, named)
            for part, those in (("new", digest.new), ("ended", digest.ended), ("going_on", digest.going_on))
            for one in those
        ],
    }
    return Message(subject, _text(blocks, link, company, named), _html(blocks, link, company, named), data)


def check_message(company: Company) -> Message:
    """Return the message by which a delivery is tried."""
    words = _say("check", company.language, company=company.company)
    data = {"company": company.company, "kind": "check", "alarms": []}
    return Message(_say("check_subject", company.language), words, f"<p>{escape(words)}</p>", data)


Block = tuple[str, LoggedAlarm, list[str]]


def _subject(digest: Digest, company: Company, named: Named) -> str:
    language = company.language
    those = digest.new or digest.ended or digest.going_on
    first = headline(those[0].alarm.watched, language, named, company)
    told = _say("one" if len(those) == 1 else "several", language, first=first, n=len(those) - 1)
    if digest.kind == "urgent":
        return _say("urgent", language, first=told)
    if digest.new or not digest.ended:
        return told if digest.new else _say("goes_on", language, first=told)
    return _say("over" if those[0].why_gone in (None, "recovered") else "not_told", language, first=told)


def _over(one: LoggedAlarm, language: str) -> list[str]:
    """Return since when it was so, and why it is not told any more, where that was kept."""
    return [since_words(one.alarm, language), *([gone_words(one.why_gone, language)] if one.why_gone else [])]


def _lines(one: LoggedAlarm, changed: WhatChanged | None, company: Company, named: Named) -> list[str]:
    language, alarm = company.language, one.alarm
    lines = [
        f"{_capital(since_words(alarm, language))}: {rose_words(alarm, language)}",
        _capital(counts_words(alarm, language)),
        _capital(cost_words(alarm, company, language)),
    ]
    if changed is not None:
        lines += _under("changed", changed_lines(changed, company, language, named), language)
    return lines + _under("to_do", to_do(alarm, changed, company, language, named)[:2], language)


def _under(key: str, lines: list[str], language: str) -> list[str]:
    """Return lines of which the first says what they are."""
    return [f"{_say(key, language)}: {lines[0]}", *(f"— {line}" for line in lines[1:])]


def _short(one: LoggedAlarm, company: Company) -> list[str]:
    language = company.language
    raised = _say("raised", language, day=day_words(one.alarm.raised_on, language))
    return [f"{_capital(since_words(one.alarm, language))}: {rose_words(one.alarm, language)}; {raised}"]


def _text(blocks: list[Block], link: str | None, company: Company, named: Named) -> str:
    language = company.language
    parts = ["\n".join([f"{part}. {headline(one.alarm.watched, language, named, company)}", *(f"  {line}" for line in lines)])
             for part, one, lines in blocks]  # fmt: skip
    parts += [f"{_say('open', language)}: {link}"] if link else []
    return "\n\n".join([*parts, _say("why", language)]) + "\n"


def _html(blocks: list[Block], link: str | None, company: Company, named: Named) -> str:
    language = company.language
    said = []
    for part, one, lines in blocks:
        items = "".join(f'<li style="margin:4px 0">{escape(line)}</li>' for line in lines)
        said.append(
            f'<div style="border-left:4px solid #b3261e;padding:4px 0 4px 14px;margin:0 0 18px">'
            f'<div style="color:#5b6675;font-size:13px">{escape(part)}</div>'
            f'<h2 style="font-size:18px;margin:2px 0 6px">{escape(headline(one.alarm.watched, language, named, company))}</h2>'
            f'<ul style="margin:0;padding-left:18px">{items}</ul></div>'
        )
    if link:
        address, words = escape(link, quote=True), escape(_say("open", language))
        said.append(f'<p><a href="{address}" style="color:#1f5fbf">{words}</a></p>')
    why = f'<p style="color:#5b6675;font-size:13px">{escape(_say("why", language))}</p>'
    return (
        f'<!doctype html><html lang="{language}"><body style="font:15px/1.45 sans-serif;color:#1c2430;max-width:640px">'
        f"{''.join(said)}{why}</body></html>"
    )


def _data(one: LoggedAlarm, part: str, changed: WhatChanged | None, company: Company, named: Named) -> dict[str, Any]:
    alarm, watched = one.alarm, one.alarm.watched
    return {
        "id": one.name,
        "state": part,
        "clock": watched.clock,
        "level": watched.level,
        "measure": watched.measure,
        "channel": watched.channel,
        "name": watched.name,
        "urgent": alarm.urgent,
        "raised_at": one.raised_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        "why_ended": one.why_gone,
        "since": alarm.since.isoformat(),
        "since_earliest": alarm.earliest.isoformat(),
        "since_latest": alarm.latest.isoformat(),
        "before": {"count": alarm.before.count, "of": alarm.before.of},
        "after": {"count": alarm.after.count, "of": alarm.after.of},
        "size": alarm.size,
        "size_interval": list(alarm.size_interval),
        "cost_since": alarm.cost_since,
        "currency": company.currency,
        "changed": None if changed is None else changed_lines(changed, company, company.language, named),
    }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _say(key: str, language: str, **values: object) -> str:
    return WORDS[key][0 if language == "ru" else 1].format(**values)
