"""What a watched group has cost since a day, in the company's currency."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from features.facts.channels import channel_reader, mark_of
from features.facts.company import Company
from features.facts.values import Spend
from monitoring.alarms.alarm import Watched


def cost_since(watched: Watched, since: date, spend: Iterable[Spend], company: Company) -> float | None:
    """Return the spend of a group from ``since`` on; None where no costs of it are known. Other currencies are left out."""
    channel_of = channel_reader(company.channels)
    costs = [
        one.cost
        for one in spend
        if one.day >= since
        and one.currency == company.currency
        and (not watched.channel or channel_of(one.marks) == watched.channel)
        and (watched.level == "channel" or mark_of(one.marks, watched.level) == watched.name)
    ]
    return sum(costs) if costs else None
