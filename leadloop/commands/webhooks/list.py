"""leadloop webhooks list: who is told of what, and what waits for them."""

from __future__ import annotations

from leadloop.commands._house import CompanyOption, HomeOption, open_house
from leadloop.commands._table import figures_table

NAME = "list"
NOBODY = "Nobody is told: name destinations under `webhooks:` in company.yaml (docs/webhooks.md)."


def command(home: HomeOption = None, company: CompanyOption = None) -> None:
    """List the destinations: what each hears of, whether its secret is set, how many letters were delivered, wait or are dead."""
    from rich.console import Console
    from rich.markup import escape

    from features.outbox.outbox import Outbox
    from features.settings import webhook_secrets, webhook_variable
    from leadloop.sending.postman import BY_HOOK

    house, console = open_house(home, company), Console()
    if not house.company.webhooks:
        console.print(NOBODY, markup=False)
        return
    counts = Outbox(house.engine).counts()
    table = figures_table("destination", "hears of", figures=("delivered", "waiting", "dead"), last="secret")
    for name, to in house.company.webhooks.items():
        of = {state: count for (destination, state), count in counts.items() if destination == f"{BY_HOOK}{name}"}
        waiting = of.get("waiting", 0) + of.get("sending", 0)
        figures = (f"{one:,}" for one in (of.get("delivered", 0), waiting, of.get("dead", 0)))
        known = len(webhook_secrets(name))
        secret = f"{known} set" if known else f"not set: {webhook_variable(name)}"
        table.add_row(escape(name), ", ".join(to.events), *figures, secret)
    console.print(table)
