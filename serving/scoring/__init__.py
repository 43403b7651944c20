"""Scores for the CRM: of a stored lead, or of one that is only asked about."""
