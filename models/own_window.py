"""The company's own window, while a shorter one teaches: within how many days a purchase counts, and from when it can teach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OwnWindow:
    """The window of ``company.yaml`` in days, and when at the latest enough of the sales seen so far are settled by it."""

    days: int
    teaches_from: datetime
