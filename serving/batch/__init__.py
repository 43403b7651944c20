"""Many leads, calls, stages or scores in one request, each row with its own result."""
