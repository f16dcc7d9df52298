"""`uv sync` beside a lock that still holds asks for the locked files and for nothing else."""

from __future__ import annotations

from engine_world import bodies, place

from explorer.events import Resolved

WORLD = """
[[server]]
id = "s"
[[server.index]]
id = "main"
path = "/simple"
files = "/files"
[server.index.packages.a.versions."1.0"]
sdist = false
[server.index.packages.b.versions."2.0"]
sdist = false
[server.index.packages.only-windows.versions."1.0"]
sdist = false
[files]
"pyproject.toml" = '''
[project]
name = "proj"
version = "0"
requires-python = ">=3.11"
dependencies = ["a", "only-windows; sys_platform == 'win32'"]

[[tool.uv.index]]
url = "{main}"
default = true
'''
"uv.lock" = '''
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "a"
version = "1.0"
source = { registry = "{main}" }
dependencies = [{ name = "b" }]
wheels = [{ url = "{main!root}/files/a-1.0-py3-none-any.whl", hash = "sha256:00" }]

[[package]]
name = "b"
version = "2.0"
source = { registry = "{main}" }
wheels = [{ url = "{main!root}/files/b-2.0-py3-none-any.whl", hash = "sha256:00" }]

[[package]]
name = "only-windows"
version = "1.0"
source = { registry = "{main}" }
wheels = [{ url = "{main!root}/files/only_windows-1.0-py3-none-any.whl", hash = "sha256:00" }]

[[package]]
name = "proj"
version = "0"
source = { virtual = "." }
dependencies = [
    { name = "a" },
    { name = "only-windows", marker = "sys_platform == 'win32'" },
]

[package.metadata]
requires-dist = [
    { name = "a" },
    { name = "only-windows", marker = "sys_platform == 'win32'" },
]
'''
"""


def test_only_the_files_for_this_platform_are_asked_for() -> None:
    with place(WORLD) as world:
        outcome, events = world.run(["uv", "sync", "--frozen"])
        assert sorted(world.paths()) == ["/files/a-1.0-py3-none-any.whl", "/files/b-2.0-py3-none-any.whl"]
    assert outcome == "resolved"
    (answer,) = bodies(events, Resolved)
    assert {p.name: p.markers for p in answer.packages} == {
        "a": None,
        "b": None,
        "only-windows": "sys_platform == 'win32'",
    }


def test_a_lock_that_holds_asks_nothing() -> None:
    with place(WORLD) as world:
        outcome, _ = world.run(["uv", "lock"])
        assert (outcome, world.paths()) == ("resolved", [])
