"""The service killed again and again in the middle of its work, and what it had acknowledged looked for afterwards."""
