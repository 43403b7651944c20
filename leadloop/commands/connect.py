"""leadloop connect: a CRM, both ways: drafted, checked, looked through."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.counted_words import counted
from features.whole_file import whole_text
from leadloop.commands._crm import opened, say_taken
from leadloop.commands._house import CompanyOption, HomeOption, House, now, open_house

if TYPE_CHECKING:
    from rich.console import Console

    from features.facts.company import Company

NAME = "connect"
SIGNS = {True: "[green]works[/]", False: "[bold red]mend [/]", None: "[dim]told [/]"}


class Crm(StrEnum):
    """The CRMs that leadloop speaks with."""

    bitrix24 = "bitrix24"
    amocrm = "amocrm"
    hubspot = "hubspot"


def command(
    crm: Annotated[Crm, typer.Argument(help="The CRM; amoCRM is Kommo, too.")],
    draft: Annotated[
        bool, typer.Option("--draft", help="Ask the CRM for its fields, stages and people, and draft company.yaml.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Say in words what works and what to mend; the default.")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="Look through the CRM now and send the scores, as `leadloop work` does.")
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(help="For --draft: https://name.amocrm.ru; others need none, or stand in company.yaml."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="For --draft: the file that is written; default: the terminal.")
    ] = None,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Connect a CRM: its leads, calls and stages come in, scores go back.

    Secrets come from the environment and stand in no file: LEADLOOP_BITRIX24_HOOK and LEADLOOP_BITRIX24_APPLICATION_TOKEN,
    LEADLOOP_AMOCRM_TOKEN and LEADLOOP_AMOCRM_PATH_SECRET, LEADLOOP_HUBSPOT_TOKEN and LEADLOOP_HUBSPOT_CLIENT_SECRET.

    --draft writes the crm part of company.yaml; where there is no company.yaml, all of it. Read it: what a stage means
    decides what is learned. --check asks the CRM and looks into the inbox; it ends with 1 where something is to be mended.
    --once takes what changed since the last look (the first goes back `look_back_days`) and writes the scores back.
    `leadloop serve` hears the CRM's messages, `leadloop work` looks into them. docs/crm.md goes through each CRM.
    """
    from rich.console import Console

    console = Console()
    if draft:
        _draft(crm, address, out, home, company, console)
        return
    _require(crm, home, company)
    house = open_house(home, company, makes=True)
    if once:
        _once(house, console)
    if check or not once:
        _check(house, console)


def _require(crm: Crm, home: Path | None, company: Path | None) -> None:
    """Raise where company.yaml names another CRM or none, before a data folder is made."""
    from features.facts.company_file import read_company
    from features.settings import settings_from_environment

    words = read_company(settings_from_environment(home, company).company_file)
    named = words.crm.system if words.crm else None
    if named != crm.value:
        told = f"names {named}" if named else "has no crm part"
        raise typer.BadParameter(
            f"company.yaml {told}; `leadloop connect {crm.value} --draft` drafts one for {crm.value}."
        )


def _draft(
    crm: Crm, address: str | None, out: Path | None, home: Path | None, company: Path | None, console: Console
) -> None:
    from features.facts.company_file import read_company
    from features.settings import crm_secrets, settings_from_environment
    from leadloop.connecting.connectors import connector_of
    from leadloop.connecting.drafting import drafted

    settings = settings_from_environment(home, company)
    if out is not None and out.exists():
        raise typer.BadParameter(f"{out} is there already; name another --out, and put its crm part into company.yaml.")
    known = read_company(settings.company_file) if settings.company_file.exists() else None
    asked = _asked_of(crm, address, known)
    connector = connector_of(asked, crm_secrets(), home=settings.home, loopback=settings.send_to_loopback)
    with console.status(f"Asking {crm.value} for its fields, stages and people ..."):
        told = connector.described()
    connector.close()
    named = address or (known.crm.address if known and known.crm else None)
    text = drafted(crm.value, told, known, named)
    if out is None:
        typer.echo(text, nl=False)
        return
    with whole_text(out) as file:
        file.write(text)
    fields, stages = counted(len(told.fields), "field"), counted(len(told.stages), "stage")
    people = counted(len(told.people), "person", "people")
    console.print(f"{out} is drafted from {fields}, {stages}, {people}. Read it, then:")
    console.print(f"  leadloop connect {crm.value} --check", markup=False)


def _asked_of(crm: Crm, address: str | None, known: Company | None) -> Company:
    """Return a company that names the CRM and nothing else of it: enough to ask the CRM what there is."""
    from features.facts.company import Company

    said = known.crm.model_dump(exclude_none=True) if known and known.crm and known.crm.system == crm.value else {}
    kept: dict[str, object] = {name: value for name, value in said.items() if name in ("address", "requests")}
    if crm is Crm.amocrm and not address and "address" not in kept:
        raise typer.BadParameter("amoCRM is asked at its own address: --address https://name.amocrm.ru")
    named: dict[str, object] = {"system": crm.value, **kept, **({"address": address} if address else {})}
    return Company.model_validate({"company": "-", "crm": named})


def _once(house: House, console: Console) -> None:
    from rich.progress import Progress, TextColumn

    from leadloop.commands._conversions import postman

    desk = opened(house)
    columns = (TextColumn("{task.description}"), TextColumn("{task.completed:,.0f} records"))
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {one: bar.add_task(one, total=None) for one in desk.connector.polled}
        heard = desk.hear(now)
        found = desk.look_through(now, lambda entity, count: bar.update(tasks[entity], advance=count))
    found.taking.add(heard.taking)
    found.failed += heard.failed
    carrier, delivered = postman(house), 0
    while True:
        sent = carrier.go_round()
        delivered += sent.delivered
        if not sent.left_for_pace:
            break
    desk.close()
    taking = found.taking
    console.print(
        f"{desk.connector.crm}: {counted(taking.seen, 'record')} looked at, {counted(taking.facts, 'new fact')}, "
        f"{counted(taking.letters, 'score')} to tell, {counted(delivered, 'letter')} delivered.",
        highlight=False,
    )
    if taking.amiss:
        taking.facts = taking.letters = 0
        say_taken(desk, taking, console, "")
    for one in found.failed:
        console.print(one, markup=False, style="yellow")
    if found.failed:
        raise typer.Exit(1)


def _check(house: House, console: Console) -> None:
    from rich.markup import escape

    from features.settings import crm_secrets
    from leadloop.connecting.checking import check_lines
    from leadloop.connecting.connectors import connector_of

    loopback = house.settings.send_to_loopback
    connector = connector_of(house.company, crm_secrets(), home=house.settings.home, loopback=loopback)
    is_well = True
    for line in check_lines(house.company, connector, crm_secrets(), house.engine, now(), loopback=loopback):
        console.print(f"{SIGNS[line.works]} {escape(line.text)}", highlight=False)
        is_well = is_well and line.works is not False
    connector.close()
    if not is_well:
        raise typer.Exit(1)
