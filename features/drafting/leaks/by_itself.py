"""What a column shows by itself: its words, its gaps where leads are open, its name, which is heard last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from features.drafting.header_words import first_fitting
from features.drafting.leak_signs import ENOUGH, LATE_NAMES, leak_signs
from features.drafting.leaks.case import Case
from features.drafting.leaks.ended import Ended
from features.drafting.leaks.findings import Figures, Knows
from features.drafting.leaks.nameless import nameless
from features.drafting.leaks.sales_words import sales_words
from features.drafting.leaks.shares import Share
from features.drafting.leaks.sure_words import sure_words
from features.drafting.leaks.told_column import Flags, ToldColumn
from features.facts.file_shape import Decimal

NAMELESS_AND_TELLING = 0.70
ENDED_APART = 0.5
NEVER_OPEN = 0.02


def judge_each(
    columns: Mapping[str, ToldColumn],
    settled: Mapping[str, ToldColumn],
    won: Flags | None,
    decimal: Decimal,
    case: Case,
) -> dict[str, tuple[str, ...]]:
    """Judge each column by what stands in it alone; return words worth saying of those that nothing is held against.

    ``settled`` has the same columns for those leads of which ``won`` says how they ended.
    """
    flags = won.tolist() if won is not None else None
    hints: dict[str, tuple[str, ...]] = {}
    for name, column in settled.items():
        signs = leak_signs("", column.answers, column.kind, flags, decimal)
        told_by_figures = _told_by_sure_words(column, won) if won is not None else ()
        for why in [*(signs.words if signs.is_leak else ()), *_told_by_words(columns[name]), *told_by_figures]:
            case.add(name, "leak", why)
        if not signs.is_leak:
            hints[name] = signs.words
    return hints


def compare_open(columns: Mapping[str, ToldColumn], ended: Ended, case: Case) -> None:
    """Name the columns that open leads lack: they are filled in when a lead ends, or shortly before."""
    if min(int(ended.is_open.sum()), int(ended.settled.sum())) < ENOUGH:
        return
    for name in [one for one in columns if one not in case.knows]:
        filled = columns[name].filled
        of_ended = Share(int(filled[ended.settled].sum()), int(ended.settled.sum()))
        of_open = Share(int(filled[ended.is_open].sum()), int(ended.is_open.sum()))
        if of_ended.value - of_open.value >= ENDED_APART:
            knows: Knows = "leak" if of_open.value <= NEVER_OPEN else "late"
            case.add(name, knows, f"filled for {of_ended} of ended leads and {of_open} of open ones")


def told_by_names(
    columns: Mapping[str, ToldColumn], won: Flags | None, decimal: Decimal, figures: Mapping[str, Figures]
) -> dict[str, tuple[str, ...]]:
    """Return what the names say of columns, the last evidence to be heard: all other holds whatever they are called."""
    flags = won.tolist() if won is not None else None
    said: dict[str, tuple[str, ...]] = {}
    for name, column in columns.items():
        if first_fitting(name, LATE_NAMES):
            said[name] = leak_signs(name, column.answers, column.kind, flags, decimal).words
    for name in sorted(nameless(columns) & figures.keys()):
        if figures[name].alone.is_surely_above(NAMELESS_AND_TELLING):
            said[name] = (f"nobody can say what {name} is, and alone it tells with AUC {figures[name].alone}",)
    return said


def _told_by_words(column: ToldColumn) -> Iterator[str]:
    spoken = sales_words(column.answers) if column.kind in ("choice", "list", "text") else None
    if spoken is not None:
        shown = ", ".join(f'"{word}"' for word in spoken.shown)
        yield f"{spoken.share} of its cells say what happened after the lead came: {shown}"


def _told_by_sure_words(column: ToldColumn, won: Flags) -> Iterator[str]:
    sure = sure_words(column.answers, won) if column.kind == "choice" else None
    if sure is not None and sure.decide:
        shown = "; ".join(f'"{word}" {share} bought' for word, share in sure.shown)
        yield f"words at which nearly everybody bought cover {sure.wins} of all wins: {shown}"
