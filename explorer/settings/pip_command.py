"""The commands of pip that resolve, and the options that each accepts (names as of pip 26)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .command_line import Option, Style
from .settings import CommandKind

PIP_STYLE: Final = Style(abbreviations=True, repeats=True)


def _switch(name: str, *more: str, off: tuple[str, ...] = ()) -> Option:
    return Option(name, (f"--{name}", *more), off, variable=_variable(name))


def _value(
    name: str, *more: str, many: bool = False, separator: str | None = None, choices: tuple[str, ...] = ()
) -> Option:
    return Option(
        name,
        (f"--{name}", *more),
        takes_value=True,
        many=many,
        variable=_variable(name),
        separator=separator,
        choices=choices,
    )


def _variable(name: str) -> str:
    return "PIP_" + name.upper().replace("-", "_")


def _idle(*switches: str) -> tuple[Option, ...]:
    return tuple(
        Option(name, (f"--{name}", *more), matters=False) for name, *more in (text.split() for text in switches)
    )


def _idle_values(*names: str) -> tuple[Option, ...]:
    return tuple(
        Option(name, (f"--{name}", *more), takes_value=True, many=True, matters=False)
        for name, *more in (text.split() for text in names)
    )


_GENERAL: Final = (
    _value("python"),
    _switch("no-input"),
    _value("keyring-provider", choices=("auto", "disabled", "import", "subprocess")),
    _value("proxy"),
    _switch("no-proxy-env"),
    _switch("isolated"),
    _value("retries"),
    _value("timeout", "--default-timeout"),
    _value("trusted-host", many=True, separator=" "),
    _value("cert"),
    _value("client-cert"),
    _value("cache-dir"),
    _switch("no-cache-dir"),
    _value("use-feature", many=True, separator=" "),
    *_idle(
        "help -h", "debug", "require-virtualenv --require-venv", "verbose -v", "version -V", "quiet -q",
        "disable-pip-version-check", "no-color", "no-python-version-warning",
    ),
    *_idle_values("log --log-file --local-log", "exists-action", "use-deprecated", "resume-retries"),
)  # fmt: skip

_INDEX: Final = (
    _value("index-url", "-i", "--pypi-url"),
    _value("extra-index-url", many=True, separator=" "),
    _switch("no-index"),
    _value("find-links", "-f", many=True, separator=" "),
    _value("refresh-package", many=True),
)

_RESOLVING: Final = (
    _value("constraint", "-c", many=True, separator=" "),
    _value("build-constraint", many=True, separator=" "),
    _value("requirement", "-r", many=True, separator=" "),
    _value("requirements-from-script", many=True),
    _value("group", many=True),
    _switch("no-deps", "--no-dependencies"),
    _switch("only-deps", "--only-dependencies"),
    _switch("pre"),
    _value("all-releases", many=True),
    _value("only-final", many=True),
    _switch("prefer-binary"),
    _value("no-binary", many=True),
    _value("only-binary", many=True),
    _switch("require-hashes"),
    _switch("no-require-hashes"),
    _switch("no-build-isolation"),
    _value("uploaded-prior-to"),
    _switch("ignore-requires-python"),
    *_idle("no-clean", "use-pep517", "no-use-pep517", "check-build-dependencies", "no-verify"),
    *_idle_values(
        "src --source --source-dir --source-directory", "config-settings --config-setting -C", "progress-bar",
        "global-option", "install-option", "build-option",
    ),
)  # fmt: skip

_TARGET: Final = (
    _value("platform", many=True),
    _value("python-version"),
    _value("implementation"),
    _value("abi", many=True),
)

_EDITABLE: Final = _value("editable", "-e", many=True)

INSTALL: Final = (
    *_GENERAL, *_INDEX, *_RESOLVING, *_TARGET, _EDITABLE,
    _switch("upgrade", "-U"),
    _value("upgrade-strategy", choices=("only-if-needed", "eager", "to-satisfy-only")),
    _switch("ignore-installed", "-I"),
    _switch("force-reinstall"),
    _switch("dry-run"),
    *_idle_values("report"),
    _value("target", "-t"),
    *_idle("user", "no-user", "compile", "no-compile", "no-warn-script-location", "no-warn-conflicts"),
    *_idle("break-system-packages"),
    *_idle_values("root", "prefix", "root-user-action"),
)  # fmt: skip

DOWNLOAD: Final = (
    *_GENERAL,
    *_INDEX,
    *_RESOLVING,
    *_TARGET,
    *_idle_values("dest --destination-dir --destination-directory -d"),
)

WHEEL: Final = (*_GENERAL, *_INDEX, *_RESOLVING, _EDITABLE, *_idle_values("wheel-dir -w"))

_COMMANDS: Final[dict[str, tuple[CommandKind, tuple[Option, ...]]]] = {
    "install": ("pip install", INSTALL),
    "download": ("pip download", DOWNLOAD),
    "wheel": ("pip wheel", WHEEL),
}

_OTHER_COMMANDS: Final = frozenset(
    {
        "cache", "check", "completion", "config", "debug", "freeze", "hash", "help", "index", "inspect", "list", "lock",
        "search", "show", "uninstall",
    }
)  # fmt: skip


def split_command(words: Sequence[str]) -> tuple[CommandKind, tuple[Option, ...], list[str]] | None:
    """The words behind `pip` → the kind of command, its options, and its arguments; None for no command of pip."""
    with_value = {spelling for option in _GENERAL if option.takes_value for spelling in option.spellings}
    position = 0
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in with_value else 1
    leading, rest = list(words[:position]), list(words[position:])
    if not rest or rest[0] in _OTHER_COMMANDS:
        return "no resolution", _GENERAL, leading
    found = _COMMANDS.get(rest[0])
    return (*found, [*leading, *rest[1:]]) if found else None


def command_names() -> list[str]:
    """Every command word of pip, for near misses."""
    return sorted({*_COMMANDS, *_OTHER_COMMANDS})
