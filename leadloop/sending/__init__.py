"""Sends what waits in the outbox to other systems."""
