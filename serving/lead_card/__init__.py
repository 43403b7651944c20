"""Everything about one lead on one page."""
