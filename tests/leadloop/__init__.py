"""Tests of leadloop."""
