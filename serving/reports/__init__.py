"""How channels do, and what drifted."""
