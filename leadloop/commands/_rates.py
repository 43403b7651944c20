"""A share in a table of the terminal: with as many digits as matter, and what chance leaves open beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitoring.intervals import Rate


def percent(share: float) -> str:
    """Return a share with as many digits as matter.

    >>> percent(0.345), percent(0.0345)
    ('34%', '3.5%')
    """
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"


def between(rate: Rate) -> str:
    """Return the ends of a rate's 95 % interval.

    >>> from monitoring.intervals import Rate
    >>> between(Rate(30, 100))
    '22-40%'
    """
    low, high = rate.interval
    return f"{percent(low)[:-1]}-{percent(high)}"


def untold(rate: Rate) -> str | None:
    """Return what stands for a rate that says nothing: a dash where there is nothing to count of, or its counts; None if it does.

    >>> from monitoring.intervals import Rate
    >>> untold(Rate(0, 0)), untold(Rate(1, 3)), untold(Rate(1, 30))
    ('-', 'too few\\n[dim]1\\nof 3[/]', None)
    """
    if not rate.of:
        return "-"
    return None if rate.is_enough else f"too few\n[dim]{rate.count:,}\nof {rate.of:,}[/]"
