"""What CRMs tell and how it becomes ours: pure readings of their events and records, and what is remembered of both."""
