"""Look at the models, set two of them side by side, and say which one serves.

A version is named in full (20260302-1a2b3c), or as `champion` (it serves), `challenger` (the one trained last) or `previous`
(it served before). `leadloop models` alone lists them.
"""

from __future__ import annotations

NAME = "models"
FIRST = "list"
"""The verb that the bare name stands for."""
