"""What was sent becomes facts."""
