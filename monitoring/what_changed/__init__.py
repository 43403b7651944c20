"""What exactly changed in a group of leads: who came instead, through which ad or page, and what managers heard."""
