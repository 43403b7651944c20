"""Promises, stories and the tests of each room."""
