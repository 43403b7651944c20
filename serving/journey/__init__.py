"""The door of the journey: one funnel for both departments, what it cost, and whose costs those are."""
