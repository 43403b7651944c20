"""The page of what goes back to the ad systems, and the signed addresses that they pull from."""
