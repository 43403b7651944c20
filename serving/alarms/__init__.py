"""What is wrong, since when, what it cost, what changed, what to do: the marketer's five minutes on Monday."""
