"""Files made in memory are the same each time and are what installers accept."""

from __future__ import annotations

import io
import tarfile
import zipfile

from packaging.metadata import Metadata
from packaging.utils import parse_sdist_filename, parse_wheel_filename

from explorer.worlds.distributions import Distribution


def demo(tag: str | None) -> Distribution:
    return Distribution(
        name="Demo.App",
        version="1.0",
        tag=tag,
        build="2" if tag else None,
        requires=("other>=1",),
        extras={"x": ("more; sys_platform == 'linux'",)},
    )


def test_the_same_description_gives_the_same_bytes() -> None:
    assert demo("py3-none-any").content == demo("py3-none-any").content
    assert demo(None).sha256 == demo(None).sha256


def test_names_parse() -> None:
    name, version, build, tags = parse_wheel_filename(demo("cp311.cp312-abi3-win_amd64").filename)
    assert (name, str(version), build, len(tags)) == ("demo-app", "1.0", (2, ""), 2)
    assert parse_sdist_filename(demo(None).filename)[0] == "demo-app"


def test_a_wheel_carries_its_metadata_at_the_end() -> None:
    file = demo("py3-none-any")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert archive.read("demo_app-1.0.dist-info/METADATA") == file.metadata
        assert archive.namelist()[0] == "demo_app/__init__.py"
    metadata = Metadata.from_email(file.metadata)
    assert [str(r) for r in metadata.requires_dist or []] == [
        'more; sys_platform == "linux" and extra == "x"',
        "other>=1",
    ]


def test_a_dynamic_sdist_says_so_with_an_old_metadata_version() -> None:
    file = Distribution(name="a", version="1", tag=None, dynamic=True)
    with tarfile.open(fileobj=io.BytesIO(file.content)) as archive:
        member = archive.extractfile("a-1/PKG-INFO")
        assert member is not None and b"Metadata-Version: 2.1" in member.read()
