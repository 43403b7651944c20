"""The front door: every command of leadloop, one file a command in ``leadloop/commands``."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer
from rich.console import Console

from features.errors import LeadloopError
from leadloop import commands

app = typer.Typer(
    name="leadloop",
    help="Which lead to call next, and which channel sends people who never buy: learned from your own calls and sales.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _add_commands() -> None:
    """Add the command of every module in ``leadloop/commands``; heavy imports stay inside the commands' bodies."""
    for found in sorted(pkgutil.iter_modules(commands.__path__), key=lambda module: module.name):
        if found.name.startswith("_"):
            continue
        module = importlib.import_module(f"leadloop.commands.{found.name}")
        app.command(module.NAME)(module.command)


_add_commands()


def main() -> None:
    """Run the command line; what a person can put right is one clear message, not a traceback."""
    try:
        app()
    except LeadloopError as error:
        Console(stderr=True).print(f"[bold red]{type(error).__name__}[/]: ", end="")
        Console(stderr=True, markup=False, highlight=False).print(str(error))
        sys.exit(1)
