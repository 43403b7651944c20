"""What older exports hold against a column: where more than a few leads were written in since, it is filled in late.

Where that happened surely to another share of the leads that won, or that ended, than of the others, it knows the outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scipy.stats import fisher_exact

from features.drafting.leaks.changed_cells import CHANGES, Change
from features.drafting.leaks.findings import Finding, Knows
from features.drafting.leaks.shares import Share
from features.drafting.leaks.surely_apart import TELLING_APART
from features.drafting.leaks.written_since import WrittenSince

A_FEW = 0.02
"""A column is filled in late where surely more than this share of the leads was written in since, and ..."""
LEAST_LEADS = 5
"""... at least so many leads were."""
CHANCE = 0.0027
"""Beyond three standard deviations, as for all other evidence: of forty columns without news not one in ten files shows one."""
ORDER: tuple[Knows, ...] = ("honest", "differs", "late", "leak")
SAID: Mapping[Change, str] = {
    "filled": "empty in {older}, filled since",
    "changed": "changed since {older}",
    "emptied": "filled in {older}, emptied since",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks against a column; the less ``doubt``, the surer, among evidence of one kind."""

    knows: Knows
    words: str
    doubt: float


def with_what_was_written(finding: Finding, since: Sequence[WrittenSince]) -> Finding:
    """Return the finding with the surest of what the older exports show; it never knows less by them.

    Each export is judged by itself: between it and the newer one all leads had the same time to be written in.
    """
    if finding.kind in ("empty", "constant"):
        return finding
    leaks = [one for change in CHANGES if (one := _surest(_apart(change, each) for each in since)) is not None]
    late = _surest(map(_late, since)) if not leaks else None
    told = [*leaks, *([late] if late is not None else [])]
    knows = max([finding.knows, *(one.knows for one in told)], key=ORDER.index)
    counted = "" if told else "\n".join(sorted(words for each in since if (words := _counted(each))))
    return replace(finding, knows=knows, why=(*(one.words for one in told), *finding.why), since=counted)


def _surest(found: Iterable[Evidence | None]) -> Evidence | None:
    known = [one for one in found if one is not None]
    return min(known, key=lambda one: (one.doubt, one.words), default=None)


def _apart(change: Change, since: WrittenSince) -> Evidence | None:
    """Return that a change befell surely another share of the leads that won, or that ended, than of the others."""
    if since.won is None or since.is_open is None:
        return None
    of_won, of_others = since.share(change, since.won), since.share(change, ~since.won)
    of_ended, of_open = since.share(change, ~since.is_open), since.share(change, since.is_open)
    said = SAID[change].format(older=since.older)
    also = _also_before(since)
    by_win = f"{said} for {of_won} leads that won and {of_others} others{also}"
    by_end = f"{said} for {of_ended} leads that ended and {of_open} still open{also}"
    found = [
        Evidence("leak", words, chance)
        for words, one, other in ((by_win, of_won, of_others), (by_end, of_ended, of_open))
        if abs(one.value - other.value) >= TELLING_APART and (chance := _chance_of(one, other)) < CHANCE
    ]
    return _surest(found)


def _late(since: WrittenSince) -> Evidence | None:
    """Return that more than a few of the leads were written in since."""
    share = since.share()
    if share.count < LEAST_LEADS or share.interval[0] <= A_FEW:
        return None
    counts = {change: since.share(change).count for change in CHANGES}
    ways = ", ".join(f"{count:,} {change}" for change, count in counts.items() if count)
    return Evidence("late", f"{_written_in(since, share)}: {ways}{_also_before(since)}", 1 - share.interval[0])


def _chance_of(one: Share, other: Share) -> float:
    """Return how likely chance alone makes two shares so unlike (Fisher 1922, JRSS 85:87-94); 1 where one has no leads."""
    if not (one.of and other.of):
        return 1.0
    return float(fisher_exact([[one.count, one.of - one.count], [other.count, other.of - other.count]]).pvalue)


def _also_before(since: WrittenSince) -> str:
    """Return in words that ended leads were written in as often: then the file may only be written otherwise."""
    share, before = since.share(), since.share_before()
    if before.count < LEAST_LEADS or before.interval[1] < share.value:
        return ""
    return f"; and for {before} that had ended before, so the exports may only write it differently"


def _counted(since: WrittenSince) -> str:
    share = since.share()
    rewritten = "; all of it is written otherwise there, so only gaps were compared" if since.is_rewritten else ""
    return f"{_written_in(since, share)}{rewritten}" if share.of else ""


def _written_in(since: WrittenSince, share: Share) -> str:
    return f"written in since {since.older} for {share} leads {since.open_then}"
