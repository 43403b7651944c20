"""What happened comes in: leads, calls, stages."""
