"""Tests of features/rows."""
