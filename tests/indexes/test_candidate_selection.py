"""Which version is tried next (indexes.md 2.2 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement as Parsed
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from explorer.indexes.listing import Listing, SearchAborted, SearchResult
from explorer.indexes.select import Candidate, CandidateSelector, Preferred, in_range
from explorer.model.files import DistributionFile
from explorer.model.index import Index
from explorer.model.ranges import FULL, Range, from_specifier, from_specifiers
from explorer.model.reasons import NoFiles
from explorer.model.requirement import Requirement
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile
from explorer.settings.settings import Settings
from explorer.wheels.version_files import VersionFiles

ALPHA = NormalizedName("alpha")
NEW, OLD = "uv@0.13.8", "uv@0.7.13"


def listing(name: str, *versions: str) -> Listing:
    """`1.0` is usable, `1.0!` is not, `1.0?` is excluded by its upload time, `1.0@other` is of another package."""
    files: dict[Version, tuple[DistributionFile, ...]] = {}
    for text in versions:
        version, at, package = text.rstrip("!?").partition("@")
        parsed = Version(version)
        url = SafeUrl.parse(f"https://{name}.test/file.whl")
        file = DistributionFile(
            filename=f"{text}.whl", url=url, kind="wheel", name=package if at else "alpha", version=parsed
        )
        files[parsed] = (file,)
    return Listing(index=Index(url=SafeUrl.parse(f"https://{name}.test/"), name=name), package=ALPHA, files=files)


def judge(found: Listing, version: Version) -> VersionFiles:
    [file] = found.files[version]
    if "!" in file.filename or "?" in file.filename:
        return VersionFiles(for_metadata=None, for_install=None, refusal=NoFiles(), excluded="?" in file.filename)
    return VersionFiles(for_metadata=file, for_install=file)


def selector(profile: str, *requirements: str, **changes: Any) -> CandidateSelector:
    stated = [Parsed(text) for text in requirements]
    settings = Settings(
        tool="uv",
        kind="uv pip compile",
        mode="platform",
        command=(),
        directory=Path("/"),
        requirements=tuple(Requirement(name=canonicalize_name(r.name), specifier=r.specifier) for r in stated),
        **changes,
    )
    return CandidateSelector(settings, parse_profile(profile), judge)


def choose(
    profile: str, allowed: str | Range, *listings: Listing, preferences: tuple[Preferred, ...] = (), **changes: Any
) -> Candidate | None:
    requirements = changes.pop("requirements", ())
    within = allowed if isinstance(allowed, Range) else from_specifiers(SpecifierSet(allowed))
    result = SearchResult(package=ALPHA, listings=listings)
    return selector(profile, *requirements, **changes).select(ALPHA, within, result, preferences=preferences)


def chosen(profile: str, allowed: str | Range, *listings: Listing, **changes: Any) -> str | None:
    """`version` of the one index, `version of index` where there are several, with `!` if it is unusable."""
    candidate = choose(profile, allowed, *listings, **changes)
    if candidate is None:
        return None
    where = f" of {candidate.listing.index.id}" if len(listings) > 1 else ""
    return f"{candidate.version}{'' if candidate.usable else '!'}{where}"


# versions


def test_the_highest_version_in_range_is_tried_first() -> None:
    versions = listing("one", "1.0", "1.10", "1.9", "2.0")
    assert chosen(NEW, "", versions) == "2.0"
    assert chosen(NEW, "<2", versions) == "1.10"
    assert chosen(NEW, ">2", versions) is None


def test_an_unusable_version_is_returned_with_its_reason() -> None:
    candidate = choose(NEW, "", listing("one", "1.0", "2.0!"))
    assert candidate is not None
    assert (str(candidate.version), candidate.refusal) == ("2.0", NoFiles())


def test_a_version_excluded_by_its_upload_time_does_not_exist() -> None:
    assert chosen(NEW, "", listing("one", "1.0", "2.0?")) == "1.0"
    assert chosen(NEW, "", listing("one", "2.0?")) is None


@pytest.mark.parametrize(
    ("mode", "direct", "transitive"),
    [("highest", "2.0", "2.0"), ("lowest", "1.0", "1.0"), ("lowest-direct", "1.0", "2.0")],
)
def test_resolution_modes(mode: str, direct: str, transitive: str) -> None:
    versions = listing("one", "1.0", "2.0")
    assert chosen(NEW, "", versions, requirements=("alpha",), resolution=mode) == direct
    assert chosen(NEW, "", versions, requirements=("beta",), resolution=mode) == transitive


def test_because_says_why_a_version_was_taken() -> None:
    several = listing("one", "1.0", "2.0")
    cases: list[tuple[str, Listing, dict[str, Any], str]] = [
        ("", several, {}, "newest"),
        ("", several, {"resolution": "lowest"}, "lowest"),
        ("==1.0", several, {}, "pinned"),
        ("", listing("one", "1.0"), {}, "only version"),
        ("", several, {"preferences": (Preferred(Version("1.0"), "lock"),)}, "preference"),
    ]
    for allowed, found, changes, because in cases:
        candidate = choose(NEW, allowed, found, **changes)
        assert candidate is not None
        assert candidate.because == because


# pre-releases


MIXED = listing("one", "1.0", "1.1a1", "1.1rc2")
ONLY = listing("one", "1.0a1", "1.0b2")


@pytest.mark.parametrize(
    ("requirement", "old", "new"),
    [
        ("alpha", "1.0", "1.0"),
        ("alpha>=1.0a1", "1.1rc2", "1.0"),
        ("alpha>1.0", None, "1.1rc2"),
        ("alpha!=1.1a1", "1.0", "1.0"),
    ],
)
def test_default_mode_of_your_requirements(requirement: str, old: str | None, new: str | None) -> None:
    allowed = requirement.removeprefix("alpha")
    assert chosen(OLD, allowed, MIXED, requirements=(requirement,)) == old
    assert chosen(NEW, allowed, MIXED, requirements=(requirement,)) == new


def test_transitively_a_prerelease_is_a_fallback_only_since_uv_0_12() -> None:
    assert chosen(OLD, ">=1.1a1", MIXED) is None
    assert chosen(NEW, ">=1.1a1", MIXED) == "1.1rc2"


def test_a_package_without_any_stable_version_is_taken_anyway() -> None:
    for profile in (OLD, NEW):
        assert chosen(profile, "", ONLY) == "1.0b2"
        assert chosen(profile, "<1.0b1", ONLY) == "1.0a1"


def test_a_stable_version_out_of_range_or_too_new_still_counts_as_stable_in_old_releases() -> None:
    assert chosen(OLD, ">1", listing("one", "0.5", "2.0rc1")) is None
    assert chosen(OLD, "", listing("one", "0.5?", "2.0rc1")) is None


def test_an_unusable_stable_version_comes_before_a_prerelease() -> None:
    assert chosen(NEW, "", listing("one", "1.0!", "2.0a1")) == "1.0!"
    assert chosen(NEW, "!=1.0", listing("one", "1.0!", "2.0a1")) == "2.0a1"


@pytest.mark.parametrize(
    ("mode", "expected"), [("allow", "1.1rc2"), ("disallow", "1.0"), ("explicit", "1.0"), ("if-necessary", "1.0")]
)
def test_prerelease_modes(mode: str, expected: str) -> None:
    assert chosen(NEW, "", MIXED, prerelease=mode) == chosen(OLD, "", MIXED, prerelease=mode) == expected


def test_a_mode_may_be_set_for_one_package() -> None:
    assert chosen(NEW, "", MIXED, prerelease_packages={ALPHA: "allow"}) == "1.1rc2"
    assert chosen(NEW, "", ONLY, prerelease_packages={ALPHA: "disallow"}) is None


def test_development_versions_are_prereleases() -> None:
    assert chosen(OLD, "", listing("one", "1.0", "1.1.dev3")) == "1.0"


# local versions


LOCALS = listing("one", "2.1.1", "2.1.1+cpu", "2.1.1+cu118", "2.2.0+cpu")


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ("==2.1.1", "2.1.1+cu118"),
        ("==2.1.1+cpu", "2.1.1+cpu"),
        ("<=2.1.1", "2.1.1+cu118"),
        ("<2.1.1", None),
        (">2.1.1", "2.2.0+cpu"),
        ("!=2.2.0", "2.1.1+cu118"),
        ("==2.2.0", "2.2.0+cpu"),
    ],
)
def test_a_public_version_matches_its_local_ones(allowed: str, expected: str | None) -> None:
    assert chosen(NEW, allowed, LOCALS) == expected


def test_the_first_releases_match_public_versions_exactly() -> None:
    assert chosen("uv@0.1.14", "==2.1.1", LOCALS) == "2.1.1"
    assert chosen("uv@0.1.14", "==2.2.0", LOCALS) is None
    assert chosen("uv@0.1.14", ">=2.1", LOCALS) == "2.2.0+cpu"


# preferences


def prefer(version: str, source: str = "lock") -> tuple[Preferred, ...]:
    return (Preferred(Version(version), source),)


def test_a_preferred_version_in_range_is_taken() -> None:
    versions = listing("one", "1.0", "2.0", "3.0")
    assert chosen(NEW, "", versions, preferences=prefer("2.0")) == "2.0"
    assert chosen(NEW, ">2", versions, preferences=prefer("2.0")) == "3.0"
    assert chosen(NEW, "", versions, preferences=prefer("2.5")) == "3.0"


def test_preferences_are_tried_in_their_order() -> None:
    versions = listing("one", "1.0", "2.0", "3.0")
    assert chosen(NEW, "", versions, preferences=(*prefer("9"), *prefer("1.0"), *prefer("2.0"))) == "1.0"


def test_the_highest_local_variant_stands_for_a_preferred_version() -> None:
    assert chosen(NEW, "", LOCALS, preferences=prefer("2.1.1")) == "2.1.1+cu118"
    assert chosen(NEW, "", LOCALS, preferences=prefer("2.1.1+cpu")) == "2.1.1+cpu"


def test_a_prerelease_of_a_file_is_preferred_and_that_of_a_sibling_fork_is_not() -> None:
    for profile in (OLD, NEW):
        assert chosen(profile, "", MIXED, preferences=prefer("1.1a1")) == "1.1a1"
        assert chosen(profile, "", MIXED, preferences=prefer("1.1a1", "fork")) == "1.0"
        assert chosen(profile, "", MIXED, preferences=prefer("1.1a1"), prerelease="disallow") == "1.0"
        assert chosen(profile, "", MIXED, preferences=prefer("1.1a1", "fork"), prerelease="allow") == "1.1a1"


def test_prefetching_ignores_preferences() -> None:
    result = SearchResult(package=ALPHA, listings=(listing("one", "1.0", "2.0"),))
    candidate = selector(NEW).select_without_preference(ALPHA, FULL, result)
    assert candidate is not None
    assert str(candidate.version) == "2.0"


# several indexes


FIRST: Mapping[str, Any] = {"strategy": "unsafe-first-match"}
BEST: Mapping[str, Any] = {"strategy": "unsafe-best-match"}
ONE, TWO, THREE = listing("one", "1.0", "1.5"), listing("two", "2.0", "2.1"), listing("three", "3.0")


@pytest.mark.parametrize(
    ("allowed", "changes", "expected"),
    [
        ("", FIRST, "1.5 of one"),
        (">=2", FIRST, "2.1 of two"),
        (">1", {**FIRST, "resolution": "lowest"}, "1.5 of one"),
        ("", BEST, "3.0 of three"),
        (">1", {**BEST, "resolution": "lowest"}, "1.5 of one"),
    ],
)
def test_unsafe_strategies(allowed: str, changes: Mapping[str, Any], expected: str) -> None:
    assert chosen(NEW, allowed, ONE, TWO, THREE, **changes) == expected


def test_first_match_takes_an_unusable_version_of_an_early_index() -> None:
    assert chosen(NEW, "", listing("one", "1.0!"), listing("two", "1.0"), **FIRST) == "1.0! of one"


def test_best_match_passes_to_the_same_version_of_a_later_index_but_not_to_another_version() -> None:
    assert chosen(NEW, "", listing("one", "1.0!"), listing("two", "1.0"), **BEST) == "1.0 of two"
    assert chosen(NEW, "", listing("one", "1.0!"), listing("two", "0.9"), **BEST) == "1.0! of one"
    assert chosen(NEW, "", listing("one", "1.0?"), listing("two", "0.9"), **BEST) == "0.9 of two"


@pytest.mark.parametrize("mode", ["highest", "lowest"])
def test_of_equal_versions_the_earlier_index_wins(mode: str) -> None:
    assert chosen(NEW, "", listing("one", "1.0"), listing("two", "1.0"), **BEST, resolution=mode) == "1.0 of one"
    assert chosen(NEW, "", listing("one", "1.0!"), listing("two", "1.0!"), **BEST, resolution=mode) == "1.0! of one"


def test_local_versions_sort_across_indexes() -> None:
    assert chosen(NEW, "", listing("one", "2.0"), listing("two", "2.0+x"), **BEST) == "2.0+x of two"


def test_whether_stable_versions_exist_is_asked_of_all_indexes_before_and_of_each_since_uv_0_12() -> None:
    listings = listing("one", "2.0a1"), listing("two", "1.0")
    assert chosen(OLD, "", *listings, **FIRST) == "1.0 of two"
    assert chosen(NEW, "", *listings, **FIRST) == "2.0a1 of one"
    assert chosen(NEW, "", *listings, **BEST) == "1.0 of two"


def test_a_preference_is_found_on_the_first_index_that_has_it() -> None:
    listings = listing("one", "2.0"), listing("two", "1.0", "2.0")
    assert chosen(NEW, "", *listings, preferences=prefer("1.0"), **BEST) == "1.0 of two"
    assert chosen(NEW, "", *listings, preferences=prefer("2.0"), **BEST) == "2.0 of one"


# a file of another package


def test_choosing_a_file_of_another_package_ends_the_run_since_uv_0_6_17() -> None:
    page = listing("one", "1.0", "9.0@other")
    with pytest.raises(SearchAborted, match="a file of other"):
        chosen(NEW, "", page)
    assert chosen(NEW, "<9", page) == "1.0"
    assert chosen("uv@0.5.25", "", page) == "9.0"


# ranges


_versions = st.lists(
    st.from_regex(r"\A[0-3](\.[0-3]){0,2}(a1|rc1|\.post1|\.dev1)?(\+x)?\Z"), max_size=12, unique_by=Version
)
_ranges = st.lists(
    st.tuples(st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]), st.from_regex(r"\A[0-3](\.[0-3])?(a1)?\Z")),
    max_size=4,
)


@given(_versions, _ranges, st.booleans(), st.booleans())
def test_versions_in_range_are_those_the_range_contains_in_order(
    versions: list[str], terms: list[tuple[str, str]], unite: bool, highest: bool
) -> None:
    allowed = FULL
    for operator, version in terms:
        part = from_specifier(operator, version)
        allowed = allowed.complement().union(part) if unite else allowed.intersection(part)
    found = [version for _, version in in_range(listing("one", *versions).ascending, allowed, highest)]
    assert found == sorted((v for v in map(Version, versions) if v in allowed), reverse=highest)
