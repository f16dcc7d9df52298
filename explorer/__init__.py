"""resolve-tui: shows why Python dependency resolution did what it did."""

__version__ = "0.1.0"
