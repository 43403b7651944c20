"""The front door: command line, worker, migrations, the demo company."""

__version__ = "0.1.0"
