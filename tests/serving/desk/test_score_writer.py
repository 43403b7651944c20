"""Whatever score is put is written, however they come and however soon the writer is told to end."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine

from features.facts.values import LeadId
from models.score_log import LoggedScore, ScoreLog
from serving import written_behind
from serving.desk import score_writer
from serving.desk.score_writer import ScoreWriter
from tests.support.facts import NOON

THREADS, EACH = 4, 50


def a_score(lead_id: str) -> LoggedScore:
    return LoggedScore(
        LeadId(lead_id), NOON, 0.1, -2.2, "C", "C", None, 1, 1, None, "0123456789abcdef", "stored", {"area": 1.0}
    )


def put_by_many(writer: ScoreWriter) -> None:
    def put(thread: int) -> None:
        for number in range(EACH):
            writer.put(a_score(f"{thread}-{number}"))

    threads = [threading.Thread(target=put, args=(one,)) for one in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_all_that_was_put_is_stored_once_when_the_writer_ends(engine: Engine) -> None:
    log = ScoreLog(engine)
    writer = ScoreWriter(log)
    put_by_many(writer)
    writer.close()
    assert sorted(one.lead_id or "" for one in log.every()) == sorted(
        f"{thread}-{number}" for thread in range(THREADS) for number in range(EACH)
    )
    assert [one.row for one in log.scores_of(LeadId("0-0"))] == [{"area": 1.0}]


def test_who_finds_the_backlog_full_waits_and_loses_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written_behind, "LONGEST_BACKLOG", 7)
    monkeypatch.setattr(score_writer, "GATHERED_FOR_SECONDS", 0.001)
    log = ScoreLog(engine)
    writer = ScoreWriter(log)
    put_by_many(writer)
    writer.close()
    assert len(list(log.every())) == THREADS * EACH
