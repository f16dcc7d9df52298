"""Rows of the Settings screen: each effective setting with its value and origin, and what was found but not used."""

from __future__ import annotations

from dataclasses import dataclass

from ..events import SettingIgnored, SettingInForce
from .setup import Setup


@dataclass(frozen=True, slots=True)
class SettingRow:
    """`why` is empty for a setting in force."""

    name: str
    value: str
    origin: str
    why: str = ""


def setting_rows(setup: Setup) -> tuple[list[SettingRow], list[SettingRow]]:
    """(in force, found but not used). Settings that somebody set stand before the defaults."""
    ordered = sorted(setup.settings, key=lambda each: (each.origin.kind == "default", each.name))
    return [_in_force(each) for each in ordered], [_ignored(each) for each in setup.ignored]


def _in_force(each: SettingInForce) -> SettingRow:
    return SettingRow(each.name, each.value, str(each.origin))


def _ignored(each: SettingIgnored) -> SettingRow:
    return SettingRow(each.name, each.value, str(each.origin), each.why)
