"""Who it is that asks, as the gate found out: a person with a role, a program with scopes, or this machine itself."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Scope as AsgiScope

from serving.gate.roles import ADMIN_ALONE

IN_SCOPE = "leadloop.visitor"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the door.

    ``who`` is what the audit log keeps: ``person:3``, ``key:1a2b3c4d``, ``demo:head``, ``this machine``, ``nobody``.
    ``manager`` is the name by which ``company.yaml`` knows a manager; None for everybody else.
    """

    who: str
    label: str
    rights: frozenset[str]
    manager: str | None = None
    login: str = ""
    rate: float = 0.0
    """Requests a second that are answered; 0: as many as come."""
    is_manager: bool = False

    @property
    def is_person(self) -> bool:
        """Return whether somebody signed in with a browser."""
        return self.who.startswith(("person:", "demo:"))


NOBODY = Visitor("nobody", "", frozenset())
THIS_MACHINE = Visitor("this machine", "", ADMIN_ALONE)


def visitor_of(request: Request) -> Visitor:
    """Return who asks."""
    return visitor_in(request.scope)


def visitor_in(scope: AsgiScope) -> Visitor:
    """Return who asks, by the scope of the request."""
    found: Visitor = scope.get(IN_SCOPE, NOBODY)
    return found


def queue_asked(request: Request, manager: str | None) -> str | None:
    """Return whose queue is shown: a manager sees his own, whatever he asks for."""
    visitor = visitor_of(request)
    return (visitor.manager or "") if visitor.is_manager else manager
