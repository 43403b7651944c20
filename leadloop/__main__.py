"""Runs the command line as ``python -m leadloop``."""

from leadloop.cli import main

main()
