"""What a service holds for good is not looked through again and again.

Python looks for objects that only hold one another after every 700 that were made: under load that is after every few
scores, in pauses that grow with what is held. What stands once a service is ready (its code, the champion, the board) is
therefore set aside, and the young are looked through more seldom.
"""

from __future__ import annotations

import gc

MADE_BETWEEN_LOOKS = 20_000
"""So many objects are made between two looks: what a look takes then is about a millisecond."""
LOOKS_AT_THE_OLDER = 20
"""Among so many looks at the young one goes further back, and among so many of those one goes over all that is not set aside."""


def set_aside() -> None:
    """Set aside what there is now."""
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN_LOOKS, LOOKS_AT_THE_OLDER, LOOKS_AT_THE_OLDER)


def tidy_up() -> None:
    """Throw away what nobody holds any more, and set aside the rest."""
    gc.unfreeze()
    gc.collect()
    set_aside()
