"""Of all who ask for the leader's lock one gets it, and another as soon as that one ends or loses the database."""

from __future__ import annotations

import subprocess
import sys
import time

from sqlalchemy import Engine, text

from features.leader_lock import LeaderLock

ELSEWHERE = """
import sys, time
from features.facts.database import engine_for
from features.leader_lock import LeaderLock
lock = LeaderLock(engine_for(sys.argv[1]))
print(lock.holds(), flush=True)
time.sleep(300)
"""


def test_one_of_two_holds_it_and_the_other_gets_it_when_the_first_lets_go(engine: Engine) -> None:
    first, second = LeaderLock(engine), LeaderLock(engine)
    assert not first.is_held()
    assert first.holds()
    assert first.holds()
    assert not second.holds()
    assert second.is_held()
    first.let_go()
    assert second.holds()
    second.let_go()
    assert not second.is_held()


def test_a_holder_that_is_killed_holds_it_no_more(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    holder = subprocess.Popen([sys.executable, "-c", ELSEWHERE, url], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    mine = LeaderLock(engine)
    assert not mine.holds()
    holder.kill()
    holder.communicate()
    until = time.monotonic() + 60
    while not mine.holds() and time.monotonic() < until:
        time.sleep(0.05)
    assert mine.holds()
    mine.let_go()


def test_a_leader_whose_connection_was_cut_leads_no_more_until_it_has_the_lock_again(postgres_engine: Engine) -> None:
    first, second = LeaderLock(postgres_engine), LeaderLock(postgres_engine)
    assert first.holds()
    with postgres_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )
    assert second.holds()
    assert not first.holds()
    second.let_go()
    assert first.holds()
    first.let_go()
