"""leadloop webhooks test: sends a test event to a destination and says what came of it."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now

NAME = "test"


def command(
    name: Annotated[str, typer.Argument(help="A destination of `webhooks:` in company.yaml.")],
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Send the signed event `webhook.test` at once, and say in words what came of it and what to mend.

    Ends with 1 where it was not taken. Nothing of it goes through the outbox.
    """
    from features.facts.company_file import read_company
    from features.settings import settings_from_environment
    from leadloop.sending.postman import BY_HOOK
    from leadloop.webhooks.check import checked
    from leadloop.webhooks.receivers import receivers_of

    settings = settings_from_environment(home, company)
    words = read_company(settings.company_file)
    receiver = receivers_of(words).get(f"{BY_HOOK}{name}")
    if receiver is None:
        known = ", ".join(words.webhooks) or "none yet"
        raise typer.BadParameter(f"company.yaml names no webhook destination {name!r}; there are: {known}.")
    told = checked(name, receiver, company=words.company, moment=now(), loopback=settings.send_to_loopback)
    typer.echo(told.words)
    if not told.is_taken:
        raise typer.Exit(1)
