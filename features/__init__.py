"""What we know of a lead, and when we knew it."""
