"""How well a wheel's tags fit an environment: the rank of the best one, or the closest part that fails (wheels 1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ..model.environment import Environment
from ..model.files import DistributionFile
from ..model.reasons import TagMismatch, TagPart
from .universal import is_abi_tag, is_python_tag

TAG_ORDER: Final[Mapping[TagPart, int]] = {
    "invalid": 0,
    "python": 1,
    "abi": 2,
    "free-threaded abi": 3,
    "abi python version": 4,
    "python version": 4,
    "platform": 5,
}
"""Sub-reasons of a tag mismatch, worst to best."""

MAX_ATOMS: Final = 64
"""How many tags of a compressed set are looked at."""


def tag_fit(file: DistributionFile, environment: Environment) -> int | TagMismatch:
    """The rank of the wheel's best tag (0 is best) or why none fits; remembered per compressed tag sets."""
    key = (file.python_tags, file.abi_tags, file.platform_tags)
    found = environment.fits.get(key)
    if found is None:
        found = environment.fits[key] = _fit(*key, environment)
    return found


def _fit(python: str, abi: str, platform: str, environment: Environment) -> int | TagMismatch:
    pythons, abis, platforms = (text.split(".")[:MAX_ATOMS] for text in (python, abi, platform))
    free_threaded = is_free_threaded(environment)
    if free_threaded and not any(_fits_free_threading(tag) for tag in abis):
        return TagMismatch("free-threaded abi", abi, environment.tags[0].abi)
    ranks: list[int] = []
    closest = TagMismatch("invalid", f"{python}-{abi}-{platform}", "")
    for result in _combinations(pythons, abis, platforms, environment):
        if isinstance(result, int):
            ranks.append(result)
        elif TAG_ORDER[result.part] > TAG_ORDER[closest.part]:
            closest = result
    return min(ranks) if ranks else closest


def _combinations(
    pythons: list[str], abis: list[str], platforms: list[str], environment: Environment
) -> Iterator[int | TagMismatch]:
    tree, best = environment.tag_tree, environment.tags[0] if environment.tags else None
    for python in pythons:
        known_abis = tree.get(python)
        if known_abis is None:
            if is_python_tag(python):
                yield TagMismatch("python", python, best.interpreter if best else "")
            continue
        for abi in abis:
            known_platforms = known_abis.get(abi)
            if known_platforms is None:
                if is_abi_tag(abi):
                    yield TagMismatch("abi", abi, best.abi if best else "")
                continue
            for platform in platforms:
                rank = known_platforms.get(platform)
                yield TagMismatch("platform", platform, best.platform if best else "") if rank is None else rank


def is_free_threaded(environment: Environment) -> bool:
    """The environment's own ABI is that of a free-threaded CPython (`cp313t`)."""
    if not environment.tags:
        return False
    abi = environment.tags[0].abi
    return abi.startswith("cp") and "t" in abi


def _fits_free_threading(abi: str) -> bool:
    return abi == "none" or abi == "abi3t" or (abi.startswith("cp") and "t" in abi.lstrip("cp0123456789"))
