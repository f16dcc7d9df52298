"""The commands of uv that resolve, and the options that each accepts.

The names are those of uv 0.13.8 and of the releases before it, hidden ones and aliases included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from .command_line import Option, Style
from .settings import CommandKind

INDEX_STRATEGIES: Final = ("first-index", "unsafe-first-match", "unsafe-best-match")
PRERELEASE_MODES: Final = ("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit")
RESOLUTION_MODES: Final = ("highest", "lowest", "lowest-direct")

BARE_STYLE: Final = Style()
RUN_STYLE: Final = Style(words_end_options=True)


def _switch(
    name: str, *more: str, off: str | None = "", variable: str | None = None, rule: str | None = None
) -> Option:
    """A switch `--name`; `off` "": `--no-name` (or without its `no-`) switches it off again; None: nothing does."""
    opposite = f"--{name.removeprefix('no-')}" if name.startswith("no-") else f"--no-{name}"
    negative = () if off is None else (off or opposite,)
    return Option(name, (f"--{name}", *more), negative, variable=variable, rule=rule)


def _value(
    name: str,
    *more: str,
    many: bool = False,
    variable: str | None = None,
    separator: str | None = None,
    choices: tuple[str, ...] = (),
    rule: str | None = None,
) -> Option:
    return Option(
        name,
        (f"--{name}", *more),
        takes_value=True,
        many=many,
        variable=variable,
        separator=separator,
        choices=choices,
        rule=rule,
    )


def _idle(*switches: str) -> tuple[Option, ...]:
    """Switches that no resolution depends on: "name" or "name -n", each with its `--no-` form."""
    options = []
    for text in switches:
        name, *more = text.split()
        opposite = f"--{name.removeprefix('no-')}" if name.startswith("no-") else f"--no-{name}"
        options.append(Option(name, (f"--{name}", *more), (opposite,), matters=False))
    return tuple(options)


def _idle_values(*names: str) -> tuple[Option, ...]:
    """Options with a value that no resolution depends on."""
    options = []
    for text in names:
        name, *more = text.split()
        options.append(Option(name, (f"--{name}", *more), takes_value=True, many=True, matters=False))
    return tuple(options)


_GLOBAL: Final = (
    _switch("offline", variable="UV_OFFLINE"),
    _switch("no-cache", "-n", "--no-cache-dir", off=None, variable="UV_NO_CACHE"),
    _value("cache-dir", variable="UV_CACHE_DIR"),
    _value("allow-insecure-host", "--trusted-host", many=True, variable="UV_INSECURE_HOST", separator=" "),
    _switch("system-certs", variable="UV_SYSTEM_CERTS"),
    _switch("native-tls", variable="UV_NATIVE_TLS"),
    _value("directory", variable="UV_WORKING_DIR"),
    _value("project", variable="UV_PROJECT"),
    _value("config-file", variable="UV_CONFIG_FILE"),
    _switch("no-config", off=None, variable="UV_NO_CONFIG"),
    *_idle(
        "quiet -q", "verbose -v", "no-color", "no-progress", "managed-python", "allow-python-downloads",
        "no-python-downloads", "preview", "show-settings", "no-installer-metadata", "help -h", "version -V",
    ),
    *_idle_values("color", "python-preference", "python-fetch", "preview-features --preview-feature"),
)  # fmt: skip

_INDEX: Final = (
    _value("index", many=True, variable="UV_INDEX", separator=" ", rule="named_indexes"),
    _value("default-index", variable="UV_DEFAULT_INDEX", rule="named_indexes"),
    _value("index-url", "-i", "--pypi-url", variable="UV_INDEX_URL"),
    _value("extra-index-url", many=True, variable="UV_EXTRA_INDEX_URL", separator=" "),
    _value("find-links", "-f", many=True, variable="UV_FIND_LINKS", separator=","),
    _switch("no-index", off=None),
    _value(
        "index-strategy",
        variable="UV_INDEX_STRATEGY",
        choices=(*INDEX_STRATEGIES, "unsafe-any-match"),
        rule="strategies",
    ),
    _value(
        "keyring-provider", variable="UV_KEYRING_PROVIDER", choices=("disabled", "native", "subprocess"), rule="keyring"
    ),
)

_BUILDING: Final = (
    _switch("no-build-isolation", off="--build-isolation", variable="UV_NO_BUILD_ISOLATION"),
    _value("no-build-isolation-package", many=True),
    *_idle("require-build-hashes"),
    *_idle_values("config-setting --config-settings -C", "config-settings-package --config-setting-package"),
)

_SELECTION: Final = (
    _switch("upgrade", "-U"),
    _value("upgrade-package", "-P", many=True),
    _value("upgrade-group", many=True),
    _value("resolution", variable="UV_RESOLUTION", choices=RESOLUTION_MODES),
    _value("prerelease", variable="UV_PRERELEASE", choices=PRERELEASE_MODES),
    _value("prerelease-package", many=True),
    _switch("pre", off=None),
    _value("fork-strategy", variable="UV_FORK_STRATEGY", choices=("fewest", "requires-python")),
)

_DATES_AND_SOURCES: Final = (
    _value("exclude-newer", variable="UV_EXCLUDE_NEWER"),
    _value("exclude-newer-package", many=True),
    _switch("no-sources", off="--sources", variable="UV_NO_SOURCES"),
    _value("no-sources-package", many=True, variable="UV_NO_SOURCES_PACKAGE", separator=" "),
    *_idle_values("link-mode"),
)

_REFRESH: Final = (_switch("refresh"), _value("refresh-package", many=True))

_PROJECT_BUILDS: Final = (
    _switch("no-build", off="--build", variable="UV_NO_BUILD"),
    _value("no-build-package", many=True, variable="UV_NO_BUILD_PACKAGE", separator=" "),
    _switch("no-binary", off="--binary", variable="UV_NO_BINARY"),
    _value("no-binary-package", many=True, variable="UV_NO_BINARY_PACKAGE", separator=" "),
)

_PIP_BUILDS: Final = (
    _switch("no-build", off="--build"),
    _value("no-binary", many=True, separator=","),
    _value("only-binary", many=True, separator=","),
)

_PIP_TARGET: Final = (
    _value("python-platform"),
    _value("torch-backend", variable="UV_TORCH_BACKEND"),
    _value("cert"),
    *_idle("system", "disable-pip-version-check"),
)

_CONSTRAINTS: Final = (
    _value("constraints", "-c", "--constraint", many=True, variable="UV_CONSTRAINT", separator=" "),
    _value("overrides", "--override", many=True, variable="UV_OVERRIDE", separator=" "),
    _value("excludes", "--exclude", many=True, variable="UV_EXCLUDE", separator=" "),
    _value("build-constraints", "-b", "--build-constraint", many=True, variable="UV_BUILD_CONSTRAINT", separator=" "),
)

_EXTRAS: Final = (_value("extra", many=True, separator=","), _switch("all-extras"))

_HASHES: Final = (
    _switch("require-hashes", variable="UV_REQUIRE_HASHES"),
    _switch("verify-hashes", off="--no-verify-hashes"),
)

_INSTALLING: Final = (
    _switch("reinstall", "--force-reinstall"),
    _value("reinstall-package", many=True),
    *_idle("compile-bytecode --compile", "strict", "break-system-packages"),
)

_RESOLVER: Final = (*_INDEX, *_SELECTION, *_BUILDING, *_DATES_AND_SOURCES, *_REFRESH)

_PYTHON: Final = _value("python", "-p", variable="UV_PYTHON")

_LOCKING: Final = (
    _switch("locked", variable="UV_LOCKED"),
    _switch("frozen", variable="UV_FROZEN"),
    *_idle("active", "inexact --no-exact", "exact", "no-editable"),
    *_idle_values("no-editable-package"),
)

_PROJECT_CONTENT: Final = (
    *_EXTRAS,
    _value("no-extra", many=True),
    _switch("dev", off=None, variable="UV_DEV"),
    _switch("no-dev", off=None, variable="UV_NO_DEV"),
    _switch("only-dev", off=None),
    _value("group", many=True),
    _value("no-group", many=True, variable="UV_NO_GROUP", separator=" "),
    _switch("no-default-groups", off=None, variable="UV_NO_DEFAULT_GROUPS"),
    _value("only-group", many=True),
    _switch("all-groups", off=None),
)

_INSTALL_PARTS: Final = (
    *_idle("no-install-project", "only-install-project", "no-install-workspace", "only-install-workspace"),
    *_idle("no-install-local", "only-install-local"),
    _value("no-install-package", many=True),
    _value("only-install-package", many=True),
)

COMPILE: Final = (
    *_GLOBAL, *_RESOLVER, *_PIP_BUILDS, *_PIP_TARGET, *_CONSTRAINTS, *_EXTRAS,
    _value("group", many=True),
    _switch("no-deps", off="--deps"),
    _value("output-file", "-o"),
    _value("format"),
    _value("python", "-p"),
    _value("python-version"),
    _switch("universal"),
    _switch("generate-hashes"),
    *_idle(
        "no-strip-extras", "no-strip-markers", "no-annotate", "no-header", "emit-index-url", "emit-find-links",
        "emit-build-options", "emit-marker-expression", "emit-index-annotation", "emit-options", "emit-trusted-host",
        "allow-unsafe", "reuse-hashes", "legacy-setup-py",
    ),
    *_idle_values(
        "annotation-style", "custom-compile-command", "no-emit-package --unsafe-package", "resolver", "max-rounds",
        "client-cert", "config", "pip-args",
    ),
)  # fmt: skip

INSTALL: Final = (
    *_GLOBAL, *_RESOLVER, *_PIP_BUILDS, *_PIP_TARGET, *_CONSTRAINTS, *_EXTRAS, *_HASHES, *_INSTALLING, _PYTHON,
    _value("requirements", "-r", "--requirement", many=True),
    _value("editable", "-e", many=True),
    _value("group", many=True),
    _switch("no-deps", off="--deps"),
    _value("python-version"),
    _switch("dry-run", off=None),
    *_idle("user", "check", "inexact --no-exact", "exact", "no-editable", "legacy-setup-py"),
    *_idle_values("target -t", "prefix", "output-format", "no-editable-package", "output-file -o"),
)  # fmt: skip

PIP_SYNC: Final = (
    *_GLOBAL, *_INDEX, *_BUILDING, *_DATES_AND_SOURCES, *_REFRESH, *_PIP_BUILDS, *_PIP_TARGET, *_EXTRAS, *_HASHES,
    *_INSTALLING, _PYTHON,
    _value("constraints", "-c", "--constraint", many=True, variable="UV_CONSTRAINT", separator=" "),
    _value("build-constraints", "-b", "--build-constraint", many=True, variable="UV_BUILD_CONSTRAINT", separator=" "),
    _value("group", many=True),
    _value("python-version"),
    _switch("dry-run", off=None),
    *_idle("allow-empty-requirements", "user", "check", "ask -a", "legacy-setup-py"),
    *_idle_values("target -t", "prefix", "output-format", "python-executable", "client-cert", "config", "pip-args"),
)  # fmt: skip

LOCK: Final = (
    *_GLOBAL, *_RESOLVER, *_PROJECT_BUILDS, _PYTHON,
    _switch("locked", "--check", variable="UV_LOCKED"),
    _switch("frozen", "--check-exists", variable="UV_FROZEN"),
    _value("script"),
    *_idle("dry-run"),
)  # fmt: skip

SYNC: Final = (
    *_GLOBAL, *_RESOLVER, *_PROJECT_BUILDS, *_INSTALLING, *_LOCKING, *_PROJECT_CONTENT, *_INSTALL_PARTS, _PYTHON,
    _value("package", many=True),
    _switch("all-packages", off=None),
    _value("script"),
    _value("python-platform"),
    _switch("dry-run", off=None),
    *_idle("check", "editable"),
    *_idle_values("output-format"),
)  # fmt: skip

RUN: Final = (
    *_GLOBAL, *_RESOLVER, *_PROJECT_BUILDS, *_INSTALLING, *_LOCKING, *_PROJECT_CONTENT, _PYTHON,
    _value("with", "-w", many=True),
    _value("with-editable", many=True),
    _value("with-requirements", many=True, separator=","),
    _switch("no-project", "--no-workspace", off=None, variable="UV_NO_PROJECT"),
    _value("package"),
    _switch("all-packages", off=None),
    _switch("script", "-s", off=None),
    _switch("module", "-m", off=None),
    _value("python-platform"),
    _switch("no-sync", off=None, variable="UV_NO_SYNC"),
    *_idle("gui-script", "isolated", "no-env-file", "show-resolution", "editable"),
    *_idle_values("env-file", "max-recursion-depth"),
)  # fmt: skip

ADD: Final = (
    *_GLOBAL, *_RESOLVER, *_PROJECT_BUILDS, *_INSTALLING, *_LOCKING, *_INSTALL_PARTS, _PYTHON,
    _value("requirements", "-r", "--requirement", many=True),
    _value("constraints", "-c", "--constraint", many=True, variable="UV_CONSTRAINT", separator=" "),
    _value("marker", "-m"),
    _switch("dev", off=None, variable="UV_DEV"),
    _value("optional"),
    _value("group"),
    _value("extra", many=True),
    _switch("editable", off=None),
    _switch("raw", "--raw-sources", off=None),
    _value("rev"),
    _value("tag"),
    _value("branch"),
    _value("package"),
    _value("script"),
    _switch("no-sync", off=None, variable="UV_NO_SYNC"),
    *_idle("lfs", "workspace"),
    *_idle_values("bounds"),
)  # fmt: skip

_COMMANDS: Final[Mapping[tuple[str, ...], tuple[CommandKind, tuple[Option, ...]]]] = {
    ("pip", "compile"): ("uv pip compile", COMPILE),
    ("pip", "install"): ("uv pip install", INSTALL),
    ("pip", "sync"): ("uv pip sync", PIP_SYNC),
    ("lock",): ("uv lock", LOCK),
    ("sync",): ("uv sync", SYNC),
    ("add",): ("uv add", ADD),
    ("run",): ("uv run", RUN),
}

_OTHER_COMMANDS: Final = frozenset(
    {
        "audit", "auth", "build", "build-backend", "cache", "check", "clean", "export", "format",
        "generate-shell-completion", "help", "init", "metadata", "publish", "python", "remove", "self", "tool", "tree",
        "upgrade", "venv", "version", "virtualenv", "v", "workspace",
    }
)  # fmt: skip

_OTHER_PIP_COMMANDS: Final = frozenset(
    {"check", "debug", "freeze", "list", "show", "tree", "uninstall", "download", "wheel"}
)


def split_command(words: Sequence[str]) -> tuple[CommandKind, tuple[Option, ...], list[str]] | None:
    """The words behind `uv` → the kind of command, its options, and its arguments; None for no command of uv.

    Options may stand before the command (`uv --offline lock`); they are handed on with the arguments.
    """
    leading, rest = _leading_options(words)
    for length in (2, 1):
        found = _COMMANDS.get(tuple(rest[:length]))
        if found:
            kind, options = found
            return kind, options, [*leading, *rest[length:]]
    if (
        not rest
        or rest[0] in _OTHER_COMMANDS
        or (rest[0] == "pip" and (len(rest) == 1 or rest[1] in _OTHER_PIP_COMMANDS))
    ):
        return "no resolution", _GLOBAL, leading
    return None


def _leading_options(words: Sequence[str]) -> tuple[list[str], list[str]]:
    with_value = {spelling for option in _GLOBAL if option.takes_value for spelling in option.spellings}
    position = 0
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in with_value else 1
    return list(words[:position]), list(words[position:])


def command_names() -> list[str]:
    """Every command word of uv, for near misses."""
    return sorted({"lock", "sync", "add", "run", "pip", *_OTHER_COMMANDS})
