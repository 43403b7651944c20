"""What sales learned of the leads goes back to the ad systems: what is told to whom, when, and what could not be told."""
