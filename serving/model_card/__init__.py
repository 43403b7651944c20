"""The door of the model cards: what serves, what challenges it, and how far to trust it."""
