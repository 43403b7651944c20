"""leadloop people link: another link for a person who lost his password."""

from __future__ import annotations

from leadloop.commands._house import HomeOption, now
from leadloop.commands.people._options import LoginArgument, open_people, say_link

NAME = "link"


def command(login: LoginArgument, home: HomeOption = None) -> None:
    """Make a link with which a person chooses a new password; the links before it open nothing any more.

    Until it is used the password before goes on; then every session ends.
    """
    people = open_people(home)
    account = people.account(login)
    say_link(account.login, people.link(login, now()))
