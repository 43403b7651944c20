"""What is watched all the time, and what is said when it changes for the worse."""
