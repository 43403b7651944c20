"""What a plan may be of, and under which words a file may call it."""

from __future__ import annotations

from typing import Literal, get_args

Measure = Literal["sales", "sales_sum", "average_check", "processed", "conversion"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
ADD_UP = frozenset({"sales", "sales_sum", "processed"})
"""Measures that grow over the month; the others are to hold all through it."""
NAMES: dict[Measure, tuple[str, ...]] = {
    "sales": ("sales", "number of sales", "продажи", "количество продаж", "число продаж"),
    "sales_sum": ("sales sum", "sum", "revenue", "сумма продаж", "сумма", "выручка"),
    "average_check": ("average check", "средний чек"),
    "processed": ("processed leads", "processed", "called leads", "обработанные лиды", "обработанные заявки"),
    "conversion": ("conversion to sale", "conversion", "конверсия в продажу", "конверсия"),
}
_MEASURE_OF = {name: measure for measure, names in NAMES.items() for name in names}


def measure_named(said: str) -> Measure | None:
    """Return the measure that a plan calls so; None where no measure has such a name.

    >>> measure_named("Sales_sum"), measure_named(" Средний чек "), measure_named("meetings")
    ('sales_sum', 'average_check', None)
    """
    return _MEASURE_OF.get(" ".join(said.casefold().replace("_", " ").replace("ё", "е").split()))


def planned_value(measure: Measure, value: float) -> float:
    """Return what is planned, a conversion as a share: one above 1 is told in per cent.

    >>> planned_value("conversion", 12), planned_value("conversion", 0.12), planned_value("sales", 12)
    (0.12, 0.12, 12)
    """
    return value / 100 if measure == "conversion" and value > 1 else value
