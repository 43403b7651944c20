"""The people who sign in: accounts with a role, passwords that only they know, and sessions that end.

Sessions and links are random and kept as a hash, so that a stolen database opens nothing (passwords: ``passwords.py``). Nobody
but the person ever chooses his password: an account begins with a link that works once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, and_, delete, func, insert, or_, select, update

from features.errors import AccessRefused
from features.facts.codec import instant, microseconds
from features.facts.database import reading, writing
from features.facts.tables import ACCOUNTS, LINKS, SESSIONS
from serving.gate.api_keys import key_hash
from serving.gate.passwords import hashed_password, is_password
from serving.gate.roles import ADMIN_ALONE, ROLES, Role
from serving.gate.visitor import Visitor

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
LINK_HOLDS = timedelta(hours=24)
FROM_THE_KEY = "key"
"""How the role of a session begins that came with the key of the environment; of which key, its hash behind it says."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in."""

    id: int
    login: str
    role: Role
    manager: str | None
    created_at: datetime
    has_password: bool
    is_removed: bool


class People:
    """Accounts, passwords, links and sessions in the database.

    Parameters
    ----------
    key
        The key of the environment; who came with it is let in no longer than it holds.
    is_demo
        Whether those who look around a demo without an account are let in.
    """

    def __init__(self, engine: Engine, *, key: str | None = None, is_demo: bool = False) -> None:
        self._engine, self._is_demo = engine, is_demo
        self._of_key = None if key is None else f"{FROM_THE_KEY}:{key_hash(key.encode()).hex()[:12]}"

    def add(self, login: str, role: str, moment: datetime, *, manager: str | None = None) -> Account:
        """Make an account without a password; a removed one of the same login comes back with the new role."""
        name, chosen = require_login(login), require_role(role, manager)
        with writing(self._engine) as connection:
            row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.login == name)).first()
            if row is not None and row.removed_us is None:
                raise AccessRefused(f"{name} has an account; `leadloop people role` changes its role.")
            made = {"login": name, "role": chosen, "manager": manager, "password": None, "removed_us": None}
            if row is None:
                connection.execute(insert(ACCOUNTS).values(created_us=microseconds(moment), **made))
            else:
                connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == row.id).values(made))
        return self.account(name)

    def accounts(self) -> list[Account]:
        """Return every account, the oldest first."""
        with reading(self._engine) as connection:
            return [_account(row) for row in connection.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.id))]

    def account(self, login: str) -> Account:
        """Return an account that is not removed; ``AccessRefused`` where there is none."""
        name = require_login(login)
        with reading(self._engine) as connection:
            row = connection.execute(_present(name)).first()
        if row is None:
            raise AccessRefused(f"{name} has no account; `leadloop people list` lists them.")
        return _account(row)

    def is_settled(self) -> bool:
        """Return whether anybody has ever chosen a password: until then a start of the server prints a link."""
        with reading(self._engine) as connection:
            chosen = select(func.count()).where(ACCOUNTS.c.password.is_not(None))
            return connection.execute(chosen).scalar_one() > 0

    def give_role(self, login: str, role: str, *, manager: str | None = None) -> None:
        """Give a person another role; sessions under way have it within seconds."""
        account, chosen = self.account(login), require_role(role, manager)
        with writing(self._engine) as connection:
            mine = ACCOUNTS.c.id == account.id
            connection.execute(update(ACCOUNTS).where(mine).values(role=chosen, manager=manager))

    def remove(self, login: str, moment: datetime) -> None:
        """Let a person sign in no more, and end all his sessions; the number of the account stays for the audit log."""
        account = self.account(login)
        with writing(self._engine) as connection:
            gone = {"removed_us": microseconds(moment), "password": None}
            connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(gone))
            _end_all(connection, account.id)
            connection.execute(delete(LINKS).where(LINKS.c.account_id == account.id))

    def link(self, login: str, moment: datetime, *, alone: bool = True) -> str:
        """Return a token with which a person chooses a password, once, within a day; ``alone``: those before open nothing."""
        account, token = self.account(login), secrets.token_urlsafe(32)
        with writing(self._engine) as connection:
            if alone:
                connection.execute(delete(LINKS).where(LINKS.c.account_id == account.id))
            _keep_link(connection, token, "welcome", moment + LINK_HOLDS, account_id=account.id)
        return token

    def invited(self, token: str, moment: datetime) -> Account | None:
        """Return whose link it is; None where it was used, has expired or never was."""
        with reading(self._engine) as connection:
            row = connection.execute(_open_link(token, "welcome", moment)).first()
            found = row and connection.execute(_present_id(row.account_id)).first()
        return _account(found) if found else None

    def choose_password(self, token: str, password: str, moment: datetime) -> Account | None:
        """Use a link up: the person has this password now, and every session of his ends; None where it opens nothing."""
        hashed = hashed_password(password)
        with writing(self._engine) as connection:
            row = connection.execute(_open_link(token, "welcome", moment)).first()
            if row is None:
                return None
            connection.execute(delete(LINKS).where(LINKS.c.account_id == row.account_id))
            found = connection.execute(_present_id(row.account_id)).first()
            if found is None:
                return None
            _set_password(connection, found.id, hashed)
        return _account(found)

    def change_password(self, account_id: int, before: str, password: str) -> bool:
        """Change a password and end every session; False where ``before`` is not the one."""
        with reading(self._engine) as connection:
            row = connection.execute(_present_id(account_id)).first()
        if row is None or not is_password(row.password, before):
            return False
        hashed = hashed_password(password)
        with writing(self._engine) as connection:
            _set_password(connection, account_id, hashed)
        return True

    def who_knows(self, login: str, password: str) -> Account | None:
        """Return whose login and password these are; None takes as long, whether or not there is such an account."""
        with reading(self._engine) as connection:
            row = connection.execute(_present(login.strip().casefold())).first()
        is_right = is_password(row.password if row else None, password)
        return _account(row) if row is not None and is_right else None

    def begin_with_key(self, moment: datetime) -> str:
        """Begin a session of whoever showed the key of the environment; return the token for its cookie."""
        assert self._of_key is not None
        return self.begin(moment, role=self._of_key)

    def begin(self, moment: datetime, *, account_id: int | None = None, role: str | None = None) -> str:
        """Begin a session of an account, or of a role without one; return the token for its cookie."""
        token, at_us = secrets.token_urlsafe(32), microseconds(moment)
        with writing(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(_over(moment)))
            row = {"hash": key_hash(token.encode()), "account_id": account_id, "role": role}
            connection.execute(insert(SESSIONS), {**row, "begun_us": at_us, "seen_us": at_us})
        return token

    def end(self, token: str) -> None:
        """End a session."""
        with writing(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.hash == key_hash(token.encode())))

    def visitor(self, token: str, moment: datetime) -> Visitor | None:
        """Return who signed in with this session; None where it has ended, by itself or by anybody."""
        mine = SESSIONS.c.hash == key_hash(token.encode())
        with reading(self._engine) as connection:
            session = connection.execute(select(SESSIONS).where(mine, ~_over(moment))).first()
            if session is None:
                return None
            account = connection.execute(_present_id(session.account_id)).first() if session.account_id else None
        if account is None and (session.account_id or not self._lets_in(session.role)):
            return None
        if instant(session.seen_us) < moment - SEEN_EVERY:
            with writing(self._engine) as connection:
                connection.execute(update(SESSIONS).where(mine).values(seen_us=microseconds(moment)))
        return _visitor(account) if account else _without_account(session.role)

    def _lets_in(self, role: str) -> bool:
        return role == self._of_key or (self._is_demo and role.partition(":")[0] in ROLES)

    def remember(self, token: str, kind: str, said: dict[str, str], moment: datetime, holds: timedelta) -> None:
        """Keep what a sign-in elsewhere has to come back with."""
        with writing(self._engine) as connection:
            connection.execute(delete(LINKS).where(LINKS.c.expires_us < microseconds(moment)))
            _keep_link(connection, token, kind, moment + holds, said=orjson.dumps(said).decode())

    def recalled(self, token: str, kind: str, moment: datetime) -> dict[str, str] | None:
        """Return what was kept, once."""
        with writing(self._engine) as connection:
            row = connection.execute(_open_link(token, kind, moment)).first()
            if row is None:
                return None
            connection.execute(delete(LINKS).where(LINKS.c.hash == row.hash))
        told: dict[str, str] = orjson.loads(row.said)
        return told


def require_login(login: str) -> str:
    """Return a login as it is kept; ``AccessRefused`` for what is none."""
    name = login.strip().casefold()
    if not 2 <= len(name) <= 320 or any(one.isspace() for one in name):
        raise AccessRefused("A login is a word of 2 to 320 characters, such as an e-mail address.")
    return name


def require_role(role: str, manager: str | None) -> str:
    """Return a role; ``AccessRefused`` where there is none of that name, or the manager's name does not go with it."""
    if role not in ROLES:
        raise AccessRefused(f"A role is one of {', '.join(ROLES)}; {role} is not.")
    if role == "manager" and not manager:
        raise AccessRefused("A manager needs the name that company.yaml calls him by: --manager Анна.")
    if role != "manager" and manager:
        raise AccessRefused("Only the role manager takes --manager.")
    return role


def _account(row: Row[Any]) -> Account:
    return Account(
        row.id,
        row.login,
        row.role,
        row.manager,
        instant(row.created_us),
        bool(row.password),
        row.removed_us is not None,
    )


def _visitor(row: Row[Any]) -> Visitor:
    rights = frozenset({row.role})
    is_manager = row.role == "manager"
    return Visitor(f"person:{row.id}", row.login, rights, row.manager, row.login, is_manager=is_manager)


def _without_account(role: str) -> Visitor:
    if role.startswith(f"{FROM_THE_KEY}:"):
        return Visitor("key:environment", "LEADLOOP_API_KEY", ADMIN_ALONE)
    name, _, manager = role.partition(":")
    return Visitor(f"demo:{name}", "", frozenset({name}), manager or None, is_manager=name == "manager")


def _present(login: str) -> Any:
    return select(ACCOUNTS).where(ACCOUNTS.c.login == login, ACCOUNTS.c.removed_us.is_(None))


def _present_id(account_id: int) -> Any:
    return select(ACCOUNTS).where(ACCOUNTS.c.id == account_id, ACCOUNTS.c.removed_us.is_(None))


def _open_link(token: str, kind: str, moment: datetime) -> Any:
    mine = and_(LINKS.c.hash == key_hash(token.encode()), LINKS.c.kind == kind)
    return select(LINKS).where(mine, LINKS.c.expires_us >= microseconds(moment))


def _keep_link(
    connection: Connection,
    token: str,
    kind: str,
    until: datetime,
    *,
    account_id: int | None = None,
    said: str | None = None,
) -> None:
    row = {"hash": key_hash(token.encode()), "kind": kind, "account_id": account_id, "said": said}
    connection.execute(insert(LINKS), {**row, "expires_us": microseconds(until)})


def _over(moment: datetime) -> Any:
    idle, absolute = microseconds(moment - IDLE), microseconds(moment - ABSOLUTE)
    return or_(SESSIONS.c.seen_us < idle, SESSIONS.c.begun_us < absolute)


def _set_password(connection: Connection, account_id: int, hashed: str) -> None:
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(password=hashed))
    _end_all(connection, account_id)


def _end_all(connection: Connection, account_id: int) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.account_id == account_id))
