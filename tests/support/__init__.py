"""What the tests need of this machine: a PostgreSQL server, a browser, the real data."""
