"""What takes long to count the first time is counted behind its page; who asks meanwhile is told so at once.

Once it was counted it is kept up, and costs what changed: from then on a page brings it up to now itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime

PATIENCE = 0.2
"""Seconds for which a page waits for the first count: a small company's is done by then, and a large one's page opens as soon."""
logger = logging.getLogger(__name__)


class CountedBehind:
    """The first count of something, on a thread that keeps nobody from ending the process."""

    def __init__(self, count: Callable[[datetime], None]) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._first: Future[None] | None = None
        self._is_counted = False

    def is_up_to(self, moment: datetime) -> bool:
        """Bring the count up to ``moment``; return False where the first one is still under way.

        Raises whatever a count raised that this page waited for; the next one begins anew.
        """
        if self._is_counted:
            return True
        with self._lock:
            if self._first is None or self._first.done():  # the one before failed
                self._first = self._begun(moment)
            first = self._first
        with suppress(TimeoutError):
            first.result(PATIENCE)
        return self._is_counted

    def _begun(self, moment: datetime) -> Future[None]:
        first: Future[None] = Future()

        def run() -> None:
            try:
                self._count(moment)
            except Exception as error:  # it is told to whoever still waits
                logger.exception("A first count behind a page failed; the next look begins it anew.")
                first.set_exception(error)
            else:
                self._is_counted = True
                first.set_result(None)

        threading.Thread(target=run, name="first count", daemon=True).start()
        return first
