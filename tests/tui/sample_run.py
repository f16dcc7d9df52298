"""Synthetic runs: two indexes with a login, wheels for three platforms, one run that resolves and one that cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer import events as ev
from explorer.model import reasons as why
from explorer.model.origin import Origin
from explorer.model.url import SafeUrl

CORP = "https://pkgs.corp.example/simple"
PUBLIC = "https://public.example/simple"
FILES = "https://files.corp.example/wheels"
LINUX, MACOS, WINDOWS = "linux x86_64 · 3.12", "macOS arm64 · 3.12", "Windows AMD64 · 3.12"
PYPROJECT = Origin("file", "pyproject.toml", 6, "project.dependencies")


@dataclass
class Script:
    """Collects events with rising numbers and times."""

    events: list[ev.Event] = field(default_factory=list)
    request: int = 0
    basis: ev.Basis = "simulated"

    def add(self, *bodies: ev.Body, fork: int = 0) -> None:
        for body in bodies:
            number = len(self.events) + 1
            self.events.append(ev.Event(number, number * 0.02, 1, fork, body, self.basis))

    def wire(
        self,
        url: str,
        status: int | None,
        *,
        purpose: ev.Purpose = "page",
        index: str | None = "corp",
        package: str | None = None,
        user: str | None = None,
        logical: int | None = None,
        method: str = "GET",
        rung: ev.Rung = "no credentials",
        rule: str = "auth_layer",
        redirect_of: int | None = None,
        attempt: int = 1,
        byte_range: tuple[int, int] | None = None,
        size: int = 4_210,
        excerpt: str = "",
        headers: Mapping[str, str] | None = None,
        failure: why.FetchFailure | None = None,
        source: ev.ExchangeFrom = "network",
    ) -> int:
        self.request += 1
        number = self.request
        first = logical or number
        sent = {"accept": "application/vnd.pypi.simple.v1+json", "user-agent": "uv/0.13.8"}
        if user:
            sent["authorization"] = "Basic ****"
        self.add(
            ev.CredentialSent(number, first, rung, user, rule, owner="corp" if user else ""),
            ev.RequestStarted(
                request=number,
                logical=first,
                method="HEAD" if method == "HEAD" else "GET",
                url=SafeUrl.parse(url),
                purpose=purpose,
                index=index,
                package=package,
                byte_range=byte_range,
                user=user,
                user_shown=user,
                attempt=attempt,
                redirect_of=redirect_of,
                headers=sent,
            ),
            ev.RequestEnded(
                request=number,
                status=status,
                source=source,
                bytes=size if status and status < 300 else 0,
                milliseconds=18 + number * 7 % 90,
                failure=failure,
                headers=headers or {"content-type": "application/vnd.pypi.simple.v1+json", "server": "corp-proxy"},
                excerpt=excerpt or '{"meta": {"api-version": "1.1"}, "name": "' + str(package) + '", "files": [',
            ),
        )
        return number


def opening(script: Script, *, profile: str = "uv@0.13.8", explicit: bool = True) -> None:
    """What every run begins with."""
    script.add(
        ev.RunStarted(profile, ("uv", "lock"), "universal", (LINUX, MACOS, WINDOWS)),
        _index(0, "corp", CORP, credentials="UV_INDEX_CORP_PASSWORD"),
        _index(1, "pytorch", "https://whl.torch.example/cpu", explicit=explicit),
        _index(2, "PyPI", PUBLIC, default=True),
        _environment(LINUX, "linux", 812, host=True),
        _environment(MACOS, "darwin", 530),
        _environment(WINDOWS, "win32", 41),
        ev.SettingInForce("index-strategy", "first-index", Origin("default")),
        ev.SettingInForce("resolution", "highest", Origin("default")),
        ev.SettingInForce("prerelease", "if-necessary-or-explicit", Origin("default")),
        ev.SettingInForce("requires-python", ">=3.9", Origin("file", "pyproject.toml", 4, "project.requires-python")),
        ev.SettingInForce(
            "index", "corp = pkgs.corp.example/simple", Origin("file", "pyproject.toml", 12, "tool.uv.index")
        ),
        ev.SettingInForce("exclude-newer", "2026-01-01T00:00:00Z", Origin("variable", "UV_EXCLUDE_NEWER")),
        ev.SettingIgnored(
            "index-url", "mirror.corp.example", Origin("file", "~/.config/pip/pip.conf", 2), "uv never reads pip.conf"
        ),
        ev.SettingIgnored(
            "PIP_EXTRA_INDEX_URL", "set", Origin("variable", "PIP_EXTRA_INDEX_URL"), "uv never reads PIP_ variables"
        ),
    )
    script.add(
        ev.RequirementAdded(None, None, "torch", ">=2.4", "torch>=2.4", None, PYPROJECT),
        ev.RequirementAdded(None, None, "uvicorn", ">=0.30", "uvicorn[standard]>=0.30", None, PYPROJECT),
        ev.RequirementAdded(
            None, None, "numpy", ">=1.26", "numpy>=1.26 ; sys_platform != 'win32'", "sys_platform != 'win32'", PYPROJECT
        ),
    )


def _index(
    position: int, name: str, url: str, *, default: bool = False, explicit: bool = False, credentials: str = ""
) -> ev.IndexInForce:
    return ev.IndexInForce(
        position,
        name,
        SafeUrl.parse(url),
        default,
        explicit,
        "simple",
        "auto",
        None,
        credentials,
        Origin("file", "pyproject.toml", 12 + position),
    )


def _environment(name: str, platform: str, tags: int, *, host: bool = False) -> ev.EnvironmentInForce:
    return ev.EnvironmentInForce(name, {"sys_platform": platform, "python_full_version": "3.12.4"}, tags, host)


def ladder(script: Script, logical: int, *, found: bool) -> None:
    """The rungs looked at after a refusal."""
    considered = [
        ev.CredentialConsidered(logical, "URL of the request", "nothing", None, "auth_layer"),
        ev.CredentialConsidered(logical, "known for this URL", "nothing", None, "roots_of_indexes"),
        ev.CredentialConsidered(logical, "known for this host", "nothing", None, "host_store_for_indexed"),
    ]
    if found:
        considered.append(
            ev.CredentialConsidered(logical, "netrc", "used", "ann", "netrc", "~/.netrc, machine pkgs.corp.example")
        )
    else:
        considered += [
            ev.CredentialConsidered(logical, "netrc", "nothing", None, "netrc", "~/.netrc has no such machine"),
            ev.CredentialConsidered(logical, "credential store", "nothing", None, "credential_store"),
            ev.CredentialConsidered(logical, "keyring", "not asked", None, "keyring", "keyring-provider is disabled"),
        ]
    script.add(*considered)


def page(script: Script, package: str, versions: tuple[str, ...], *, index: str = "corp", login: bool = True) -> int:
    """A project page, with a first try without a user where the index wants a login."""
    base = CORP if index == "corp" else PUBLIC
    url = f"{base}/{package}/"
    requests: tuple[int, ...]
    if login:
        first = script.wire(url, 401, index=index, package=package, excerpt="Authentication required")
        ladder(script, first, found=True)
        second = script.wire(
            url, 200, index=index, package=package, user="ann", logical=first, rung="netrc", rule="netrc"
        )
        script.add(ev.CredentialStored("URL", url, "ann", second))
        requests = (first, second)
    else:
        requests = (script.wire(url, 200, index=index, package=package),)
    files = tuple(ev.FileSeen(f"{package}-{version}-py3-none-any.whl", version) for version in versions)
    odd = (
        ev.FileSeen(f"{package}-latest.whl", None, why.NotADistribution("the version is missing")),
        ev.FileSeen(
            f"{package}-9.0-py3-none-any.whl", "9.0", why.TooNew("2026-02-03T10:00:00Z", "2026-01-01T00:00:00Z")
        ),
    )
    script.add(
        ev.IndexAnswered(package, index, "found", 200, len(versions), "page_401", requests),
        ev.PageRead(package, index, requests[-1], "json", files + odd, versions),
        ev.SearchEnded(package, (index,), ("PyPI",) if index == "corp" else (), None, "strategies"),
    )
    return requests[-1]


def absent_then_public(script: Script, package: str, versions: tuple[str, ...]) -> int:
    """corp does not have it, the default index does."""
    first = script.wire(
        f"{CORP}/{package}/", 404, package=package, user="ann", rung="known for this URL", rule="roots_of_indexes"
    )
    script.add(ev.IndexAnswered(package, "corp", "absent", 404, 0, "page_401", (first,)))
    second = script.wire(f"{PUBLIC}/{package}/", 200, index="PyPI", package=package)
    files = tuple(ev.FileSeen(f"{package}-{version}-py3-none-any.whl", version) for version in versions)
    script.add(
        ev.IndexAnswered(package, "PyPI", "found", 200, len(versions), "page_401", (second,)),
        ev.PageRead(package, "PyPI", second, "json", files, versions),
        ev.SearchEnded(package, ("PyPI",), (), None, "strategies"),
    )
    return second


TORCH_FILES = {
    "torch-2.5.1-cp312-none-macosx_11_0_arm64.whl": MACOS,
    "torch-2.5.1-cp312-cp312-manylinux_2_28_x86_64.whl": LINUX,
    "torch-2.5.1-cp312-cp312-manylinux_2_28_aarch64.whl": "",
    "torch-2.5.1-cp312-cp312-win_amd64.whl": WINDOWS,
    "torch-2.5.1-cp311-cp311-manylinux_2_28_x86_64.whl": "",
    "torch-2.5.1-cp313-cp313t-manylinux_2_28_x86_64.whl": "",
}


def torch_wheels(script: Script) -> None:
    """torch 2.5.1: one wheel for each platform, refused elsewhere."""
    for environment in (LINUX, MACOS, WINDOWS):
        verdicts = []
        for filename, home in TORCH_FILES.items():
            refusal: why.FileRefusal | None = None
            if "cp311" in filename:
                refusal = why.TagMismatch("python", "cp311", "cp312")
            elif "cp313t" in filename:
                refusal = why.TagMismatch("free-threaded abi", "cp313t", "cp312")
            elif home != environment:
                refusal = why.TagMismatch("platform", filename[:-4].split("-")[-1], environment.split()[0])
            verdicts.append(ev.FileVerdict(filename, "wheel", refusal, None if refusal else 3))
        verdicts.append(
            ev.FileVerdict("torch-2.5.1.tar.gz", "sdist", why.NoBuild() if environment == WINDOWS else None)
        )
        install = next(name for name, home in TORCH_FILES.items() if home == environment)
        script.add(
            ev.WheelChosen(
                "torch",
                "2.5.1",
                "corp",
                environment,
                tuple(verdicts),
                next(iter(TORCH_FILES)),
                install,
                "first wheel by file name",
            )
        )


def simple_wheel(script: Script, package: str, version: str, index: str, requires: tuple[str, ...] = ()) -> None:
    """One pure wheel that fits everywhere, with its sidecar."""
    name = f"{package}-{version}-py3-none-any.whl"
    script.add(ev.CandidateJudged(package, version, index, "*", "newest", prefetch=True))
    for environment in (LINUX, MACOS, WINDOWS):
        verdicts = (
            ev.FileVerdict(name, "wheel", None, 40),
            ev.FileVerdict(f"{package}-{version}.tar.gz", "sdist", None),
        )
        script.add(
            ev.WheelChosen(package, version, index, environment, verdicts, name, name, "first wheel by file name")
        )
    request = script.wire(f"{PUBLIC}/{package}/{name}.metadata", 200, purpose="metadata", index=index, package=package)
    script.add(ev.MetadataRead(package, version, name, "sidecar", ">=3.8", requires, (), (request,)))


def resolved_run() -> list[ev.Event]:
    """A login after a refusal, an absent page, a redirect, range requests, a retry, a build of six packages' answer."""
    script = Script()
    opening(script)
    page(script, "torch", ("2.4.0", "2.5.0", "2.5.1"))
    absent_then_public(script, "uvicorn", ("0.30.0", "0.30.6"))
    page(script, "numpy", ("1.26.4", "2.0.2", "2.1.0"), login=False)
    script.add(
        ev.CandidateJudged("torch", "2.6.0", "corp", ">=2.4", "newest", why.Yanked("broken CUDA wheels")),
        ev.CandidateJudged("torch", "2.5.1", "corp", ">=2.4", "newest"),
    )
    torch_wheels(script)
    wheel = f"{FILES}/torch/{next(iter(TORCH_FILES))}"
    first = script.wire(
        f"{CORP}/-/files/torch/{next(iter(TORCH_FILES))}",
        302,
        purpose="wheel",
        package="torch",
        user="ann",
        method="HEAD",
    )
    hop = script.wire(wheel, 200, purpose="wheel", package="torch", logical=first, redirect_of=first, method="HEAD")
    part = script.wire(wheel, 206, purpose="wheel", package="torch", byte_range=(1000, 9000), size=8_000)
    script.add(
        ev.MetadataRead(
            "torch",
            "2.5.1",
            next(iter(TORCH_FILES)),
            "range",
            ">=3.9",
            ("numpy>=1.26", "filelock"),
            (),
            (first, hop, part),
        ),
        ev.Decision("torch", "2.5.1", 1, "newest", "corp"),
        ev.RequirementAdded("torch", "2.5.1", "filelock", "*", "filelock", None),
        ev.RequirementAdded("torch", "2.5.1", "numpy", ">=1.26", "numpy>=1.26", None),
    )
    simple_wheel(
        script, "uvicorn", "0.30.6", "PyPI", ("click>=7.0", "h11>=0.8", "httptools>=0.6.3 ; extra == 'standard'")
    )
    script.add(
        ev.Decision("uvicorn", "0.30.6", 2, "newest", "PyPI"),
        ev.RequirementAdded("uvicorn", "0.30.6", "click", ">=7.0", "click>=7.0", None),
        ev.RequirementAdded("uvicorn", "0.30.6", "h11", ">=0.8", "h11>=0.8", None),
    )
    slow = script.wire(
        f"{CORP}/click/", 503, package="click", user="ann", rung="known for this URL", rule="roots_of_indexes"
    )
    again = script.wire(
        f"{CORP}/click/",
        404,
        package="click",
        user="ann",
        logical=slow,
        attempt=2,
        rung="known for this URL",
        rule="roots_of_indexes",
    )
    script.add(ev.IndexAnswered("click", "corp", "absent", 404, 0, "page_401", (slow, again)))
    found = script.wire(f"{PUBLIC}/click/", 200, index="PyPI", package="click")
    script.add(
        ev.IndexAnswered("click", "PyPI", "found", 200, 31, "page_401", (found,)),
        ev.SearchEnded("click", ("PyPI",), (), None, "strategies"),
    )
    simple_wheel(script, "click", "8.1.7", "PyPI")
    absent_then_public(script, "h11", ("0.13.0", "0.14.0"))
    simple_wheel(script, "h11", "0.14.0", "PyPI")
    absent_then_public(script, "filelock", ("3.15.4", "3.16.1"))
    simple_wheel(script, "filelock", "3.16.1", "PyPI")
    script.add(ev.CandidateJudged("numpy", "2.1.0", "corp", ">=1.26", "newest"))
    simple_wheel(script, "numpy", "2.1.0", "corp")
    script.add(
        ev.Decision("numpy", "2.1.0", 3, "newest", "corp"),
        ev.Decision("click", "8.1.7", 4, "newest", "PyPI"),
        ev.Decision("h11", "0.14.0", 5, "newest", "PyPI"),
        ev.Decision("filelock", "3.16.1", 6, "newest", "PyPI"),
        ev.Warned("torch 2.6.0 is yanked: broken CUDA wheels"),
        ev.Resolved(
            (
                _pin("click", "8.1.7", "PyPI", ("uvicorn 0.30.6",)),
                _pin("filelock", "3.16.1", "PyPI", ("torch 2.5.1",)),
                _pin("h11", "0.14.0", "PyPI", ("uvicorn 0.30.6",)),
                _pin("numpy", "2.1.0", "corp", ("you", "torch 2.5.1"), markers="sys_platform != 'win32'"),
                _pin("torch", "2.5.1", "corp", ("you",), dependencies=(("filelock", None), ("numpy", None))),
                _pin(
                    "uvicorn",
                    "0.30.6",
                    "PyPI",
                    ("you",),
                    extras=("standard",),
                    dependencies=(("click", None), ("h11", None)),
                ),
            )
        ),
    )
    script.add(ev.RunEnded("resolved", 1.84, script.request))
    return script.events


def _pin(
    name: str,
    version: str,
    index: str,
    required_by: tuple[str, ...],
    *,
    markers: str | None = None,
    extras: tuple[str, ...] = (),
    dependencies: tuple[tuple[str, str | None], ...] = (),
) -> ev.Pinned:
    wheel = f"{name}-{version}-py3-none-any.whl"
    url = SafeUrl.parse(CORP if index == "corp" else PUBLIC)
    return ev.Pinned(
        name,
        version,
        url,
        index,
        markers,
        wheel,
        {LINUX: wheel},
        "newest",
        required_by,
        extras,
        dependencies=dependencies,
    )


def failed_run() -> list[ev.Event]:
    """corp stops the search for `secret-lib` with a 403, and torch wants a newer numpy than you allow."""
    script = Script()
    opening(script, profile="uv@0.7.0")
    numpy_page = page(script, "numpy", ("1.26.4", "2.0.2", "2.1.0"))
    page(script, "torch", ("2.4.0", "2.5.1"), login=False)
    stopped = script.wire(f"{CORP}/secret-lib/", 401, package="secret-lib", excerpt="Authentication required")
    ladder(script, stopped, found=False)
    script.add(
        ev.IndexAnswered("secret-lib", "corp", "stop", 401, 0, "page_401", (stopped,)),
        ev.SearchEnded("secret-lib", (), ("PyPI",), why.SearchStoppedBy("corp", 401), "page_401"),
    )
    script.add(ev.CandidateJudged("torch", "2.5.1", "corp", ">=2.4", "newest"))
    torch_wheels(script)
    ghost = script.wire(f"{FILES}/torch/{next(iter(TORCH_FILES))}.metadata", 404, purpose="metadata", package="torch")
    metadata = script.wire(
        f"{FILES}/torch/{next(iter(TORCH_FILES))}", 206, purpose="wheel", package="torch", byte_range=(0, 9000)
    )
    no_answer = script.wire(
        f"{PUBLIC}/rich/", None, index="PyPI", package="rich", failure=why.ConnectionFailure("timeout", "30 s passed")
    )
    del no_answer
    root = ev.IncompatibilityAdded(1, "root", (ev.Term("", "", False),))
    you_numpy = ev.IncompatibilityAdded(
        2, "dependency", (ev.Term("", "", True), ev.Term("numpy", "<1.25", False)), origin=PYPROJECT
    )
    torch_numpy = ev.IncompatibilityAdded(
        3, "dependency", (ev.Term("torch", ">=2.4", True), ev.Term("numpy", ">=1.26", False)), evidence=(metadata,)
    )
    you_torch = ev.IncompatibilityAdded(
        4, "dependency", (ev.Term("", "", True), ev.Term("torch", ">=2.4", False)), origin=PYPROJECT
    )
    learned = ev.IncompatibilityAdded(
        5, "conclusion", (ev.Term("torch", ">=2.4", True), ev.Term("numpy", "<1.25", True)), (2, 3)
    )
    end = ev.IncompatibilityAdded(6, "conclusion", (ev.Term("", "", True),), (5, 4))
    script.add(
        ev.MetadataRead("torch", "2.5.1", next(iter(TORCH_FILES)), "range", ">=3.9", ("numpy>=1.26",), (), (ghost, metadata)),
        ev.Decision("torch", "2.5.1", 1, "newest", "corp"),
        root, you_numpy, torch_numpy, you_torch,
        ev.Conflict(3, "numpy"),
        learned,
        ev.Backtracked(1, 0, ("torch 2.5.1",)),
        end,
    )  # fmt: skip
    numpy_leaf = ev.DerivationNode(2, "dependency", "you require numpy<1.25", evidence=(numpy_page,), origin=PYPROJECT)
    torch_leaf = ev.DerivationNode(3, "dependency", "torch>=2.4 depends on numpy>=1.26", evidence=(metadata,))
    conclusion = ev.DerivationNode(
        5, "conclusion", "torch>=2.4 and numpy<1.25 are incompatible", (torch_leaf, numpy_leaf), number=1
    )
    you_leaf = ev.DerivationNode(4, "dependency", "you require torch>=2.4", origin=PYPROJECT)
    tree = ev.DerivationNode(6, "conclusion", "your requirements are unsatisfiable", (conclusion, you_leaf))
    script.add(
        ev.Unsatisfiable(
            "No solution found when resolving dependencies",
            (
                "Because torch>=2.4 depends on numpy>=1.26 and you require numpy<1.25,",
                "we can conclude that torch>=2.4 cannot be used.",
                "And because you require torch>=2.4, we can conclude that your requirements are unsatisfiable.",
            ),
            (
                "An index URL (https://pkgs.corp.example/simple) could not be queried due to a lack of valid authentication credentials (401).",
            ),
            tree,
        ),
        ev.RunEnded("unsatisfiable", 0.92, script.request),
    )
    return script.events


def many_exchanges(count: int) -> list[ev.Event]:
    """A long list of pages, for speed and scrolling."""
    script = Script()
    opening(script)
    for number in range(count):
        script.wire(f"{CORP}/package-{number}/", 200, package=f"package-{number}", user="ann")
    return script.events
