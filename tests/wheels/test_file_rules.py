"""The rules for the files of one package, from settings and profile."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from explorer.model.index import Index
from explorer.model.requirement import Requirement
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile
from explorer.settings.settings import FileSettings, Preference, Project, Settings
from explorer.wheels.cutoff import InvalidCutoff, cutoff_instant, upload_instant
from explorer.wheels.rules import FileRules, file_rules, no_binary, no_build

A, B = NormalizedName("a"), NormalizedName("b")
INDEX = Index(url=SafeUrl.trusted("https://index.test/simple"))
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def settings(**changes: Any) -> Settings:
    return Settings(
        **{"tool": "uv", "kind": "uv pip compile", "mode": "platform", "command": (), "directory": Path("/"), **changes}
    )


def rules(made: Settings, profile: str = "uv@0.13.8", index: Index = INDEX) -> FileRules:
    return file_rules(made, parse_profile(profile), A, index, NOON)


def requires(text: str, **changes: Any) -> Requirement:
    return Requirement(name=A, specifier=SpecifierSet(text), **changes)


class TestExcludeNewer:
    def cut(self, index_cut: str | bool | None = None, **changes: Any) -> datetime | None:
        index = Index(url=INDEX.url, exclude_newer=index_cut)
        return rules(settings(files=FileSettings(**changes)), index=index).exclude_newer

    def test_the_packages_cut_comes_before_the_indexs_and_that_before_the_global_one(self) -> None:
        one, two, three = "2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z", "2023-01-01T00:00:00Z"
        assert self.cut(two, exclude_newer=three, exclude_newer_packages={A: one}) == upload_instant(one)
        assert self.cut(two, exclude_newer=three, exclude_newer_packages={B: one}) == upload_instant(two)
        assert self.cut(exclude_newer=three) == upload_instant(three)

    def test_false_lifts_the_cut(self) -> None:
        assert self.cut(False, exclude_newer="2023-01-01T00:00:00Z") is None
        assert self.cut(exclude_newer="2023-01-01T00:00:00Z", exclude_newer_packages={A: False}) is None

    def test_the_order_of_the_rules_depends_on_the_release(self) -> None:
        assert rules(settings()).exclude_newer_first
        assert not rules(settings(), "uv@0.12.5").exclude_newer_first


class TestCutoff:
    def test_a_date_means_up_to_the_end_of_that_day(self) -> None:
        zone = timezone(timedelta(hours=2))
        assert cutoff_instant("2024-03-01", NOON, zone) == datetime(2024, 3, 2, tzinfo=zone)

    def test_an_instant_means_itself(self) -> None:
        assert cutoff_instant("2024-03-01T10:00:00+01:00", NOON) == datetime(2024, 3, 1, 9, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("text", "back"),
        [
            ("30 days", timedelta(days=30)),
            ("1 week", timedelta(weeks=1)),
            ("P7D", timedelta(days=7)),
            ("PT36H", timedelta(hours=36)),
            ("2 days 3 hours", timedelta(days=2, hours=3)),
        ],
    )
    def test_a_duration_counts_back_from_now(self, text: str, back: timedelta) -> None:
        assert cutoff_instant(text, NOON) == NOON - back

    @pytest.mark.parametrize(
        "text", ["", "soon", "2024-13-01", "2024-01-01T00:00:00", "3 moons", "P", "9999999 weeks", "9999-12-31"]
    )
    def test_anything_else_is_refused_with_examples(self, text: str) -> None:
        with pytest.raises(InvalidCutoff, match="30 days"):
            cutoff_instant(text, NOON)

    @given(st.text(max_size=40))
    def test_any_text_is_an_instant_or_refused(self, text: str) -> None:
        with suppress(InvalidCutoff):
            assert cutoff_instant(text, NOON).tzinfo is not None

    @given(st.datetimes(timezones=st.just(UTC)))
    def test_upload_times_are_read_as_written(self, instant: datetime) -> None:
        assert upload_instant(instant.isoformat().replace("+00:00", "Z")) == instant

    def test_an_upload_time_that_is_none_is_unknown(self) -> None:
        assert upload_instant("yesterday") is None


class TestFormatControl:
    @pytest.mark.parametrize(
        ("files", "binary", "build"),
        [
            (FileSettings(), False, False),
            (FileSettings(no_binary=True), True, False),
            (FileSettings(no_binary=True, only_binary_packages=frozenset({A})), False, True),
            (FileSettings(no_build=True, no_binary_packages=frozenset({A})), True, False),
            (FileSettings(no_binary_packages=frozenset({B})), False, False),
            (FileSettings(no_build_packages=frozenset({A})), False, True),
        ],
    )
    def test_naming_the_package_overrides_all(self, files: FileSettings, binary: bool, build: bool) -> None:
        assert (no_binary(files, A), no_build(files, A)) == (binary, build)


class TestYanked:
    @pytest.mark.parametrize(
        ("specifier", "allowed"),
        [
            ("==1.0", {"1.0"}),
            ("===1.0", {"1.0"}),
            ("==1.*", set()),
            (">=1,<=1", set()),
            ("==1.0,!=2", set()),
            ("", set()),
        ],
    )
    def test_only_a_lone_pin_of_the_user_admits_a_yanked_version(self, specifier: str, allowed: set[str]) -> None:
        made = rules(settings(requirements=(requires(specifier),)))
        assert made.yanked_allowed == {Version(version) for version in allowed}

    def test_pins_of_the_project_its_groups_and_constraints_count_too(self) -> None:
        project = Project(
            name=None,
            version=None,
            requires=(requires("==1.0"),),
            extras={B: (requires("==2.0"),)},
            groups={B: (requires("==3.0"),)},
            folder=Path("/"),
        )
        made = rules(settings(project=project, constraints=(requires("==4.0"),), overrides=(requires("==5.0"),)))
        assert made.yanked_allowed == {Version(f"{n}.0") for n in range(1, 6)}

    def test_so_do_versions_of_an_earlier_answer(self) -> None:
        made = rules(
            settings(preferences=(Preference(name=A, version=Version("7")), Preference(name=B, version=Version("8"))))
        )
        assert made.yanked_allowed == {Version("7")}

    def test_pip_decides_about_yanked_files_later(self) -> None:
        assert rules(settings(tool="pip", kind="pip install"), "pip@26.3").all_yanked_allowed


class TestHashes:
    def test_hashes_count_for_installs(self) -> None:
        stated = (requires("==1.0", hashes=("sha256:aa",)), requires("==1.0", hashes=("sha256:bb",)))
        made = rules(settings(kind="uv pip install", requirements=stated))
        assert made.hashes_for(Version("1.0")) == {"sha256:aa", "sha256:bb"}
        assert made.hashes_for(Version("2.0")) == frozenset()

    def test_compiling_takes_no_notice_of_them(self) -> None:
        made = rules(settings(requirements=(requires("==1.0", hashes=("sha256:aa",)),)))
        assert made.hashes_for(Version("1.0")) == frozenset()


def test_pep_625_is_asked_for_from_uv_0_12_on() -> None:
    assert (rules(settings()).pep625_only, rules(settings(), "uv@0.11.0").pep625_only) == (True, False)
