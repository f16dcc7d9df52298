"""Sets of versions as PubGrub needs them: unions of intervals with exact set algebra.

A range is a sorted sequence of cuts. A cut lies just before or just after a point of the version line; besides the
versions themselves the line has points that no version occupies (below all pre-releases of a version, above its
post-releases, above its local versions), so that `<2.0` and `==1.0` are exact intervals (as uv models them).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

Key: TypeAlias = tuple[int, tuple[int, ...], tuple[int, int], int, int, tuple[tuple[int, int, str], ...]]
"""(epoch, release without trailing zeros, pre, post, dev, local): compares as PEP 440 orders versions."""

Point = Literal["", "min", "max", "local"]
"""Which point at a version: itself, below its pre-releases, above its post-releases, above its local versions."""

_MANY: Final = 1 << 62
_PRE: Final = {"a": 0, "b": 1, "rc": 2}

Cut: TypeAlias = tuple[Key, int]
"""(point, 0 just before it or 1 just after it)."""

_FIRST: Final[Cut] = ((0, (0,), (-1, 0), -1, 0, ()), 0)
"""Just before 0.dev0, the lowest version there is."""

_LOW: Final[Cut] = ((-1, (), (0, 0), 0, 0, ()), 0)
_HIGH: Final[Cut] = ((_MANY, (), (0, 0), 0, 0, ()), 1)


class Label(NamedTuple):
    """How a cut is written: the version's text, and which point at it."""

    text: str
    point: Point


_NO_LABEL: Final = Label("", "")


@lru_cache(maxsize=65536)
def version_key(version: Version) -> Key:
    """The sort key of a version; much faster to compare than the version itself."""
    release = version.release
    length = len(release)
    while length > 1 and release[length - 1] == 0:
        length -= 1
    pre, post, dev, local = version.pre, version.post, version.dev, version.local
    if pre is not None:
        pre_key = (_PRE[pre[0]], pre[1])
    elif post is None and dev is not None:
        pre_key = (-1, 0)
    else:
        pre_key = (3, 0)
    local_key: tuple[tuple[int, int, str], ...] = ()
    if local is not None:
        local_key = tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in local.split("."))
    return (
        version.epoch,
        release[:length],
        pre_key,
        -1 if post is None else post,
        _MANY if dev is None else dev,
        local_key,
    )


@lru_cache(maxsize=65536)
def parse_version(text: str) -> Version:
    """`text` as a PEP 440 version, remembered. Raises `InvalidVersion`."""
    if len(text) > 256:
        raise InvalidVersion(f"Invalid version: {text[:40]!r}…")
    return Version(text)


def _cut(version: Version, point: Point, *, after: bool) -> Cut:
    """The cut at a point of the line. Points that no version occupies are folded onto the version that follows them,

    so that equal sets have equal cuts (`<2.0` ends just before 2.0.dev0).
    """
    epoch, release, pre, post, dev, _ = key = version_key(version)
    if point == "":
        return (key, 1 if after else 0)
    if point == "min":
        return ((epoch, release, (-1, 0), -1, 0, ()), 0)
    if point == "local":
        if dev != _MANY:
            return ((epoch, release, pre, post, dev + 1, ()), 0)
        return ((epoch, release, pre, post + 1, 0, ()), 0)
    if pre[0] in (0, 1, 2):
        return ((epoch, release, (pre[0], pre[1] + 1), -1, 0, ()), 0)
    return ((epoch, release, pre, _MANY, _MANY, ()), 1 if after else 0)


class Range:
    """An immutable set of versions; equal sets of cuts are equal ranges, whatever their labels."""

    __slots__ = ("_hash", "cuts", "labels")

    cuts: tuple[Cut, ...]
    labels: tuple[Label, ...]

    def __init__(self, cuts: tuple[Cut, ...], labels: tuple[Label, ...]) -> None:
        self.cuts = cuts
        self.labels = labels
        self._hash: int | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and self.cuts == other.cuts

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(self.cuts)
        return self._hash

    def __contains__(self, version: Version) -> bool:
        return bisect_right(self.cuts, (version_key(version), 0)) % 2 == 1

    def contains_key(self, key: Key) -> bool:
        """Membership by sort key, for loops over many versions."""
        return bisect_right(self.cuts, (key, 0)) % 2 == 1

    @property
    def is_empty(self) -> bool:
        return not self.cuts

    @property
    def is_full(self) -> bool:
        return self.cuts == (_LOW, _HIGH)

    def complement(self) -> Range:
        cuts, labels = list(self.cuts), list(self.labels)
        if cuts and cuts[0] == _LOW:
            del cuts[0], labels[0]
        else:
            cuts.insert(0, _LOW)
            labels.insert(0, _NO_LABEL)
        if cuts and cuts[-1] == _HIGH:
            del cuts[-1], labels[-1]
        else:
            cuts.append(_HIGH)
            labels.append(_NO_LABEL)
        return Range(tuple(cuts), tuple(labels))

    def intersection(self, other: Range) -> Range:
        if self.cuts == other.cuts or other.is_full:
            return self
        if self.is_full:
            return other
        return _merge(self, other, 2)

    def union(self, other: Range) -> Range:
        if self.cuts == other.cuts or not other.cuts:
            return self
        if not self.cuts:
            return other
        return _merge(self, other, 1)

    def is_subset(self, other: Range) -> bool:
        return other.is_full or self.intersection(other).cuts == self.cuts

    def is_disjoint(self, other: Range) -> bool:
        return not self.intersection(other).cuts

    def segments(self) -> Iterator[tuple[Cut, Label, Cut, Label]]:
        """(lower cut, its label, upper cut, its label) of each interval, in order."""
        for i in range(0, len(self.cuts), 2):
            yield self.cuts[i], self.labels[i], self.cuts[i + 1], self.labels[i + 1]

    @property
    def has_lower_bound(self) -> bool:
        """The first interval starts at a version (false for the empty range too)."""
        return bool(self.cuts) and self.cuts[0] != _LOW

    @property
    def has_upper_bound(self) -> bool:
        """The last interval ends at a version (false for the empty range too)."""
        return bool(self.cuts) and self.cuts[-1] != _HIGH

    @property
    def singleton(self) -> Version | None:
        """The one version of `===` ranges and of `Range.exactly`; None for anything wider, `==1.0` included."""
        if len(self.cuts) == 2 and self.cuts[0][0] == self.cuts[1][0] and (self.cuts[0][1], self.cuts[1][1]) == (0, 1):
            return parse_version(self.labels[0].text)
        return None

    @property
    def is_singleton_constraint(self) -> bool:
        """Pins a single public version: `==1.0` (with its local versions) or `===1.0`."""
        return (
            bool(self.cuts)
            and all(_pins(*segment) for segment in self.segments())
            and (self.singleton is not None or len(self.cuts) == 2)
        )

    def __repr__(self) -> str:
        return f"Range({self})"

    def __str__(self) -> str:
        """As uv writes it: `>=1, <2 | ==3`, `*` for everything, `∅` for nothing."""
        if not self.cuts:
            return "∅"
        if self.is_full:
            return "*"
        return " | ".join(segment_text(*segment) for segment in self.segments())


def _pins(low: Cut, low_label: Label, high: Cut, high_label: Label) -> bool:
    if low[1] != 0 or low_label.point:
        return False
    if low[0] == high[0]:
        return high[1] == 1
    return high_label.point == "local" and not low[0][5] and version_key(parse_version(high_label.text)) == low[0]


def segment_text(low: Cut, low_label: Label, high: Cut, high_label: Label) -> str:
    """One interval as specifiers: `>=1, <2`, `==1`, `*`."""
    if _pins(low, low_label, high, high_label):
        return f"=={low_label.text}"
    bounds = []
    if low != _LOW:
        after = low[1] == 1 or low_label.point in ("local", "max")
        bounds.append(f"{'>' if after else '>='}{low_label.text}")
    if high != _HIGH:
        through = high[1] == 1 or high_label.point == "local"
        bounds.append(f"{'<=' if through else '<'}{high_label.text}")
    return ", ".join(bounds) or "*"


def _merge(a: Range, b: Range, needed: int) -> Range:
    """The points that lie in at least `needed` of the two ranges."""
    cuts: list[Cut] = []
    labels: list[Label] = []
    i = j = 0
    depth = 0
    while i < len(a.cuts) or j < len(b.cuts):
        if j >= len(b.cuts) or (i < len(a.cuts) and a.cuts[i] <= b.cuts[j]):
            cut, label, step = a.cuts[i], a.labels[i], 1 if i % 2 == 0 else -1
            i += 1
        else:
            cut, label, step = b.cuts[j], b.labels[j], 1 if j % 2 == 0 else -1
            j += 1
        before = depth >= needed
        depth += step
        if (depth >= needed) != before:
            if cuts and cuts[-1] == cut:
                cuts.pop()
                labels.pop()
            else:
                cuts.append(cut)
                labels.append(label)
    return Range(tuple(cuts), tuple(labels))


FULL: Final = Range((_LOW, _HIGH), (_NO_LABEL, _NO_LABEL))
EMPTY: Final = Range((), ())


def exactly(version: Version) -> Range:
    """Just `version` (its local versions not included)."""
    key, label = version_key(version), Label(str(version), "")
    return Range(((key, 0), (key, 1)), (label, label))


def between(low: tuple[Version, Point, bool] | None, high: tuple[Version, Point, bool] | None) -> Range:
    """From `low` to `high`, each (version, point, whether that point itself belongs to the range) or None for no
    bound.
    """
    low_cut, low_label = (_LOW, _NO_LABEL)
    high_cut, high_label = (_HIGH, _NO_LABEL)
    if low is not None:
        low_cut, low_label = _cut(low[0], low[1], after=not low[2]), Label(str(low[0]), low[1])
        if low_cut <= _FIRST:
            low_cut, low_label = _LOW, _NO_LABEL
    if high is not None:
        high_cut, high_label = _cut(high[0], high[1], after=high[2]), Label(str(high[0]), high[1])
        if high_cut <= _FIRST:
            return EMPTY
    if low_cut >= high_cut:
        return EMPTY
    return Range((low_cut, high_cut), (low_label, high_label))


def at_least(version: Version) -> Range:
    return between((version, "", True), None)


def above(version: Version) -> Range:
    """Strictly higher than `version`, its local and post-releases included (not PEP 440's `>`)."""
    return between((version, "", False), None)


def below(version: Version) -> Range:
    """Strictly lower than `version`, its pre-releases included (not PEP 440's `<`)."""
    return between(None, (version, "", False))


@lru_cache(maxsize=16384)
def from_specifier(operator: str, text: str) -> Range:
    """One PEP 440 version specifier as a range, as uv reads it. Raises `InvalidVersion`."""
    star = text.endswith(".*")
    if operator == "===":
        return exactly(parse_version(text))
    version = parse_version(text[:-2] if star else text)
    match operator:
        case "==" if star:
            return _prefix(version)
        case "!=" if star:
            return _prefix(version).complement()
        case "==":
            if version.local is not None:
                return exactly(version)
            return between((version, "", True), (version, "local", False))
        case "!=":
            return from_specifier("==", text).complement()
        case "~=":
            head = version.release[:-1]
            upper = _release(version.epoch, (*head[:-1], head[-1] + 1), dev=True)
            return between((version, "", True), (upper, "", False))
        case "<":
            if version.is_prerelease:
                return below(version)
            if version.is_postrelease:
                return below(Version(f"{version.public}.dev0"))
            return between(None, (version, "min", False))
        case "<=":
            return between(None, (version, "local", True))
        case ">":
            if version.dev is not None:
                return at_least(Version(f"{version.public.rpartition('.dev')[0]}.dev{version.dev + 1}"))
            if version.is_postrelease:
                return between((version, "local", False), None)
            return between((version, "max", False), None)
        case ">=":
            return at_least(version)
        case _:
            raise InvalidVersion(f"unknown operator {operator}")


def _release(epoch: int, release: Sequence[int], *, dev: bool) -> Version:
    return Version((f"{epoch}!" if epoch else "") + ".".join(map(str, release)) + (".dev0" if dev else ""))


def _prefix(version: Version) -> Range:
    """`==V.*`: from V's first development version to that of the next version with as many segments."""
    public = version.public
    if version.post is not None:
        head = public.rpartition(".post")[0]
        low, high = f"{public}.dev0", f"{head}.post{version.post + 1}.dev0"
    elif version.pre is not None:
        kind, number = version.pre
        low, high = f"{public}.dev0", f"{public[: -len(str(number))]}{number + 1}.dev0"
        if not public.endswith(f"{kind}{number}"):
            raise InvalidVersion(public)
    else:
        release = version.release
        return between(
            (_release(version.epoch, release, dev=True), "", True),
            (_release(version.epoch, (*release[:-1], release[-1] + 1), dev=True), "", False),
        )
    return between((Version(low), "", True), (Version(high), "", False))


def from_specifiers(specifiers: SpecifierSet) -> Range:
    """The intersection of all specifiers of a set."""
    return _from_texts(tuple(sorted((str(s), s.operator, s.version) for s in specifiers)))


@lru_cache(maxsize=16384)
def _from_texts(specifiers: tuple[tuple[str, str, str], ...]) -> Range:
    """Remembered by their text: sets that are equal (`<2` and `<2.0`) are still written differently."""
    result = FULL
    for _, operator, version in specifiers:
        result = result.intersection(from_specifier(operator, version))
    return result


def python_range(specifiers: SpecifierSet) -> Range:
    """Requires-Python as a range over release-only Python versions (pre-releases of a bound count as the bound).

    Source: uv's release-only semantics; `>3.11` is strictly above 3.11 and admits 3.11.1.
    """
    result = FULL
    for specifier in specifiers:
        star = specifier.version.endswith(".*")
        version = parse_version(specifier.version[:-2] if star else specifier.version)
        bare = _release(0, version.release, dev=False)
        match specifier.operator:
            case "==" | "!=" if star:
                upper = _release(0, (*version.release[:-1], version.release[-1] + 1), dev=False)
                part = between((bare, "", True), (upper, "", False))
            case "==" | "===" | "!=":
                part = exactly(bare)
            case "~=":
                upper = _release(0, (*version.release[:-2], version.release[-2] + 1), dev=False)
                part = between((bare, "", True), (upper, "", False))
            case "<":
                part = below(bare)
            case "<=":
                part = between(None, (bare, "", True))
            case ">":
                part = above(bare)
            case _:
                part = at_least(bare)
        result = result.intersection(part.complement() if specifier.operator == "!=" else part)
    return result


def union_of(ranges: Iterable[Range]) -> Range:
    result = EMPTY
    for part in ranges:
        result = result.union(part)
    return result
