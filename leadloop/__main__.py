"""Runs the command line as ``python -m leadloop``."""

from leadloop.cli import main

if __name__ == "__main__":  # a serving process of several reads this file too
    main()
