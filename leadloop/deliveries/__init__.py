"""The ways to people: one foreign protocol a file, and what sends what is due."""
