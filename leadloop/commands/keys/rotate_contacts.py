"""leadloop keys rotate-contacts: another master key for contacts, while the service goes on."""

from __future__ import annotations

import typer

from leadloop.commands._house import HomeOption, open_database, settings_of_house

NAME = "rotate-contacts"


def command(home: HomeOption = None) -> None:
    """Wrap every contact's key by a new master key; the service goes on meanwhile, and finds the new one by itself.

    The new master is put first in contact.key, then every key is wrapped by it, then the old one is dropped. Where
    LEADLOOP_CONTACT_KEY holds the masters, put the new one first there (new,old), start the service with both, then run this. What
    a process of an earlier version still wrote in plain is sealed too.
    """
    from features.facts.contacts import seal_plain_contacts
    from features.facts.database import wiped, writing
    from features.facts.keyring import keyring_of
    from features.facts.sealed_texts import seal_plain_texts
    from features.settings import add_contact_master, drop_older_masters

    settings = settings_of_house(home)
    engine = open_database(settings)
    add_contact_master(settings.home)
    done = keyring_of(engine).rewrap()
    drop_older_masters(settings.home)
    with writing(engine) as connection:
        wiped(connection)
        plain = seal_plain_contacts(connection) + seal_plain_texts(connection)
    typer.echo(f"{done:,} keys are wrapped by the new master key; {plain:,} rows written in plain were sealed.")
