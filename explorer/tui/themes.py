"""The two themes of the explorer: quiet grounds, one blue for what is active, colour only where it means something."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="resolve-dark",
    dark=True,
    primary="#7aa2f7",
    secondary="#a48fd8",
    accent="#73b8c8",
    foreground="#c8cfe0",
    background="#14161d",
    surface="#181b24",
    panel="#222633",
    success="#8fbf7f",
    warning="#d9a962",
    error="#e5738a",
)

LIGHT: Final = Theme(
    name="resolve-light",
    dark=False,
    primary="#2f5fc4",
    secondary="#6d50b8",
    accent="#1d7386",
    foreground="#2a2f3d",
    background="#eef0f4",
    surface="#f8f9fb",
    panel="#e4e7ee",
    success="#3c7a2e",
    warning="#96630c",
    error="#b3304c",
)
