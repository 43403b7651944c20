"""leadloop init: a first company.yaml, drafted from a company's own exports."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from features.whole_file import whole_text
from leadloop.commands._house import now
from leadloop.commands._output import refuse_what_is_read
from leadloop.commands.schema import written_schema

if TYPE_CHECKING:
    from rich.console import Console

    from features.drafting.draft import Draft

NAME = "init"


class Language(StrEnum):
    """The languages that leadloop speaks."""

    ru = "ru"
    en = "en"


def command(
    leads: Annotated[
        Path, typer.Argument(help="The leads, as the CRM exports them (CSV).", exists=True, dir_okay=False)
    ],
    calls: Annotated[Path | None, typer.Option(help="The calls.", exists=True, dir_okay=False)] = None,
    stages: Annotated[Path | None, typer.Option(help="The history of stages.", exists=True, dir_okay=False)] = None,
    spend: Annotated[
        list[Path] | None,
        typer.Option(
            help="What ads cost, by day; more than one where ad systems export them.", exists=True, dir_okay=False
        ),
    ] = None,
    plan: Annotated[Path | None, typer.Option(help="The plan.", exists=True, dir_okay=False)] = None,
    language: Annotated[Language | None, typer.Option(help="[default: by the letters of the exports]")] = None,
    out: Annotated[Path, typer.Option("--out", help="The file that is written.")] = Path("company.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Draft company.yaml from a company's own exports.

    Recognises how the files are written, what each column is, who bought, and which columns look as if they were
    written after the outcome began to show; those are left out, each with the figure that made it suspicious. Read the
    draft before importing. At most the first 50,000 rows of each file are looked at. No name, phone, e-mail or free text
    of a lead is written down.
    """
    from rich.console import Console

    from features.drafting.draft import draft_of

    refuse_what_is_read(out, *(one for one in (leads, calls, stages, *(spend or []), plan) if one))
    if out.exists() and not force:
        raise typer.BadParameter(f"{out} is there already; --force overwrites it, --out writes another file.")
    own, of_systems = _costs(spend or [])
    given = {"leads": leads, "calls": calls, "stages": stages, "spend": own, "plan": plan}
    files = {kind: path for kind, path in given.items() if path is not None}
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with console.status("Reading the exports ..."):
        draft = draft_of(files, moment=now(), language=language.value if language else None)
    with whole_text(out) as file:
        file.write(draft.text)
    beside = out.parent / "company.schema.json"
    if force or not beside.exists():
        with whole_text(beside) as file:
            file.write(written_schema())
    _say(console, draft, of_systems, out)
    if draft.problems:
        _say_problems(draft, out)
        raise typer.Exit(1)
    _say_next(console, [*files.values(), *of_systems], out)


def _costs(spend: list[Path]) -> tuple[Path | None, dict[Path, str]]:
    """Return the company's own table of costs, and the ad systems' own exports, which need no word in company.yaml."""
    from features.drafting.whose_costs import exported_by

    systems = {path: exported_by(path) for path in spend}
    own = [path for path, system in systems.items() if system is None]
    if len(own) > 1:
        names = ", ".join(path.name for path in own)
        raise typer.BadParameter(
            f"{names} are no exports of an ad system that is known, and company.yaml describes one table of costs of your "
            "own: give one of them; others with the same columns import alike."
        )
    return next(iter(own), None), {path: system for path, system in systems.items() if system is not None}


def _say(console: Console, draft: Draft, of_systems: dict[Path, str], out: Path) -> None:
    from features.drafting.draft_text import shape_in_words

    parts = draft.parts
    console.print(f"{out} is drafted (its schema lies beside it: company.schema.json).\n\nRecognised", style="bold")
    for kind, file in parts.files.items():
        rows = f"{file.rows:,} rows" if file.is_whole else f"only the first {file.rows:,} rows were looked at"
        console.print(f"  {file.path.name} ({kind}): {shape_in_words(file)}; {rows}")
        columns = {**parts.roles[kind], **parts.marks.get(kind, {})}
        console.print(f"    {', '.join(f'{name} = {column}' for name, column in columns.items()) or 'no column'}")
    for path, system in of_systems.items():
        console.print(f"  {path.name} (costs of {system}): its own export, which is imported as it is")
    if parts.outcomes.won is None:
        console.print("  Who bought: nothing says it, so of columns written too late only the names could be judged")
    else:
        won = sum(parts.outcomes.won)
        console.print(f"  Who bought: {won:,} of {len(parts.outcomes.won):,} leads, by {parts.outcomes.told_by}")
    kept = [one for one in parts.fields if one.fate == "kept"]
    console.print(f"  Fields: {', '.join(one.name for one in kept) or 'none'}")
    late = [one.name for one in kept if one.by_manager and one.column]
    if late:
        console.print(f"  As if managers fill them in later: {', '.join(late)}")
    left = [one for one in parts.fields if one.fate != "kept"]
    if left:
        console.print("\nLeft out", style="bold")
    for one in left:
        console.print(f"  {one.column or one.call_column}: {'; '.join(one.why)}")
    if parts.unknown_results:
        console.print(f"\nCalls with these results are refused until {out.name} says what they mean:", style="bold")
        console.print(f"  {', '.join(parts.unknown_results)}")
    _say_rehearsals(console, draft)


def _say_rehearsals(console: Console, draft: Draft) -> None:
    if draft.rehearsals:
        console.print("\nWould go in, of the first rows", style="bold")
    for one in draft.rehearsals:
        console.print(f"  {one.file}: {one.fitting:,} of {one.rows:,}")
        for reason, count in one.reasons:
            console.print(f"    {counted(count, 'time')}: {reason}")
    for doubt in draft.doubts:
        console.print(f"  {doubt}", style="yellow")


def _say_problems(draft: Draft, out: Path) -> None:
    from rich.console import Console

    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    errors.print(f"\nBefore anything can be imported, mend this in the export or in {out}:", style="bold red")
    for problem in draft.problems:
        errors.print(f"  {problem}")


def _say_next(console: Console, files: list[Path], out: Path) -> None:
    import shlex

    named = "" if out == Path("company.yaml") else f" --company {shlex.quote(str(out))}"
    console.print(f"\nNext, after reading {out}", style="bold")
    console.print(f"  leadloop import {shlex.join(str(path) for path in files)}{named}")
    console.print(f"  leadloop train{named}")
    console.print(f"  leadloop serve{named}")
