"""A day or a moment that somebody typed as an option; what is no date is answered in one sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

import typer


def moment_of(text: str, *, option: str, zone: tzinfo, not_after: datetime | None = None) -> datetime:
    """Return the moment that ``text`` names; without an offset it is the company's own time, a day is its start.

    >>> from zoneinfo import ZoneInfo
    >>> moment_of("2026-03-31T14:05", option="--at", zone=ZoneInfo("Europe/Moscow")).isoformat()
    '2026-03-31T14:05:00+03:00'

    Raises
    ------
    typer.BadParameter
        Where the text is no moment, or one after ``not_after``.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{option} takes a moment such as 2026-03-31, 2026-03-31T14:05 or 2026-03-31T14:05+03:00, not {text!r}."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if not_after is not None and moment > not_after:
        raise typer.BadParameter(f"{option} lies in the future ({text}); nobody knows yet what will be known then.")
    return moment


def day_of(text: str, *, option: str, not_after: date | None = None) -> date:
    """Return the day that ``text`` names.

    >>> day_of("2026-03-31", option="--end")
    datetime.date(2026, 3, 31)

    Raises
    ------
    typer.BadParameter
        Where the text is no day, or one after ``not_after``.
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{option} takes a day such as 2026-03-31, not {text!r}.") from None
    if not_after is not None and day > not_after:
        raise typer.BadParameter(f"{option} lies in the future ({text}); take today or a day before.")
    return day


def span_of(text: str, *, option: str, at_least: timedelta) -> timedelta:
    """Return the span of time that ``text`` names: a whole number of m(inutes), h(ours), d(ays) or w(eeks).

    >>> span_of("36h", option="--every", at_least=timedelta(minutes=1))
    datetime.timedelta(days=1, seconds=43200)

    Raises
    ------
    typer.BadParameter
        Where the text is no span, or a shorter one than ``at_least``.
    """
    from features.facts.work_schedule import span_in

    span = span_in(text)
    if span is None or span < at_least:
        raise typer.BadParameter(
            f"{option} takes a span such as 30m, 6h, 1d or 2w, of {at_least} at least, not {text!r}."
        )
    return span


def span_words(span: timedelta) -> str:
    """Return a span of time in its two largest units, as ``span_of`` reads them.

    >>> [span_words(timedelta(seconds=one)) for one in (0.4, 300, 21_600, 93_784, 604_800)]
    ['0s', '5m', '6h', '1d 2h', '1w']
    """
    left, told = int(span.total_seconds()), list[str]()
    for sign, seconds in (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        many, left = divmod(left, seconds)
        if many:
            told.append(f"{many}{sign}")
        elif told:
            break
    return " ".join(told[:2]) or "0s"


def in_utc(moment: datetime) -> str:
    """Return a moment as tables show it, in UTC whatever its own zone.

    >>> in_utc(datetime.fromisoformat("2026-03-31T14:05+03:00"))
    '2026-03-31 11:05'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
