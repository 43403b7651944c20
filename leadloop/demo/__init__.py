"""A simulated company whose truth is known: it installs windows in offices, and cannot call everyone."""
