"""The segments that are looked at: leads alike in one field, two, or three where that is asked, whoever of them bought.

Which segments there are is settled by what the leads are like alone, never by how they ended; otherwise the test that
follows would be of what was chosen because it stood out.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.facts.contact_signs import holds_contact
from monitoring.portrait.lead_traits import Bools, Floats, Ints, Traits
from monitoring.portrait.portrait_report import Condition
from monitoring.portrait.round_ranges import round_borders

FEWEST_LEADS, LEAST_SHARE, MOST_SHARE = 30, 0.01, 0.97
"""A segment holds at least so many leads and this share of all, and not nearly all."""
FEWEST_EXPECTED = 2.0
"""As many sales would be expected of a segment if it bought like the others; of less nothing could be said."""
ALMOST_THE_SAME = 0.97
"""A pair that holds this share of one of its parts is that part."""
MOST_LEVELS = 25
"""Of a field, the most frequent first."""
MOST_SEGMENTS = 12_000
"""Where there are more, the smallest are left out, and it is said how many."""
BLOCK = 512


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments of some leads.

    Parameters
    ----------
    conditions
        What each single segment asks for.
    inside
        A row a single segment, a column a lead, 1.0 where the lead is inside.
    parts
        A row a segment: the singles that it consists of; a segment of one field repeats it. The singles come first.
    sizes
        How many leads each segment holds.
    left_out
        How many there was no room for.
    """

    conditions: tuple[Condition, ...]
    inside: npt.NDArray[np.float32]
    parts: Ints
    sizes: Ints
    left_out: int

    def __len__(self) -> int:
        return len(self.parts)

    def of(self, segment: int) -> tuple[Condition, ...]:
        """Return what a segment asks for."""
        return tuple(self.conditions[part] for part in self.single_parts(segment))

    @property
    def fields(self) -> Ints:
        """Return of how many fields each segment is."""
        counted: Ints = 1 + (np.diff(self.parts, axis=1) != 0).sum(axis=1)
        return counted

    def single_parts(self, segment: int) -> list[int]:
        """Return the singles of which a segment consists."""
        return sorted(set(self.parts[segment].tolist()))

    def members(self, segment: int) -> Bools:
        """Return which leads are inside."""
        inside: Bools = self.rows(np.array([segment]))[0] > 0
        return inside

    def rows(self, some: Ints) -> npt.NDArray[np.float32]:
        """Return a row for each of some segments, 1.0 where a lead is inside."""
        made: npt.NDArray[np.float32] = self.inside[self.parts[some, 0]]
        for place in range(1, self.parts.shape[1]):
            made = made * self.inside[self.parts[some, place]]
        return made

    def counts(self, weights: npt.NDArray[np.float32], some: Ints | None = None) -> Floats:
        """Return the sums of ``weights`` (a row a lead, a column a case) inside each segment, worked out block by block."""
        asked = np.arange(len(self)) if some is None else some
        made = np.empty((len(asked), weights.shape[1]), dtype=np.float64)
        for start in range(0, len(asked), BLOCK):
            made[start : start + BLOCK] = self.rows(asked[start : start + BLOCK]) @ weights
        return made


def segments_of(traits: Traits, *, rate: float, most_fields: int = 2) -> Segments:
    """Return the segments of some leads of which a share ``rate`` bought, by at most so many fields.

    Of those with exactly the same leads inside the first is kept, the one with fewer fields.
    """
    singles = [(one, _meets(traits, one)) for one in singles_of(traits)]
    leads = len(traits)
    least = max(FEWEST_LEADS, LEAST_SHARE * leads, FEWEST_EXPECTED / max(rate, 1e-9))
    fitting = [(one, inside) for one, inside in singles if least <= inside.sum() <= MOST_SHARE * leads]
    kept = _different(fitting)
    conditions = tuple(one for one, _ in kept)
    matrix = np.array([inside for _, inside in kept], dtype=np.float32).reshape(len(kept), leads)
    groups, sizes = _grown(conditions, matrix, least, MOST_SHARE * leads, most_fields)
    order = sorted(range(len(groups)), key=lambda n: (len(set(groups[n])) > 1, -sizes[n], groups[n]))
    shown = sorted(order[:MOST_SEGMENTS], key=lambda n: (len(groups[n]), groups[n]))
    parts = np.array([_padded(groups[n], most_fields) for n in shown], dtype=np.int64).reshape(len(shown), most_fields)
    counted = np.array([sizes[n] for n in shown], dtype=np.int64)
    return Segments(conditions, matrix, parts, counted, len(groups) - len(shown))


def members_of(traits: Traits, conditions: Sequence[Condition]) -> Bools:
    """Return which leads meet all of some conditions; none meets one on a field that is not there any more."""
    inside = np.ones(len(traits), dtype=np.bool_)
    for one in conditions:
        inside &= _meets(traits, one)
    return inside


def singles_of(traits: Traits) -> Iterator[Condition]:
    """Yield every condition on one field that the leads give rise to, large or small; none shows a phone number or e-mail."""
    for name, values in traits.levels.items():
        counted = Counter(one for one in values if one is not None and not holds_contact(one))
        often = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        yield from (Condition(name, level=word) for word, _ in often[:MOST_LEVELS])
    for name, numbers in traits.numbers.items():
        yield from _ranges(name, numbers)
    for name, chosen in traits.items.items():
        counted = Counter(word for one in chosen if one for word in one if not holds_contact(word))
        often = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        yield from (Condition(name, level=word, is_item=True) for word, _ in often[:MOST_LEVELS])
    yield from (Condition(name) for name in traits.fields if name not in traits.asked_late)


def _ranges(name: str, numbers: Floats) -> Iterator[Condition]:
    """Yield each range, and from each inner border all that is below and above: who says "from 100 m2" means all of it."""
    given = numbers[np.isfinite(numbers)]
    whole = bool(len(given)) and bool((given == np.round(given)).all())
    borders = round_borders(given)
    ends: list[float | None] = [None, *borders, None]
    if borders:
        spans = [
            *itertools.pairwise(ends),
            *((None, one) for one in borders[1:]),
            *((one, None) for one in borders[:-1]),
        ]
        yield from (Condition(name, low=low, high=high, whole=whole) for low, high in spans)


def _meets(traits: Traits, asked: Condition) -> Bools:
    name = asked.field
    if name in traits.levels:
        return np.fromiter((one == asked.level for one in traits.levels[name]), np.bool_, len(traits))
    if name in traits.items:
        held = traits.items[name]
        if asked.level is None:
            return np.fromiter((not one for one in held), np.bool_, len(traits))
        return np.fromiter((one is not None and asked.level in one for one in held), np.bool_, len(traits))
    if name not in traits.numbers:
        return np.zeros(len(traits), dtype=np.bool_)
    numbers = traits.numbers[name]
    if asked.kind == "missing":
        return ~np.isfinite(numbers)
    above = numbers >= (-np.inf if asked.low is None else asked.low)
    inside: Bools = above & (numbers < (np.inf if asked.high is None else asked.high))
    return inside


def _different(singles: Sequence[tuple[Condition, Bools]]) -> list[tuple[Condition, Bools]]:
    seen: set[bytes] = set()
    kept = []
    for condition, inside in singles:
        key = np.packbits(inside).tobytes()
        if key not in seen:
            seen.add(key)
            kept.append((condition, inside))
    return kept


def _grown(
    conditions: tuple[Condition, ...],
    inside: npt.NDArray[np.float32],
    least: float,
    most: float,
    most_fields: int,
) -> tuple[list[tuple[int, ...]], list[int]]:
    """Return every group of singles from different fields that holds enough leads, and how many it holds."""
    fields = [one.field for one in conditions]
    groups: list[tuple[int, ...]] = [(n,) for n in range(len(conditions))]
    sizes = [int(one) for one in inside.sum(axis=1)]
    size_of = dict(zip(groups, sizes, strict=True))
    layer = list(groups)
    for _ in range(1, most_fields):
        grown: list[tuple[int, ...]] = []
        for start in range(0, len(layer), BLOCK):
            block = layer[start : start + BLOCK]
            rows = np.array([inside[list(group)].prod(axis=0) for group in block], dtype=np.float32)
            counted = rows.reshape(len(block), inside.shape[1]) @ inside.T
            for place, group in enumerate(block):
                used = {fields[part] for part in group}
                for more in range(group[-1] + 1, len(conditions)):
                    size = int(counted[place, more])
                    smallest = min(size_of[group], size_of[(more,)])
                    if fields[more] in used or not least <= size <= most or size > ALMOST_THE_SAME * smallest:
                        continue
                    grown.append((*group, more))
                    size_of[(*group, more)] = size
        groups += grown
        sizes += [size_of[one] for one in grown]
        layer = grown
    return groups, sizes


def _padded(group: tuple[int, ...], width: int) -> tuple[int, ...]:
    return (*group, *[group[-1]] * (width - len(group)))
