"""How early alarms come and how often they are false: a file a measurement (``python -m benchmarks.alarms``)."""
