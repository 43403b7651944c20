"""How what happened is read, stored and answered."""
