"""Where the words of a clause stand, as rules point at them."""

from __future__ import annotations

import itertools
import re

import pytest

from policypages.formats.clauses import Place, read_prose

BODIES = {
    "a link before a sign": "We use [a host](https://host.example/a), and a host.\n\nThen a host, again.",
    "a link of references": "See [our page][page].\n\nAsk at our page.\n\n[page]: https://example.org/our-page\n",
    "emphasis before a sign": "You **must**, and so **must**, we.\n\n- you must, too\n- they *must*; so\n",
    "tags on the way": "{% if a %}We, here,{% else %}You{% endif %} keep {{ b }}, here.\n\nWe, here, keep.",
    "statements round blocks": "One, [two](x).\n\n{% if a %}\n\nOne, four.\n\n{% endif %}\n\nOne, three.",
    "statements round rows": "- one, [two](x), three\n{% if a %}\n- one, four\n{% endif %}\n- one, three\n",
    "a tag over two lines": "We keep {{ a\n  | upfirst }}, here.\n\nWe keep it, here.",
    "a word as it is not typed": "Fish &amp; chips \\*, here.\n\nFish here; chips, here.",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_word_is_found_where_it_is_typed(body: str) -> None:
    """Whatever stands between words, none is taken for one that comes later, or for one of another block."""
    blocks: dict[int, tuple[int, int]] = {}
    for passage in read_prose(body, Place("clause.md", 1, body)).passages:
        for found in re.finditer(r"[a-z]{2,}", passage.text, re.IGNORECASE):
            at = passage.offsets[found.start()]
            assert body[at : at + len(found[0])] == found[0], (passage.text, found[0])
            first, last = blocks.get(passage.block, (at, at))
            blocks[passage.block] = min(first, at), max(last, at)
    stretches = [blocks[number] for number in sorted(blocks)]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(stretches))
    assert all("\n\n" not in body[first:last] for first, last in stretches)
