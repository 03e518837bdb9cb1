"""Compare two states of a site as `diff` does; and by a second implementation that builds and reads both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path

from tests.sitecase import SiteCase

from policypages.git import blob_id
from policypages.history.compare import Comparer
from policypages.history.compared import Comparison
from policypages.history.sides import Side, Sides
from policypages.history.states import States, read_states
from policypages.sources import MemorySources

_FAR = re.compile(r"[a-z]+:")
_SEPARATE = frozenset("article section div p h1 h2 h3 h4 h5 h6 ul ol li table tr td th dt dd br hr".split())


class _Reader(HTMLParser):
    """Reads what the article of a page says: its words, and where its links lead."""

    def __init__(self, anchors: Mapping[str, str]) -> None:
        super().__init__()
        self.anchors = anchors
        self.inside = False
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or tag == "article"
        if not self.inside:
            return
        if tag in _SEPARATE:
            self.out.append(" ")
        for name, value in attrs:
            if name == "href" and value is not None:
                self.out.append(f" <{self._target(value)}> ")

    def _target(self, href: str) -> str:
        """Return an address on another host as it is, and within the site the section that it leads to."""
        if _FAR.match(href):
            return href
        _, sign, anchor = href.partition("#")
        return f"within{sign}{self.anchors.get(anchor, anchor)}"

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.inside = False
        elif self.inside and tag in _SEPARATE:
            self.out.append(" ")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.out.append(data)


def texts(case: SiteCase, anchors: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what each policy page of a built output says, by address; `anchors` gives old ones new names."""
    found = {}
    for path in sorted(case.output.rglob("index.html")):
        page = path.read_text()
        if "<article" in page:
            reader = _Reader(anchors or {})
            reader.feed(page)
            found[path.parent.relative_to(case.output).as_posix()] = " ".join("".join(reader.out).split())
    return found


def side(files: Mapping[str, str], name: str, commit: str | None = None) -> Side:
    """Hold files in memory as one of the states that are compared."""
    sources = MemorySources(files)
    ids = {path: blob_id(sources.read(path)) for path in sources.paths}
    return Side(sources, ids, name, commit)


def states(before: Mapping[str, str], after: Mapping[str, str]) -> States:
    """Read two states."""
    found, wrong = read_states(Sides(side(before, "before", "0" * 40), side(after, "after")))
    assert found is not None, wrong
    return found


def compared(
    before: Mapping[str, str], after: Mapping[str, str], only: Sequence[str] = (), *, jobs: int = 1
) -> tuple[Comparer, Comparison]:
    """Compare two states."""
    comparer = Comparer(states(before, after))
    return comparer, comparer.run(only, jobs=jobs)


def built(root: Path, files: Mapping[str, str]) -> SiteCase:
    """Build files into the output of a folder, whatever it held."""
    case = SiteCase(root, dict(files))
    return case.build()
