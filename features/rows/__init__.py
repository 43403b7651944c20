"""From facts to rows: the one gate to the past, and the features read through it."""
