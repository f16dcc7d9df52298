"""On which line a key of a TOML file stands."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.settings.toml_file import BrokenToml, Key, dotted, key_lines, parse_toml

EXAMPLE = """\
# a comment
[project]
name = "x" # another
dependencies = [
    "a",  # [not a table]
    "b; x == '#'",
]

[tool.uv]
environments = ["one", "two"]
sources.torch = [
    { index = "cu", marker = "m" },
    { index = "cpu" },
]
[[tool.uv.index]]
url = "http://a"
[[tool.uv.index]]
"name" = 'b'
text = \"\"\"
[fake]
key = 1
\"\"\"
cache-control = { api = "x", files = "y" }
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("project",), 2),
        (("project", "name"), 3),
        (("project", "dependencies"), 4),
        (("project", "dependencies", 0), 5),
        (("project", "dependencies", 1), 6),
        (("tool", "uv", "environments", 1), 10),
        (("tool", "uv", "sources", "torch", 1, "index"), 13),
        (("tool", "uv", "index", 0), 15),
        (("tool", "uv", "index", 1), 17),
        (("tool", "uv", "index", 1, "name"), 18),
        (("tool", "uv", "index", 1, "cache-control", "files"), 23),
    ],
)
def test_lines_of_keys(key: Key, line: int) -> None:
    assert key_lines(EXAMPLE)[key] == line


def test_a_key_without_a_line_has_that_of_what_is_around_it() -> None:
    file = parse_toml(EXAMPLE, Path("p.toml"), "p.toml")
    assert str(file.origin("tool", "uv", "index", 1, "nothere")) == "p.toml:17 (tool.uv.index[2].nothere)"


def test_people_count_from_one() -> None:
    assert dotted(("tool", "uv", "index", 0, "url")) == "tool.uv.index[1].url"


def test_a_broken_file_is_named_with_its_line() -> None:
    with pytest.raises(BrokenToml, match=r"p\.toml:2: this is no valid TOML"):
        parse_toml("a = 1\nb = \n", Path("p.toml"), "p.toml")
    with pytest.raises(BrokenToml, match=r"p\.toml:2: this is no valid TOML"):
        parse_toml('a = 1\nb = "', Path("p.toml"), "p.toml")


def test_deep_nesting_is_refused_and_no_crash() -> None:
    with pytest.raises(BrokenToml):
        parse_toml("a = " + "[" * 5000, Path("p.toml"), "p.toml")


NAMES = st.text(alphabet="abc-_1", min_size=1, max_size=4)
VALUES = st.sampled_from(['"x"', "1.5", "true", "[1, 2]", "{ k = 1 }", "'''\n[a]\n'''", "[\n 1,\n 2 ]", "1979-05-27"])


@given(st.lists(st.tuples(NAMES, VALUES), max_size=8, unique_by=lambda pair: pair[0]), st.booleans())
def test_every_key_that_tomllib_reads_has_the_line_it_was_written_on(pairs: list[tuple[str, str]], table: bool) -> None:
    text, expected = ("[t]\n" if table else ""), {}
    for name, value in pairs:
        expected[("t", name) if table else (name,)] = text.count("\n") + 1
        text += f"{name} = {value}\n"
    content: dict[str, Any] = tomllib.loads(text)
    lines = key_lines(text)
    assert {key: lines[key] for key in expected} == expected
    assert set(content.get("t", {}) if table else content) == {name for name, _ in pairs}


@given(st.text(alphabet="[]{}=,.\"'#\n ab", max_size=60))
def test_the_scanner_ends_on_any_text(text: str) -> None:
    assert isinstance(key_lines(text), dict)
