"""leadloop serve: HTTP for the CRM and pages for people."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_database

if TYPE_CHECKING:
    from rich.console import Console

    from serving.gate.people import People

NAME = "serve"
logger = logging.getLogger("leadloop.serve")
ADMIN = "admin"
"""The login of the first administrator."""


def command(
    host: Annotated[
        str, typer.Option(help="Address to listen on; an open house (LEADLOOP_OPEN) listens on loopback alone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes serve; one a core is enough.")] = 1,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Serve the API for the CRM and the pages for people until Ctrl-C.

    A model that is promoted meanwhile is served within seconds; without one the ABC rules serve. Until somebody has chosen a
    password, each start prints a link with which the administrator does, once. Several workers share one address and one
    database; more than two or three are worth it on PostgreSQL only, as SQLite lets one write at a time.
    """
    serve_house(home, company, host, port, workers)


def require_address(host: str, port: int, open_to: str) -> None:
    """Raise where the address would let others into an open house, or cannot be listened on, before any work is done for it."""
    import socket

    from serving.gate.access import require_safe_address

    require_safe_address(host, open_to)
    try:
        found = {
            one[0] for one in socket.getaddrinfo(host, port)
        }  # a name that nobody knows is told apart from a taken port
        socket.create_server(
            (host, port), family=socket.AF_INET if socket.AF_INET in found else socket.AF_INET6
        ).close()
    except (OSError, UnicodeError) as error:
        raise typer.BadParameter(_why_not(host, port, error)) from None


def _why_not(host: str, port: int, error: OSError | UnicodeError) -> str:
    """Return why nothing can listen there, and what to name instead."""
    import errno
    import socket

    if isinstance(error, UnicodeError | socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return (
            f"--host {host} is no address of this machine; 127.0.0.1 is for this machine alone, 0.0.0.0 for others too."
        )
    remedies = {errno.EADDRINUSE: "name another --port", errno.EACCES: "name a --port above 1023"}
    remedy = remedies.get(error.errno or 0, "name another --host or --port")
    return f"{host}, port {port}, cannot be listened on ({str(error.strerror).lower()}); {remedy}."


def serve_house(
    home: Path | None, company: Path | None, host: str, port: int, workers: int = 1, open_to: str | None = None
) -> None:
    """Serve a data folder in the foreground; ``open_to`` wins over LEADLOOP_OPEN."""
    import uvicorn
    from rich.console import Console

    from features.facts.company_file import read_company
    from features.settings import contact_masters, hand_on, person_secret, settings_from_environment
    from leadloop.data_folder import warn_where_others_may_read
    from leadloop.log_lines import JSON, set_up_logs
    from serving.app import create_app
    from serving.gate.people import People
    from serving.settled_memory import share_one_heap
    from serving.wiring import service_of

    share_one_heap()  # before the first thread: the console's own would have a heap
    settings = settings_from_environment(home, company)
    settings = settings if open_to is None else replace(settings, open_to=open_to)
    require_address(host, port, settings.open_to)
    if not settings.company_file.exists():
        read_company(settings.company_file)  # says so, before a data folder is made
    set_up_logs(settings.log)
    console = Console()
    with console.status("Opening the store ..."):
        engine = open_database(settings, makes=True)
        warn_where_others_may_read(settings)
        people = People(engine)
        if workers > 1:  # what must be right before, and made once, is looked at before any of them begins
            read_company(settings.company_file)
            person_secret(settings.home)
            contact_masters(settings.home)
            hand_on(replace(settings, metrics_dir=empty_metrics_folder(settings.home, port)))
        served = "leadloop.served:app" if workers > 1 else create_app(service_of(settings, engine))
    address = f"http://{host}:{port}"
    if settings.log == JSON:
        logger.info("serving on %s with %d workers", address, workers)
    else:
        _show_ways_in(address, console)
    if settings.open_to == "demo":
        console.print("People choose a role to look around as; programs on this machine need no key.")
    if not settings.open_to and not settings.api_key:
        _invite_administrator(people, settings.public_url or address, console)
    if workers > 1:
        engine.dispose()
    uvicorn.run(
        served,
        host=host,
        port=port,
        http="serving.gate.bounded_head:BoundedHead",
        log_level="warning",
        access_log=False,
        server_header=False,  # nobody need know what serves
        log_config=None,  # ours, in every process (leadloop/log_lines.py)
        workers=workers if workers > 1 else None,
        factory=workers > 1,
    )


def _show_ways_in(address: str, console: Console) -> None:
    console.print(f"\nServing on [bold]{address}[/] (Ctrl-C ends it)")
    for path, words in (
        ("/queue", "whom to call next"),
        ("/channels", "what the channels bring"),
        ("/docs", "the API"),
    ):
        console.print(f"  {address}{path:<10} {words}")


def empty_metrics_folder(home: Path, port: int) -> Path:
    """Return the folder in which the workers at a port lay their counts together, without those of the workers before."""
    folder = home / "metrics" / str(port)
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.json"):
        path.unlink()
    return folder


def _invite_administrator(people: People, address: str, console: Console) -> None:
    """Print a link for the administrator where nobody has chosen a password yet; it works once, for a day."""
    from leadloop.commands.people._options import link_words

    if people.is_settled():
        return
    admins = [one for one in people.accounts() if one.role == "admin" and not one.is_removed]
    login = admins[0].login if admins else people.add(ADMIN, "admin", now()).login
    console.print(f"\nNobody has a password yet. [bold]{login}[/] chooses one with this link, once, within 24 hours:")
    console.print(f"  {link_words(people.link(login, now(), alone=False), address)}", soft_wrap=True, highlight=False)
    console.print("Programs need a key: `leadloop keys create crm --scope score --scope write`.")
