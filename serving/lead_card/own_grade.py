"""The manager's own grade on the card, and where it parts from the model's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from features.facts.history import LeadHistory
from features.manager_grade import OwnGrade, own_grades
from models.score_log import ScoreLog, ServedGrade
from monitoring.manager_agreement import side_of
from serving.desk.desk import Scored


@dataclass(frozen=True, slots=True)
class OwnGradeBeside:
    """The last grade that a manager gave the lead, and what had been served before it.

    ``parts`` is whether it lies higher or lower than the grade shown now; None where they agree, or there is no other.
    """

    own: OwnGrade
    before: ServedGrade | None
    parts: Literal["higher", "lower"] | None


def own_grade_beside(scored: Scored, history: LeadHistory, log: ScoreLog) -> OwnGradeBeside | None:
    """Return the manager's own grade beside the score's; None where no manager gave one."""
    given = own_grades(scored.known, history)
    if not given:
        return None
    own, lead_id = given[-1], scored.known.lead_id
    before = log.last_before([(lead_id, own.given_at)]).get(lead_id)
    return OwnGradeBeside(own, before, _parts(own, scored))


def _parts(own: OwnGrade, scored: Scored) -> Literal["higher", "lower"] | None:
    now = scored.score.refined_grade
    side = "same" if now == "ungraded" else side_of(own.grade, now)
    return None if side == "same" else "higher" if side == "manager_higher" else "lower"
