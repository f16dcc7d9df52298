"""What each file is good for and what stands for a version (wheels 1.1, 1.3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from made_files import sdist, wheel
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from test_wheel_targets import NEW, interpreter

from explorer.model.files import DistributionFile
from explorer.model.reasons import (
    NoBinary,
    NoBuild,
    NoFiles,
    NotPep625,
    TagMismatch,
    TooNew,
    UnsupportedVariant,
    Yanked,
)
from explorer.wheels.rules import PLAIN, FileRules
from explorer.wheels.targets import environment_for, host_environment
from explorer.wheels.universal import UniversalTarget
from explorer.wheels.verdict import judge_file, judge_version, verdicts_of
from explorer.wheels.version_files import VersionFiles

LINUX = environment_for(interpreter(), "3.11", "linux", NEW)
EVERYWHERE = UniversalTarget.of(SpecifierSet(">=3.11"))
CUT = FileRules(exclude_newer=datetime(2024, 1, 1, tzinfo=UTC), exclude_newer_text="2024-01-01T00:00:00Z")
OLD_UPLOAD, NEW_UPLOAD = "2023-06-01T00:00:00Z", "2024-06-01T00:00:00Z"


def names(found: VersionFiles) -> tuple[str | None, str | None]:
    """(file read, file installed)."""
    return (
        found.for_metadata.filename if found.for_metadata else None,
        found.for_install.filename if found.for_install else None,
    )


class TestBestWheel:
    def test_a_better_tag_wins_in_platform_mode(self) -> None:
        pure, native = wheel("py3-none-any"), wheel("cp311-cp311-manylinux_2_17_x86_64")
        assert judge_version([pure, native], LINUX, PLAIN).for_install == native

    def test_a_build_tag_only_breaks_ties_in_platform_mode(self) -> None:
        built, native = wheel("py3-none-any", build=(9, "")), wheel("cp311-cp311-manylinux_2_17_x86_64")
        assert judge_version([built, native], LINUX, PLAIN).for_install == native
        plain = wheel("py3-none-any")
        assert judge_version([plain, built], LINUX, PLAIN).for_install == built

    def test_the_first_file_name_wins_in_universal_mode(self) -> None:
        linux, mac = wheel("cp311-cp311-manylinux_2_17_x86_64"), wheel("cp311-cp311-macosx_11_0_arm64")
        assert judge_version([linux, mac], EVERYWHERE, PLAIN).for_metadata == mac

    def test_file_names_are_compared_as_text_not_as_versions(self) -> None:
        ten, two = wheel("py3-none-any", build=None, version="1.0"), wheel("cp311-none-any")
        assert judge_version([ten, two], EVERYWHERE, PLAIN).for_metadata == two

    def test_a_greater_build_tag_overrules_the_platform_in_universal_mode(self) -> None:
        mac, windows = wheel("cp311-cp311-macosx_11_0_arm64"), wheel("cp311-cp311-win_amd64", build=(1, ""))
        assert judge_version([mac, windows], EVERYWHERE, PLAIN).for_metadata == windows

    @pytest.mark.parametrize(("less", "more"), [((2, ""), (10, "")), ((1, ""), (1, "a"))])
    def test_build_tags_compare_as_number_and_rest(self, less: tuple[int, str], more: tuple[int, str]) -> None:
        files = [wheel("py3-none-any", build=less), wheel("py3-none-any", build=more)]
        assert judge_version(files, LINUX, PLAIN).for_install == files[1]

    def test_the_order_of_the_page_is_irrelevant(self) -> None:
        files = [wheel("cp311-cp311-win_amd64"), wheel("cp311-cp311-macosx_11_0_arm64"), sdist(), wheel("py3-none-any")]
        assert judge_version(files, EVERYWHERE, PLAIN) == judge_version(files[::-1], EVERYWHERE, PLAIN)

    def test_a_matching_hash_outranks_the_tag(self) -> None:
        rules = FileRules(hashes={Version("1.0"): frozenset({"sha256:aa"})})
        pure = wheel("py3-none-any", hashes={"sha256": "aa"})
        native = wheel("cp311-cp311-linux_x86_64", hashes={"sha256": "bb"})
        assert judge_version([pure, native], LINUX, rules).for_install == pure

    def test_a_missing_hash_outranks_a_mismatch(self) -> None:
        rules = FileRules(hashes={None: frozenset({"sha256:aa"})})
        other, unhashed = wheel("cp311-cp311-linux_x86_64", hashes={"sha256": "bb"}), wheel("py3-none-any")
        assert judge_version([other, unhashed], LINUX, rules).for_install == unhashed

    def test_an_sdist_with_a_better_hash_stands_for_the_version(self) -> None:
        rules = FileRules(hashes={None: frozenset({"sha256:aa"})})
        source, built = sdist(hashes={"sha256": "aa"}), wheel("py3-none-any", hashes={"sha256": "bb"})
        assert names(judge_version([source, built], LINUX, rules)) == (source.filename, source.filename)

    def test_a_file_of_find_links_comes_before_an_equal_one_of_the_index(self) -> None:
        flat, listed = wheel("py3-none-any", flat=True), wheel("py3-none-any")
        assert judge_version([listed, flat], LINUX, PLAIN).for_install is flat


class TestWhatStandsForTheVersion:
    def test_a_usable_wheel_is_read_and_installed(self) -> None:
        built = wheel("py3-none-any")
        assert names(judge_version([built, sdist()], LINUX, PLAIN)) == (built.filename, built.filename)

    def test_a_foreign_wheel_is_still_read_when_an_sdist_is_usable(self) -> None:
        foreign = wheel("cp311-cp311-win_amd64")
        assert names(judge_version([foreign, sdist()], LINUX, PLAIN)) == (foreign.filename, sdist().filename)

    def test_so_is_a_wheel_that_no_binary_forbids(self) -> None:
        built = wheel("py3-none-any")
        found = judge_version([built, sdist()], LINUX, FileRules(no_binary=True))
        assert names(found) == (built.filename, sdist().filename)

    def test_an_excluded_wheel_is_not_read(self) -> None:
        files = [wheel("py3-none-any", upload_time=NEW_UPLOAD), sdist(upload_time=OLD_UPLOAD)]
        assert names(judge_version(files, LINUX, CUT)) == (sdist().filename, sdist().filename)

    def test_a_wheel_variant_is_not_read(self) -> None:
        assert (
            names(judge_version([wheel("py3-none-any", variant="x86"), sdist()], LINUX, PLAIN))[0] == sdist().filename
        )

    def test_an_ordinary_wheel_comes_before_a_variant_even_if_it_is_foreign(self) -> None:
        foreign, variant = wheel("cp311-cp311-win_amd64"), wheel("cp310-cp310-linux_x86_64", variant="x86")
        assert judge_version([variant, foreign], LINUX, PLAIN).best_wheel == foreign

    def test_the_reason_of_the_sdist_comes_before_that_of_the_wheel(self) -> None:
        files = [wheel("cp311-cp311-win_amd64"), sdist()]
        assert judge_version(files, LINUX, FileRules(no_build=True)).refusal == NoBuild()

    def test_a_version_without_files_has_no_distributions(self) -> None:
        assert judge_version([], LINUX, PLAIN).refusal == NoFiles()

    def test_a_version_that_exclude_newer_drops_does_not_exist(self) -> None:
        found = judge_version([wheel("py3-none-any", upload_time=NEW_UPLOAD)], LINUX, CUT)
        assert found.excluded
        assert found.refusal == TooNew(NEW_UPLOAD, "2024-01-01T00:00:00Z")

    def test_usable_files_are_listed_in_order(self) -> None:
        files = [wheel("py3-none-any"), wheel("cp311-none-any"), wheel("cp311-cp311-win_amd64"), sdist()]
        found = judge_version(files, LINUX, PLAIN)
        assert [file.filename for file in found.usable_wheels] == ["a-1.0-cp311-none-any.whl", "a-1.0-py3-none-any.whl"]
        assert found.usable_sdist == sdist()


class TestClosestReason:
    @pytest.mark.parametrize(
        ("files", "rules", "expected"),
        [
            (
                [wheel("py3-none-any", upload_time=NEW_UPLOAD), wheel("cp311-cp311-win_amd64", upload_time=OLD_UPLOAD)],
                CUT,
                TooNew,
            ),
            ([wheel("cp311-cp311-win_amd64"), wheel("py3-none-any", yanked="bad")], PLAIN, TagMismatch),
            ([wheel("py3-none-any", yanked="bad"), wheel("cp312-none-any", yanked="worse")], PLAIN, Yanked),
        ],
    )
    def test_excluded_then_tags_then_yanked(
        self, files: list[DistributionFile], rules: FileRules, expected: type
    ) -> None:
        assert isinstance(judge_version(files, LINUX, rules).refusal, expected)

    def test_of_tag_reasons_the_platform_is_closest(self) -> None:
        files = [wheel("cp312-cp312-win_amd64"), wheel("cp311-cp311-win_amd64"), wheel("pp311-pypy311_pp73-win_amd64")]
        assert judge_version(files, LINUX, PLAIN).refusal == TagMismatch(
            "platform", "win_amd64", "manylinux_2_28_x86_64"
        )

    def test_of_equal_reasons_the_first_file_name_counts(self) -> None:
        files = [wheel("cp311-cp311-win_amd64"), wheel("cp311-cp311-macosx_11_0_arm64")]
        assert judge_version(files, LINUX, PLAIN).best_wheel == files[1]

    def test_a_later_yank_counts_where_the_earlier_states_a_reason(self) -> None:
        files = [wheel("cp311-none-any", yanked="first"), wheel("py3-none-any", yanked="second")]
        assert judge_version(files, LINUX, PLAIN).refusal == Yanked("second")


class TestTagMismatch:
    @pytest.mark.parametrize(
        ("tags", "expected"),
        [
            ("cp312-cp312-linux_x86_64", TagMismatch("python", "cp312", "cp311")),
            ("cp310-cp310-linux_x86_64", TagMismatch("abi", "cp310", "cp311")),
            ("cp311-cp310-linux_x86_64", TagMismatch("abi", "cp310", "cp311")),
            (
                "cp311-cp311-manylinux_2_34_x86_64",
                TagMismatch("platform", "manylinux_2_34_x86_64", "manylinux_2_28_x86_64"),
            ),
            ("what-is-this", TagMismatch("invalid", "what-is-this", "")),
            ("cp310.cp311-cp311-win32", TagMismatch("platform", "win32", "manylinux_2_28_x86_64")),
        ],
    )
    def test_the_closest_part_is_named_with_an_example_of_the_target(self, tags: str, expected: TagMismatch) -> None:
        assert judge_file(wheel(tags), LINUX, PLAIN).refusal == expected

    def test_a_free_threaded_target_refuses_the_gil_abi_for_that_reason(self) -> None:
        target = host_environment(interpreter(gil_disabled=True))
        assert judge_file(wheel("cp311-cp311-linux_x86_64"), target, PLAIN).refusal == TagMismatch(
            "free-threaded abi", "cp311", "cp311t"
        )
        assert judge_file(wheel("py3-none-any"), target, PLAIN).refusal is None

    def test_universal_mode_only_knows_the_python_version(self) -> None:
        assert judge_file(wheel("cp310-cp310-win_amd64"), EVERYWHERE, PLAIN).refusal == TagMismatch(
            "python version", "cp310", "cp311"
        )


class TestRules:
    def test_exclude_newer_is_judged_before_no_binary_in_new_releases(self) -> None:
        file = wheel("py3-none-any", upload_time=NEW_UPLOAD)
        both = FileRules(no_binary=True, exclude_newer=CUT.exclude_newer)
        assert isinstance(judge_file(file, LINUX, both).refusal, TooNew)
        before = FileRules(no_binary=True, exclude_newer=CUT.exclude_newer, exclude_newer_first=False)
        assert judge_file(file, LINUX, before).refusal == NoBinary()

    def test_the_instant_itself_is_excluded(self) -> None:
        assert isinstance(judge_file(sdist(upload_time="2024-01-01T00:00:00Z"), LINUX, CUT).refusal, TooNew)
        assert judge_file(sdist(upload_time="2023-12-31T23:59:59.999999Z"), LINUX, CUT).refusal is None

    def test_a_file_without_upload_time_is_excluded_too(self) -> None:
        assert judge_file(sdist(), LINUX, CUT).refusal == TooNew(None, CUT.exclude_newer_text)

    def test_files_of_find_links_bypass_the_cut_and_the_yank(self) -> None:
        assert judge_file(sdist(flat=True, yanked="bad"), LINUX, CUT).refusal is None

    def test_a_yanked_file_is_refused_unless_its_version_is_pinned(self) -> None:
        file = sdist(yanked="broken")
        assert judge_file(file, LINUX, PLAIN).refusal == Yanked("broken")
        assert judge_file(file, LINUX, FileRules(yanked_allowed=frozenset({Version("1.0")}))).refusal is None

    def test_no_build_refuses_sdists_only(self) -> None:
        rules = FileRules(no_build=True)
        assert judge_file(sdist(), LINUX, rules).refusal == NoBuild()
        assert judge_file(wheel("py3-none-any"), LINUX, rules).refusal is None

    def test_other_endings_than_those_of_pep_625_are_refused_in_new_releases(self) -> None:
        rules = FileRules(pep625_only=True)
        assert judge_file(sdist(ending=".tar.bz2"), LINUX, rules).refusal == NotPep625()
        assert judge_file(sdist(ending=".zip"), LINUX, rules).refusal is None
        assert judge_file(sdist(ending=".tar.bz2"), LINUX, PLAIN).refusal is None

    def test_a_variant_label_is_refused_before_tags_are_looked_at(self) -> None:
        assert judge_file(wheel("cp310-cp310-win32", variant="cu128"), LINUX, PLAIN).refusal == UnsupportedVariant()


def test_verdicts_list_every_file_sdists_first_with_the_rank_of_its_best_tag() -> None:
    files = [wheel("py3-none-any"), wheel("cp311-cp311-manylinux_2_28_x86_64"), sdist()]
    verdicts = verdicts_of(files, LINUX, PLAIN)
    assert [verdict.filename for verdict in verdicts] == [
        "a-1.0.tar.gz",
        "a-1.0-cp311-cp311-manylinux_2_28_x86_64.whl",
        "a-1.0-py3-none-any.whl",
    ]
    assert [verdict.rank for verdict in verdicts][:2] == [None, 0]
