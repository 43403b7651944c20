"""Which pages there are, in the groups in which people look for them, and which of them somebody may open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from serving.gate.roles import may_open


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together: the key of the group's words, and of each page where it begins and the key of its words.

    ``behind`` are where further pages of the group begin, to which only its pages lead.
    """

    words: str
    pages: tuple[tuple[str, str], ...]
    behind: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Return whether a path is one of its pages, or lies behind one.

        >>> sales = Group("nav_sales", (("/queue", "queue"),), behind=("/leads",))
        >>> sales.holds("/queue"), sales.holds("/leads/17"), sales.holds("/queues")
        (True, True, False)
        """
        begins = (*(page for page, _ in self.pages), *self.behind)
        return any(path == one or path.startswith(f"{one}/") for one in begins)


NAVIGATION = (
    Group("nav_sales", (("/queue", "queue"), ("/plan", "plan")), behind=("/leads",)),
    Group(
        "nav_marketing",
        (
            ("/alarms", "alarms_page"),
            ("/channels", "channels"),
            ("/journey", "journey"),
            ("/budget", "budget"),
            ("/conversions", "conversions"),
        ),
    ),
    Group("nav_buyers", (("/portrait", "portrait"), ("/won", "won"), ("/offers", "offers"))),
    Group("nav_model", (("/models", "models"), ("/backtest", "backtest"))),
    Group("nav_access", (("/audit", "audit"),)),
)
"""The pages that every page leads to."""


def page_of_form(sent_to: str) -> str:
    """Return the page whose form is sent to an address: the one that begins like it, else the address without its last word.

    >>> page_of_form("/leads/17/calls"), page_of_form("/budget/tests"), page_of_form("/alarms/ab12/decision")
    ('/leads/17', '/budget', '/alarms')
    """
    begins = [begin for group in NAVIGATION for begin, _ in group.pages if sent_to.startswith(f"{begin}/")]
    return max(begins, key=len, default=sent_to.rpartition("/")[0])


def navigation_for(rights: Iterable[str]) -> tuple[Group, ...]:
    """Return the groups with the pages that may be opened; a group without any is left out.

    >>> [group.words for group in navigation_for({"manager"})]
    ['nav_sales', 'nav_model']
    """
    held = frozenset(rights)
    groups = (replace(one, pages=tuple(page for page in one.pages if may_open(held, page[0]))) for one in NAVIGATION)
    return tuple(one for one in groups if one.pages)
