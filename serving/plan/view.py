"""One look at plan and fact: the month that was asked for, or which months there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitoring.floor_days import FloorDays
from monitoring.lead_book import LeadBook
from monitoring.plan_book import PlanBook
from monitoring.plan_fact import PlanFact, known_managers, months_told, plan_fact


@dataclass(frozen=True, slots=True)
class PlanView:
    """What was asked for; ``told`` is None where there is no such month.

    ``managers`` is everybody who has a line of his own in some month or stands in ``company.yaml``.
    """

    asked: str
    months: list[date]
    managers: list[str]
    told: PlanFact | None


def plan_view(book: LeadBook, plans: PlanBook, asked: str, moment: datetime) -> PlanView:
    """Return the report of the month that ``asked`` names as 2026-03; with nothing asked, of the month of ``moment``."""
    stored, company = plans.plans(moment), book.company

    def looked(floor: FloorDays) -> PlanView:
        months = months_told(floor, stored, moment=moment, company=company)
        month = next((one for one in months if asked in ("", f"{one:%Y-%m}")), None)
        told = plan_fact(floor, stored, month=month, moment=moment, company=company) if month else None
        return PlanView(asked, months, sorted(known_managers(floor, company)), told)

    return book.floor(moment, looked)
