"""Rows put one beside the other: what a lead was at a moment, and what every set that is learned from tells of it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from features.rows.as_of import KnownLead
from features.rows.feature_row import RowBuilder
from models.abc_rules import GRADES, rule_grade
from training.columns import ColumnsBuilder
from training.qualifications import Qualifications


@dataclass(slots=True)
class GrowingRows:
    """Every row: its columns, whose it is and what it weighs, and how its lead stood then; times are POSIX seconds."""

    builder: ColumnsBuilder
    qualifications: Qualifications = field(default_factory=Qualifications)
    lead: array[int] = field(default_factory=lambda: array("q"))
    weight: array[float] = field(default_factory=lambda: array("d"))
    created: array[float] = field(default_factory=lambda: array("d"))
    grade: array[int] = field(default_factory=lambda: array("q"))
    qualification: array[int] = field(default_factory=lambda: array("q"))
    channel: list[str] = field(default_factory=list)
    at_arrival: array[int] = field(default_factory=lambda: array("b"))
    called: array[int] = field(default_factory=lambda: array("b"))
    at_call: array[int] = field(default_factory=lambda: array("b"))

    def add(
        self, known: KnownLead, rows: RowBuilder, number: int, weight: float, *, at_arrival: bool, at_call: bool
    ) -> None:
        """Add the row of a lead, the ``number``-th, as it was known at a moment, graded by the rules that held then."""
        rules = rows.company.abc_at(known.moment)
        self.builder.add(rows.row(known))
        self.lead.append(number)
        self.weight.append(weight)
        self.created.append(known.created_at.timestamp())
        self.grade.append(GRADES.index(rule_grade(known.answers, rules)))
        self.qualification.append(self.qualifications.place(known.answers, rules))
        self.channel.append(known.channel)
        self.at_arrival.append(at_arrival)
        self.called.append(bool(known.calls))
        self.at_call.append(at_call)
