"""Builds of metadata by a real backend in a real virtual environment; no network, no package from outside."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from file_site import Run, Site, read, serving
from made_files import metadata_text, sdist, sdist_bytes, wheel, wheel_bytes

from explorer.events import BuildChanged, RequestStarted
from explorer.model.requirement import Requirement
from explorer.settings.settings import AuthSettings, FileSettings
from explorer.wheels import build_environment
from explorer.wheels.build import BuildError
from explorer.wheels.build_environment import BuildEnvironment, CommandFailed
from explorer.wheels.build_system import BrokenBuildSystem, BuildSystem, read_build_system

METADATA = metadata_text("Requires-Dist: built-dependency")

BACKEND = f'''
import os, pathlib
METADATA = """{METADATA}"""

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    {{before}}
    folder = pathlib.Path(directory, "a-1.0.dist-info")
    folder.mkdir()
    (folder / "METADATA").write_text(METADATA)
    return folder.name

def build_wheel(directory, config_settings=None, metadata_directory=None):
    raise AssertionError("not asked for")

def get_requires_for_build_wheel(config_settings=None):
    return {{more}}
'''


def source(before: str = "pass", requires: str = "[]", more: str = "[]", backend: str | None = None) -> dict[str, str]:
    """A source tree that carries its own backend."""
    system = f'[build-system]\nrequires = {requires}\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    return {"pyproject.toml": system, "backend.py": backend or BACKEND.format(before=before, more=more)}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as made:
        yield made


def build(site: Site, tree: Mapping[str, str], **changes: object) -> Run:
    site.files["/a-1.0.tar.gz"] = sdist_bytes(dict(tree))
    listing, [file] = site.listing(sdist())
    return read(listing, file, **changes)  # type: ignore[arg-type]


def test_the_backend_says_what_the_metadata_is(site: Site) -> None:
    run = build(site, source())
    assert run.result.way == "built sdist"
    assert run.result.metadata is not None
    assert [r.name for r in run.result.metadata.requires] == ["built-dependency"]
    assert [e.stage for e in run.events if isinstance(e, BuildChanged)] == ["started", "backend", "done"]


def test_a_build_sees_a_temporary_home_and_no_secret_variable(site: Site) -> None:
    check = (
        "assert 'TOKEN' not in os.environ and os.environ['LANG'] == 'C'; "
        f"assert os.environ['HOME'] != {os.environ.get('HOME', '')!r}; pathlib.Path.home().joinpath('x').write_text('')"
    )
    environ = {**os.environ, "TOKEN": "secret", "LANG": "C"}
    assert build(site, source(check), auth=AuthSettings(environ=environ)).result.metadata is not None


def test_a_build_does_not_see_the_packages_of_the_interpreter(site: Site) -> None:
    check = "import importlib.util; assert importlib.util.find_spec('pip') is None"
    assert build(site, source(check)).result.metadata is not None


def test_without_isolation_it_sees_them(site: Site) -> None:
    check = "import packaging"
    files = source(check, requires='["not-asked-for"]')
    run = build(site, files, files=FileSettings(no_build_isolation=True))
    assert run.result.metadata is not None


def test_what_the_backend_says_last_is_the_cause_of_the_failure(site: Site) -> None:
    with pytest.raises(BuildError) as error:
        build(site, source("raise RuntimeError('no compiler, see https://ann:secret@host.test/')"))
    assert error.value.causes[-1] == "RuntimeError: no compiler, see https://ann:****@host.test/"


def test_a_backend_that_cannot_be_imported_is_named(site: Site) -> None:
    with pytest.raises(BuildError, match="cannot be imported"):
        build(site, source(backend="import not_there_at_all"))


def test_the_failure_is_told(site: Site) -> None:
    told: list[BuildChanged] = []
    with pytest.raises(BuildError):
        build(site, source("raise SystemExit(3)"), prepare=lambda reader: _tap(reader, told))
    assert told[-1].stage == "failed"


def _tap(reader: object, told: list[BuildChanged]) -> None:
    builder = reader.builder  # type: ignore[attr-defined]
    emit = builder.emit
    builder.emit = lambda body: (told.append(body), emit(body))


def test_a_build_that_takes_too_long_is_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_environment, "MAX_SECONDS", 1.0)
    with pytest.raises(BuildError, match="took longer than 1 seconds"):
        build(site, source("import time; time.sleep(60)"))


class TestRequirements:
    def requirement_wheel(self) -> bytes:
        return wheel_bytes(
            metadata_text(),
            more={
                "helper.py": b"VALUE = 42\n",
                "a-1.0.dist-info/entry_points.txt": b"[console_scripts]\nhelp-me = helper:main\n",
            },
        )

    def test_they_are_resolved_by_the_engine_fetched_and_installed(self, site: Site) -> None:
        helper = wheel("py3-none-any")
        site.files[f"/{helper.filename}"] = self.requirement_wheel()
        asked: list[tuple[Requirement, ...]] = []

        def resolve(requirements: tuple[Requirement, ...]) -> list[object]:
            asked.append(requirements)
            listing, [file] = site.listing(helper)
            return [(listing, file)]

        check = "import helper, shutil; assert helper.VALUE == 42 and shutil.which('help-me')"
        files = source(check, requires='["helper>=1"]')
        run = build(site, files, prepare=lambda reader: setattr(reader.builder, "resolve", resolve))
        assert [[str(r) for r in batch] for batch in asked] == [["helper>=1"]]
        assert run.result.metadata is not None
        assert site.asked == ["GET /a-1.0.tar.gz", f"GET /{helper.filename}"]
        assert [e.purpose for e in run.events if isinstance(e, RequestStarted)] == ["sdist", "build"]

    def test_what_the_backend_asks_for_in_addition_is_resolved_together_with_them(self, site: Site) -> None:
        asked: list[list[str]] = []

        def resolve(requirements: tuple[Requirement, ...]) -> list[object]:
            asked.append([str(requirement) for requirement in requirements])
            return []

        files = source(requires='["one"]', more="['two']")
        build(site, files, prepare=lambda reader: setattr(reader.builder, "resolve", resolve))
        assert asked == [["one"], ["one", "two"]]

    def test_a_requirement_with_only_an_sdist_is_built_first(self, site: Site) -> None:
        inner = BACKEND.format(before="pass", more="[]").replace(
            'raise AssertionError("not asked for")',
            "import zipfile\n"
            "    with zipfile.ZipFile(os.path.join(directory, 'inner-1-py3-none-any.whl'), 'w') as z:\n"
            "        z.writestr('inner.py', 'X = 1')\n"
            "    return 'inner-1-py3-none-any.whl'",
        )
        listed = sdist(version="7")
        site.files[f"/{listed.filename}"] = sdist_bytes(source(backend=inner))

        def resolve(requirements: object) -> list[object]:
            listing, [file] = site.listing(listed)
            return [(listing, file)]

        run = build(site, source("import inner; assert inner.X == 1", requires='["inner"]'),
                    prepare=lambda reader: setattr(reader.builder, "resolve", resolve))  # fmt: skip
        assert run.result.metadata is not None

    def test_a_requirement_that_cannot_be_fetched_fails_the_build(self, site: Site) -> None:
        def resolve(requirements: object) -> list[object]:
            listing, [file] = site.listing(wheel("py3-none-any"))
            return [(listing, file)]

        with pytest.raises(BuildError, match="404"):
            build(
                site, source(requires='["helper"]'), prepare=lambda reader: setattr(reader.builder, "resolve", resolve)
            )


class TestBuildSystem:
    def test_without_a_table_it_is_setuptools(self) -> None:
        assert read_build_system({}) == BuildSystem()
        assert read_build_system({"pyproject.toml": b"[project]\n"}) == BuildSystem()

    @pytest.mark.parametrize(
        "text",
        [
            "[build-system]\n",
            "[build-system]\nrequires = 3\n",
            "[build-system]\nrequires = []\nbuild-backend = 1\n",
            "!",
        ],
    )
    def test_a_broken_table_is_refused(self, text: str) -> None:
        with pytest.raises(BrokenBuildSystem):
            read_build_system({"pyproject.toml": text.encode()})


class TestCommands:
    def environment(self, folder: Path, cancelled: threading.Event | None = None) -> BuildEnvironment:
        return BuildEnvironment(folder, sys.executable, dict(os.environ), cancelled or threading.Event())

    def test_cancelling_ends_the_command_and_what_it_started(self, tmp_path: Path) -> None:
        cancelled, pipe = threading.Event(), tmp_path / "pipe"
        os.mkfifo(pipe)
        child = f"import time; held = open({str(pipe)!r}, 'w'); held.write('x'); held.flush(); time.sleep(60)"
        code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
        read: list[str] = []

        def cancel_once_the_child_writes() -> None:
            with pipe.open() as opened:
                read.append(opened.read(1))
                cancelled.set()
                read.append(opened.read())  # ends when nobody holds the pipe any more

        watcher = threading.Thread(target=cancel_once_the_child_writes)
        watcher.start()
        with pytest.raises(CommandFailed, match="cancelled"):
            self.environment(tmp_path, cancelled).run([sys.executable, "-c", code], tmp_path)
        watcher.join(20)
        assert read == ["x", ""]

    def test_a_command_that_is_not_there_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(CommandFailed, match="cannot be started"):
            self.environment(tmp_path).run([str(tmp_path / "nothing")], tmp_path)


def test_cancelling_the_reader_ends_the_build(site: Site) -> None:
    site.files["/a-1.0.tar.gz"] = sdist_bytes(source("import time; time.sleep(60)"))
    listing, [file] = site.listing(sdist())

    def cancel_at_backend(reader: object) -> None:
        builder = reader.builder  # type: ignore[attr-defined]
        emit, loop = builder.emit, asyncio.get_running_loop()
        task = asyncio.current_task()

        def tell(body: object) -> None:
            emit(body)
            if isinstance(body, BuildChanged) and body.stage == "backend" and task is not None:
                loop.call_soon_threadsafe(task.cancel)

        builder.emit = tell

    with pytest.raises(asyncio.CancelledError):
        read(listing, file, prepare=cancel_at_backend)


def test_a_source_folder_is_built_in_a_copy(site: Site, tmp_path: Path) -> None:
    from explorer.model.files import DistributionFile
    from explorer.model.url import SafeUrl

    for name, text in source("open('written-by-the-build', 'w').close()").items():
        (tmp_path / name).write_text(text)
    listing, [file] = site.listing(sdist())
    folder = DistributionFile(
        filename=tmp_path.name, url=SafeUrl.trusted(tmp_path.as_uri()), kind="sdist", name="a", version=file.version
    )
    result = read(replace(listing, files={}), folder).result
    assert result.metadata is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backend.py", "pyproject.toml"]
