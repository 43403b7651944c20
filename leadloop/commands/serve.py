"""leadloop serve: HTTP for the CRM and pages for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, open_database

NAME = "serve"


def command(
    host: Annotated[
        str, typer.Option(help="Address to listen on; another than loopback needs LEADLOOP_API_KEY.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes serve; one a core is enough.")] = 1,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Serve the API for the CRM and the pages for people until Ctrl-C.

    A model that is promoted meanwhile is served within seconds; without one the ABC rules serve. Several workers share one
    address and one database; more than two or three are worth it on PostgreSQL only, as SQLite lets one write at a time.
    """
    serve_house(home, company, host, port, workers)


def require_address(host: str, port: int, api_key: str | None) -> None:
    """Raise where the address is unsafe without a key, or cannot be listened on, before any work is done for it."""
    import socket

    from serving.access import require_safe_address

    require_safe_address(host, api_key)
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except (OSError, OverflowError) as error:
        why = str(error.strerror if isinstance(error, OSError) else error).lower()
        raise typer.BadParameter(f"{host}, port {port}, cannot be listened on ({why}); name another --port.") from None


def serve_house(home: Path | None, company: Path | None, host: str, port: int, workers: int = 1) -> None:
    """Serve a data folder in the foreground."""
    import uvicorn
    from rich.console import Console

    from features.facts.company_file import read_company
    from features.settings import hand_on, person_secret, settings_from_environment
    from serving.app import create_app
    from serving.wiring import service_of

    settings = settings_from_environment(home, company)
    require_address(host, port, settings.api_key)
    console = Console()
    with console.status("Opening the store ..."):
        engine = open_database(settings)
        if workers > 1:  # what must be right before, and made once, is looked at before any of them begins
            read_company(settings.company_file)
            person_secret(settings.home)
            engine.dispose()
            hand_on(settings)
        served = "leadloop.served:app" if workers > 1 else create_app(service_of(settings, engine))
    address = f"http://{host}:{port}"
    console.print(f"\nServing on [bold]{address}[/] (Ctrl-C ends it)")
    for path, words in (
        ("/queue", "whom to call next"),
        ("/channels", "what the channels bring"),
        ("/docs", "the API"),
    ):
        console.print(f"  {address}{path:<10} {words}")
    uvicorn.run(
        served,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        workers=workers if workers > 1 else None,
        factory=workers > 1,
    )
