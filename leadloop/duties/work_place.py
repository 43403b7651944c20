"""Where duties are done: the data folder as commands name it, opened anew for each, and where they say what they did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from leadloop.commands._conversions import postman
from leadloop.commands._house import House, open_house
from leadloop.duties.beside import Order, ProcessBeside

if TYPE_CHECKING:
    from rich.console import Console

    from features.settings import Settings
    from leadloop.sending.postman import Postman, Round


class WorkPlace:
    """A data folder and a console."""

    def __init__(self, home: Path | None, company: Path | None, console: Console) -> None:
        self._home, self._company, self.console = home, company, console
        self.first = open_house(home, company, makes=True)

    @cached_property
    def postman(self) -> Postman:
        """Return who carries letters, one for all duties: he remembers which destinations are down."""
        return postman(self.first)

    def say_posted(self, done: Round) -> None:
        """Say what a round of the postman came to, where it came to anything."""
        if done.delivered or done.given_up:
            self.console.print(
                f"Outbox: {done.delivered:,} delivered, {done.given_up:,} need a person.", highlight=False
            )

    @property
    def settings(self) -> Settings:
        """Return where things lie."""
        return self.first.settings

    def open(self) -> House:
        """Open the house anew: the company's words may have changed."""
        return open_house(self._home, self._company)

    def beside(self, name: str, every: timedelta) -> Callable[[datetime], ProcessBeside]:
        """Return what begins a duty in a process of its own, for those that take minutes."""
        return lambda moment: ProcessBeside(Order(name, every, moment, self._home, self._company))
