"""The leads that may still be called: which wait, in what order, and whose they are."""
