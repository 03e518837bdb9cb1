from __future__ import annotations

from collections import Counter
from html import escape
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.articlegrammar import Reading, articles, edited, html_of

from benchmarks import redline as bench
from policypages.redline import Redline, accepted, as_text, compare, normalised_text, rejected

Article = list[dict[str, Any]]
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"


def hold(old: str, new: str) -> Redline:
    """Check what is true of any two articles, and return their redline."""
    redline = compare(old, new)
    back, forth = rejected(redline.html), accepted(redline.html)
    assert normalised_text(back) == normalised_text(old)
    assert normalised_text(forth) == normalised_text(new)
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


@settings(max_examples=300)
@given(edited())
def test_without_what_is_new_it_is_the_old_article_and_without_what_is_gone_the_new(
    pair: tuple[Article, Article],
) -> None:
    """Whatever was edited, both articles can be had back from the redline, character by character."""
    hold(html_of(pair[0]), html_of(pair[1]))


@settings(max_examples=100)
@given(articles, articles)
def test_two_articles_that_have_nothing_to_do_with_each_other(old: Article, new: Article) -> None:
    """The same holds for two articles of which neither came from the other."""
    hold(html_of(old), html_of(new))
