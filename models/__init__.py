"""From a feature row to a score."""
