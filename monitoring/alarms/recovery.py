"""When an alarm is over, by itself: the group is as it used to be, the new share has become the usual one, or nothing comes.

* **Recovered**: the leads since some day speak a thousand to one for the usual share and against the share since the change
  (Page's cumulative sum, 1954, Biometrika 41:100-115, with the roles of the two shares exchanged): while the share
  stays bad, so much is seen about once in a thousand leads. A day has no more than half the say, so that two have to agree: leads
  of one day may be alike (an import, a campaign, calls that were logged together), and however many they are, they are one
  odd day. To censor what one observation may say is the most robust test where a few of them come from elsewhere (Huber 1965,
  "A robust version of the probability ratio test", Annals of Mathematical Statistics 36:1753-1758); the observation is a day.
* **Usual now**: the alarm has stood for 90 days; what it said is known, and the new share is what is compared with from now on.
* **Nothing came**: no lead for 28 days.
"""

from __future__ import annotations

from math import exp, log, log1p
from typing import Literal

WhyOver = Literal["recovered", "usual_now", "nothing_came"]
SURE = log(1000.0)
MOST_OF_A_DAY = SURE / 2
"""What the leads of one day may say for the usual share, however many they are."""
LONGEST, SILENT = 90, 28
"""Days after which an alarm has become the usual, and days without a lead after which it is let go."""
LEAST_RISE = log(1.5)
"""The share since is taken to be at least this far above the usual one, in log-odds."""


class Recovery:
    """Whether a group that rose is back where it was.

    >>> recovery = Recovery(bad=30, of=50)
    >>> [recovery.is_back(day, bad=bad, of=5, usual=0.2) for day, bad in enumerate((3, 1, 0, 1, 0, 1))]
    [False, False, False, False, True, True]

    However many leads a day has, it ends no alarm alone; a second one that says the same does.

    >>> recovery = Recovery(bad=30, of=50)
    >>> [recovery.is_back(day, bad=200, of=1000, usual=0.2) for day in (1, 2)]
    [False, True]
    """

    def __init__(self, bad: float, of: float) -> None:
        self._bad, self._of = bad, of
        self._sum = 0.0
        self._day: int | None = None
        self._until_day = self._on_day = 0.0

    def is_back(self, day: int, bad: float, of: float, usual: float) -> bool:
        """Take in the next leads of a day.

        Parameters
        ----------
        day
            The day on which they were known; days never go back.
        usual
            The share that they would have if nothing were wrong.
        """
        since = log((self._bad + 0.5) / (self._of - self._bad + 0.5))
        rise = max(since - log(max(usual, 1e-9) / max(1.0 - usual, 1e-9)), LEAST_RISE)
        if day != self._day:
            self._day, self._until_day, self._on_day = day, self._sum, 0.0
        self._on_day += of * log1p(usual * (exp(rise) - 1.0)) - bad * rise
        self._sum = max(self._until_day + min(self._on_day, MOST_OF_A_DAY), 0.0)
        if not self.has_begun:
            self._bad, self._of = self._bad + bad, self._of + of
        return self._sum >= SURE

    @property
    def has_begun(self) -> bool:
        """Return whether the latest leads speak for the usual share at all."""
        return self._sum > 0.0
