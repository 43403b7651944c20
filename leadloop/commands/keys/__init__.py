"""Keys for programs: what each may do, shown once, rotated, revoked at once.

A running server knows a new key, and knows a revoked one no more, within two seconds. `leadloop keys` alone lists them.
"""

from __future__ import annotations

NAME = "keys"
FIRST = "list"
"""The verb that the bare name stands for."""
