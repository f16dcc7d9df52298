"""A program that plays uv: it asks what it is told to ask, through the proxy it is given, and writes what it is told.

Its script is the file `played.json` beside it: `version`, `asks` (URLs, those with a login as `user:password@`),
`lock` (the text of uv.lock), `says` (its standard error), `status`, `waits` (it never ends of itself).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

PLAYER = f"""#!{sys.executable}
import base64, json, os, signal, sys, urllib.error, urllib.request
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

script = json.loads((Path(__file__).parent / "played.json").read_text())
if "--version" in sys.argv:
    print("uv", script["version"])
elif "--help" in sys.argv:
    print("--dry-run --emit-index-annotation")
else:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({{"http": os.environ["HTTP_PROXY"]}}))
    for url in script["asks"]:
        parts = urlsplit(url)
        request = urllib.request.Request(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
        if "@" in parts.netloc:
            login = base64.b64encode(parts.netloc.rpartition("@")[0].encode()).decode()
            request.add_header("Authorization", "Basic " + login)
        try:
            opener.open(request).read()
        except (urllib.error.URLError, OSError):
            pass
    Path("ran.json").write_text(json.dumps({{"words": sys.argv[1:], "cwd": os.getcwd(), "environ": dict(os.environ)}}))
    if script["lock"]:
        Path("uv.lock").write_text(script["lock"])
    sys.stderr.buffer.write(script["says"].encode("utf-8", "surrogateescape"))
    sys.stderr.flush()
    if script["waits"]:
        signal.pause()
    if script["keeps"]:
        (Path(__file__).parent / "ran.json").write_text(Path("ran.json").read_text())
    sys.exit(script["status"])
"""


def play_uv(
    folder: Path,
    *,
    version: str = "0.13.8",
    asks: tuple[str, ...] = (),
    lock: str = "",
    says: str = "",
    status: int = 0,
    waits: bool = False,
) -> Path:
    """Write the program into `folder`, which then goes first on PATH; what it ran with is in its `ran.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    script = {
        "version": version,
        "asks": asks,
        "lock": lock,
        "says": says,
        "status": status,
        "waits": waits,
        "keeps": True,
    }
    (folder / "played.json").write_text(json.dumps(script))
    program = folder / "uv"
    program.write_text(PLAYER)
    program.chmod(0o755)
    return folder
