"""Ask the whole API and the doors of CRMs cases drawn from what they say, right ones and wrong ones, and look at every answer.

python -m tests.fuzz [--cases 20000] [--seed 0]

An answer of 5xx, a status or a body that the schema does not publish, or an exception counts as wrong; the first are shown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis.errors import Unsatisfiable

from features.facts.database import engine_for
from leadloop.database import bring_up_to_date
from tests.fuzz.api_cases import KEPT, MODES, Told, ask, busy_doors, operations, published
from tests.fuzz.crm_cases import PATHS, CrmDoors, ask_crm, crm_doors
from tests.serving.doors import Doors

AT_ONCE = 100
"""Cases of one operation in one round; the operations take turns, so that each meets what the others stored."""
SHOWN = 20


def main() -> int:
    """Return 0 where every answer was one that the schema publishes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000, help="at least so many")
    parser.add_argument("--seed", type=int, default=0, help="what the cases are drawn by")
    said = parser.parse_args()
    told, begun = Told(), time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:  # what counts behind may still write there
        home = Path(place) / "home"
        engine = engine_for(f"sqlite:///{home / 'leadloop.db'}")
        bring_up_to_date(engine)
        with busy_doors(home, engine) as doors, crm_doors(Path(place)) as of_crms:
            fuzzed(doors, of_crms, told, cases=said.cases, seed=said.seed)
        engine.dispose()
    total = told.cases.total()
    for name, count in sorted(told.cases.items()):
        print(f"{count:>8,}  {name}")
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(told.statuses.items()))
    print(f"{total:,} cases in {time.monotonic() - begun:,.0f} s; answers {statuses}; {len(told.wrong):,} wrong.")
    for request, why in told.wrong[:SHOWN]:
        print(f"\n{request}\n{why}")
    return 1 if told.wrong else 0


def fuzzed(doors: Doors, of_crms: CrmDoors, told: Told, *, cases: int, seed: int) -> None:
    """Ask round after round until so many cases were asked."""

    def judge(case: Any, answer: Any) -> None:
        try:
            case.validate_response(answer, checks=list(KEPT))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with an answer is told at the end
            told.wrong.append((case.as_curl_command()[:2_000], str(error)[:2_000]))

    schema, turn, before = published(doors), 0, -1

    def tried(what: str, asks: Callable[[], None]) -> None:
        try:
            asks()
        except Unsatisfiable:  # an operation that takes nothing cannot be asked wrongly
            pass
        except Exception as error:  # noqa: BLE001 - the application raised
            told.wrong.append((what, repr(error)[:2_000]))

    while before < told.cases.total() < cases:
        before = told.cases.total()
        how: dict[str, Any] = {"most": AT_ONCE, "told": told, "judge": judge, "draw": seed + turn}
        for mode in MODES:
            for method, path in operations(doors):
                tried(f"{method} {path}", partial(ask, schema, method, path, mode, **how))
            for system in PATHS:
                tried(f"POST {PATHS[system]}", partial(ask_crm, of_crms[system], system, mode, **how))
        turn += 1
        print(f"  {told.cases.total():,} cases, {len(told.wrong):,} wrong", flush=True)


if __name__ == "__main__":
    sys.exit(main())
