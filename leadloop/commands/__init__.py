"""One file a command: each says its NAME and holds the function ``command``; private helpers begin with _."""
