"""``python -m tests.crm.standins bitrix24``: a CRM to try leadloop with, on this machine, with a few leads in it.

It writes what leadloop's environment has to hold into a file (``--env crm.env``), makes a new lead every ``--every`` seconds, and
tells ``--tells`` of it as the real one would.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
from pathlib import Path
from typing import Any

from tests.crm.standins.sample import DOORS, KINDS, environment_of, filled


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.crm.standins", description=__doc__)
    parser.add_argument("crm", choices=sorted(KINDS), help="which CRM stands in")
    parser.add_argument("--port", type=int, default=8900, help="port to listen on, on loopback (%(default)s)")
    parser.add_argument("--leads", type=int, default=12, help="leads to begin with (%(default)s)")
    parser.add_argument("--every", type=float, default=0.0, help="seconds between new leads; 0: none (%(default)s)")
    parser.add_argument("--tells", default="http://127.0.0.1:8000", help="where leadloop serves (%(default)s)")
    parser.add_argument("--env", type=Path, default=Path("crm.env"), help="file of the environment (%(default)s)")
    said = parser.parse_args()
    try:
        standin: Any = KINDS[said.crm](port=said.port)
    except OSError as error:
        parser.error(f"port {said.port} cannot be listened on ({error.strerror}); name another with --port")
    standin.is_silent = True
    draw = random.Random(7)
    for _ in range(said.leads):
        filled(said.crm, standin, draw)
    standin.is_silent = False
    lines = environment_of(said.crm, standin)
    said.env.write_text("".join(f"export {name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    standin.tells = said.tells + DOORS[said.crm]
    sys.stdout.write(
        f"{said.crm} stands in at {standin.address} with {said.leads} leads; {said.env} is written. Ctrl-C ends it.\n"
    )
    sys.stdout.flush()
    stop = threading.Event()
    try:
        while not stop.wait(said.every or None):
            filled(said.crm, standin, draw)
    except KeyboardInterrupt:
        standin.close()


if __name__ == "__main__":
    main()
