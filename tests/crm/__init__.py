"""CRMs that stand in for the real ones, and the whole way from them to a score and back."""
