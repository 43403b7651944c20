"""What the money for advertising brings: by channel, at the margin as far as the past tells, and by honest tests."""
