"""Tells other systems what happened here: scores, alarms, another model; each event as a signed letter of the outbox."""
