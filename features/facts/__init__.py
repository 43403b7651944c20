"""Facts about leads, what the company says of itself, and where both are kept."""
