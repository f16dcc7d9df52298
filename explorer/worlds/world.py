"""A world described: servers on loopback, their indexes, and what these hold and answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal, cast

from packaging.utils import canonicalize_name

from .distributions import Distribution
from .table import BadWorld, Table

PageFormat = Literal["html", "json", "both", "flat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The one account that is let in; what anyone without, or with other credentials is answered."""

    user: str
    password: str = field(repr=False)
    unauthenticated: int = 401
    rejected: int = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedIndex:
    """One index of a server. Statuses, pages, types and latencies are by normalized project name ("" is the root).

    `status` gives one status for each request in turn, the last one stays, and 200 stands for the page. `file_status`
    maps a glob of file names (optionally behind a method, `HEAD *.whl`) to a status. `page_types` "none" sends no
    Content-Type.
    """

    id: str
    path: str
    files_path: str
    account: Account | None = None
    files_account: Account | None = None
    missing: int = 404
    missing_file: int = 404
    status: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    file_status: Mapping[str, int] = field(default_factory=dict)
    redirect_to: str | None = None
    redirect_missing_to: str | None = None
    redirect_code: int = 302
    files_host: str | None = None
    format: PageFormat = "both"
    content_type: str = "text/html"
    pages: Mapping[str, str] = field(default_factory=dict)
    page_types: Mapping[str, str] = field(default_factory=dict)
    page_headers: Mapping[str, str] = field(default_factory=dict)
    latency: Mapping[str, int] = field(default_factory=dict)
    cache_control: str | None = None
    core_metadata: bool = True
    range: bool = True
    etag: bool = False
    flat: bool = False
    relative: bool = False
    reverse: bool = False
    hide_requires_python: bool = False
    api_version: str = "1.1"
    packages: Mapping[str, tuple[Distribution, ...]] = field(default_factory=dict)

    def files(self) -> Mapping[str, Distribution]:
        """File name → file."""
        return {file.filename: file for files in self.packages.values() for file in files}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedHost:
    """One loopback port. `refuse` binds it without listening; `latency` delays each answer, in milliseconds."""

    id: str
    host: Literal["127.0.0.1", "localhost"] = "127.0.0.1"
    latency: int = 0
    refuse: bool = False
    indexes: tuple[ServedIndex, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Servers, the files of the project (`~/…` go to the home folder), variables, and local folders of files."""

    name: str
    hosts: tuple[ServedHost, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def index(self, id_: str) -> ServedIndex | None:
        return next((index for host in self.hosts for index in host.indexes if index.id == id_), None)


def read_world(table: Table, name: str) -> World:
    """The world that `server`, `files`, `env` and `links` of `table` describe. Raises `BadWorld`."""
    world = World(
        name=name,
        hosts=tuple(_host(host) for host in table.tables("server")),
        files=table.mapping("files", str),
        environ=table.mapping("env", str),
        links=table.mapping("links", str),
    )
    placed = [
        (("server", number, "index", position), index)
        for number, host in enumerate(world.hosts)
        for position, index in enumerate(host.indexes)
    ]
    ids = [index.id for _, index in placed]
    for key, index in placed:
        if ids.count(index.id) > 1:
            raise BadWorld(f"two indexes are called {index.id!r}", name, (*key, "id"))
        named = {
            "redirect-to": index.redirect_to,
            "redirect-missing-to": index.redirect_missing_to,
            "files-host": index.files_host,
        }
        for option, other in named.items():
            if other is not None and other not in ids:
                raise BadWorld(f"there is no index {other!r}", name, (*key, option))
    for folder, id_ in world.links.items():
        if id_ not in ids:
            raise BadWorld(f"there is no index {id_!r}", name, ("links", folder))
    hosts = [host.id for host in world.hosts]
    for number, id_ in enumerate(hosts):
        if hosts.count(id_) > 1:
            raise BadWorld(f"two servers are called {id_!r}", name, ("server", number, "id"))
    return world


def _host(table: Table) -> ServedHost:
    host = ServedHost(
        id=table.need("id"),
        host=cast(Literal["127.0.0.1", "localhost"], table.text("host", "127.0.0.1")),
        latency=table.take("latency-ms", int, 0),
        refuse=table.take("refuse", bool, False),
        indexes=tuple(_index(index) for index in table.tables("index")),
    )
    if host.host not in ("127.0.0.1", "localhost"):
        raise table.error("expected 127.0.0.1 or localhost", "host")
    table.finish()
    return host


def _index(table: Table) -> ServedIndex:
    id_ = table.need("id")
    account = _account(table.table("auth"))
    files_account = account
    open_files = table.raw("files-auth")
    if open_files is not None:
        files_account = (
            None if open_files is False else _account(Table(open_files, table.name, (*table.key, "files-auth")))
        )
    index = ServedIndex(
        id=id_,
        path=(table.text("path", f"/{id_}/simple") or "").rstrip("/"),
        files_path=(table.text("files", f"/{id_}/files") or "").rstrip("/"),
        account=account,
        files_account=files_account,
        missing=table.take("missing", int, 404),
        missing_file=table.take("missing-file", int, 404),
        status={name: _statuses(value, name, table) for name, value in table.mapping("status", object).items()},
        file_status=table.mapping("file-status", int),
        redirect_to=table.text("redirect-to"),
        redirect_missing_to=table.text("redirect-missing-to"),
        redirect_code=table.take("redirect-code", int, 302),
        files_host=table.text("files-host"),
        format=cast(PageFormat, table.text("format", "both")),
        content_type=table.text("content-type", "text/html") or "",
        pages=table.mapping("pages", str),
        page_types=table.mapping("page-types", str),
        page_headers=table.mapping("page-headers", str),
        latency=table.mapping("latency", int),
        cache_control=table.text("cache-control"),
        core_metadata=table.take("core-metadata", bool, True),
        range=table.take("range", bool, True),
        etag=table.take("etag", bool, False),
        flat=table.take("flat", bool, False),
        relative=table.take("relative", bool, False),
        reverse=table.text("file-order") == "reverse",
        hide_requires_python=table.take("hide-requires-python", bool, False),
        api_version=table.text("api-version", "1.1") or "",
        packages=_packages(table),
    )
    table.finish()
    return index


def _account(table: Table | None) -> Account | None:
    if table is None:
        return None
    account = Account(
        user=table.need("user"),
        password=table.need("password", may_be_empty=True),
        unauthenticated=table.take("unauthenticated", int, 401),
        rejected=table.take("rejected", int, 401),
    )
    table.finish()
    return account


def _statuses(value: object, project: str, table: Table) -> tuple[int, ...]:
    statuses = value if isinstance(value, list) else [value]
    if not statuses or not all(isinstance(status, int) for status in statuses):
        raise table.error("expected a status or a list of them", "status", project)
    return tuple(statuses)


def _packages(table: Table) -> Mapping[str, tuple[Distribution, ...]]:
    packages: dict[str, tuple[Distribution, ...]] = {}
    for name, package in table.mapping("packages", dict).items():
        shared = {key: value for key, value in package.items() if key != "versions"}
        files: list[Distribution] = []
        place = (*table.key, "packages", name)
        for version, own in Table(package, table.name, place).mapping("versions", dict).items():
            files += _version_files(
                name, version, Table({**shared, **own}, table.name, (*place, "versions", version)), {**shared, **own}
            )
        packages[canonicalize_name(name)] = (*packages.get(canonicalize_name(name), ()), *files)
    return packages


def _version_files(name: str, version: str, table: Table, values: Mapping[str, object]) -> list[Distribution]:
    """The wheels of a version in the order of its tags, then its source distribution; `values` are those of `table`."""
    per_file = table.mapping("per-file", dict)
    unavailable = table.texts("unavailable")
    tags: list[str | None] = []
    if table.take("wheel", bool, True):
        tags += table.texts("wheel-tags", ("py3-none-any",)) or ("py3-none-any",)
    else:
        table.texts("wheel-tags")
    if table.take("sdist", bool, True):
        tags.append(None)
    rest = {
        key: values[key] for key in values if key not in ("per-file", "unavailable", "wheel", "wheel-tags", "sdist")
    }
    files = []
    for tag in tags:
        own = dict(rest)
        for glob, changed in per_file.items():
            if fnmatchcase(tag or "sdist", glob):
                own.update(changed)
        file = _file(name, version, tag, Table(own, table.name, table.key))
        files.append(replace(file, unavailable=any(fnmatchcase(file.filename, glob) for glob in unavailable)))
    return files


def _file(name: str, version: str, tag: str | None, table: Table) -> Distribution:
    build = table.text("build")
    if tag is not None and tag.count("-") == 3:
        build, tag = tag.split("-", 1)
    yanked = table.raw("yanked", False)
    if not isinstance(yanked, bool | str):
        raise table.error("expected true or a reason", "yanked")
    extras = table.mapping("extras", list)
    file = Distribution(
        name=name,
        version=version,
        tag=tag,
        build=build,
        requires=table.texts("requires"),
        extras={extra: tuple(str(requirement) for requirement in listed) for extra, listed in extras.items()},
        requires_python=table.text("requires-python"),
        dynamic=table.take("dynamic", bool, False),
        yanked=yanked,
        upload_time=table.text("upload-time"),
    )
    table.finish()
    return file
