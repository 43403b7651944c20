"""The people who sign in: each with a role, and a password that only he knows.

Roles: manager (sees his own leads), head (head of sales), marketer and analyst (no personal data), admin. A new account comes with
a link that works once, for a day. `leadloop people` alone lists them.
"""

from __future__ import annotations

NAME = "people"
FIRST = "list"
"""The verb that the bare name stands for."""
