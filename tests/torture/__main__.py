"""Kill the service under load, on SQLite and on PostgreSQL, and look for what it had acknowledged.

python -m tests.torture [--kills 200] [--writers 32] [--only sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.support.machine import postgres_programs
from tests.support.postgres import postgres_server
from tests.torture.storm import Server, aftermath, storm


def main() -> int:
    """Return 0 where nothing was lost or doubled and every score can be made again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    said = parser.parse_args()
    clean = True
    with tempfile.TemporaryDirectory() as place:
        if said.only != "postgresql":
            url = f"sqlite:///{Path(place) / 'home' / 'leadloop.db'}"
            clean &= _tortured("SQLite", Path(place) / "home", url, said.kills, said.writers)
        programs = postgres_programs()
        if said.only != "sqlite" and programs is None:
            print("PostgreSQL is not installed, so it was not looked at: sudo apt-get install postgresql")
            clean = False
        elif said.only != "sqlite" and programs is not None:
            with postgres_server(programs) as url:
                clean &= _tortured("PostgreSQL", Path(place) / "other", url, said.kills, said.writers)
    return 0 if clean else 1


def _tortured(name: str, home: Path, url: str, kills: int, writers: int) -> bool:
    print(f"{name}: {kills} kills under {writers} writers", flush=True)
    begun = time.monotonic()
    told = asyncio.run(
        storm(Server(home, url), kills=kills, writers=writers, say=lambda words: print(words, flush=True))
    )
    found = aftermath(home, url, told, kills)
    print(
        f"{name}: {found.kills} kills, {found.acknowledged:,} facts acknowledged, {found.repeated:,} requests sent again: "
        f"{len(found.lost)} lost, {len(found.doubled)} doubled; {found.scores:,} scores logged, {found.scores_missing} "
        f"missing, {found.scores_that_differ} not made again the same ({time.monotonic() - begun:,.0f} s)",
        flush=True,
    )
    for one in (found.lost + found.doubled)[:20]:
        print(f"  {one}")
    return found.is_clean


if __name__ == "__main__":
    sys.exit(main())
