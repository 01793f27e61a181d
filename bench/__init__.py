"""What the portal costs: `make bench` serves it as production does, asks for its pages and writes BENCHMARKS.md.

Nothing of the portal imports this package, and of this package only ``counting.py`` imports the portal.
"""
