"""Tests of features.drafting."""
