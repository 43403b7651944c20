"""Tells the CRM what a lead's score is: into the fields that company.yaml names, and only where it moved.

The letter is put in the transaction that logs the score; scores from elsewhere (a call on the lead's card) follow in a pass
over the log, and those of all open leads once something else scores them (``scored_anew.py``). What we wrote comes back as a
change of the record, in which nothing is new: so it ends there.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection

from features.crm.record_book import KnownRecord, record_in, standing_record
from features.crm.written_book import SCORES, Owed, WrittenBook, note_mark, note_owed, note_written, written_in
from features.errors import UnknownLead
from features.facts.database import in_parts, writing
from features.facts.store import forgetting_in
from features.facts.values import FINAL_KINDS, LeadId
from features.outbox.outbox import Outbox, put_in
from features.outbox.superseded import once_key_about, supersede
from leadloop.connecting.connector import Connector
from leadloop.connecting.scored_anew import ScoredAnew
from models.score_log import LoggedScore, ScoreLog, remember_scores
from serving.desk.desk import Desk, Scored
from serving.desk.next_question import next_question
from serving.open_leads.board import MayBeOpen
from serving.words.reasons import reason_text

MOST_REASONS = 6


class WriteBack:
    """Writes one CRM's scores."""

    def __init__(self, connector: Connector, desk: Desk, log: ScoreLog, may_be_open: MayBeOpen) -> None:
        assert desk.company.crm is not None
        self._connector, self._desk, self._log = connector, desk, log
        self._wanted = desk.company.crm.write_back
        self._crm = connector.crm
        self._book, self._outbox = WrittenBook(desk.store.engine, connector.crm), Outbox(desk.store.engine)
        self._anew = ScoredAnew(connector.crm, desk, may_be_open)

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
        """Put letters for scores that moved elsewhere since the last pass; return how many.

        As many wait to be sent as the CRM takes in a minute, so that a new lead's score is never put behind a long line.
        """
        if not self._wanted.fields:
            return 0
        if self._anew.note(moment):
            self._outbox.close_superseded(self._destination, moment)
        self._note_logged(moment)
        most, put = self._connector.letters_a_minute, 0
        room = most - self._outbox.due_to(self._destination, moment)
        for one in self._book.owed(most) if room > 0 else ():
            put += self._told(one, moment)
            if put >= room:
                break
        return put

    @property
    def _destination(self) -> str:
        return f"crm-{self._crm}"

    def _note_logged(self, moment: datetime) -> None:
        """Note as owed the leads of which a score was logged since the last pass that their records were not told.

        One whose first score was logged this very moment is noted with the next pass.
        """
        last, counted = self._log.last_id(), self._book.marks().get(SCORES)
        if last == counted:
            return
        new = sorted(self._log.leads_scored_since(last if counted is None else counted))
        said = {lead: score for some in in_parts(new) for lead, score in self._log.last_up_to(last, some).items()}
        with writing(self._desk.store.engine) as connection:
            for lead_id, score in said.items():
                written = written_in(connection, self._crm, lead_id)
                is_told = written is not None and written.says(*score, self._wanted.moved_by)
                if not is_told and self._record(connection, lead_id) is not None:
                    note_owed(connection, self._crm, lead_id, moment)
            note_mark(connection, self._crm, SCORES, last, moment)

    def _record(self, connection: Connection, lead_id: LeadId) -> KnownRecord | None:
        """Return the record that a lead is there now: its own, or the one that this was merged into; None where none is."""
        entity, record_id = self._connector.home_of(lead_id)
        record = record_in(connection, self._crm, entity, record_id)
        if record is not None and record.deleted_at is not None:
            record = standing_record(connection, self._crm, entity, lead_id)
        return None if record is None or record.lead_digest is None else record

    def _told(self, one: Owed, moment: datetime) -> bool:
        """Tell the score that was logged last; where leads are scored otherwise since, that of now, which is logged with it."""
        lead_id, desk = one.lead_id, self._desk
        forgetting = desk.store.last_change().forgetting
        try:
            history = desk.store.history(lead_id)
            logged = [] if one.in_turn else self._log.scores_of(lead_id)[-1:]
            scored = desk.scored(history, logged[0].at if logged else moment)
            is_logged = bool(logged) and _is_same(logged[0], scored)
            if logged and not is_logged:
                scored = desk.scored(history, moment)
        except UnknownLead:
            with writing(desk.store.engine) as connection:
                note_owed(connection, self._crm, lead_id, moment, owed=False)
            return False
        with writing(desk.store.engine) as connection:
            if forgetting_in(connection) != forgetting:
                return False  # somebody was forgotten since the facts were read: the next turn reads them anew
            is_told = self.tell(connection, lead_id, scored, moment)
            if is_told and not is_logged:
                remember_scores(connection, [desk.logged(scored, history.read_up_to)])
        if is_told and not is_logged:
            desk.shadowed(scored)
        return is_told

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


def _is_same(logged: LoggedScore, scored: Scored) -> bool:
    """Return whether a logged score is what the lead would be given for the same moment now."""
    score = scored.score
    return (logged.model_version, logged.probability) == (score.model_version, score.probability)
