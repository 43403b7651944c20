"""Which columns of an export know the outcome, each with the evidence."""
