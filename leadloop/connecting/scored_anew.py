"""Sees to it that every open lead is told its score anew once something else scores than before, or scores are written elsewhere.

What scores is the model, its level, and the company's words; where scores are written are the fields that company.yaml names. All
open leads are then noted as owed, and go in turn; of those whose score did not move none is written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson

from features.crm.record_book import RecordBook
from features.crm.written_book import (
    SCORED_BY,
    WRITTEN_INTO,
    WrittenBook,
    forget_told,
    note_mark,
    note_owed_in_turn,
)
from features.facts.database import in_parts, writing
from models.model_scorer import ModelScorer
from serving.desk.desk import Desk
from serving.open_leads.board import MayBeOpen

NOTED_AT_ONCE = 100
"""So many leads are noted in one transaction, that others may write in between."""


class ScoredAnew:
    """Remembers of one CRM by what leads were scored and where scores were written, from pass to pass and over restarts."""

    def __init__(self, crm: str, desk: Desk, may_be_open: MayBeOpen) -> None:
        assert desk.company.crm is not None
        self._crm, self._desk, self._may_be_open = crm, desk, may_be_open
        self._wanted = desk.company.crm.write_back
        self._book, self._records = WrittenBook(desk.store.engine, crm), RecordBook(desk.store.engine, crm)

    def note(self, moment: datetime) -> bool:
        """Note the open leads as owed where something is otherwise than at the last pass; return whether it is.

        What was told before is known to have been told in the same fields where no pass noted them yet.
        """
        now = {SCORED_BY: what_scores(self._desk, self._wanted.moved_by), WRITTEN_INTO: _mark(self._wanted.fields)}
        before = self._book.marks()
        if all(before.get(name) == mark for name, mark in now.items()):
            return False
        engine = self._desk.store.engine
        if before.get(WRITTEN_INTO, now[WRITTEN_INTO]) != now[WRITTEN_INTO]:
            with writing(engine) as connection:
                forget_told(connection, self._crm)
        for number, some in enumerate(in_parts(self._latest_first(moment), NOTED_AT_ONCE)):
            with writing(engine) as connection:
                note_owed_in_turn(connection, self._crm, some, moment + number * timedelta(microseconds=1))
        with writing(engine) as connection:  # at the end: a pass that broke off is done anew
            for name, mark in now.items():
                note_mark(connection, self._crm, name, mark, moment)
        return True

    def _latest_first(self, moment: datetime) -> list[str]:
        """Return the open leads that are records there, those first whose record changed last."""
        changed = self._records.requests_among(self._may_be_open(moment))
        return sorted(
            changed, key=lambda lead: changed[lead] or datetime.min.replace(tzinfo=moment.tzinfo), reverse=True
        )


def what_scores(desk: Desk, moved_by: float) -> int:
    """Return a mark that is another one once leads may be scored otherwise by more than ``moved_by``.

    A level moves all leads with every look at the market, mostly by a hair. The lowest and the highest log-odds from which leads
    start tell how far: within one step of them no probability moves by more than ``moved_by``, as log-odds of 1 are 0.25 at most.
    """
    scorer, steps = desk.scorer, list[int]()
    if isinstance(scorer, ModelScorer):
        starts = [scorer.artefact.level + start for start in scorer.artefact.starts.values()]
        steps = [math.floor(one / (4 * moved_by)) for one in (min(starts), max(starts))]
    return _mark([scorer.version, desk.company_hash, steps])


def _mark(said: Mapping[str, Any] | Sequence[Any]) -> int:
    """Return a number that stands for what is said: another one for anything else."""
    return int.from_bytes(sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()[:8], "big") >> 1
