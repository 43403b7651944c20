"""A person asks to be forgotten."""
