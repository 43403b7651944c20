"""The front door: every command of leadloop, one file a command in ``leadloop/commands``.

A folder there is a command with verbs, one file a verb.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup
from typer.main import get_command

from features.errors import LeadloopError
from leadloop import commands

app = typer.Typer(
    name="leadloop",
    help="Which lead to call next, and which channel sends people who never buy: learned from your own calls and sales.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _add_commands(to: typer.Typer, package: ModuleType) -> None:
    """Add the command of every module in a package; heavy imports stay inside the commands' bodies."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        if found.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        if found.ispkg:
            to.add_typer(_with_verbs(module), name=module.NAME, help=module.__doc__)
        else:
            to.command(module.NAME)(module.command)


def _with_verbs(package: ModuleType) -> typer.Typer:
    """Return a command whose verbs are the modules of a package; its bare name runs the package's ``FIRST``."""

    class FirstUnlessNamed(TyperGroup):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            is_bare = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
            names_none = is_bare and not ctx.resilient_parsing  # a shell that completes words is shown the verbs
            return super().parse_args(ctx, [package.FIRST, *args] if names_none else args)

    group = typer.Typer(cls=FirstUnlessNamed, rich_markup_mode="rich")
    _add_commands(group, package)
    return group


_add_commands(app, commands)


@cache
def _front_door() -> Callable[[], object]:
    """Return the whole command line, which is put together once."""
    return get_command(app)


def main() -> None:
    """Run the command line; what a person can put right is one clear message, not a traceback."""
    try:
        _front_door()()
    except LeadloopError as error:
        _told(str(error))
    except Exception as error:
        if not _is_database_away(error):
            raise
        why = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        _told(f"The database does not answer: {why}. Look whether it runs, and whether LEADLOOP_DATABASE_URL names it.")


def _told(message: str) -> NoReturn:
    Console(stderr=True, markup=False, highlight=False).print(message, style="red")
    sys.exit(1)


def _is_database_away(error: Exception) -> bool:
    """Return whether no connection to a database could be made; what a statement ran into is no such thing."""
    kind = type(error)
    is_operational = (kind.__module__, kind.__name__) == ("sqlalchemy.exc", "OperationalError")
    return is_operational and getattr(error, "statement", None) is None
