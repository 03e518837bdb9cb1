"""An address that needs no encoding comes out of our short way as it does out of markdown-it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from policypages.formats.clauses import encode_url

_HOST = st.from_regex(r"[a-z0-9-]{1,12}(\.[a-z0-9-]{1,12}){0,3}", fullmatch=True)
_PATH = st.from_regex(r"(/[A-Za-z0-9._~%é ?#&=+-]{0,8}){0,4}", fullmatch=True)
_WEB = st.builds("{}://{}{}".format, st.sampled_from(("http", "https", "HTTP", "ftp")), _HOST, _PATH)
_MAIL = st.builds("mailto:{}@{}".format, st.from_regex(r"[A-Za-z0-9._+-]{1,9}", fullmatch=True), _HOST)
_PHONE = st.from_regex(r"tel:\+?[0-9 ()-]{0,12}", fullmatch=True)
_HERE = st.from_regex(r"#[A-Za-z0-9-]{0,12}", fullmatch=True)


@given(st.one_of(_WEB, _MAIL, _PHONE, _HERE, st.text(max_size=30)))
def test_an_address_is_encoded_as_markdown_it_does(address: str) -> None:
    """Web, mail and telephone addresses, fragments, and anything else at all."""
    assert encode_url(address) == MarkdownIt("js-default").normalizeLink(address)
