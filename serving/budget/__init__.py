"""The page of the budget: what each channel's money brings, and honest tests of it."""
