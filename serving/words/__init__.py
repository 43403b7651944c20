"""The words of the pages, Russian and English side by side; a file for each wing."""
