"""Pages for people: templates, the words in the reader's language, and how numbers, money and times are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from markupsafe import Markup, escape

from features.counted_words import Counted
from features.facts.company import Company
from features.rows.feature_words import channel_word, feature_label, field_label, level_word
from features.written_numbers import money_words
from serving.desk.next_question import answer_words, next_question
from serving.gate.visitor import Visitor, visitor_of
from serving.navigation import navigation_for, page_of_form
from serving.words.numbers import number_words, percent_words
from serving.words.pages import PAGE_WORDS
from serving.words.reasons import cell_words, reason_counts, reason_text

FOLDER = Path(__file__).parent
DIALLED = re.compile(r"[+\d(][\d\s()+.\u2010-\u2015-]*\d")
"""A number as people write it."""
TYPED = re.compile("`([^`]*)`")
"""What is typed as it stands, a command or a key of company.yaml, inside words."""


def wants_page(request: Request) -> bool:
    """Return whether a browser asks, for which an answer is a page to read."""
    return "text/html" in request.headers.get("accept", "")


def language_asked(request: Request) -> dict[str, str]:
    """Return the language in the address, to go on in it."""
    return {name: request.query_params[name] for name in ("lang",) if name in request.query_params}


def role_words(w: Writing, visitor: Visitor) -> str:
    """Return what somebody is here, as people say it."""
    return ", ".join(
        w(f"role_{one.removeprefix('key:')}") for one in sorted(visitor.rights) if not one.startswith("key:")
    )


class Pages:
    """Shows templates of ``serving/templates`` in the language of the address (``?lang=en``) or the company's."""

    def __init__(self, company: Company, named: Callable[[str], str] = str) -> None:
        self.company, self._named = company, named
        self._templates = Jinja2Templates(directory=FOLDER / "templates")
        self._templates.env.globals["asks"] = next_question
        self._templates.env.trim_blocks = self._templates.env.lstrip_blocks = True

    def show(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return the page."""
        page = self.writing(request)
        values |= {"w": page, "company": page.company, "path": request.url.path, "query": dict(request.query_params)}
        visitor = visitor_of(request)
        values |= {"navigation": navigation_for(visitor.rights), "visitor": visitor, "role_words": role_words}
        values["shown_at"] = "" if request.method in ("GET", "HEAD") else page_of_form(request.url.path)
        return self._templates.TemplateResponse(request, template, values, status_code=status)

    def writing(self, request: Request) -> Writing:
        """Return how the page that was asked for writes."""
        asked = request.query_params.get("lang", "")
        language = asked if asked in ("ru", "en") else self.company.language
        said = self.company.model_copy(update={"language": language})
        return Writing(said, lang_asked=bool(asked), named=self._named)

    @staticmethod
    def link(path: str, **query: str) -> str:
        """Return an address on this server, its words quoted."""
        return f"{quote(path)}?{urlencode(query)}" if query else quote(path)


class Writing:
    """How one page writes: its words, numbers, money and times, in one language and the company's time zone."""

    def __init__(self, company: Company, *, lang_asked: bool = False, named: Callable[[str], str] = str) -> None:
        self.company, self.language, self.named = company, company.language, named
        self._lang = {"lang": company.language} if lang_asked else {}

    def __call__(self, key: str, **values: object) -> str:
        """Return the words of a key; where they hold something to type, as HTML that shows it so.

        A number may be asked for the word that goes with it (``Counted``).
        """
        russian, english = PAGE_WORDS[key]
        words = russian if self.language == "ru" else english
        said = {name: self._counted(value) for name, value in values.items()}
        if "`" in words or any(isinstance(value, Markup) for value in values.values()):
            return Markup(TYPED.sub(r"<code>\1</code>", str(escape(words)))).format(**said)
        return words.format(**said)

    def _counted(self, value: object) -> object:
        return Counted(str(value), value, self.language) if type(value) is int else value

    def link(self, path: str, **query: object) -> str:
        """Return an address that keeps the reader's language."""
        said = {name: str(value) for name, value in query.items() if value not in (None, "")} | self._lang
        return f"{quote(path)}?{urlencode(said)}" if said else quote(path)

    def percent(self, share: float | None, digits: int | None = None) -> str:
        """Return a share as a percentage with as many digits as matter; a dash where there is none."""
        if share is None:
            return "—"
        return percent_words(share, self.language, digits)

    def number(self, value: float | None) -> str:
        """Return a number; a dash where there is none."""
        return Counted("—" if value is None else number_words(value, self.language), value or 0, self.language)

    def tenths(self, value: float) -> str:
        """Return a number with one digit behind the point."""
        return self._with_digits(value, 1)

    def thousandths(self, value: float) -> str:
        """Return an analyst's figure, with three digits behind the point."""
        return self._with_digits(value, 3)

    def _with_digits(self, value: float, digits: int) -> str:
        text = f"{value:,.{digits}f}"
        text = text if self.language == "en" else text.replace(",", "\u00a0").replace(".", ",")
        return Counted(text, value, self.language)

    def money(self, value: float | None) -> str:
        """Return money in the company's currency; a dash where there is none."""
        if value is None:
            return "—"
        return money_words(value, self.company.currency, self.language)

    def moment(self, moment: datetime | None) -> str:
        """Return a moment in the company's time zone."""
        if moment is None:
            return "—"
        local = moment.astimezone(self.company.zone)
        return f"{local:%d.%m.%Y %H:%M}" if self.language == "ru" else f"{local:%Y-%m-%d %H:%M}"

    @staticmethod
    def dial(phone: str) -> str | None:
        """Return the address that lets a phone call a number, up to an extension or a second number behind it; None of no number.

        >>> Writing.dial("8 (912) 345-67-89 доб. 12"), Writing.dial("тел. +7 912 345-67-89"), Writing.dial("позвать Анну")
        ('tel:89123456789', 'tel:+79123456789', None)
        """
        first = DIALLED.search(phone)
        return "tel:" + "".join(letter for letter in first[0] if letter in "+0123456789") if first else None

    def day(self, day: Any) -> str:
        """Return a day."""
        return f"{day:%d.%m.%Y}" if self.language == "ru" else f"{day:%Y-%m-%d}"

    def date_of(self, moment: datetime) -> str:
        """Return the day of a moment in the company's time zone."""
        return self.day(moment.astimezone(self.company.zone))

    def span(self, span: timedelta) -> str:
        """Return how long something took or waits, in its two largest units."""
        minutes = max(int(span.total_seconds() // 60), 0)
        days, hours = minutes // 1440, minutes % 1440 // 60
        if days:
            return self("span_days" if hours else "span_whole_days", days=days, hours=hours)
        if hours:
            return self("span_hours" if minutes % 60 else "span_whole_hours", hours=hours, minutes=minutes % 60)
        return self("span_minutes", minutes=minutes)

    def grade(self, grade: str | None) -> str:
        """Return a grade's name."""
        return "—" if grade is None else self(f"grade_{grade}")

    def reason(self, reason: Any) -> str:
        """Return a reason in words."""
        return reason_text(reason, self.company, self.named)

    def reason_value(self, reason: Any) -> str:
        """Return a reason's value alone, where its field is said beside it."""
        return cell_words(reason.feature, reason.cell, self.company, self.named)

    def channel(self, channel: str) -> str:
        """Return how people call a channel."""
        return channel_word(channel, self.language, self.named)

    def counts(self, reason: Any, average: float | None) -> str:
        """Return the counts behind a reason, and the share of all leads that bought."""
        return reason_counts(reason, average, self.company)

    def feature(self, name: str) -> str:
        """Return how people call a feature."""
        return feature_label(name, self.company)

    def label(self, name: str) -> str:
        """Return how people call a field."""
        return field_label(name, self.company)

    def answer(self, name: str, answer: Any) -> str:
        """Return an answer as people say it."""
        if isinstance(answer, tuple | list):
            return ", ".join(self.named(str(one)) for one in answer)
        return (
            number_words(answer, self.language)
            if isinstance(answer, float)
            else level_word(name, str(answer), self.company, named=self.named)
        )

    def if_answered(self, name: str, told: Any) -> str:
        """Return an answer that may come as people say it."""
        return answer_words(name, told.answer, told.ends, self.company, self.named)

    def result(self, result: str) -> str:
        """Return a call's result as people say it."""
        return level_word("last_call_result", result, self.company)
