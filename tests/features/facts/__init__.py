"""Tests of features/facts."""
