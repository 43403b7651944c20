"""Tells the CRM what a lead's score is: into the fields that company.yaml names, and only where it moved.

The letter is put in the transaction that logs the score; scores from elsewhere (a call on the lead's card) follow in a pass
over the log. What we wrote comes back as a change of the record, in which nothing is new: so it ends there.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection

from features.crm.record_book import KnownRecord, record_in, standing_record
from features.crm.written_book import WrittenBook, note_counted, note_owed, note_written, written_in
from features.errors import UnknownLead
from features.facts.database import writing
from features.facts.values import FINAL_KINDS, LeadId
from features.outbox.outbox import put_in
from features.outbox.superseded import once_key_about, supersede
from leadloop.connecting.connector import Connector
from models.score_log import ScoreLog
from serving.desk.desk import Desk, Scored
from serving.desk.next_question import next_question
from serving.words.reasons import reason_text

MOST_REASONS = 6


class WriteBack:
    """Writes one CRM's scores."""

    def __init__(self, connector: Connector, desk: Desk, log: ScoreLog) -> None:
        assert desk.company.crm is not None
        self._connector, self._desk, self._log = connector, desk, log
        self._wanted = desk.company.crm.write_back
        self._crm = connector.crm
        self._book = WrittenBook(desk.store.engine, connector.crm)

    def tell(self, connection: Connection, lead_id: LeadId, scored: Scored, moment: datetime) -> bool:
        """Put a letter with a score inside a transaction of the caller's; return whether there is one.

        There is none where the lead is no record there, is won or lost, or was told as much; and while an earlier one is under way.
        """
        if not self._wanted.fields:
            return False
        record = self._record(connection, lead_id)
        written = written_in(connection, self._crm, lead_id)
        probability, grade = scored.score.probability, scored.score.refined_grade
        kinds = scored.known.stage_kinds
        is_told = written is not None and written.says(probability, grade, self._wanted.moved_by)
        if record is None or is_told or (kinds and kinds[-1] in FINAL_KINDS):
            if written is not None:
                note_owed(connection, self._crm, lead_id, moment, owed=False)
            return False
        if written is not None and written.is_under_way:
            note_owed(connection, self._crm, lead_id, moment)
            return False
        values = self._values(scored)
        digest = sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]
        once = once_key_about(record.entity, record.record_id, moment, digest)
        letter_id = put_in(connection, self._connector.letter(record.entity, record.record_id, values, once), moment)
        if written is not None and written.letter_id is not None:
            supersede(connection, written.letter_id, moment)
        note_written(
            connection, self._crm, lead_id, probability=probability, grade=grade, letter_id=letter_id, moment=moment
        )
        return True

    def catch_up(self, moment: datetime) -> int:
        """Put letters for scores that were logged elsewhere since the last pass, as many as the CRM takes in a minute."""
        if not self._wanted.fields:
            return 0
        last, counted = self._log.last_id(), self._book.counted()
        most = self._connector.letters_a_minute
        if last != counted:
            new = self._log.leads_scored_since(last if counted is None else counted)
            with writing(self._desk.store.engine) as connection:
                for lead_id in new:
                    if self._record(connection, lead_id) is not None:
                        note_owed(connection, self._crm, lead_id, moment)
                note_counted(connection, self._crm, last, moment)
        return sum(self._told(lead_id, moment) for lead_id in self._book.owed(most))

    def _record(self, connection: Connection, lead_id: LeadId) -> KnownRecord | None:
        """Return the record that a lead is there now: its own, or the one that this was merged into; None where none is."""
        entity, record_id = self._connector.home_of(lead_id)
        record = record_in(connection, self._crm, entity, record_id)
        if record is not None and record.deleted_at is not None:
            record = standing_record(connection, self._crm, entity, lead_id)
        return None if record is None or record.lead_digest is None else record

    def _told(self, lead_id: LeadId, moment: datetime) -> bool:
        """Tell the score that was logged last; where another model serves since, its score, which is logged first."""
        try:
            history = self._desk.store.history(lead_id)
            logged = self._log.scores_of(lead_id)[-1:]
            scored = self._desk.scored(history, logged[0].at if logged else moment)
        except UnknownLead:
            with writing(self._desk.store.engine) as connection:
                note_owed(connection, self._crm, lead_id, moment, owed=False)
            return False
        if not logged or logged[0].model_version != scored.score.model_version:
            scored = self._desk.scored(history, moment)
            self._desk.remember(scored, history.read_up_to)
        with writing(self._desk.store.engine) as connection:
            return self.tell(connection, lead_id, scored, moment)

    def _values(self, scored: Scored) -> dict[str, Any]:
        told = {
            "score": round(100 * scored.score.probability, 1),
            "grade": scored.score.refined_grade,
            "reasons": self._reasons(scored),
        }
        return {field: told[name] for name, field in self._wanted.fields.items()}

    def _reasons(self, scored: Scored) -> str:
        """Return why, a line each: what speaks for the lead, what against, and what to ask next."""
        score, company = scored.score, self._desk.company
        lines = [f"+ {reason_text(one, company)}" for one in score.reasons_for]
        lines += [f"- {reason_text(one, company)}" for one in score.reasons_against]
        asked = next_question(score, company)
        return "\n".join([*lines[:MOST_REASONS], *([f"? {asked}"] if asked else [])])
