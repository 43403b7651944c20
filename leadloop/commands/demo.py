"""leadloop demo: a simulated company from export to pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import now, open_database, open_house
from leadloop.commands._moments import day_of
from leadloop.commands.import_files import INTERRUPTED

if TYPE_CHECKING:
    from datetime import date

    from leadloop.demo.world import Scale

NAME = "demo"
TRUTH = "truth.csv"


def command(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Stay and serve the pages, or end after the work.")
    ] = True,
    leads: Annotated[
        int | None, typer.Option(min=200, help="How many leads.", show_default="about 21,000, 3,500 a month")
    ] = None,
    months: Annotated[int, typer.Option(min=4, max=36, help="How many months of history.")] = 6,
    variant: Annotated[str, typer.Option(help="default, weak_signal, no_change or spoiled_answers.")] = "default",
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = 7,
    end: Annotated[
        str | None, typer.Option(help="The day before which its history ends, 2026-03-31.", show_default="today")
    ] = None,
    folder: Annotated[Path, typer.Option("--folder", help="Where its files and its data folder go.")] = Path(
        "demo-data"
    ),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8000,
) -> None:
    """Simulate a company that installs windows in offices, import its exports, train, and serve its pages.

    The portrait of its buyers is drawn, too, and what its won deals tell.

    What truly drives its sales is written to truth.csv, which nothing but the benchmarks reads.
    """
    from features.settings import settings_from_environment
    from leadloop.commands.serve import require_address, serve_house
    from leadloop.demo.world import VARIANTS, Scale

    if variant not in VARIANTS:
        raise typer.BadParameter(f"--variant takes one of {', '.join(VARIANTS)}.")
    today = now().date()
    last = today if end is None else day_of(end, option="--end", not_after=today)
    home, company = folder / "leadloop-data", folder / "company.yaml"
    if serve:
        require_address(host, port, "demo")
    try:
        _clear_away(folder, home)
        _refuse_strangers_leads(home)
        files = _simulate(Scale(months, leads, seed, variant), last, folder)
        _import(files, home, company)
        _train(home, company)
        _portray(home, company)
    except KeyboardInterrupt:
        _say_stopped(home)
        raise typer.Exit(INTERRUPTED) from None
    if serve:
        serve_house(home, company, host, port, open_to=settings_from_environment(home).open_to or "demo")


def _say_stopped(home: Path) -> None:
    """Say what to do after Ctrl-C: what there is of the company is cleared away by the next demo, but for another database's."""
    from rich.console import Console

    from features.settings import settings_from_environment
    from leadloop.data_folder import keeps_its_database

    first = (
        "" if keeps_its_database(settings_from_environment(home)) else "Empty the database of LEADLOOP_DATABASE_URL. "
    )
    told = f"\nStopped; the demo is not whole. {first}Run the same command again: it begins anew."
    Console(stderr=True, markup=False, highlight=False).print(told, style="yellow")


def _simulate(scale: Scale, last: date, folder: Path) -> list[Path]:
    """Write a simulated company's exports into the folder; return those that are imported."""
    from rich.console import Console

    from leadloop.demo.export import export_all
    from leadloop.demo.simulation import simulated

    console = Console()
    with console.status("Simulating the sales floor ..."):
        done = simulated(scale, last)
        files = export_all(done, folder)
    console.print(
        f"A company of {len(done.world.managers)} managers, {len(done.everybody):,} leads in {scale.months} months, "
        f"{len(done.calls):,} calls; files in {folder}/"
    )
    return files


def _clear_away(folder: Path, home: Path) -> None:
    """Remove the data folder of an earlier demo; another company's is left alone, and so is its company.yaml."""
    import shutil

    of_another = [path for path in (home, folder / "company.yaml", folder / "leads.csv") if path.exists()]
    if of_another and not (folder / TRUTH).exists():
        raise typer.BadParameter(f"--folder takes an empty folder or an earlier demo's: {of_another[0]} is neither.")
    if home.exists():
        shutil.rmtree(home)


def _refuse_strangers_leads(home: Path) -> None:
    """Refuse a database, named by the environment, in which made-up leads would be mixed with stored ones."""
    from features.errors import SettingWrong
    from features.facts.store import FactStore
    from features.settings import settings_from_environment
    from leadloop.data_folder import holds_database

    settings = settings_from_environment(home)
    if holds_database(settings) and FactStore(open_database(settings)).lead_count():
        raise SettingWrong(
            "The database of LEADLOOP_DATABASE_URL holds leads already, and the demo's are made up: unset it, or name an "
            "empty database."
        )


def _import(files: list[Path], home: Path, company: Path) -> None:
    from rich.console import Console

    from leadloop.commands.import_files import import_all

    moment = now()
    house = open_house(home, company, makes=True, quietly=True)
    import_all(list(files), house, Console(), started_at=moment, exported_at=moment)


def _train(home: Path, company: Path) -> None:
    from leadloop.commands.train import command as train

    train(cut_off=None, promote=True, seed=0, home=home, company=company)


def _portray(home: Path, company: Path) -> None:
    from rich.console import Console

    from leadloop.commands._portraying import portray_once, won_once

    house, console = open_house(home, company), Console()
    portray_once(house, console, moment=now())
    won_once(house, console, moment=now())
