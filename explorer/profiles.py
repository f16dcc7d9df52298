"""Which rule holds in which release of uv and pip: one table, cited.

A rule is a row: what differs, since which release each value holds, and the section of the measured semantics (this
project's `semantics` notes: indexes, auth, wheels-and-universal) or the source it comes from. A `Profile` is the table
read at one release; decision functions take the profile and never compare versions themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from packaging.version import InvalidVersion, Version

Tool = Literal["uv", "pip"]
StatusMeaning = Literal["absent", "stop", "abort"]

NEWEST_KNOWN: Final[Mapping[Tool, str]] = {"uv": "0.13.8", "pip": "26.3"}
"""The newest release of each tool that was measured."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One behaviour that changed between releases.

    `since`: (first release, value) in ascending order; the first entry holds for everything before the second as well.
    `sentence` states what the rule is about, for *Why*; `source` cites where it was measured or read.
    """

    id: str
    tool: Tool
    sentence: str
    source: str
    since: tuple[tuple[str, object], ...]

    def value_at(self, version: Version) -> object:
        value = self.since[0][1]
        for release, later in self.since[1:]:
            if version < Version(release):
                break
            value = later
        return value


def _rule(id_: str, sentence: str, source: str, *since: tuple[str, object], tool: Tool = "uv") -> Rule:
    return Rule(id_, tool, sentence, source, since)


_KEYS_SINCE: Final[Mapping[str, tuple[str, ...]]] = {
    "0.4.23": ("index",),
    "0.4.27": ("default-groups",),
    "0.5.3": ("conflicts",),
    "0.5.9": ("build-backend", "check-url", "fork-strategy", "pypy-install-mirror", "python-install-mirror"),
    "0.5.25": ("required-version",),
    "0.6.1": ("required-environments",),
    "0.6.3": ("build-constraint-dependencies",),
    "0.7.13": ("add-bounds", "python-downloads-json-url"),
    "0.8.0": ("dependency-groups",),
    "0.9.0": ("config-settings-package", "exclude-newer-package", "extra-build-dependencies", "extra-build-variables"),
    "0.10.0": ("exclude-dependencies", "http-proxy", "https-proxy", "no-proxy", "no-sources-package", "torch-backend"),
    "0.11.0": ("system-certs",),
    "0.12.5": ("audit", "prerelease-package", "preview-features"),
    "0.13.0": ("graalpy-install-mirror", "minimum-libc-version", "pyodide-install-mirror", "require-build-hashes"),
}
"""Release → keys of [tool.uv] that it added: the first release measured to know them, or the documented one."""

_PIP_KEYS_SINCE: Final[Mapping[str, tuple[str, ...]]] = {
    "0.5.9": ("fork-strategy", "no-extra"),
    "0.6.17": ("group", "torch-backend"),
    "0.9.0": ("config-settings-package", "exclude-newer-package", "extra-build-dependencies", "extra-build-variables"),
    "0.10.0": ("no-sources-package",),
    "0.13.0": ("require-build-hashes",),
}
"""The same for [tool.uv.pip]."""


def _unknown(since: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, object], ...]:
    """(release, the keys that only later ones know) for a rule."""
    releases = list(since)
    return tuple(
        (first, tuple(key for later in releases[number:] for key in since[later]))
        for number, first in enumerate(["0.1.0", *releases])
    )


UV_RULES: Final[tuple[Rule, ...]] = (
    # the list of indexes
    _rule("extras_first", "Extra index URLs are asked before the index URL.", "indexes, groups", ("0.1.0", False), ("0.1.13", True)),
    _rule("named_indexes", "[[tool.uv.index]], --index, --default-index, pins and explicit indexes exist.", "indexes 1", ("0.1.0", False), ("0.4.23", True)),
    _rule("equal_urls_asked_once", "An index whose URL was written before is skipped.", "indexes 1.2", ("0.1.0", False), ("0.7.3", True)),
    _rule("flat_indexes", 'An index may be a flat page (format = "flat").', "indexes 4", ("0.1.0", False), ("0.6.11", True)),
    _rule("pinned_also_searched", "The page of a pinned package is also asked along the search list.", "indexes 1.3", ("0.1.0", True), ("0.6.0", False)),
    _rule("strategies", "--index-strategy exists.", "indexes, groups", ("0.1.0", False), ("0.1.29", True)),
    _rule("config_in_pip_compile", "uv pip reads configuration files.", "indexes 1.1", ("0.1.0", False), ("0.2.0", True)),
    _rule("shadowed_credentials", "Credentials of an index that another one hides are known from the start.", "measured with 0.8.0 and 0.8.8", ("0.1.0", False), ("0.8.8", True)),
    _rule("refresh_resolves_again", "--refresh resolves again although the lock holds.", "measured with 0.8.8 and 0.9.0", ("0.1.0", False), ("0.9.0", True)),
    _rule("explicit_needs_name", "An explicit index without a name is refused.", "measured with 0.9.0 and 0.10.0", ("0.1.0", False), ("0.10.0", True)),
    _rule("index_by_name", "--index NAME means the configured index of that name.", "measured with 0.11.0 and 0.12.5", ("0.1.0", False), ("0.12.0", True)),
    _rule("one_default_index", "Two indexes with default = true in one file are refused.", "user-needs F37", ("0.1.0", False), ("0.10.0", True)),
    _rule("unknown_keys", "Keys of [tool.uv] that the release does not know; one of them drops the whole table.", "user-needs F36", *_unknown(_KEYS_SINCE)),
    _rule("unknown_pip_keys", "Keys of [tool.uv.pip] that the release does not know.", "user-needs F36", *_unknown(_PIP_KEYS_SINCE)),
    # what an answer means
    _rule("page_found", "The first index that has a page for the package is its only source.", "indexes 2.1", ("0.1.0", True)),
    _rule("page_404", "A 404 of a project page means that the next index is asked.", "indexes 3", ("0.1.0", "absent")),
    _rule("page_error", "Any other error status of a page, and no answer at all, end the run.", "indexes 3", ("0.1.0", "abort")),
    _rule("page_content", "A page of another type, or one that does not parse, ends the run.", "indexes 3", ("0.1.0", "abort")),
    _rule("local_page", "A folder may be an index: NAME/index.html in it is read without a request.", "indexes 3", ("0.1.0", True)),
    _rule("flat_location", "A flat location is read once; a failure ends the run.", "indexes 4", ("0.1.0", "abort")),
    _rule("find_links_file", "--find-links may name a local HTML file.", "indexes 4, measured", ("0.1.0", False), ("0.12.1", True)),
    _rule("offline_not_cached", "Offline, an index without a cached page is passed over.", "indexes 7", ("0.1.0", "absent")),
    _rule("first-index", "Only the first index that has a package is used for it.", "indexes 2.1", ("0.1.0", True)),
    _rule("unsafe-first-match", "All indexes are asked; the first with a version in range is used.", "indexes 2.2", ("0.1.0", True)),
    _rule("unsafe-best-match", "All indexes are asked; the best version of all is used.", "indexes 2.2", ("0.1.0", True)),
    _rule("pinned", "A pinned package is asked from its index only.", "indexes 1.3", ("0.1.0", True)),
    _rule("page_401", "What a 401 of a project page means for the search.", "indexes 3", ("0.1.0", "abort"), ("0.1.40", "absent"), ("0.7.0", "stop")),
    _rule("page_403", "What a 403 of a project page means for the search.", "indexes 3", ("0.1.0", "absent"), ("0.7.0", "stop")),
    _rule("ignore_codes_for_pages", "ignore-error-codes is obeyed for project pages.", "indexes 3", ("0.1.0", False), ("0.7.0", True)),
    _rule("ignore_codes_for_files", "ignore-error-codes is obeyed for files: the version becomes unavailable.", "indexes 3.1", ("0.1.0", False), ("0.11.27", True)),
    _rule("unsafe_absent_codes", "Statuses that count as absent under the unsafe strategies.", "indexes 2.2", ("0.1.0", (401, 403, 404)), ("0.7.0", (401, 403, 404, 407, 511))),
    _rule("pytorch_403_absent", "403 of download.pytorch.org means absent.", "indexes 2.3", ("0.1.0", False), ("0.7.0", True)),
    _rule("other_package_on_page", "A file of another package on a project page.", "indexes 3", ("0.1.0", "accepted"), ("0.6.17", "error")),
    _rule("empty_href", "An anchor with an empty href.", "indexes 5", ("0.1.0", "abort"), ("0.2.0", "skipped")),
    _rule("null_spoils_page", "A size, upload-time or yanked that is null in JSON spoils the whole page.", "indexes 5, measured", ("0.1.0", False), ("0.6.7", True)),
    _rule("html_ignores_case", "Tags and attributes of pages are known in capitals too, and data-yanked needs no value.", "indexes 5, measured", ("0.1.0", False), ("0.11.17", True)),
    _rule("html_raw_text", "Links within script, style, title or a declaration are none.", "indexes 5, measured", ("0.1.0", False), ("0.12.24", True)),
    _rule("html_upload_time", "HTML pages may state data-upload-time.", "indexes 5", ("0.1.0", False), ("0.5.26", True)),
    _rule("core_metadata_key", "The JSON key core-metadata is known besides dist-info-metadata.", "indexes 3.1", ("0.1.0", False), ("0.2.0", True)),
    _rule("metadata_behind_fragment", "On HTML pages .metadata is appended behind the hash fragment, so the wheel itself is fetched.", "indexes 3.1", ("0.1.0", True), ("0.2.0", False)),
    _rule("short_digest_spoils_page", "A digest of the wrong length spoils the whole page.", "indexes 5", ("0.1.0", False), ("0.12.0", True)),
    # retries and cache
    _rule("retries_variable", "UV_HTTP_RETRIES is read.", "indexes 3", ("0.1.0", False), ("0.7.21", True)),
    _rule("index_cache_control", "cache-control of an index overrides the answer's header.", "indexes 7", ("0.1.0", False), ("0.7.22", True)),
    _rule("fresh_at_lifetime", "A cache entry whose age equals its lifetime is still fresh.", "indexes 7", ("0.1.0", True), ("0.11.28", False)),
    _rule("last_modified_lifetime", "Lifetime of an answer that has only Last-Modified.", "indexes 7", ("0.1.0", "tenth of its age"), ("0.2.33", "600 seconds")),
    _rule("accept_encoding", "Accept-Encoding of project pages.", "indexes 5", ("0.1.0", "gzip"), ("0.7.0", "gzip, deflate, zstd")),
    # candidates
    _rule("prerelease_rule", "When pre-releases are admitted by default.", "indexes 6", ("0.1.0", "only if nothing else or asked for"), ("0.12.0", "stable first")),
    _rule("not_equal_admits_prereleases", "!=1.0a1 opts in to pre-releases.", "indexes 6", ("0.1.0", True), ("0.5.0", False)),
    _rule("python_upper_bound", "The upper bound of Requires-Python is obeyed.", "indexes 6", ("0.1.0", True), ("0.2.9", False)),
    _rule("public_matches_local", "==2.1.1 matches 2.1.1+cpu.", "indexes 6", ("0.1.0", False), ("0.2.0", True)),
    _rule("yanked_read_first", "Metadata of yanked candidates is fetched before they are rejected.", "indexes 6", ("0.1.0", True), ("0.2.0", False)),
    _rule("pep625_only", "Only .tar.gz and .zip sdists count.", "indexes 6", ("0.1.0", False), ("0.12.0", True)),
    # authentication
    _rule("auth_layer", "How credentials are found at all.", "auth 3", ("0.1.0", "URL only"), ("0.1.19", "before the request"), ("0.1.36", "stores")),
    _rule("index_variables", "UV_INDEX_<NAME>_USERNAME and _PASSWORD are read.", "auth 2", ("0.1.0", False), ("0.4.24", True)),
    _rule("roots_of_indexes", "The credentials of an index cover everything below its root.", "auth 1", ("0.1.0", "no roots"), ("0.5.26", "unless the URL ends in a slash"), ("0.5.30", "always")),
    _rule("devpi_roots", "The root of an index that ends in +simple (devpi) is known.", "measured", ("0.1.0", False), ("0.7.10", True)),
    _rule("index_of_url", "How a URL is matched to a configured index.", "auth 5", ("0.1.0", "none"), ("0.7.0", "text prefix"), ("0.11.9", "whole segments")),
    _rule("policy_scope", "How a URL is matched to the authenticate policy of an index.", "auth 4", ("0.1.0", "none"), ("0.6.6", "text prefix"), ("0.11.9", "whole segments")),
    _rule("host_store_for_indexed", "Credentials known for the host are tried for a URL of a configured index.", "auth 6", ("0.1.0", True), ("0.7.0", False), ("0.7.4", True)),
    _rule("half_url_attached", "A password found for a user-only URL is attached.", "auth 5", ("0.1.0", True), ("0.7.0", False), ("0.7.4", True)),
    _rule("root_lookup_for_half", "A user-only URL is also looked up by the root of its index.", "auth 6", ("0.1.0", False), ("0.8.18", True)),
    _rule("fetch_key", "What a fetched credential is remembered for.", "auth 4", ("0.1.0", "origin"), ("0.7.0", "index")),
    _rule("netrc", "netrc is read.", "auth 2", ("0.1.0", False), ("0.1.19", True)),
    _rule("credential_store", "uv's credential store is read.", "auth 2", ("0.1.0", False), ("0.8.15", True)),
    _rule("store_refuses_ties", "Two equally long services of the store give nothing.", "auth 2", ("0.1.0", False), ("0.10.0", True)),
    _rule("keyring", "The keyring command can be asked.", "auth 2", ("0.1.0", False), ("0.1.19", True)),
    _rule("keyring_service", "The first service that the keyring command is asked for.", "auth 2", ("0.1.0", "request URL"), ("0.7.0", "index URL")),
    _rule("keyring_scheme_host", "scheme://host:port is the third service asked.", "auth 2", ("0.1.0", False), ("0.10.3", True)),
    _rule("keyring_creds_mode", 'authenticate = "always" asks the keyring without a user.', "auth 2", ("0.1.0", False), ("0.6.9", True)),
    _rule("authenticate", "The authenticate policy of an index is obeyed.", "auth 6", ("0.1.0", False), ("0.6.6", True)),
    _rule("dependabot_lifts_always", "DEPENDABOT=true lifts authenticate = always.", "auth 6", ("0.1.0", False), ("0.9.11", True)),
    _rule("half_refused", "What is said of a user name without password under authenticate = always.", "auth 6", ("0.1.0", "Missing password for URL: {url}"), ("0.11.0", "Incomplete credentials for `{url}`")),
    _rule("nothing_refused", "What is said where nothing is found under authenticate = always.", "auth 6", ("0.1.0", "Missing credentials for {url}"), ("0.13.0", "Missing credentials for: {url}")),
    _rule("redirects", "What happens to credentials on redirects.", "auth 7", ("0.1.0", "library"), ("0.7.0", "kept everywhere"), ("0.7.1", "library"), ("0.7.14", "own")),
    # wheels and metadata
    _rule("head_400_means_no_ranges", "A 400 on HEAD means that ranges are unsupported.", "wheels 2.1", ("0.1.0", False), ("0.6.1", True)),
    _rule("invalid_metadata_skips_version", "Metadata that cannot be used rules out the version instead of ending the run.", "measured: 0.1.29, 0.1.30", ("0.1.0", False), ("0.1.30", True)),
    _rule("sidecar_hashes", "The hash announced for core metadata is verified.", "wheels 2.1", ("0.1.0", False), ("0.13.0", True)),
    _rule("require_ranges_variable", "UV_REQUIRE_METADATA_RANGE_REQUESTS forbids reading a whole wheel for its metadata.", "wheels 2.1", ("0.1.0", False), ("0.13.0", True)),
    _rule("linux_glibc_minor", "The glibc minor that --python-platform linux stands for.", "wheels 4.2", ("0.1.0", 17), ("0.8.0", 28)),
    _rule("macos_major", "The macOS release that --python-platform macos stands for.", "wheels 4.2", ("0.1.0", 12), ("0.6.11", 13)),
    _rule("windows_machine", "platform_machine of Windows targets.", "wheels 4.3", ("0.1.0", "x86_64"), ("0.13.0", "AMD64")),
    _rule("riscv64_platform", "riscv64 is a --python-platform.", "wheels 4.2", ("0.1.0", False), ("0.8.15", True)),
    _rule("rare_linux_platforms", "s390x, ppc64le and loongarch64 are --python-platforms.", "wheels 4.2", ("0.1.0", False), ("0.13.0", True)),
    _rule("mobile_platforms", "Android, iOS and Pyodide are --python-platforms.", "wheels 4.2", ("0.1.0", False), ("0.9.0", True)),
    _rule("exclude_newer_before_no_binary", "exclude-newer is judged before no-binary.", "wheels 1.1", ("0.1.0", False), ("0.12.6", True)),
    # universal resolution
    _rule("python_fork", "A version's Requires-Python splits the resolution.", "wheels 1.4", ("0.1.0", False), ("0.5.9", True)),
    _rule("metadata_python_fork", "Requires-Python that stands only in METADATA splits too.", "wheels 1.4", ("0.1.0", False), ("0.11.32", True)),
    _rule("lowered_python_needs_wheel", "A version whose wheels all need a newer Python is unusable where a fork lowers the upper bound.", "wheels 1.2; changelog 0.12.18", ("0.1.0", False), ("0.12.18", True)),
    _rule("required_environments", "required-environments is obeyed.", "wheels 5", ("0.1.0", False), ("0.6.1", True)),
    _rule("environments_need_wheels", "Each entry of environments demands an artifact.", "wheels 5", ("0.1.0", False), ("0.10.11", True)),
    _rule("python_coverage", "What a version's wheels cover includes their Python tags.", "wheels 5; changelog 0.8.5", ("0.1.0", False), ("0.8.5", True)),
    _rule("stable_abi_is_bound", "The Python tag of an abi3 wheel is a lower bound of what it covers.", "wheels 5; changelog 0.10.12", ("0.1.0", False), ("0.10.12", True)),
    _rule("py_tag_is_bound", "A wheel tagged py310 covers later Pythons too.", "measured 0.12.17, 0.12.18", ("0.1.0", False), ("0.12.18", True)),
    _rule("macos_release_coverage", "A macOS wheel covers only the releases from its deployment target on.", "changelog 0.12.16", ("0.1.0", False), ("0.12.16", True)),
    _rule("minimum_libc", "minimum-libc-version is obeyed.", "wheels 5; changelog 0.12.17", ("0.1.0", False), ("0.12.17", True)),
    _rule("win_amd64_machine", "The platform_machine that win_amd64 wheels cover.", "measured 0.7.13, 0.13.8; changelog 0.7.14", ("0.1.0", "x86_64"), ("0.7.14", "AMD64")),
    _rule("win_arm64_machine", "The platform_machine that win_arm64 wheels cover.", "measured 0.7.13, 0.13.8; changelog 0.8.19", ("0.1.0", "arm64"), ("0.8.19", "ARM64")),
    _rule("lock_prunes_machines", "Wheels for machines that no environment has are left out of the lock.", "wheels 3; measured 0.5.25, 0.7.13, 0.13.8; changelogs 0.5.19, 0.9.22", ("0.1.0", "none"), ("0.5.19", "ARM and x86"), ("0.9.22", "all")),
    _rule("lock_knows_windows_machines", "The lock takes AMD64 and ARM64 for names of machines.", "measured 0.5.25, 0.7.13; changelog 0.6.3", ("0.1.0", False), ("0.6.3", True)),
    _rule("lock_prunes_systems_with_machines", "System and machine of a wheel must occur together for the lock to keep it.", "wheels 3; changelog 0.8.4", ("0.1.0", False), ("0.8.4", True)),
    _rule("lock_keeps_emulated_wheels", "win_amd64 wheels stay in the lock for Windows on ARM.", "changelog 0.12.23", ("0.1.0", False), ("0.12.23", True)),
    _rule("coarse_environment_split", "A required environment is split off coarsely.", "wheels 5; measured 0.12.16, 0.12.17", ("0.1.0", False), ("0.12.17", True)),
    _rule("local_version_fork", "Local versions split the resolution.", "wheels 6.1", ("0.1.0", False), ("0.5.12", True)),
    _rule("pinned_first", "Packages pinned by == are decided before others.", "measured: 0.1.32 not, 0.1.34 yes", ("0.1.0", False), ("0.1.33", True)),
    _rule("early_fetches_outlive_conflict", "What was asked for early is still fetched when the search has already failed.", "measured: 0.1.32 not, 0.1.34 yes", ("0.1.0", False), ("0.1.33", True)),
    _rule("conflict_priorities", "Packages with many conflicts are decided early or late.", "wheels 7.1", ("0.1.0", False), ("0.5.10", True)),
    _rule("impossible_specifier_reason", "A dependency with an impossible specifier makes the version unusable.", "wheels 8", ("0.1.0", False), ("0.11.29", True)),
    _rule("sorted_initial_forks", "Initial forks are sorted as later ones.", "wheels 6.3", ("0.1.0", False), ("0.12.4", True)),
    _rule("widened_versions", "What holds for a version is taken to hold for the gap around it, and told of listed versions.", "wheels 9.2", ("0.1.0", False), ("0.12.4", True)),
    _rule("lock_revision", "The revision that a lock file states.", "wheels 3", ("0.1.0", None), ("0.6.0", 1), ("0.7.0", 2), ("0.10.0", 3), ("0.13.0", 5)),
    _rule("logs_show_secrets", "Trace logs print credentials.", "auth 8; logs of 0.5.28, 0.6.17, 0.7.13", ("0.1.0", True), ("0.7.9", False)),
    _rule("error_layout", "How the tool lays out its errors.", "indexes 3", ("0.1.0", "tree"), ("0.13.0", "lines")),
)  # fmt: skip

PIP_RULES: Final[tuple[Rule, ...]] = (
    _rule("netrc_overrides_user", "netrc's login is used even if the URL names another user.", "auth 9", ("20.0", False), ("24.0", True), tool="pip"),
    _rule("repeat_same_pair", "A refused pair of credentials is sent a second time.", "auth 9", ("20.0", False), ("24.0", True), tool="pip"),
    _rule("retry_statuses", "Statuses after which a request is repeated.", "indexes 3; pip's session", ("20.0", (500, 503, 520, 527)), ("23.3", (500, 502, 503, 520, 527)), tool="pip"),
    _rule("fresh_at_lifetime", "A cache entry whose age equals its lifetime is still fresh.", "cachecontrol, vendored", ("20.0", False), tool="pip"),
    _rule("last_modified_lifetime", "Lifetime of an answer that has only Last-Modified.", "cachecontrol, vendored", ("20.0", "none"), tool="pip"),
    _rule("index_cache_control", "cache-control of an index overrides the answer's header.", "indexes 7", ("20.0", False), tool="pip"),
    _rule("index_by_segments", "The index of a URL shares the longest path in whole segments, not in characters.", "auth 9", ("20.0", False), ("24.0", True), tool="pip"),
    _rule("keyring_creds_mode", "The keyring command is asked for user and password.", "auth 9", ("20.0", False), ("24.0", True), tool="pip"),
    _rule("keyring_command", "The keyring command can be named as provider.", "auth 9", ("20.0", False), ("23.1", True), tool="pip"),
    _rule("pool", "All pages of all indexes are asked and their files are pooled.", "indexes 2.4", ("20.0", True), tool="pip"),
    _rule("page_found", "The files of a page go into the pool.", "indexes 2.4", ("20.0", True), tool="pip"),
    _rule("page_error", "An index that fails is skipped.", "indexes 3", ("20.0", "skipped"), tool="pip"),
    _rule("page_content", "A page of another type is skipped; JSON that does not parse ends the run.", "indexes 3", ("20.0", "skipped"), tool="pip"),
    _rule("local_page", "A folder may be an index: NAME/index.html in it is read without a request.", "indexes 3", ("20.0", True), tool="pip"),
    _rule("flat_location", "Each find-links page is asked again for each package.", "indexes 4", ("20.0", True), tool="pip"),
    _rule("insecure_origin", "A plain http location on another host is ignored unless trusted.", "pip 23.2.1", ("20.0", "skipped"), tool="pip"),
    _rule("linux_tag_first", "The tag linux_ARCH comes before manylinux tags.", "packaging 26.3, vendored", ("20.0", False), ("26.3", True), tool="pip"),
    _rule("prerelease_if_only_matches", "A pre-release is taken where nothing else matches the specifier.", "indexes 6", ("20.0", False), ("26.0", True), tool="pip"),
    # the resolver
    _rule("extras_split", "name[extra] with specifiers also requires the project itself in those versions.", "pip's factory", ("20.0", False), ("23.3", True), tool="pip"),
    _rule("url_constraints_with_extras", "A constraint may give a URL for a project that is required with extras.", "pip's factory, measured", ("20.0", False), ("26.1", True), tool="pip"),
    _rule("yanked_listed_apart", "Yanked versions are left out of (from versions: …).", "pip's factory", ("20.0", False), ("23.3", True), tool="pip"),
    _rule("invalid_metadata_skips_version", "Invalid metadata rules out the version, not only the file.", "pip's found_candidates", ("20.0", False), ("24.1", True), tool="pip"),
    _rule("strict_bounds_admit_prereleases", "<1.0b1 and >1.0a1 opt in to pre-releases.", "packaging 24.2, vendored", ("20.0", False), ("25.0", True), tool="pip"),
    _rule("python_checked_first", "Requires-Python of a candidate is checked before its dependencies.", "pip's candidates", ("20.0", False), ("25.1", True), tool="pip"),
    _rule("preference", "Which project is resolved next.", "pip's provider", ("20.0", "depth"), ("25.1", "upper bounds"), ("26.1", "conflicts and upper bounds"), tool="pip"),
    _rule("backjumping", "How far a conflict undoes decisions.", "resolvelib, vendored", ("20.0", "to a dependent"), ("25.1", "safe"), ("25.2", "optimistic"), tool="pip"),
    _rule("dry_run_downloads", "A dry run downloads wheels that were known by their sidecar only.", "auth worlds; pip's install", ("20.0", True), ("25.3", False), tool="pip"),
    _rule("names_missing_candidates", "A conflict also names projects without any candidate.", "pip's factory", ("20.0", False), ("25.3", True), tool="pip"),
)  # fmt: skip

RULES: Final[Mapping[Tool, Mapping[str, Rule]]] = {
    "uv": {rule.id: rule for rule in UV_RULES},
    "pip": {rule.id: rule for rule in PIP_RULES},
}


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one release. `note` is not empty where the release is newer than the newest measured one."""

    tool: Tool
    version: Version
    values: Mapping[str, object]
    note: str = ""

    @property
    def name(self) -> str:
        """`uv@0.7.0`."""
        return f"{self.tool}@{self.version}"

    def holds(self, rule: str) -> bool:
        """The value of a yes-or-no rule. Raises `KeyError` for a rule this tool does not have."""
        return bool(self.values[rule])

    def text(self, rule: str) -> str:
        """The value of a rule whose values are words."""
        return cast(str, self.values[rule])

    def number(self, rule: str) -> int:
        return cast(int, self.values[rule])

    def words(self, rule: str) -> frozenset[str]:
        """The value of a rule that is a set of names."""
        return frozenset(cast(tuple[str, ...], self.values[rule]))

    def codes(self, rule: str) -> frozenset[int]:
        """The value of a rule that is a set of status codes."""
        return frozenset(cast(tuple[int, ...], self.values[rule]))


class UnknownProfile(ValueError):
    """`--as` names no tool or no version; the message says what is accepted."""


def profile_of(tool: Tool, version: Version) -> Profile:
    """The rules of `tool` at `version`; of an unknown newer version: the newest rules, with a note that says so."""
    newest = Version(NEWEST_KNOWN[tool])
    note = ""
    if version > newest:
        note = f"{tool} {version} is newer than the newest measured release; the rules of {tool} {newest} are used"
    values = {rule.id: rule.value_at(version) for rule in RULES[tool].values()}
    return Profile(tool, version, values, note)


def parse_profile(text: str) -> Profile:
    """`uv@0.7.0`, `pip@26.3`, `uv`, `pip` → its profile. Raises `UnknownProfile`."""
    tool, at, version = text.partition("@")
    if tool not in ("uv", "pip"):
        raise UnknownProfile(f"--as {text}: expected uv, pip, uv@VERSION or pip@VERSION")
    known = cast(Tool, tool)
    try:
        return profile_of(known, Version(version if at else NEWEST_KNOWN[known]))
    except InvalidVersion:
        raise UnknownProfile(f"--as {text}: {version!r} is no version") from None


def changes(rule: str, tool: Tool = "uv") -> tuple[tuple[str, object], ...]:
    """(first release, value) of a rule, for "since uv 0.7.0" and "what other releases do"."""
    return RULES[tool][rule].since
