"""Why the real tool gave no answer, from what it said to its user: its error as plain sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ..events import Failed, Unsatisfiable
from .log_lines import is_log

MAX_LINES: Final = 400
MAX_TEXT: Final = 20_000

_NO_SOLUTION: Final = ("No solution found", "ResolutionImpossible", "No matching distribution found")
_UV_ERROR: Final = re.compile(r"^(?:error:|\s{0,4}[×x] )\s*")
_GLYPHS: Final = re.compile(r"^[\s│┆├─╰▶╭┬|`>+-]*(?=\S)")
_LABEL: Final = re.compile(r"^(?P<label>error|cause|[Cc]aused by|hint|help):\s*")
_BRANCH: Final = re.compile(r"^\s*(?:├─▶|╰─▶|\|->|`->|\+->)")
_SENTENCE: Final = re.compile(r"(?<=[.:;]) (?=(?:And because|So, because|And|Because|So) )")
_PIP_ERROR: Final = re.compile(r"^\s*ERROR: ")
_BUILD: Final = re.compile(
    r"(?i)failed to (?:build|prepare)|build backend|metadata-generation-failed|subprocess-exited"
)
_FETCH: Final = re.compile(r"(?i)fetch|download|status (?:client|server) error|connect|request|HTTP|http[s]?://")
_NOISE: Final = re.compile(r"^(?:TRACE|DEBUG|INFO) |^\d+: \S+\(|^\s*warning: ")


def failure(tool: str, out: Sequence[str], err: Sequence[str], status: int) -> Unsatisfiable | Failed:
    """The end of a run that has no answer. `out` and `err` are lines that were cleaned and masked."""
    if tool == "pip":
        headline, report, hints = _pip_error(out, err)
    else:
        headline, report, hints = _uv_error(err)
    text = "\n".join([headline, *report, *err[-MAX_LINES:]])
    if any(sign in text for sign in _NO_SOLUTION):
        return Unsatisfiable(headline, report, hints, None)
    if not headline:
        return Failed("observe", f"The real {tool} ended with status {status} and without a word.", hints)
    kind = "build" if _BUILD.search(text) else "fetch" if _FETCH.search(" ".join([headline, *report])) else "observe"
    return Failed(kind, _as_sentence(headline, report), hints)


def _as_sentence(headline: str, report: Sequence[str]) -> str:
    """The error and its innermost causes as one line."""
    parts = [part.rstrip(".: ") for part in (headline, *report[:4])]
    return ": ".join(dict.fromkeys(part for part in parts if part))[:2000] + "."


def _uv_error(err: Sequence[str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The headline, its causes and the hints of uv's last error, in each style that it had."""
    start = next((n for n in range(len(err) - 1, -1, -1) if _UV_ERROR.match(err[n])), None)
    if start is None:
        said = [line.strip() for line in err if line.strip() and not is_log(line) and not _NOISE.match(line)]
        return (said[-1][:MAX_TEXT] if said else "", (), ())
    paragraphs: list[tuple[str, list[str]]] = [("error", [_UV_ERROR.sub("", err[start]).strip()])]
    fresh = False
    for line in err[start + 1 : start + MAX_LINES]:
        text = _GLYPHS.sub("", line).strip()
        if not text or set(text) <= set("│┆|"):
            fresh = True
            continue
        if is_log(line):
            continue
        label = _LABEL.match(text)
        if label:
            paragraphs.append(("hint" if label["label"] in ("hint", "help") else "cause", [text[label.end() :]]))
        elif _BRANCH.match(line) or (fresh and paragraphs[-1][0] != "hint"):
            paragraphs.append(("cause", [text]))
        else:
            paragraphs[-1][1].append(text)
        fresh = False
    joined = [(kind, " ".join(filter(None, words))[:MAX_TEXT]) for kind, words in paragraphs]
    report = [sentence for kind, text in joined[1:] if kind == "cause" for sentence in _SENTENCE.split(text)]
    hints = [text for kind, text in joined if kind == "hint"]
    return joined[0][1].rstrip(":"), tuple(report), tuple(hints)


def _pip_error(out: Sequence[str], err: Sequence[str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """pip's ERROR lines, and its list of what conflicts."""
    errors = [_PIP_ERROR.sub("", line).strip() for line in err if _PIP_ERROR.match(line)]
    report = [*errors[1:], *_conflict(out), *_conflict(err)][:MAX_LINES]
    hints = [line.strip() for line in err if line.strip().lower().startswith("hint:")]
    headline = errors[0] if errors else next((line.strip() for line in reversed(err) if line.strip()), "")
    return headline[:MAX_TEXT], tuple(line[:MAX_TEXT] for line in report), tuple(hints)


def _conflict(lines: Iterable[str]) -> list[str]:
    """The indented lines below "The conflict is caused by:"."""
    found: list[str] = []
    inside = False
    for line in lines:
        if "The conflict is caused by:" in line:
            inside, found = True, []
        elif inside and line.startswith("    ") and line.strip():
            found.append(line.strip())
        elif inside and line.strip():
            inside = False
    return found


def warnings(err: Iterable[str]) -> list[str]:
    """What the tool warned its user of, at most fifty different ones."""
    found: dict[str, None] = {}
    for line in err:
        label, colon, text = line.strip().partition(": ")
        if colon and label in ("warning", "WARNING") and text and not text.startswith("Retrying ("):
            found[text[:1000]] = None
    return list(found)[:50]
