"""A lesson file that is wrong is told in one sentence with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.worlds.lesson_file import MAX_LESSON_BYTES, read_lesson, read_lesson_file
from explorer.worlds.table import BadWorld

GOOD = """\
id = "demo"
title = "A title"
topic = "indexes"
claim = "A claim."
setup = "What is there."
question = "What happens?"
choices = ["this", "that"]
right = 1
answer = "Because."
evidence = "status:200"
rules = ["page_404"]
profile = "uv@0.13.8"
command = ["uv", "pip", "compile", "requirements.in", "--index-url", "{main}"]

[expected]
outcome = "resolved"
packages = { demo = "1.0" }

[[flip]]
change = "another version"
outcome = "unsatisfiable"
[flip.files]
"requirements.in" = "demo>1"

[files]
"requirements.in" = "demo"

[[server]]
id = "host"
[[server.index]]
id = "main"
[server.index.packages.demo.versions."1.0"]
sdist = false
"""

BROKEN = {
    "wrong TOML": ("right = 1", "right = ", r":8: this is no valid TOML: "),
    "a text that is not closed": ('title = "A title"', 'title = "A title', r":2: this is no valid TOML: "),
    "an unknown key": ("right = 1", "rigth = 1\nright = 1", r":8: rigth: unknown key 'rigth'"),
    "a missing key": ('claim = "A claim."\n', "", r": claim is missing"),
    "an empty text": ('"A claim."', '""', r":4: claim: must not be empty"),
    "a wrong type": ("right = 1", 'right = "1"', r":8: right: expected a whole number"),
    "a choice that is not there": (
        "right = 1",
        "right = 3",
        r":8: right: expected the number of the right choice, 1 to 2",
    ),
    "one choice": ('["this", "that"]', '["this"]', r":7: choices: expected two to five choices"),
    "a choice that is no text": ('["this", "that"]', '["this", 5]', r":7: choices\[2\]: expected a text, not 5"),
    "an id with spaces": ('id = "demo"', 'id = "my demo"', r":1: id: expected small letters"),
    "no expected outcome": ('outcome = "resolved"\n', "", r":15: expected: outcome is missing"),
    "an outcome that there is not": ('"resolved"', '"fine"', r":16: expected.outcome: expected one of resolved, unsat"),
    "a release that is none": ("uv@0.13.8", "uv@newest", r":12: profile: 'newest' is no version"),
    "a tool without a release": ("uv@0.13.8", "uv", r":12: profile: expected a release"),
    "a tool that there is not": ("uv@0.13.8", "poetry@2", r":12: profile: expected uv, pip"),
    "a command of another tool": ('["uv", "pip"', '["pip", "pip"', r":13: command: pip does not run as uv@0.13.8"),
    "a rule that there is not": ('["page_404"]', '["page_418"]', r":11: rules\[1\]: there is no rule 'page_418'"),
    "an index that is missing": ('"{main}"]', '"{mian}"]', r":13: command\[?6?\]?: \{mian\} names no index"),
    "an index that is missing in a file": (
        '"demo"\n\n',
        '"demo @ {nowhere}/x"\n\n',
        r":26: files.*\{nowhere\} names no index",
    ),
    "an impossible version": ('versions."1.0"', 'versions."1.x"', r":32: .*'1\.x' is no version"),
    "an impossible requirement": ("sdist = false", 'requires = ["a b c"]', r":32: .*'a b c' is no requirement"),
    "an impossible wheel": ("sdist = false", 'wheel-tags = ["py3"]', r":32: .*is no name of a wheel"),
    "a pane that there is not": ("right = 1", 'right = 1\npane = "x"', r":9: pane: expected one of queries, auth"),
    "a status that is none": ('id = "main"', 'id = "main"\nstatus = { demo = "bad" }', r":32: .*expected a status"),
    "a request that is none": (
        'packages = { demo = "1.0" }',
        'asked = ["/demo"]',
        r":17: expected.asked\[1\]: expected a req",
    ),
    "a host on the network": (
        'id = "host"',
        'id = "host"\nhost = "0.0.0.0"',
        r":30: server\[1\]\.host: expected 127.0.0.1",
    ),
    "two indexes of one name": (
        "[server.index.packages",
        '[[server.index]]\nid = "main"\n[server.index.packages',
        "two indexes",
    ),
    "a redirect to nowhere": ('id = "main"', 'id = "main"\nredirect-to = "x"', r":32: .*there is no index 'x'"),
    "a file outside the project": ('"requirements.in" = "demo"', '"../../x" = "demo"', "lies outside the project"),
    "no server": (GOOD[GOOD.index("[[server]]") :], "", r"there is no \[\[server\]\]"),
}


def test_the_good_file_is_good() -> None:
    assert read_lesson(GOOD, "good.toml").right == 0


@pytest.mark.parametrize(("old", "new", "complaint"), BROKEN.values(), ids=BROKEN)
def test_a_broken_lesson_is_one_sentence_with_its_line(old: str, new: str, complaint: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(BadWorld) as caught:
        read_lesson(text, "broken.toml")
    message = str(caught.value)
    assert message.startswith("broken.toml") and re.search(complaint, message), message
    assert message.endswith(".") and "\n" not in message


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_text(GOOD + "# " + "x" * MAX_LESSON_BYTES)
    with pytest.raises(BadWorld, match=r"large\.toml: a lesson has at most 256 kB"):
        read_lesson_file(path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"\xff\xfe", "no UTF-8"), (None, "No such file"), (b"a = " + b"[" * 5000, "nested too deeply")],
)
def test_a_file_that_cannot_be_read_is_told(content: bytes | None, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "lesson.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadWorld, match=complaint):
        read_lesson_file(path)


def test_too_many_files_are_refused() -> None:
    many = "".join(f'[server.index.packages.demo.versions."2.{number}"]\n' for number in range(2_600))
    with pytest.raises(BadWorld, match="at most 5000 files, not 5201"):
        read_lesson(GOOD + many, "many.toml")
