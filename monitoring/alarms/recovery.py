"""When an alarm is over, by itself: the group is as it used to be, the new share has become the usual one, or nothing comes.

* **Recovered**: the leads since some moment speak a thousand to one for the usual share and against the share since the change
  (Page's cumulative sum, 1954, Biometrika 41:100-115, with the roles of the two shares exchanged): while the share
  stays bad, so much is seen about once in a thousand leads.
* **Usual now**: the alarm has stood for 90 days; what it said is known, and the new share is what is compared with from now on.
* **Nothing came**: no lead for 28 days.
"""

from __future__ import annotations

from math import exp, log, log1p
from typing import Literal

WhyOver = Literal["recovered", "usual_now", "nothing_came"]
SURE = log(1000.0)
LONGEST, SILENT = 90, 28
"""Days after which an alarm has become the usual, and days without a lead after which it is let go."""
LEAST_RISE = log(1.5)
"""The share since is taken to be at least this far above the usual one, in log-odds."""


class Recovery:
    """Whether a group that rose is back where it was.

    >>> recovery = Recovery(bad=30, of=50)
    >>> [recovery.is_back(bad=bad, of=5, usual=0.2) for bad in (3, 1, 0, 1, 0, 1)]
    [False, False, False, False, True, True]
    """

    def __init__(self, bad: float, of: float) -> None:
        self._bad, self._of = bad, of
        self._sum = 0.0

    def is_back(self, bad: float, of: float, usual: float) -> bool:
        """Take in the next leads; ``usual`` is the share that they would have if nothing were wrong."""
        since = log((self._bad + 0.5) / (self._of - self._bad + 0.5))
        rise = max(since - log(max(usual, 1e-9) / max(1.0 - usual, 1e-9)), LEAST_RISE)
        gained = bad * rise - of * log1p(usual * (exp(rise) - 1.0))
        self._sum = max(self._sum - gained, 0.0)
        if not self.has_begun:
            self._bad, self._of = self._bad + bad, self._of + of
        return self._sum >= SURE

    @property
    def has_begun(self) -> bool:
        """Return whether the latest leads speak for the usual share at all."""
        return self._sum > 0.0
