"""Atom's own grammar and feedparser read the feed of a site that has releases, with signs of all kinds."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import feedparser
import pytest
import rnc2rng
from lxml import etree
from tests.releasecase import release
from tests.sitecase import make_site

pytestmark = pytest.mark.more

ATOM = "{http://www.w3.org/2005/Atom}"
FILES = {
    "entities/acme.yaml": """\
        name: Möller & Söhne <GmbH> "Recht"
        url: https://acme.example/legal/
        locales: [en, de]
        policies: {privacy: {}, cookies: {}}
        """,
    "policies/privacy.yaml": "title: Privacy & <you>\nsections: [opening]\n",
    "policies/cookies.yaml": "title: Cookies\nsections: [opening]\n",
    "clauses/opening.md": "---\ntitle: Opening\n---\nThis is {{ name }}.\n",
    "clauses/opening.de.md": "---\ntitle: Anfang\n---\nDas ist {{ name }}.\n",
}
SUMMARIES = ("First & <last> words", "Zweite “Fassung” – größer", 'Third: "a" ]]> 日本 \N{PARTY POPPER}')


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Build a site of three releases, and return its feed."""
    case = make_site(tmp_path_factory.mktemp("feed"), FILES)
    case.files["content/entities/acme.yaml"] = case.files["content/entities/acme.yaml"].replace(
        "?a=1&b=2", ""
    )
    for at, summary in enumerate(SUMMARIES):
        case.change("clauses/opening.md", f"---\ntitle: Opening\n---\n{{{{ name }}}} says {at}.\n")
        release(case, f"2026-0{at + 1}-01", summary=summary)
    case.build(as_of=datetime.date(2026, 6, 1))
    assert not case.report.failed, case.report.diagnostics
    return (case.output / "acme/feed.xml").read_bytes()


@pytest.fixture(scope="module")
def grammar() -> etree.RelaxNG:
    """Read the grammar of RFC 4287."""
    compact = (Path(__file__).parent / "atom.rnc").read_text("utf-8")
    grammar = rnc2rng.dumps(rnc2rng.loads(compact)).replace('xmlns:local=""', "")  # which XML does not have
    return etree.RelaxNG(etree.fromstring(grammar.encode()))


def test_the_feed_is_atom_by_its_grammar(feed: bytes, grammar: etree.RelaxNG) -> None:
    """It is valid, has an author, and no two entries have one id; what is not Atom is refused."""
    tree = etree.fromstring(feed)
    assert grammar.validate(tree), grammar.error_log
    assert tree.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [entry.findtext(f"{ATOM}id") for entry in tree.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) == 2 * len(SUMMARIES)
    for wrong in (
        feed.replace(b"<updated>", b"<changed>").replace(b"</updated>", b"</changed>"),
        feed.replace(b"T00:00:00Z", b""),
        feed.replace(b"<updated>", b'<updated day="1">', 1),
        feed.replace(b"<id>", b"<id/><id>", 1),
        feed.replace(b' href="', b' hraf="', 1),
    ):
        assert wrong != feed
        assert not grammar.validate(etree.fromstring(wrong))


def test_a_reader_of_feeds_has_what_was_said(feed: bytes) -> None:
    """Titles, summaries, days and addresses come out as they went in, the newest first."""
    read = feedparser.parse(feed)
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    assert read.feed.title == 'Möller & Söhne <GmbH> "Recht"'
    entries: list[Mapping[str, str]] = read.entries
    assert [one["summary"] for one in entries[::2]] == list(reversed(SUMMARIES))
    assert {one["title"].rpartition(":")[0] for one in entries} == {"Privacy & <you>", "Cookies"}
    assert entries[0]["updated"] == "2026-03-01T00:00:00Z"
    assert entries[0]["link"] == "https://acme.example/legal/privacy/versions/2026-03-01/"
    assert {link["rel"] for link in read.feed.links} == {"self", "alternate"}
