"""Tables that lose no figure in a window of 80 columns: words wrap, figures stay whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def figures_table(*words: str, figures: tuple[str, ...], last: str | None = None) -> Table:
    """Return a table of columns of words, then columns of figures, then perhaps one more of words."""
    from rich import box
    from rich.table import Column, Table

    columns = [Column(name, overflow="fold") for name in words]
    columns += [Column(name, justify="right", no_wrap=True) for name in figures]
    columns += [] if last is None else [Column(last, overflow="fold")]
    return Table(*columns, box=box.SIMPLE_HEAD, padding=(0, 1), collapse_padding=True, pad_edge=False)
