"""Findings: what went wrong in a run, with evidence, and changes that were tried."""

from .diagnosis import Diagnosis
from .find import find, tried

__all__ = ["Diagnosis", "find", "tried"]
