"""Requests that nobody would send, by the thousand: none may make the API fail or answer outside its schema."""
