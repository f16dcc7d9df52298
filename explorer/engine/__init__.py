"""One run: from settings to an outcome, telling everything it does. Knows no thread and no face."""

from .outcome import Outcome, Stream, resolve

__all__ = ["Outcome", "Stream", "resolve"]
