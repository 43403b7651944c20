"""Who may open what: one table of every route, which the gate itself reads.

A person has one role, a program's key has scopes; the table has a column for each. What is not in the table is for the
administrator alone, so that a new door stays shut until somebody says for whom it is.

| role | Russian | sees |
|---|---|---|
| manager | менеджер | the queue as it is for him, his own leads, with their contacts |
| head | РОП | everything but keys and people |
| marketer | маркетолог | reports and models; no personal data anywhere |
| analyst | аналитик | reports and models; no personal data anywhere |
| admin | администратор | everything |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Role = Literal["manager", "head", "marketer", "analyst", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
Scope = Literal["score", "write", "read", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
SCOPE_WORDS: dict[Scope, str] = {
    "score": "scores of leads that are sent along and not stored",
    "write": "storing leads, calls and stages, each answered with the score; taking leads from the queue",
    "read": "reading stored leads, the queue and /metrics",
    "admin": "everything, forgetting a person included",
}
"""What a key with a scope opens, for whoever has to choose one."""
ANYBODY = "anybody"
ROUTE_IN_SCOPE = "leadloop.route"
"""Under which the gate leaves the row of the table for whoever counts the request behind it."""
TRAIL = Literal["", "seen", "changed"]
UNKNOWN = "(unknown)"
"""The path of what is not in the table."""


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the table: for whom a route is, and whether the audit log keeps who took it."""

    method: str
    path: str
    allowed: frozenset[str]
    trail: TRAIL = ""
    for_anybody: bool = False

    @property
    def is_known(self) -> bool:
        """Return whether it is a row of the table; what is not is the administrator's alone."""
        return self.path != UNKNOWN

    def is_for(self, rights: frozenset[str]) -> bool:
        """Return whether somebody with these rights may take the route."""
        return self.for_anybody or not self.allowed.isdisjoint(rights)


def scope_right(scope: str) -> str:
    """Return the right that a key's scope gives: ``key:read``."""
    return f"key:{scope}"


# fmt: off
# Columns: method, path, roles, scopes of keys, what the audit log keeps of it.
TABLE: tuple[tuple[str, str, str, str, TRAIL], ...] = (
    ("GET",    "/healthz",                            ANYBODY,                          ANYBODY,        ""),
    ("GET",    "/readyz",                             ANYBODY,                          ANYBODY,        ""),
    ("GET",    "/metrics",                            "",                               "read",         ""),
    ("GET",    "/static/{path:path}",                 ANYBODY,                          ANYBODY,        ""),
    ("GET",    "/static/plotly.min.js",               ANYBODY,                          ANYBODY,        ""),
    ("GET",    "/sign-in",                            ANYBODY,                          ANYBODY,        ""),
    ("POST",   "/sign-in",                            ANYBODY,                          ANYBODY,        "changed"),
    ("POST",   "/sign-in/look-around",                ANYBODY,                          ANYBODY,        "changed"),
    ("GET",    "/sign-in/elsewhere",                  ANYBODY,                          ANYBODY,        ""),
    ("GET",    "/sign-in/back",                       ANYBODY,                          ANYBODY,        "changed"),
    ("GET",    "/welcome",                            ANYBODY,                          ANYBODY,        ""),
    ("POST",   "/welcome",                            ANYBODY,                          ANYBODY,        "changed"),
    ("POST",   "/sign-out",                           ANYBODY,                          ANYBODY,        "changed"),
    ("GET",    "/account",                            "manager head marketer analyst admin", "",        ""),
    ("POST",   "/account/password",                   "manager head marketer analyst admin", "",        "changed"),
    ("GET",    "/",                                   "manager head marketer analyst admin", "",        ""),
    ("GET",    "/docs",                               "manager head marketer analyst admin", "score write read", ""),
    ("GET",    "/openapi.json",                       "manager head marketer analyst admin", "score write read", ""),
    # the CRM's
    ("POST",   "/v1/score",                           "",                               "score",        ""),
    ("POST",   "/v1/leads",                           "",                               "write",        "changed"),
    ("GET",    "/v1/leads/{lead_id:path}",            "head",                           "read",         "seen"),
    ("POST",   "/v1/leads/{lead_id:path}/calls",      "",                               "write",        "changed"),
    ("POST",   "/v1/leads/{lead_id:path}/stages",     "",                               "write",        "changed"),
    ("GET",    "/v1/queue",                           "head",                           "read",         ""),
    ("POST",   "/v1/queue/{lead_id:path}/take",       "",                               "write",        "changed"),
    ("DELETE", "/v1/people/{lead_id:path}",           "",                               "",             "changed"),
    ("POST",   "/v1/batch/leads",                     "",                               "write",        "changed"),
    ("POST",   "/v1/batch/calls",                     "",                               "write",        "changed"),
    ("POST",   "/v1/batch/stages",                    "",                               "write",        "changed"),
    ("POST",   "/v1/batch/scores",                    "",                               "score",        ""),
    # the sales floor's
    ("GET",    "/queue",                              "manager head",                   "",             ""),
    ("POST",   "/queue/{lead_id:path}/take",          "manager head",                   "",             "changed"),
    ("GET",    "/leads/{lead_id:path}",               "manager head",                   "",             "seen"),
    ("POST",   "/leads/{lead_id:path}/calls",         "manager head",                   "",             "changed"),
    # whose lines somebody sees there, the page itself says
    ("GET",    "/plan",                               "manager head marketer analyst",  "",             ""),
    # reports
    ("GET",    "/channels",                           "head marketer analyst",          "",             ""),
    ("GET",    "/channels/drift",                     "head marketer analyst",          "",             ""),
    ("GET",    "/models",                             "manager head marketer analyst",  "",             ""),
    ("GET",    "/models/{version}",                   "manager head marketer analyst",  "",             ""),
    ("GET",    "/backtest",                           "head marketer analyst",          "",             ""),
    ("GET",    "/journey",                           "head marketer analyst",           "",             ""),
    ("GET",    "/journey.csv",                       "head marketer analyst",           "",             ""),
    ("GET",    "/journey.xlsx",                      "head marketer analyst",           "",             ""),
    ("GET",    "/journey/ripening.csv",              "head marketer analyst",           "",             ""),
    ("GET",    "/journey/ripening.xlsx",             "head marketer analyst",           "",             ""),
    ("GET",    "/journey/costs",                     "head marketer analyst",           "",             ""),
    ("POST",   "/journey/costs/mappings",            "head marketer",                   "",             "changed"),
    ("GET",    "/portrait",                          "head marketer analyst",           "",             ""),
    ("GET",    "/won",                               "head marketer analyst",           "",             ""),
    ("GET",    "/offers",                            "head marketer analyst",           "",             ""),
    ("GET",    "/offers/tell",                       "head marketer",                   "",             ""),
    ("POST",   "/offers/tell",                       "head marketer",                   "",             "changed"),
    ("GET",    "/offers/pictures/{name}",            "manager head marketer analyst",   "",             ""),
    ("GET",    "/budget",                            "head marketer analyst",           "",             ""),
    ("POST",   "/budget/tests",                      "head marketer",                   "",             "changed"),
    ("GET",    "/alarms",                            "head marketer analyst",           "",             ""),
    ("POST",   "/alarms/{name}/seen",                "head marketer",                   "",             "changed"),
    ("POST",   "/alarms/{name}/decision",            "head marketer",                   "",             "changed"),
    ("POST",   "/alarms/{name}/snooze",              "head marketer",                   "",             "changed"),
    ("POST",   "/alarms/{name}/wake",                "head marketer",                   "",             "changed"),
    ("GET",    "/conversions",                       "head marketer analyst",           "",             ""),
    # what an ad system is told of people, made from contacts by hashes alone
    ("POST",   "/conversions/{system}/file",         "head marketer",                   "",             "changed"),
    ("GET",    "/conversions/{system}/batches/{batch_id}","head marketer",                   "",             "seen"),
    ("POST",   "/conversions/{system}/address",      "head marketer",                   "",             "changed"),
    ("POST",   "/conversions/letters/{letter_id}/again","head marketer",                   "",             "changed"),
    # an advertising system fetches it by a signature of its own, which its door checks
    ("GET",    "/conversions/{system}.csv",           ANYBODY,                          ANYBODY,        "seen"),
    # a CRM comes with a token, a secret or a signature of its own, which its door checks
    ("POST",   "/crm/bitrix24",                       ANYBODY,                          ANYBODY,        ""),
    ("POST",   "/crm/amocrm/{secret}",                ANYBODY,                          ANYBODY,        ""),
    ("POST",   "/crm/hubspot",                        ANYBODY,                          ANYBODY,        ""),
    # the administrator's
    ("GET",    "/audit",                              "",                               "",             ""),
)
# fmt: on


def _route(method: str, path: str, roles: str, scopes: str, trail: TRAIL) -> Route:
    rights = {*roles.split(), *(ANYBODY if one == ANYBODY else scope_right(one) for one in scopes.split())}
    return Route(method, path, frozenset(rights | {"admin", scope_right("admin")}), trail, ANYBODY in rights)


ROUTES = tuple(_route(*row) for row in TABLE)
ADMIN_ALONE = frozenset({"admin", scope_right("admin")})


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+(?::path)?\})", path)
    made = "".join(
        f"(?P<{one.strip('{}').removesuffix(':path')}>{'.*' if one.endswith(':path}') else '[^/]+'})"
        if one.startswith("{")
        else re.escape(one)
        for one in parts
    )
    return re.compile(f"^{made}$")


_PLAIN = {(one.method, one.path): one for one in ROUTES if "{" not in one.path}
_WITH_PARTS = {
    method: [(_pattern(one.path), one) for one in ROUTES if one.method == method and "{" in one.path]
    for method in sorted({one.method for one in ROUTES})
}


def route_of(method: str, path: str) -> tuple[Route, str | None]:
    """Return the row of the table for a request, and the lead that its path names; an unknown one is the administrator's.

    >>> route_of("GET", "/leads/a/b")
    (Route(method='GET', path='/leads/{lead_id:path}', ...), 'a/b')
    >>> route_of("GET", "/nobody/said")[0].allowed == ADMIN_ALONE
    True
    """
    asked = "GET" if method == "HEAD" else method
    plain = _PLAIN.get((asked, path))
    if plain is not None:
        return plain, None
    return _with_parts(asked, path)


@lru_cache(maxsize=4_096)
def _with_parts(method: str, path: str) -> tuple[Route, str | None]:
    for pattern, route in _WITH_PARTS.get(method, ()):
        found = pattern.match(path)
        if found:
            return route, found.groupdict().get("lead_id")
    return Route(method, UNKNOWN, ADMIN_ALONE), None


def may_open(rights: frozenset[str], path: str) -> bool:
    """Return whether a page may be opened: what the navigation shows."""
    return route_of("GET", path)[0].is_for(rights)
