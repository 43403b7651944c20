"""Webhooks to other systems: who is told of what, and a test event to try one.

They are named under `webhooks:` in company.yaml and sent by `leadloop work`. `leadloop webhooks` alone lists them.
"""

from __future__ import annotations

NAME = "webhooks"
FIRST = "list"
"""The verb that the bare name stands for."""
