"""What is taken over of a page that was published before: its words in order, and nothing that acts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as reader

from policypages.formats.imported import imported
from policypages.formats.imported.page import MAX_DEPTH, TooDeepError
from policypages.redline import normalised_text

SOURCE = "https://old.example/legal/privacy.html"
SECTION = '<section id="d">\n<h2>D</h2>\n<p>d</p>\n</section>\n'


def article(source: str, known: dict[str, str] | None = None) -> str:
    """Return what stands below the title."""
    got = imported(source.encode(), source=SOURCE, locale="en", title="Privacy", known=known or {})
    assert got is not None
    return got.article.html.partition("</h1>\n")[2].removesuffix("</article>\n")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>One<p>Two", "<p>One</p>\n<p>Two</p>\n"),
        ("bare <b>bold</b> words<div>more</div>", "<p>bare <b>bold</b> words</p>\n<p>more</p>\n"),
        ("<p>a<script>x</script>b<style>y</style>c<!-- d -->e</p>", "<p>abce</p>\n"),
        ('<p onclick="x()" style="color:red" class="k">a</p>', "<p>a</p>\n"),
        ('<a href="javascript:alert(1)">a</a>', "<p>a</p>\n"),
        ('<a href=" java\tscript:alert(1)">a</a>', "<p>a</p>\n"),
        ('<a href="data:text/html,x">a</a><a href="vbscript:x">b</a>', "<p>ab</p>\n"),
        ('<a href="terms.html">a</a>', '<p><a href="https://old.example/legal/terms.html">a</a></p>\n'),
        (
            '<a href="//cdn.example/a?b=1&amp;c">a</a>',
            '<p><a href="https://cdn.example/a?b=1&amp;c">a</a></p>\n',
        ),
        ('<a href="mailto:a@b.example">a</a>', '<p><a href="mailto:a@b.example">a</a></p>\n'),
        ('<a href="http://[x">a</a>', "<p>a</p>\n"),
        (
            '<a href="&quot;><img src=x>">a</a>',
            '<p><a href="https://old.example/legal/&quot;&gt;&lt;img%20src=x&gt;">a</a></p>\n',
        ),
        (
            '<a href=" privacy notice.html\n">a</a>',
            '<p><a href="https://old.example/legal/privacy%20notice.html">a</a></p>\n',
        ),
        (
            '<base href="/root/"><a href="x.html">a</a> <a href="#">top</a>',
            '<p><a href="https://old.example/root/x.html">a</a> <a href="#page-main">top</a></p>\n',
        ),
        (
            '<base href="javascript:x"><a href="b">a</a>',
            '<p><a href="https://old.example/legal/b">a</a></p>\n',
        ),
        (
            '<a href="/x">1<span><a href="/y">2</a></span></a>',
            '<p><a href="https://old.example/x">12</a></p>\n',
        ),
        (
            '<a href="#caf%C3%A9">a</a> <a href="#b&amp;c">b</a><h2 id="café">D</h2><a id="b&amp;c"></a>d',
            '<p><a href="#d">a</a> <a href="#d">b</a></p>\n' + SECTION,
        ),
        ("<form><label>Name <input name=n></label><button>Go</button></form>", "<p>Name</p>\n"),
        ('<p>a <img src="x.png" alt="seal &amp; sign" onerror=x> b</p>', "<p>a seal &amp; sign b</p>\n"),
        ("<p>a</p><svg><p>b</p></svg><math><mi>c</mi></math><iframe>d</iframe>", "<p>a</p>\n"),
        (
            "<ul><li>a<li><p>b</p><p>c</p><ol start=3><li>d</ol></ul>",
            '<ul>\n<li>a</li>\n<li><p>b</p><p>c</p><ol start="3">\n<li>d</li>\n</ol></li>\n</ul>\n',
        ),
        ("<ul>a<li>b</li>c</ul>", "<ul>\n<li>a</li>\n<li>b</li>\n<li>c</li>\n</ul>\n"),
        (
            "<table><tr><th scope=col colspan=2 onclick=x>a<tr><td rowspan=0>b<td>c</table>",
            '<table>\n<tr><th colspan="2" scope="col">a</th></tr>\n<tr><td>b</td><td>c</td></tr>\n</table>\n',
        ),
        (
            "<table><tr><td><h2>a</h2>b</td><td>c</td></tr></table>",
            '<section id="a">\n<h2>a</h2>\n<p>b</p>\n<p>c</p>\n</section>\n',
        ),
        ("<pre>a\n  b</pre>", "<pre>a\n  b</pre>\n"),
        (
            "<p>&lt;script&gt; &amp;amp; <a href='#x'>&lt;a href=\"#x\"</a></p>",
            '<p>&lt;script&gt; &amp;amp; <a href="#page-main">&lt;a href="#x"</a></p>\n',
        ),
        ("<p>del <del>a</del> <ins>b</ins></p>", "<p>del <s>a</s> <u>b</u></p>\n"),
        ("<header>top</header><main><p>a</p></main><footer>end</footer>", "<p>a</p>\n"),
    ],
)
def test_what_becomes_of_html(source: str, expected: str) -> None:
    """What may stay is written anew; of the rest the words stay, or it goes."""
    assert article(source) == expected


def test_headings_become_sections() -> None:
    """They are put into each other by level, and named as ours of the same title, or by their words."""
    source = """<h1>Our <em>Policy</em></h1><p>intro</p><a name="k"></a><h3>2. Cookies</h3><p>c</p>
    <h4>Kinds</h4><p id="q">k</p><h3>Kinds</h3><p><a href="#q">q</a> <a href="#k">k</a></p>"""
    got = imported(source.encode(), source=SOURCE, locale="de", title="T", known={"cookies": "cookies-used"})
    assert got is not None
    assert got.article.title == "Our Policy"
    assert (
        got.article.html
        == """<article class="policy" lang="de" dir="ltr">
<h1>Our <em>Policy</em></h1>
<p>intro</p>
<section id="cookies-used">
<h2>2. Cookies</h2>
<p>c</p>
<section id="kinds">
<h3>Kinds</h3>
<p>k</p>
</section>
</section>
<section id="kinds-2">
<h2>Kinds</h2>
<p><a href="#kinds">q</a> <a href="#cookies-used">k</a></p>
</section>
</article>
"""
    )
    assert got.article.anchors == ("cookies-used", "kinds", "kinds-2")
    assert got.article.source == SOURCE


def test_a_heading_of_two_lines_has_their_words_apart() -> None:
    """A break and a block within a heading part words, and its links lead to sections as they are now."""
    source = '<h1>Privacy<br>Notice <a href="#k">k</a></h1><h2 id=k><div>Part 1</div><div>Scope</div></h2>x'
    got = imported(source.encode(), source=SOURCE, locale="en", title="T", known={})
    assert got is not None
    assert got.article.title == "Privacy Notice k"
    assert '<h1>Privacy<br>Notice <a href="#part-1-scope">k</a></h1>' in got.article.html
    assert '<section id="part-1-scope">\n<h2>Part 1 Scope</h2>' in got.article.html


@pytest.mark.parametrize("around", ["<div>", "<b>", "<blockquote>", "<ul><li>", "<table><tr><td>"])
def test_no_depth_loses_words(around: str) -> None:
    """A page as deep as we read is taken over whole; a deeper one is refused, not cut off."""
    source = f"<p>before</p>{around * (MAX_DEPTH // 4)}deep"
    got = imported(source.encode(), source=SOURCE, locale="en", title="T", known={})
    assert got is not None
    assert "deep" in got.article.html
    with pytest.raises(TooDeepError):
        imported(f"{around * 3000}deep".encode(), source=SOURCE, locale="en", title="T", known={})


@pytest.mark.parametrize(
    "data",
    [
        "<p>Grün".encode(),
        b"<meta charset=iso-8859-1><p>Gr\xfcn",
        b"<p>Gr\xfcn",
        b"\xff\xfe" + "<p>Grün".encode("utf-16-le"),
        b"<?xml version='1.0' encoding='latin-1'?><p>Gr\xc3\xbcn",
    ],
)
def test_letters_are_read_as_they_were_meant(data: bytes) -> None:
    """By mark, by what the page states, as UTF-8, or as Windows wrote."""
    got = imported(data, source=SOURCE, locale="en", title="T", known={})
    assert got is not None
    assert "<p>Grün</p>" in got.article.html


@pytest.mark.parametrize("data", [b"", b"<script>document.write('words')</script>", b"<p>&nbsp;</p>", b"\0"])
def test_a_page_without_words_is_none(data: bytes) -> None:
    """What a script would write is not in the file."""
    assert imported(data, source=SOURCE, locale="en", title="T", known={}) is None


_TAGS = """
<p>|</p>|<div>|</div>|<b>|</b>|<a href=javascript:x>|<a href=y>|</a>|<ul>|<li>|</ul>|<table>|<tr>
|<td>|</table>|<svg>|</svg>|<style>|</style>|<script>|</script>|<math>|<mtext>|<!--|-->|<h2>|</h2>
|<h3>|<noscript>
|<img src=x onerror=y>|<title>|</title>|<textarea>|<form action=x>|<iframe srcdoc='<p>'>|<select>
|<dl>|<dd>|one|two|<svg/onload=x>|<p id=x style=y>|&lt;script&gt;|]]>|"|'|>|<|<template>"""
PIECES = st.lists(st.sampled_from([one.strip() for one in _TAGS.split("|")]), max_size=25)


@settings(max_examples=25)
@given(PIECES)
def test_nothing_that_acts_is_left(pieces: list[str]) -> None:
    """Whatever the page is, the article has listed elements, listed attributes and plain addresses."""
    got = imported("words ".join(pieces).encode(), source=SOURCE, locale="en", title="T", known={})
    if got is None:
        return
    again = reader.fromstring(got.article.html)
    for one in again.iter():
        assert re.fullmatch(r"article|section|h[1-6]|p|b|a|ul|li|table|tbody|tr|td|dl|dd", str(one.tag)), (
            one.tag
        )
        assert set(one.attrib) <= {"id", "href", "class", "lang", "dir"}
        assert re.match(r"https:|#|$", one.get("href") or "")
    assert normalised_text(got.article.html)
