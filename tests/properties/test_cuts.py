"""How two articles are cut down to what differs agrees with their normalised texts, whatever was edited."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from tests.articlegrammar import edited, html_of

from policypages.history.cuts import cuts, followed
from policypages.redline import normalised_text

Article = list[dict[str, Any]]


@settings(max_examples=25)
@given(edited())
def test_there_is_a_cut_exactly_where_texts_differ(pair: tuple[Article, Article]) -> None:
    """White space and markup alone are no difference; words and addresses are."""
    old, new = html_of(pair[0]), html_of(pair[1])
    assert bool(cuts(old, new)) == (normalised_text(old) != normalised_text(new))


@settings(max_examples=1)
@given(edited())
@example(("<p>a</p>\n<div>\n<p>b</p>\n</div>", "<div>\n<p>a</p>\n<p>b</p>\n</div>"))
@example(("<p>one two</p>", "<p>one  two</p>"))
@example(("<p>one two</p>", "<p>onetwo</p>"))
@example(('<p><a href="/a">x</a></p>', '<p><a href="/b">x</a></p>'))
@example(('<p><a href="/a">x</a> y</p>', '<p><a href="/a">x y</a></p>'))
@example(("<p>x</p>\n<hr>\n<p>y</p>", "<p>y</p>\n<hr>\n<p>x</p>"))
@example(("<pre>a b</pre>", "<pre>a\nb</pre>"))
@example(('<section id="a">\n<p>x</p>\n</section>', '<section id="b">\n<p>x</p>\n</section>'))
def test_hard_pairs(pair: tuple[Any, Any]) -> None:
    """Pairs in which letters or lines tell less than one would think."""
    old, new = (one if isinstance(one, str) else html_of(one) for one in pair)
    assert bool(cuts(old, new)) == (normalised_text(old) != normalised_text(new))


def test_an_edit_beside_facts_is_the_same_on_every_page() -> None:
    """Pages whose paragraphs hold other names are cut down to the same words."""
    found = {
        cuts(
            f'<section id="a">\n<p>{name} will recieve what {name} is sent.</p>\n</section>',
            f'<section id="a">\n<p>{name} will receive what {name} was sent.</p>\n</section>',
        )
        for name in ("Acme", "Beta &amp; Sons", "We at <em>Gamma</em>")
    }
    assert found == {((("a", "recieve", "receive")), ("a", "is", "was"))}


def test_anchors_of_the_old_article_are_followed() -> None:
    """Sections, links to them and links to other policies have the names of today."""
    html = (
        '<section id="a"><a href="#a">x</a> <a href="policy:old#a">y</a> <a href="policy:old">z</a></section>'
    )
    now = followed(html, {"a": "b"}, {("old", ""): ("new", ""), ("old", "a"): ("new", "c")})
    assert now == (
        '<section id="b"><a href="#b">x</a> <a href="policy:new#c">y</a> <a href="policy:new">z</a></section>'
    )
