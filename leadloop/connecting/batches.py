"""Records that are asked for many at a time; one that the CRM refuses is found among them, and holds up no other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from features.errors import CrmRefused

Place = tuple[str, str]
"""Of which kind a record is, and its number there."""
REFUSED_IN_A_ROW = 3
"""So many records refused one after the other, and nobody asks on: then it is hardly the record that is at fault."""


@dataclass(slots=True)
class Batches:
    """What is ``left`` to take, batch by batch, and what was ``refused`` by itself.

    >>> def take(some):
    ...     if ("lead", "2") in some:
    ...         raise CrmRefused("no")
    >>> batches = Batches.of([("lead", "1"), ("lead", "2"), ("lead", "3")], at_once=25)
    >>> batches.take(take)
    >>> batches.told(), list(batches.left)
    (['lead 2: no'], [])
    """

    left: deque[list[Place]]
    refused: list[tuple[Place, CrmRefused]] = field(default_factory=list)

    @classmethod
    def of(cls, places: Iterable[Place], *, at_once: int, alone: Iterable[Place] = ()) -> Batches:
        """Return batches of so many; those of ``alone`` come last, each by itself."""
        every = list(places)
        together = [every[start : start + at_once] for start in range(0, len(every), at_once)]
        return cls(deque([*together, *([one] for one in alone)]))

    def told(self) -> list[str]:
        """Return of each record that was refused which it is, and why."""
        return [f"{entity} {number}: {error}" for (entity, number), error in self.refused]

    def take(self, take: Callable[[list[Place]], None]) -> None:
        """Take each batch; one that is refused is taken once more, record by record.

        Where several records in a row are refused, it ends, and what was not asked for is left.

        Raises
        ------
        CrmAway
            From ``take``; the batch that was asked for then is the first of what is left.
        """
        in_a_row = 0
        while self.left and in_a_row < REFUSED_IN_A_ROW:
            some = self.left[0]
            try:
                take(some)
            except CrmRefused as error:
                self.left.popleft()
                if len(some) > 1:
                    self.left.extendleft([one] for one in reversed(some))
                else:
                    self.refused.append((some[0], error))
                    in_a_row += 1
            else:
                self.left.popleft()
                in_a_row = 0
