"""What each rule says of the world that is its cause: claim, evidence, and how its remedies end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rule_worlds import (
    ACCOUNT,
    BEHIND_REDIRECT,
    BEST,
    COMPILE,
    CORP,
    DIFFERENT_WHEELS,
    EXPLICIT,
    FORWARDED,
    HAS_B,
    HERE,
    IDX,
    INSIDE,
    LOCAL,
    LOCK,
    LOCKED,
    LYING,
    NEWER,
    OLD_CUT,
    ONLY_ON_WINDOWS,
    OTHER_HOST,
    OUTSIDE,
    PRE,
    RIGHT_NETRC,
    STALE_OUTPUT,
    TWO,
    WINDOWS,
    WITH_URL,
)
from test_credential_rules import PRIVATE
from test_file_rules import one as file_world
from test_index_rules import HAS_A, two
from test_version_rules import one as version_world

RESOLVES, FAILS = "tried: resolves", "tried: still fails with: "


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A world and what is said of it; `remedies` by title with how the message begins, requests allowed.

    `beside` is a world without the cause; `beside_words` and `beside_profile` where these are what differs.
    """

    rule: str
    text: str
    words: tuple[str, ...]
    claim: str
    cited: frozenset[str]
    remedies: Mapping[str, str] = field(default_factory=dict)
    would_tell: str = ""
    profile: str = "uv@0.13.8"
    environ: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""
    beside_words: tuple[str, ...] = ()
    beside_profile: str = ""
    name: str = ""


def kinds(*names: str) -> frozenset[str]:
    return frozenset(names)


EXCHANGE = ("RequestStarted", "RequestEnded", "CredentialSent")
FILE = kinds("PageRead", *EXCHANGE)
PAGE = kinds("IndexAnswered", *EXCHANGE)

CAUSES = (
    Cause(
        rule="F01",
        text=file_world("wheel = false\ndynamic = true").replace(*ONLY_ON_WINDOWS),
        words=LOCK,
        claim="a is needed only where",
        cited=kinds("RequirementAdded", "Failed"),
        remedies={
            "only for this machine": RESOLVES,
            "environments = sys_platform == 'linux'": RESOLVES,
            "dependency-metadata for a": RESOLVES,
        },
        would_tell="what a requires, for dependency-metadata",
        beside=file_world().replace(*ONLY_ON_WINDOWS),
    ),
    Cause(
        rule="F02",
        text=file_world(WINDOWS),
        words=("uv", "sync"),
        claim="A universal resolution asks for a wheel for some platform, not for this one.",
        cited=kinds("Failed", "WheelChosen"),
        remedies={HERE: FAILS},
        beside=file_world(),
    ),
    Cause(
        rule="F03",
        text=PRIVATE,
        words=(*COMPILE, "--default-index", "corp={corp|alice:wrong}"),
        claim="corp refused the credentials of alice",
        cited=kinds(*EXCHANGE),
        would_tell="with other credentials",
        beside=PRIVATE,
        beside_words=WITH_URL,
        name="wrong",
    ),
    Cause(
        rule="F03",
        text=PRIVATE,
        words=CORP,
        claim="corp answered 401 and no credentials were sent",
        cited=kinds("CredentialConsidered", *PAGE),
        remedies={"corp: authenticate = always": FAILS},
        beside=PRIVATE,
        beside_words=WITH_URL,
        name="none",
    ),
    Cause(
        rule="F05",
        text=two("a", "status = { a = 403 }", HAS_A.format("1.0")),
        words=TWO,
        claim="first answered 403 for a (no credentials were sent)",
        cited=kinds("SearchEnded", *PAGE),
        remedies={"first: ignore 403": RESOLVES, "without first": RESOLVES, "as uv@0.6.17": RESOLVES},
        would_tell="the page of a on second",
        beside=two("a", "", HAS_A.format("1.0")),
    ),
    Cause(
        rule="F08",
        text=version_world(more='requires-python = ">=3.10"'),
        words=LOCK,
        claim="a needs Python >=3.10, but requires-python >=3.8 admits others",
        cited=kinds("IncompatibilityAdded"),
        remedies={"requires-python >=3.10": RESOLVES},
        beside=version_world(more='requires-python = ">=3.7"'),
    ),
    Cause(
        rule="F09",
        text=PRE,
        words=(*IDX, "--prerelease", "explicit"),
        profile="uv@0.7.13",
        claim="Of c only pre-releases fit",
        cited=kinds("PageRead", "IncompatibilityAdded"),
        remedies={"pre-releases allow of c": "", "pre-releases allow": RESOLVES},
        beside=PRE,
        beside_words=(*IDX, "--prerelease", "allow"),
    ),
    Cause(
        rule="F10",
        text=EXPLICIT,
        words=LOCK,
        claim="b was not looked for on private: that index is explicit",
        cited=kinds("SearchEnded", "IndexInForce", "RequirementAdded"),
        remedies={"private not explicit": RESOLVES, "require b from private": RESOLVES},
        would_tell="the page of b on private",
        beside=EXPLICIT.replace("explicit = true\n", ""),
    ),
    Cause(
        rule="F12",
        text=file_world('sdist = false\nunavailable = ["*.whl"]', "core-metadata = false"),
        words=IDX,
        claim="idx lists a-1.0-py3-none-any.whl of a 1.0, but answers 404 for it.",
        cited=FILE,
        remedies={"dependency-metadata for a 1.0": RESOLVES, "idx: ignore 404": FAILS},
        would_tell="what a 1.0 requires",
        beside=file_world(options="core-metadata = false"),
    ),
    Cause(
        rule="F13",
        text=OUTSIDE,
        words=(*COMPILE, "--index", "one={one|one:key-one}", "--default-index", "two={two|two:key-two}"),
        claim="The credentials of two (user two) were sent to a-1.0-py3-none-any.whl",
        cited=kinds(*EXCHANGE),
        remedies={"without two": RESOLVES},
        beside=INSIDE,
    ),
    Cause(
        rule="F16",
        text=version_world().replace("[files]", f"[files]\n\"uv.lock\" = '''\n{LOCKED}'''"),
        words=("uv", "sync", "--frozen"),
        claim="The lock was made with http://elsewhere.test/simple, which is not among the indexes here",
        cited=kinds("IndexInForce"),
        remedies={"no preferences": RESOLVES},
        beside=version_world().replace(
            "[files]", f"[files]\n\"uv.lock\" = '''\n{LOCKED.replace('http://elsewhere.test/simple', '{idx}')}'''"
        ),
    ),
    Cause(
        rule="F17",
        text=LOCAL.replace("{tags}", '["cp311-cp311-win_amd64"]'),
        words=("uv", "sync"),
        claim="cu lists torch 2.5.1+cu124, a local version, for win32; here it would have to be for linux.",
        cited=kinds("WheelChosen", "Failed"),
        remedies={HERE: FAILS, "without cu": ""},
        would_tell="the page of torch on another index",
        beside=LOCAL.replace("{tags}", '["py3-none-any"]'),
    ),
    Cause(
        rule="F18",
        text=version_world(options='format = "html"\ncore-metadata = false'),
        words=OLD_CUT,
        claim="none counts under exclude-newer: its page is HTML, which has no upload times",
        cited=kinds("PageRead", "IncompatibilityAdded"),
        remedies={"no exclude-newer on idx": RESOLVES, "no exclude-newer of a": RESOLVES, "no exclude-newer": RESOLVES},
        beside=version_world(options='format = "html"\ncore-metadata = false'),
        beside_words=OLD_CUT[:-2],
    ),
    Cause(
        rule="F19",
        text=two("a\\nb", 'auth = { user = "u", password = "right", rejected = 404 }'),
        words=(*COMPILE, "--index", "first={first|u:wrong}", "--default-index", "second={second}"),
        claim="first answered 404 for all 2 pages asked, with credentials sent each time.",
        cited=kinds(*EXCHANGE),
        would_tell="the page of a package that first certainly has, with the same credentials",
        beside=two("a\\nb"),
        beside_words=(*COMPILE, "--index", "first={first}", "--default-index", "second={second}"),
    ),
    Cause(
        rule="F20",
        text=FORWARDED.replace("{host}", "localhost"),
        words=(*COMPILE, "--default-index", "first={first}"),
        claim="The page of a was asked of first without credentials, redirected to localhost and answered there",
        cited=kinds(*EXCHANGE),
        remedies={"first: authenticate = always": FAILS},
        beside=FORWARDED.replace("{host}", "127.0.0.1"),
    ),
    Cause(
        rule="F21",
        text=two("a\\nb", f"missing = 403\n{HAS_A.format('1.0')}", HAS_B),
        words=TWO,
        claim="first answered 200 for a and 403 for b, to the same user",
        cited=kinds(*EXCHANGE),
        remedies={"first: ignore 403": RESOLVES},
        would_tell="a package that first certainly does not have",
        beside=two("b", "missing = 403", HAS_B),
    ),
    Cause(
        rule="F25",
        text=PRIVATE.replace("elsewhere.test", "127.0.0.1"),
        words=CORP,
        claim="refused bob of netrc with 401",
        cited=kinds(*EXCHANGE),
        remedies={"without netrc": FAILS},
        beside=RIGHT_NETRC,
        name="wrong",
    ),
    Cause(
        rule="F25",
        text=PRIVATE,
        words=CORP,
        claim="netrc has no entry for 127.0.0.1",
        cited=kinds("CredentialConsidered", *EXCHANGE),
        would_tell="with an entry for 127.0.0.1 in netrc",
        beside=RIGHT_NETRC,
        name="none",
    ),
    Cause(
        rule="F26",
        text=BEHIND_REDIRECT,
        words=WITH_URL,
        claim="the credentials were not sent along",
        cited=kinds(*EXCHANGE),
        remedies={"as uv@0.7.0": RESOLVES},
        would_tell="with credentials that it accepts",
        beside=BEHIND_REDIRECT.replace('auth = { user = "alice", password = "secret-key" }', ""),
    ),
    Cause(
        rule="F27",
        text=OTHER_HOST.replace("{host}", 'files-host = "elsewhere"'),
        words=WITH_URL,
        claim="lies outside",
        cited=kinds(*EXCHANGE),
        would_tell="with the credentials of corp",
        beside=OTHER_HOST.replace("{host}", ""),
    ),
    Cause(
        rule="F28",
        text=file_world(options='file-status = { "a-1.0-py3-none-any.whl" = 403 }\ncore-metadata = false')
        + '[server.index.packages.a.versions."0.9"]\nsdist = false\n',
        words=IDX,
        claim="refuses the file with 403 to the user that it gave the page",
        cited=FILE,
        remedies={"idx: ignore 403": RESOLVES},
        would_tell="another version of a",
        beside=file_world(options="core-metadata = false"),
    ),
    Cause(
        rule="F29",
        text=file_world(options='format = "html"\ncontent-type = "application/octet-stream"'),
        words=IDX,
        claim="something that is no page",
        cited=PAGE,
        remedies={"without idx": ""},
        beside=file_world(options='format = "html"'),
    ),
    Cause(
        rule="F30",
        text=file_world(options="range = false\ncore-metadata = false"),
        words=IDX,
        claim="bytes were read for the metadata of 1 wheel.",
        cited=kinds("MetadataRead", *EXCHANGE),
        beside=file_world(options="core-metadata = false"),
    ),
    Cause(
        rule="F32",
        text=LYING,
        words=IDX,
        claim="its metadata says version 0.7.0+cpu",
        cited=kinds("MetadataRead", *EXCHANGE),
        beside=LYING.replace('"filename": "a-0.7.0-', '"filename": "a-0.7.0+cpu-'),
        name="version",
    ),
    Cause(
        rule="F32",
        text=DIFFERENT_WHEELS.replace("{lacking}", '"*macosx*"'),
        words=(*IDX, "--universal"),
        claim="with cuda, and the metadata of a-1.0-py3-none-macosx_11_0_arm64.whl has no such extra.",
        cited=kinds("MetadataRead", "RequirementAdded"),
        remedies={"metadata of a 1.0 from a-1.0-py3-none-manylinux_2_17_x86_64.whl": RESOLVES},
        would_tell="whether these have it",
        beside=DIFFERENT_WHEELS.replace("{lacking}", '"*manylinux*"'),
        name="extra",
    ),
    Cause(
        rule="F34",
        text=file_world(WINDOWS),
        words=IDX,
        claim="the platform tag is win_amd64",
        cited=kinds("WheelChosen"),
        remedies={"only for windows": RESOLVES},
        beside=file_world(),
        name="platform",
    ),
    Cause(
        rule="F34",
        text=file_world('sdist = false\nwheel-tags = ["cp312-cp312-manylinux_2_17_x86_64"]'),
        words=(*IDX, "--python-version", "3.11"),
        claim="the python tag is cp312",
        cited=kinds("WheelChosen"),
        remedies={"only for this machine, Python 3.12": RESOLVES},
        beside=file_world('sdist = false\nwheel-tags = ["cp311-cp311-manylinux_2_17_x86_64"]'),
        name="python",
    ),
    Cause(
        rule="F35",
        text=file_world(
            'sdist = false\nwheel-tags = ["py3-none-manylinux_2_17_x86_64"]',
            more="[tool.uv]\nrequired-environments = [\"sys_platform == 'win32'\"]",
        ),
        words=LOCK,
        claim="a has no wheel for sys_platform ==",
        cited=kinds("IncompatibilityAdded"),
        remedies={"required-environments = none": RESOLVES},
        beside=file_world(more="[tool.uv]\nrequired-environments = [\"sys_platform == 'win32'\"]"),
    ),
    Cause(
        rule="F37",
        text=two("a", "status = { a = 403 }", HAS_A.format("1.0")),
        words=(*COMPILE, "--default-index", "{first}"),
        environ={"UV_DEFAULT_INDEX": "{second}"},
        claim="is not in force",
        cited=kinds("SettingIgnored", "IndexInForce"),
        beside=two("a", "status = { a = 403 }", HAS_A.format("1.0")),
        beside_words=(*COMPILE, "--default-index", "{first}", "--no-cache"),
    ),
    Cause(
        rule="F38",
        text=two("a", '[server.index.packages.a.versions."1.0"]\nwheel = false', HAS_A.format("1.0")),
        words=(*TWO, *BEST),
        claim="although second lists the wheel a-1.0-py3-none-any.whl",
        cited=kinds("WheelChosen", "PageRead"),
        remedies={"first later": RESOLVES},
        beside=two("a", HAS_A.format("1.0"), HAS_A.format("1.0")),
    ),
    Cause(
        rule="F39",
        text=two("a", ACCOUNT + HAS_A.format("1.0"), HAS_A.format("99.0")),
        words=(*COMPILE, "--index", "first={first|u:wrong}", "--default-index", "second={second}", *BEST),
        claim="a 99.0 comes from second, but first answered 401 (credentials of u were sent) and may have a too",
        cited=kinds("IndexAnswered"),
        remedies={"strategy first-index": FAILS},
        would_tell="the page of a on first, with credentials that it accepts",
        beside=two("a", ACCOUNT + HAS_A.format("100.0"), HAS_A.format("99.0")),
        beside_words=(*COMPILE, "--index", "first={first|u:right}", "--default-index", "second={second}", *BEST),
        name="refused",
    ),
    Cause(
        rule="F39",
        text=two("a", ACCOUNT + HAS_A.format("1.0"), HAS_A.format("99.0")),
        words=("pip", "install", "--dry-run", "-r", "requirements.in", "--index-url", "{second}",
               "--extra-index-url", "{first|u:right}"),
        profile="pip@26.3",
        claim="a 99.0 comes from",
        cited=kinds("IndexAnswered"),
        remedies={"without HOST/second/simple": RESOLVES},
        beside=two("b", ACCOUNT + HAS_A.format("1.0"), HAS_A.format("99.0").replace("packages.a", "packages.b")),
        name="pip",
    ),
    Cause(
        rule="F40",
        text=version_world(more='yanked = "broken"'),
        words=IDX,
        claim="a 1.0 was yanked ('broken')",
        cited=kinds("CandidateJudged"),
        remedies={"take a 1.0 though it was yanked": RESOLVES},
        beside=version_world("a==1.0", more='yanked = "broken"'),
    ),
    Cause(
        rule="F41",
        text=STALE_OUTPUT + NEWER,
        words=(*IDX, "-o", "out.txt"),
        claim="a stays at 1.0 because an earlier answer has it; 1 version: 2.0 is newer.",
        cited=kinds("Decision", "PageRead"),
        remedies={"no preferences of a": RESOLVES},
        beside=STALE_OUTPUT,
    ),
    Cause(
        rule="F44",
        text=PRIVATE,
        words=WITH_URL,
        profile="uv@0.6.17",
        claim="prints the credentials of corp in its trace logs",
        cited=kinds("IndexInForce"),
        beside=PRIVATE,
        beside_profile="uv@0.13.8",
    ),
)  # fmt: skip
