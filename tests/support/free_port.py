"""A port of loopback for a server that a test starts, which nobody else is given before the server has it.

The system hands out its own ports to every connection that anybody opens, so one of those may be taken again in the moment between
the look and the start. These lie below them, and two who look at once hardly ever draw the same.
"""

from __future__ import annotations

import random
import socket
from contextlib import suppress

BELOW_THE_SYSTEMS_OWN = range(20_000, 32_000)
TRIES = 200


def free_port() -> int:
    """Return a port on which nobody listens; drawn by the system's chance, as a seeded draw would come again in other processes."""
    for port in random.SystemRandom().sample(BELOW_THE_SYSTEMS_OWN, TRIES):
        with suppress(OSError), socket.socket() as one:
            one.bind(("127.0.0.1", port))
            return port
    first, last = BELOW_THE_SYSTEMS_OWN[0], BELOW_THE_SYSTEMS_OWN[-1]
    raise RuntimeError(f"Of {TRIES} ports of 127.0.0.1 from {first} to {last} none was free; end what listens there.")
