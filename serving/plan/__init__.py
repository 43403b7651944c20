"""What was to be reached this month, and what was."""
