"""HTML pages: links, attributes, the page's own base, and what spoils a page for whom."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from explorer.indexes.listed import PageError, page_rules
from explorer.indexes.page import Page, parse_page
from explorer.model.files import DistributionFile
from explorer.model.reasons import BadRequiresPython, NotADistribution, OtherPackage
from explorer.model.url import SafeUrl
from explorer.profiles import parse_profile

BASE = SafeUrl.parse("https://index.test/simple/alpha/")
ALPHA = NormalizedName("alpha")
DIGEST = "0123456789abcdef" * 4


def read(body: str, profile: str = "uv@0.13.8", **more: Any) -> Page:
    package = more.pop("package", ALPHA)
    return parse_page(body.encode(), "html", BASE, package, page_rules(parse_profile(profile)), **more)


def only_file(body: str, profile: str = "uv@0.13.8") -> DistributionFile:
    [file] = read(body, profile).files
    return file


def link(href: str, attributes: str = "") -> str:
    return f'<a href="{href}" {attributes}>text that says nothing</a>'


WHEEL = "alpha-1.0-py3-none-any.whl"


def test_a_link_is_a_file_named_by_the_last_segment_of_its_path() -> None:
    file = only_file(link(f"/files/{WHEEL}"))
    assert (file.filename, file.kind, str(file.version)) == (WHEEL, "wheel", "1.0")
    assert file.url == f"https://index.test/files/{WHEEL}"


def test_names_are_percent_decoded_and_lose_their_query() -> None:
    file = only_file(link("../../f/alpha-1.0%2Bcpu-py3-none-any.whl?x=1&amp;y=2#main"))
    assert file.filename == "alpha-1.0+cpu-py3-none-any.whl"
    assert file.url == "https://index.test/f/alpha-1.0%2Bcpu-py3-none-any.whl?x=1&y=2"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        (f"https://files.test/a/{WHEEL}", f"https://files.test/a/{WHEEL}"),
        (f"//files.test/a/{WHEEL}", f"https://files.test/a/{WHEEL}"),
        (f"/a//{WHEEL}", f"https://index.test/a//{WHEEL}"),
        (WHEEL, f"https://index.test/simple/alpha/{WHEEL}"),
        (f"./{WHEEL}", f"https://index.test/simple/alpha/{WHEEL}"),
        (f"../../../../{WHEEL}", f"https://index.test/{WHEEL}"),
        (f"../x/./y/../{WHEEL}", f"https://index.test/simple/x/{WHEEL}"),
        (f"HTTPS://Files.Test/{WHEEL}", f"https://files.test/{WHEEL}"),
        (f"https://files.test:8443/{WHEEL}", f"https://files.test:8443/{WHEEL}"),
    ],
)
def test_links_are_resolved_against_the_url_of_the_page(href: str, url: str) -> None:
    assert only_file(link(href)).url.wire == url


def test_credentials_in_a_link_are_kept_apart_from_its_url() -> None:
    file = only_file(link(f"https://me:secret@files.test/{WHEEL}"))
    assert file.credentials is not None
    assert "secret" not in file.url + repr(file)


@pytest.mark.parametrize("profile", ["uv@0.13.8", "pip@23.2.1"])
@pytest.mark.parametrize(
    "url", ["http://me:secret@[bad/", "http://me:secret@ho℀st/", "//me:secret@h:x/", "ftp://me:secret@host/"]
)
def test_no_error_shows_the_credentials_of_a_link(url: str, profile: str) -> None:
    for page in (link(url + WHEEL), f'<base href="{url}">' + link(WHEEL)):
        try:
            told = repr(read(page, profile).refused)
        except PageError as error:
            told = f"{error!r} {error.reason}"
        assert "secret" not in told


def test_attributes_are_decoded_and_may_be_quoted_in_any_way() -> None:
    for attributes in (
        'data-requires-python="&gt;=3.7"',
        "DATA-Requires-Python='>=3.7'",
        "data-requires-python=&gt;=3.7",
    ):
        assert only_file(link(WHEEL, attributes)).requires_python == ">=3.7"


def test_a_quoted_value_may_contain_the_end_of_a_tag() -> None:
    assert [file.requires_python for file in read(link(WHEEL, 'data-requires-python=">=3.7"') * 2).files] == [
        ">=3.7"
    ] * 2


@pytest.mark.parametrize("profile", ["uv@0.1.14", "uv@0.7.13", "uv@0.13.8", "pip@23.2.1"])
def test_comments_hold_no_links(profile: str) -> None:
    page = f"<!-- {link(WHEEL)} -->"
    assert read(page, profile).files == ()
    assert len(read(page + link(WHEEL), profile).files) == 1
    assert read(f"<!-- {link(WHEEL)}", profile).files == ()


@pytest.mark.parametrize(
    "hidden", ["<script>{}</script>", "<title>{}</title>", "<textarea>{}</textarea>", "<!x {}>", "<?x {}>"]
)
def test_raw_text_and_declarations_hold_no_links_since_uv_0_12_24(hidden: str) -> None:
    page = hidden.format(link("alpha-2.0-py3-none-any.whl")) + link(WHEEL)
    assert len(read(page, "uv@0.12.24").files) == 1
    assert len(read(page, "uv@0.12.23").files) == 2


def test_to_pip_only_scripts_and_styles_are_raw_text() -> None:
    assert read(f"<script>{link(WHEEL)}</script><style>{link(WHEEL)}</style>", "pip@23.2.1").files == ()
    assert len(read(f"<title>{link(WHEEL)}</title>", "pip@23.2.1").files) == 1


@pytest.mark.parametrize("page", [f'<A href="{WHEEL}">', f'<a HREF="{WHEEL}">'])
def test_capitals_are_known_since_uv_0_11_17(page: str) -> None:
    assert len(read(page, "uv@0.11.17").files) == len(read(page, "pip@23.2.1").files) == 1
    assert read(page, "uv@0.11.16").files == ()


def test_a_tag_that_the_page_does_not_end_is_no_link() -> None:
    assert read(f'<a href="{WHEEL}"').files == ()


def test_a_reference_without_a_semicolon_is_text_to_uv() -> None:
    page = link(WHEEL, 'data-requires-python="&gt=3.7"')
    assert read(page).files == ()
    assert only_file(page, "pip@23.2.1").requires_python == ">=3.7"


def test_the_first_base_before_the_links_counts() -> None:
    page = '<base href="https://cdn.test/a/">' + link(WHEEL) + '<base href="https://other.test/">'
    assert only_file(page).url == f"https://cdn.test/a/{WHEEL}"


def test_uv_ignores_a_base_after_the_first_link_and_pip_does_not() -> None:
    page = link(WHEEL) + '<base href="https://cdn.test/a/">'
    assert only_file(page).url == f"https://index.test/simple/alpha/{WHEEL}"
    assert only_file(page, "pip@23.2.1").url == f"https://cdn.test/a/{WHEEL}"


def test_a_relative_base_spoils_the_page_for_uv_and_the_links_for_pip() -> None:
    page = '<base href="/rel/">' + link(WHEEL)
    with pytest.raises(PageError, match="not absolute"):
        read(page)
    assert read(page, "pip@23.2.1").files == ()


def test_anchors_without_href_are_skipped_but_spoil_the_page_in_the_first_releases() -> None:
    for anchor in ("<a>x</a>", '<a href="">x</a>', "<a href>x</a>"):
        assert len(read(anchor + link(WHEEL)).files) == 1
        assert len(read(anchor + link(WHEEL), "pip@23.2.1").files) == 1
        with pytest.raises(PageError, match="no href"):
            read(anchor + link(WHEEL), "uv@0.1.14")


def test_the_fragment_gives_the_hash() -> None:
    file = only_file(link(f"{WHEEL}#sha256={DIGEST}"))
    assert file.hashes == {"sha256": DIGEST}
    assert "#" not in file.url


@pytest.mark.parametrize("fragment", ["main", "", "a=b=c"])
def test_other_fragments_are_ignored(fragment: str) -> None:
    assert only_file(link(f"{WHEEL}#{fragment}")).hashes == {}


@pytest.mark.parametrize("fragment", ["crc32=00", "sha1=00", "egg=alpha-1.0", "subdirectory=x", "SHA256=00"])
def test_an_unknown_algorithm_spoils_the_page_for_uv_only(fragment: str) -> None:
    page = link(f"{WHEEL}#{fragment}")
    with pytest.raises(PageError, match="is not known"):
        read(page)
    assert only_file(page, "pip@23.2.1").hashes == {}


@pytest.mark.parametrize("digest", ["00", "g" * 64])
def test_a_wrong_digest_spoils_the_page_since_uv_0_12(digest: str) -> None:
    page = link(f"{WHEEL}#sha256={digest}")
    with pytest.raises(PageError, match="digest"):
        read(page)
    assert only_file(page, "uv@0.7.13").hashes == {"sha256": digest}


def test_an_unreadable_requires_python_drops_the_file_for_uv_and_the_demand_for_pip() -> None:
    page = link(WHEEL, 'data-requires-python="bogus"')
    assert read(page).files == ()
    assert read(page).refused[0].refusal == BadRequiresPython("bogus")
    assert only_file(page, "pip@23.2.1").requires_python is None


@pytest.mark.parametrize(
    ("stated", "read_as"),
    [
        (">=3.6,", ">=3.6"),
        (">=3.7.*", ">=3.7"),
        (">=2.7,!=3.0*", ">=2.7,!=3.0.*"),
        ("'>=3.6'", ">=3.6"),
        (">=3<4", ">=3,<4"),
    ],
)
def test_common_slips_in_requires_python_are_mended(stated: str, read_as: str) -> None:
    mended = only_file(link(WHEEL, f'data-requires-python="{stated}"')).requires_python
    assert mended is not None
    assert SpecifierSet(mended) == SpecifierSet(read_as)
    assert only_file(link(WHEEL, 'data-requires-python=">=3.7"')).requires_python == ">=3.7"


def test_data_yanked_with_any_value_yanks() -> None:
    assert only_file(link(WHEEL, 'data-yanked="broken"')).yanked == "broken"
    assert only_file(link(WHEEL, 'data-yanked=""')).yanked == ""
    assert only_file(link(WHEEL)).yanked is False


def test_a_yank_without_a_value_counts_since_uv_0_11_17() -> None:
    page = link(WHEEL, "data-yanked")
    assert only_file(page, "uv@0.11.17").yanked == ""
    assert only_file(page, "uv@0.11.16").yanked is False
    assert only_file(page, "pip@23.2.1").yanked is False


def test_uv_looks_for_the_last_slash_even_in_a_query() -> None:
    assert read(link(f"/files/{WHEEL}?x=/y")).files == ()
    assert only_file(link(f"/files/{WHEEL}?x=/y"), "pip@23.2.1").filename == WHEEL


def test_pip_passes_over_a_slash_at_the_end() -> None:
    assert read(link(f"/files/{WHEEL}/")).files == ()
    assert only_file(link(f"/files/{WHEEL}/"), "pip@23.2.1").filename == WHEEL


def test_a_link_that_is_no_url_drops_the_file_for_uv_and_ends_pip() -> None:
    page = link(f"http://[bad/{WHEEL}")
    assert read(page).files == ()
    with pytest.raises(PageError):
        read(page, "pip@23.2.1")


def test_an_empty_base_spoils_the_page_for_uv_and_is_none_to_pip() -> None:
    page = '<base href="">' + link(WHEEL)
    with pytest.raises(PageError):
        read(page)
    assert only_file(page, "pip@23.2.1").url == f"https://index.test/simple/alpha/{WHEEL}"


def test_an_upload_time_that_is_none_is_not_stated() -> None:
    assert only_file(link(WHEEL, 'data-upload-time="yesterday"')).upload_time is None


@pytest.mark.parametrize(
    ("attributes", "announced"),
    [
        ("", None),
        ('data-core-metadata="true"', {}),
        (f'data-core-metadata="sha256={DIGEST}"', {"sha256": DIGEST}),
        ('data-dist-info-metadata="true"', {}),
        ('data-core-metadata="false" data-dist-info-metadata="true"', None),
        ('data-core-metadata="nonsense"', None),
        ("data-core-metadata", None),
    ],
)
def test_core_metadata_is_announced_by_either_attribute(attributes: str, announced: dict[str, str] | None) -> None:
    assert only_file(link(WHEEL, attributes)).core_metadata == announced


def test_to_pip_any_value_announces_core_metadata() -> None:
    assert only_file(link(WHEEL, 'data-core-metadata="false"'), "pip@23.2.1").core_metadata == {}


def test_the_first_releases_keep_the_fragment_so_that_the_sidecar_is_looked_for_behind_it() -> None:
    assert only_file(link(f"{WHEEL}#sha256=00"), "uv@0.1.14").url.endswith("#sha256=00")


def test_upload_times_in_html_count_since_uv_0_5_26() -> None:
    page = link(WHEEL, 'data-upload-time="2024-01-01T00:00:00Z"')
    assert only_file(page, "uv@0.5.26").upload_time == "2024-01-01T00:00:00Z"
    assert only_file(page, "uv@0.5.25").upload_time is None


def test_names_that_are_no_distribution_are_refused_with_a_reason() -> None:
    [seen] = read(link("alpha-4.0.exe")).refused
    assert isinstance(seen.refusal, NotADistribution)


def test_uv_lists_a_wheel_of_another_project_and_pip_does_not() -> None:
    page = link("other-9.0-py3-none-any.whl")
    assert [file.name for file in read(page).files] == ["other"]
    assert read(page).refused[0].refusal == OtherPackage("other")
    assert read(page).seen == read(page).refused
    assert read(page, "pip@23.2.1").files == ()


def test_a_flat_page_holds_files_of_many_projects() -> None:
    page = read(link(WHEEL) + link("beta-2.0.tar.gz"), package=None)
    assert [file.name for file in page.files] == ["alpha", "beta"]


def test_the_charset_of_the_answer_is_obeyed_and_an_unknown_one_is_utf_8() -> None:
    body = link(WHEEL, 'data-yanked="größer"')
    assert read(body, charset="nonsense").files[0].yanked == "größer"
    latin = parse_page(body.encode("latin-1"), "html", BASE, ALPHA, page_rules(parse_profile("uv")), "iso-8859-1")
    assert latin.files[0].yanked == "größer"


def test_the_api_version_of_a_page_is_not_checked() -> None:
    page = '<meta name="pypi:repository-version" content="2.0">' + link(WHEEL)
    for profile in ("uv", "pip@23.2.1", "pip@26.3"):
        assert len(read(page, profile).files) == 1


_markup = st.lists(
    st.sampled_from(
        ["<", ">", "a", "<a ", "</a>", "href", "=", '"', "'", " ", "/", "#", "sha256=", "<!--", "-->", "<script",
         "<base ", WHEEL, "data-yanked", "data-requires-python", "&gt;", "&", "\n", "\x00", "é", "https://", "%zz", "["]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@given(_markup | st.text(max_size=200), st.sampled_from(["uv@0.1.14", "uv@0.13.8", "pip@23.2.1", "pip@26.3"]))
def test_any_text_is_a_page_or_a_page_error(text: str, profile: str) -> None:
    try:
        page = read(text, profile)
    except PageError as error:
        assert error.reason
    else:
        assert isinstance(page, Page)


@pytest.mark.parametrize(
    "hostile", ["<a href='", '<a "', "<!--", "<script>", "<a " + "x=" * 9, "<a\t", "<" * 9, "<a/////"]
)
def test_hostile_markup_takes_linear_time(hostile: str) -> None:
    """Each would take minutes if the parser tried anything twice."""
    read(hostile * (1_000_000 // len(hostile)))
