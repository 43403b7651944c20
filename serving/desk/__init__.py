"""Where a lead gets its score: the champion and those beside it, the answer, and the log."""
