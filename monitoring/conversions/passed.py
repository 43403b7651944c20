"""A lead of which nothing is to be told any more stands for the steps that it reached, and for nothing else.

Of such a lead only these are counted: each step of it is too old for every system.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from features.facts.conversion_settings import STEPS, Step
from monitoring.conversions.lead_steps import LeadSteps

Passed = int
"""A bit for each of ``STEPS``: a million of them take no more room than their names."""
StepsLine = LeadSteps | Passed
"""What is held of a lead that counts."""
BIT: dict[Step, int] = {step: 1 << place for place, step in enumerate(STEPS)}


def passed(steps: Iterable[Step]) -> Passed:
    """Return what stands for some steps.

    >>> passed(["lead", "paid"]), steps_in(passed(["paid", "lead"]))
    (17, ('lead', 'paid'))
    """
    return sum(BIT[step] for step in steps)


def steps_in(line: StepsLine) -> Collection[Step]:
    """Return which steps a lead reached, whatever else is held of it."""
    if isinstance(line, LeadSteps):
        return line.reached.keys()
    return tuple(step for step in STEPS if line & BIT[step])
