"""What the worker does by itself, one file a duty: what it is called in company.yaml, what it does, when it was done before.

Those that are due at once are done in this order; a new duty is a file here, a line in ``ALL`` and one in
``features/facts/work_schedule.py``.
"""

from __future__ import annotations

from leadloop.duties import alarms, conversions, crm, follow, outbox, portrait, train, webhooks

ALL = (crm, alarms, train, follow, portrait, conversions, webhooks, outbox)
"""Whom people wait for first: what the CRM told, then what is wrong. What takes minutes says so (``beside``) and holds up none."""
