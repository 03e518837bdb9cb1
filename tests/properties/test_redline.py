from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from html import escape
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from benchmarks import redline as bench
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.articlegrammar import Reading, articles, edited, html_of

from policypages.redline import Redline, accepted, as_text, compare, normalised_text, rejected
from policypages.redline.normalised import text_of_tokens
from policypages.redline.parsing import parse, parse_any, serialise

Article = list[dict[str, Any]]
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"


_PIECES = """<p>|</p>|<a href="x?a=1&amp;b">|<a href="&lt;b c>d">|</a>|<li class="a b" id="c">|</li>|<br>|<hr>
|<td colspan="2" colspan="3">|</td>|</tr>|<b x>|<i y='z'>|<br/>|<script>|</script>|<title>|</title>
|<!-- c -->|<!x>|&amp;|&lt|&#65;|&notit;
|&|<|>|</ p>|<P>|one|two |"|<a  href="z">|<p title=""><plaintext>|<?pi>"""


def hold(old: str, new: str) -> Redline:
    """Check what is true of any two articles, and return their redline."""
    redline = compare(old, new)
    back, forth = rejected(redline.html), accepted(redline.html)
    assert normalised_text(back) == normalised_text(old) == text_of_tokens(old)
    assert normalised_text(forth) == normalised_text(new) == text_of_tokens(new)
    # and the same by another reading: characters with their links, and all elements of the new article
    assert Reading(back).linked() == Reading(old).linked()
    assert Reading(forth).characters == Reading(new).characters
    assert Reading(redline.html, without="ins").words() == Reading(old).words()
    assert Reading(redline.html, without="del").words() == Reading(new).words()
    whole = Reading(redline.html)
    assert whole.wrong == []
    assert [anchor for anchor, count in Counter(whole.anchors).items() if count > 1] == []
    assert "<script" not in redline.html
    assert redline.same == (redline.changes == ())
    if redline.same:
        assert normalised_text(old) == normalised_text(new)
        assert Reading(redline.html).words() == Reading(new).words()
    assert bool(as_text(redline)) == bool(redline.changes), redline.changes
    return redline


@settings(max_examples=25)
@given(st.lists(st.sampled_from(_PIECES.replace("\n", "").split("|")), max_size=8).map("".join))
def test_html_that_is_written_as_ours_is_read_as_any(source: str) -> None:
    """The quick way of reading gives what the parser of the standard library gives."""
    assert serialise(parse(source)) == serialise(parse_any(source))


@settings(max_examples=60)
@given(edited())
def test_without_what_is_new_it_is_the_old_article_and_without_what_is_gone_the_new(
    pair: tuple[Article, Article],
) -> None:
    """Whatever was edited, both articles can be had back from the redline, character by character."""
    hold(html_of(pair[0]), html_of(pair[1]))


@settings(max_examples=30)
@given(articles, articles)
def test_two_articles_that_have_nothing_to_do_with_each_other(old: Article, new: Article) -> None:
    """The same holds for two articles of which neither came from the other."""
    hold(html_of(old), html_of(new))


@given(articles)
def test_an_article_beside_itself_is_the_same(article: Article) -> None:
    """No change is found where there is none."""
    assert hold(html_of(article), html_of(article)).same


@given(edited())
def test_where_a_reader_sees_a_difference_there_is_a_change(pair: tuple[Article, Article]) -> None:
    """Where two articles are told to be the same, each character stands in the same elements in both."""
    old, new = map(html_of, pair)
    same = compare(old, new).same
    ours, theirs = Reading(old), Reading(new)
    if same:
        assert ours.words() == theirs.words()
        assert [_inner(stack) for _, stack in ours.characters] == [
            _inner(stack) for _, stack in theirs.characters
        ]
    if old == new:
        assert same


def _inner(stack: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
    """Leave out what groups blocks and is no text of its own, and anchors."""
    grouping = {
        "article",
        "section",
        "address",
        "blockquote",
        "div",
        "ul",
        "ol",
        "dl",
        "table",
        "tbody",
        "tr",
    }
    return tuple(one for one in stack if one[0] not in grouping)


@given(edited())
def test_two_runs_give_the_same_redline(pair: tuple[Article, Article]) -> None:
    """What a redline says depends on the two articles alone."""
    old, new = map(html_of, pair)
    assert compare(old, new) == compare(old, new)


@given(articles, st.sampled_from("abcdefgh"))
def test_a_section_that_was_renamed_is_that_section(article: Article, name: str) -> None:
    """With `was`, a section with another id is compared with what it was, and nothing else has changed."""
    old = html_of(article)
    new = old.replace(f'id="{name}"', 'id="z"')
    assert compare(old, new, was={name: "z"}).same


def test_the_hash_seed_does_not_matter(tmp_path: Path) -> None:
    """Two processes with other hash seeds write the same bytes."""
    old = "<article><h2 id='a'>One</h2><p>alpha beta gamma</p><ul><li>x y</li><li>z</li></ul></article>"
    new = "<article><ul><li>z</li><li>q</li></ul><h2 id='a'>Two</h2><p>beta alpha delta gamma</p></article>"
    script = tmp_path / "run.py"
    script.write_text(f"from policypages.redline import compare\nprint(compare({old!r}, {new!r}))\n", "utf-8")
    folder = str(Path(__file__).resolve().parents[2] / "generator")
    outputs = {
        subprocess.run(
            [sys.executable, str(script)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": folder},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(outputs) == 1
    assert b"redline" in outputs.pop()


@pytest.mark.parametrize(
    ("document", "least"),
    [("basecamp-subprocessors", 12), ("hey-subprocessors", 11), ("privacy", 39), ("terms", 29)],
)
def test_all_revisions_of_real_policies(document: str, least: int, tmp_path: Path) -> None:
    """What holds for made-up articles holds for real ones, and hardly more is marked than git at its least.

    No pair of revisions has more words marked than 1.10 times the fewest, and five.
    """
    if not bench.HISTORY.is_dir():
        pytest.skip("needs ../shared/data/basecamp-policies, which is not here")
    pairs = [pair for pair in bench.pairs() if pair[0].parent.name == document]
    assert len(pairs) >= least
    over = []
    for old, new in pairs:
        one, other = bench.article(old), bench.article(new)
        redline = hold(one, other)
        assert redline.same == (one == other), (old, new)
        marked, fewest = bench.marked(redline.html), bench.fewest(one, other, tmp_path)
        over += [(old.name, marked, fewest)] if marked > 1.10 * fewest + 5 else []
    assert over == []


def test_a_section_that_moved_past_one_without_a_word_in_common_keeps_its_old_place() -> None:
    """What is gone from a section that stayed stands before what stood behind it and moved away."""
    part = '<section id="{}"><h2>{}</h2><p>{}</p></section>'
    cookies, changed = (
        part.format("c", "Cookies", "alpha beta"),
        part.format("c", "Biscuits", "delta, records."),
    )
    secure = part.format("s", "Security", "we keep what we hold safe")
    hold(
        f"<article><p>One.</p>{cookies}{secure}</article>", f"<article><p>One.</p>{secure}{changed}</article>"
    )
    hold(
        f"<article><p>One.</p>{secure}{cookies}</article>", f"<article><p>One.</p>{changed}{secure}</article>"
    )
    few, many = (
        part.format("s", "A", "b"),
        part.format("c", "Long", "a long text of many words that has gone"),
    )
    other = part.format("c", "Other", "nothing like it, and just as full of words")
    hold(f"<article>{many}{few}<p>Z</p></article>", f"<article>{few}{other}<p>Z</p></article>")


def test_the_seeds_pairwise() -> None:
    """Any two of four real privacy statements can be had back from their redline."""
    if not SEEDS.is_dir():
        pytest.skip("needs ../shared/seeds, which is not here")
    texts = [file.read_text("utf-8") for file in sorted(SEEDS.glob("*.txt"))]
    assert len(texts) == 4
    pages = [
        "".join(f"<p>{escape(' '.join(part.split()))}</p>\n" for part in text.split("\n\n") if part.strip())
        for text in texts
    ]
    for old, new in permutations(pages, 2):
        assert not hold(f"<article>{old}</article>", f"<article>{new}</article>").same
