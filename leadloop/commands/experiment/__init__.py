"""Plan an honest test of the advertising budget, and judge it afterwards.

Of each two weeks one is drawn to get more money and the other less; the draw is kept, so that nobody chooses afterwards.
`leadloop experiment` alone lists the tests.
"""

from __future__ import annotations

NAME = "experiment"
FIRST = "list"
"""The verb that the bare name stands for."""
