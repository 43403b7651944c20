"""What became of messages to people, as a command shows it: names of recipients, never addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from leadloop.deliveries.deliver import Sent

WAYS = {"email": "e-mail", "telegram": "Telegram", "webhook": "webhook"}


def tell_sent(sent: Iterable[Sent], console: Console, *, done: str) -> bool:
    """Print a line a message; return whether all went out."""
    from rich.markup import escape

    all_out = True
    for one in sent:
        all_out = all_out and one.why is None
        what = f"[green]{done}[/]" if one.why is None else f"[yellow]not sent[/]: {escape(one.why)}"
        console.print(f"{escape(one.recipient)} ({WAYS[one.way]}): {what}", highlight=False)
    return all_out
