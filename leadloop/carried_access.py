"""Whoever was shut out since a backup stays shut out: a restore asks the database whose place it takes.

The backup alone would open a key that was revoked because it had leaked, let a removed person sign in, and take a password of
before. What was made since the backup is not brought along, as a restore may be there to be rid of it; it is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, delete, insert, inspect, select, update

from features.facts.database import reading, writing
from features.facts.tables import ACCOUNTS, API_KEYS, LINKS, PULL_KEYS, SESSIONS

SomeRow = Row[*tuple[Any, ...]]
TABLES = API_KEYS, ACCOUNTS, PULL_KEYS
OF_A_REMOVAL = ("password", "removed_us")
OF_AN_ACCOUNT = ("role", "manager", *OF_A_REMOVAL)
"""What an account is now, whatever the backup says."""


@dataclass(frozen=True, slots=True)
class Access:
    """The keys, accounts and versions of addresses that a database holds."""

    keys: Sequence[SomeRow] = ()
    accounts: Sequence[SomeRow] = ()
    addresses: Sequence[SomeRow] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """Who comes in after a restore, in words."""

    shut: tuple[str, ...]
    """What the backup opens, and was shut since."""
    not_in_backup: tuple[str, ...]
    """What was made since, and opens nothing any more."""
    comes_in_again: tuple[str, ...]
    """Who comes in as the backup says, as no database says what became of them."""


def access_in(engine: Engine) -> Access:
    """Return who comes into a database's house; nobody where it has no such tables."""
    with reading(engine) as connection:
        there = inspect(connection)
        return Access(*(_rows(connection, one) if there.has_table(one.name) else () for one in TABLES))


def carry_over(engine: Engine, before: Access) -> Carried:
    """Shut in a restored database what was shut ``before`` it was restored, and end all sessions and links; return who comes in."""
    with writing(engine) as connection:
        connection.execute(delete(SESSIONS))
        connection.execute(delete(LINKS))
        backup = Access(*(_rows(connection, one) for one in TABLES))
        keys = _revoke(connection, before, {row.id: row for row in backup.keys})
        people = _as_they_are_now(connection, before, {row.login: row for row in backup.accounts})
        addresses = _renew(connection, before, {(row.system, row.version) for row in backup.addresses})
        now = Access(*(_rows(connection, one) for one in TABLES))
    there = _open_in(now, beside=Access())
    not_there = tuple(one for one in _open_in(before, beside=backup) if one not in there)
    return Carried((*keys, *people, *addresses), not_there, _open_in(now, beside=before))


def _revoke(connection: Connection, before: Access, here: Mapping[str, SomeRow]) -> list[str]:
    shut = [row for row in before.keys if row.revoked_us and row.id in here and not here[row.id].revoked_us]
    for row in shut:
        connection.execute(update(API_KEYS).where(API_KEYS.c.id == row.id).values(revoked_us=row.revoked_us))
    return sorted(map(_key_word, shut))


def _as_they_are_now(connection: Connection, before: Access, here: Mapping[str, SomeRow]) -> list[str]:
    """Give every account the role, the password and the removal that it has now; return who was removed.

    Of an account that only has the same login, as another installation's may, the removal alone counts.
    """
    shut = []
    for row in before.accounts:
        mine = here.get(row.login)
        if mine is None or (mine.created_us != row.created_us and not row.removed_us):
            continue
        names = OF_AN_ACCOUNT if mine.created_us == row.created_us else OF_A_REMOVAL
        now = {name: getattr(row, name) for name in names}
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == mine.id).values(now))
        if row.removed_us and not mine.removed_us:
            shut.append(row.login)
    return shut


def _renew(connection: Connection, before: Access, here: set[tuple[str, int]]) -> list[str]:
    """Keep the versions that ended an address since; return whose."""
    newer = [row for row in before.addresses if (row.system, row.version) not in here]
    for row in newer:
        connection.execute(insert(PULL_KEYS).values(system=row.system, version=row.version, at_us=row.at_us))
    return [f"the address that {system} pulled from" for system in sorted({row.system for row in newer})]


def _open_in(access: Access, *, beside: Access) -> tuple[str, ...]:
    """Return the keys and people that come in, and that the access ``beside`` does not know."""
    keys, people = {row.id for row in beside.keys}, {(row.login, row.created_us) for row in beside.accounts}
    new_keys = [row for row in access.keys if row.revoked_us is None and row.id not in keys]
    new = [row for row in access.accounts if row.removed_us is None and (row.login, row.created_us) not in people]
    return (*sorted(map(_key_word, new_keys)), *(row.login for row in new))


def _rows(connection: Connection, table: Table) -> Sequence[SomeRow]:
    return connection.execute(select(table).order_by(*table.primary_key)).all()


def _key_word(row: SomeRow) -> str:
    return f"the key {row.name} ({row.id})"
