"""Measured side by side with what a user would pick instead; the results stand in benchmarks/README.md."""
