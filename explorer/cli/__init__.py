"""The command line: which exploration, as which release, with which face.

Own options stand before the command, which is then read as the tool named there reads it. Whatever a path does not
need is imported late: the faces without a screen load no Textual.
"""

from .main import main

__all__ = ["main"]
