"""How far a command has come with a file or with the stored leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

Done = Callable[[int], None]


@contextmanager
def bar_over(what: str, total: int, console: Console) -> Iterator[Done]:
    """Show a progress bar while the block runs; the block calls what it is given with how many are done."""
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(escape(what), total=total)

        def done(count: int) -> None:
            progress.update(task, completed=count)

        yield done


def over_both_passes(passed: Done) -> Done:
    """Return what may be told a count that starts anew with the second pass."""
    before = latest = 0

    def told(count: int) -> None:
        nonlocal before, latest
        before += latest if count < latest else 0
        latest = count
        passed(before + latest)

    return told


def rows_in(path: Path) -> int:
    """Return about how many rows a file has: its line breaks, less the header's."""
    with path.open("rb") as file:
        return max(sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1, 0)
