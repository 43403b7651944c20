"""Whom to call next."""
