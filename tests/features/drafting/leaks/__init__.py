"""Tests of features.drafting.leaks."""
