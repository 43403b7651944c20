"""The outbox: what has to reach another system waits here until it was delivered, or a person has to look at it."""
