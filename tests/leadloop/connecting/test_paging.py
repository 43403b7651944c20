"""Pages of what changed: whatever moves while we read, nothing is left out."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leadloop.connecting.connector import Found
from leadloop.connecting.paging import pages_since
from tests.support.facts import NOON

SIZE = 3


class Shelf:
    """Records with the second of their last change; some move to the end after each page."""

    def __init__(self, changes: list[int], moves: list[int]) -> None:
        self.changed, self.moves, self.clock = dict(enumerate(changes)), list(moves), 100

    def ask(self, since: datetime, skipped: int) -> list[Found]:
        rows = sorted((NOON + timedelta(seconds=second), number) for number, second in self.changed.items())
        page = [Found("lead", str(number), {}, at) for at, number in rows if at >= since][skipped : skipped + SIZE]
        if self.moves:
            self.clock += 1
            self.changed[self.moves.pop() % len(self.changed)] = self.clock
        return page


@given(st.lists(st.integers(0, 6), min_size=1, max_size=25), st.lists(st.integers(0, 100), max_size=6))
def test_every_record_is_seen_though_others_move_meanwhile(changes: list[int], moves: list[int]) -> None:
    same_moment = max(changes.count(one) for one in changes)
    shelf = Shelf(changes, moves if same_moment < SIZE else [])
    seen = {one.record_id for page in pages_since(shelf.ask, NOON, SIZE) for one in page}
    assert seen == {str(number) for number in range(len(changes))}
