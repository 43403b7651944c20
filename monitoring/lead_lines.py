"""Something worked out of every lead, caught up by storage number: what is new is read, and nothing else.

A restart goes on from what was kept in a file, if there is one (``kept_lines.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Generic, TypeVar

from features.facts.company import Company
from features.facts.company_file import fingerprint
from features.facts.history import LeadHistory
from features.facts.store import FactStore
from features.facts.values import LeadId
from monitoring.breath import breathe
from monitoring.kept_lines import Changed, KeptLines, Standing

T = TypeVar("T")


class LeadLines(Generic[T]):
    """A line of each lead; whoever keeps them sees to it that one thread at a time catches up.

    Parameters
    ----------
    line_of
        What is worked out of a lead as known at a moment; None where it is no lead yet.
    is_ahead
        Whether something of a lead comes to be known or happens only after the moment, so that its line has to be made again.
    hear
        Is told of each line what it was and what it is; None where there is none.
    """

    def __init__(
        self,
        store: FactStore,
        company: Company,
        *,
        line_of: Callable[[LeadHistory, datetime], T | None],
        is_ahead: Callable[[LeadHistory, datetime], bool],
        kept: KeptLines[T] | None = None,
        hear: Callable[[LeadId, T | None, T | None], None] | None = None,
    ) -> None:
        self._store, self._company, self._line_of, self._is_ahead = store, company, line_of, is_ahead
        self._kept, self._hear = kept, hear
        self.lines: dict[LeadId, T] = {}
        self.number = 0
        self._ahead: set[LeadId] = set()
        self._rules: object = None
        self._moment: datetime | None = None
        self._base = 0
        self._unkept: set[LeadId] = set()
        self._forgetting: tuple[int, int] | None = None

    def catch_up(self, moment: datetime) -> dict[LeadId, T | None]:
        """Take in what changed since the last look, and what lay ahead of it; return the lines that did (None: gone)."""
        found: dict[LeadId, T | None] = {}
        rules = self._company.abc_at(moment)
        if not self.number and self._kept:
            found |= self._restored(moment)
        elif self._rules is not None and rules is not self._rules:  # every line was graded by rules that hold no more
            self.number, self._base = 0, 0
        self._rules, self._moment = rules, max(moment, self._moment or moment)
        last, forgetting = self._store.last_change()
        self._look_who_was_forgotten(forgetting)
        if last == self.number and not self._ahead:
            return found
        changed = sorted(self._store.leads_changed_since(self.number) | self._ahead) if self.number else None
        ahead: set[LeadId] = set()
        before = self.lines.keys() if changed is None else changed
        news: dict[LeadId, T | None] = dict.fromkeys(before)
        for history in self._store.histories(up_to=last, lead_ids=changed):
            breathe()
            if self._is_ahead(history, moment):
                ahead.add(history.lead_id)
            line = self._line_of(history, moment)
            if line is not None:
                news[history.lead_id] = line
        for lead_id, line in news.items():
            was = self.lines.get(lead_id)
            if line is not None:
                self.lines[lead_id] = line
            elif was is not None:
                del self.lines[lead_id]
            if self._hear:
                self._hear(lead_id, was, line)
        self.number, self._ahead = last, ahead
        if self._kept:
            self._unkept |= news.keys() | self._ahead
        return found | news

    @contextmanager
    def filling(self, moment: datetime, number: int) -> Iterator[Callable[[LeadHistory], T | None]]:
        """Write the lines of all leads into the file, as of the facts up to ``number``, without holding them here.

        Gives what makes a lead's line and writes it; whoever goes through all leads calls it with each. It makes lines
        whether or not the file can be written.
        """
        assert self._kept
        of = self._of(self._company.abc_at(moment))
        with self._kept.filling(Standing(of, number, self._store.fact_at(number), moment)) as write:

            def take(history: LeadHistory) -> T | None:
                line = self._line_of(history, moment)
                is_ahead = self._is_ahead(history, moment)
                if line is not None or is_ahead:
                    write(history.lead_id, line, is_ahead)
                return line

            yield take

    def put(self, lead_id: LeadId, line: T) -> None:
        """Let a lead have another line, which says the same of it as far as facts go."""
        self.lines[lead_id] = line
        if self._kept:
            self._unkept.add(lead_id)

    @property
    def ahead(self) -> frozenset[LeadId]:
        """Return the leads whose lines have to be made again as time goes on."""
        return frozenset(self._ahead)

    def keep(self, lock: AbstractContextManager[object], catch_up: Callable[[], None]) -> None:
        """Write what is new into the file that a restart goes on from.

        ``catch_up`` brings whoever keeps these lines up to now, under the ``lock`` of all his looks; the file is written
        outside it, so that pages may be asked for meanwhile.
        """
        with lock:
            catch_up()
            changed = self._new_for_the_file()
        if changed is not None:
            noted = self._write(changed)
            with lock:
                noted()

    def _look_who_was_forgotten(self, forgetting: tuple[int, int]) -> None:
        """Have the lines of whoever was forgotten since the last look made again, and the file anew."""
        if self._forgetting is not None and forgetting != self._forgetting:
            self._ahead |= self._store.forgotten_leads()
            self._base = 0
        self._forgetting = forgetting

    def _new_for_the_file(self) -> Changed[T] | None:
        """Return what the file does not hold yet; None where there is no file, or nothing new."""
        if self._kept is None or not self._unkept or self._moment is None:
            return None
        standing = Standing(self._of(self._rules), self.number, self._store.fact_at(self.number), self._moment)
        changed = self._unkept if self._base else self.lines.keys()
        told = {one: self.lines.get(one) for one in changed}
        self._unkept = set()
        return Changed(self._base, standing, told, frozenset(self._ahead))

    def _write(self, changed: Changed[T]) -> Callable[[], None]:
        """Write what ``_new_for_the_file`` returned into the file, which needs no lock; return what notes it here, which does."""
        is_written = self._kept is not None and self._kept.write(changed)

        def noted() -> None:
            self._base = changed.standing.number if is_written else 0
            if not is_written:  # the next time all of them
                self._unkept |= self.lines.keys()

        return noted

    def _restored(self, moment: datetime) -> dict[LeadId, T | None]:
        """Take over what was kept, where it is of these facts and of no later moment."""
        assert self._kept is not None
        self._rules = self._company.abc_at(moment)
        kept = self._kept.read(self._of(self._rules))
        if kept is None or kept.standing.moment > moment:
            return {}
        number = kept.standing.number
        if number > self._store.last_number() or self._store.fact_at(number) != kept.standing.fact:
            return {}
        self._forgetting = self._store.last_change().forgetting
        self.lines, self.number, self._base = kept.lines, number, number
        self._ahead = kept.ahead | self._store.forgotten_leads()
        if self._hear:
            for lead_id, line in kept.lines.items():
                self._hear(lead_id, None, line)
        return dict(kept.lines)

    def _of(self, held: object) -> str:
        """Return what names the company's words, the rules that ``held`` and the database, in a word that goes into a hash."""
        database = self._store.engine.url.render_as_string(hide_password=True)
        rules = [one is held for one in self._company.abc]
        return f"{fingerprint(self._company)} {rules} {database}"
