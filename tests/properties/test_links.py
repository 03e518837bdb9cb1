"""Addresses of any kind on a page: followed as browsers do, and never the end of a check."""

from __future__ import annotations

import datetime
from urllib.parse import unquote, urljoin, urlsplit

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.properties.clausegrammar import clauses, entities

from policypages import build
from policypages.build.checking import check
from policypages.checks.kinds import Choice
from policypages.checks.leads import Folder, Lead
from policypages.checks.marks import read_any, read_plain
from policypages.sources import MemorySources

HOME = "https://acme.example/legal/pages/"
STEPS = st.sampled_from(["..", ".", "", "a", "b.html", "index.html", "%61", "ø", "a b", "...", "..a"])
STARTS = st.sampled_from(["index.html", "privacy/index.html", "de/privacy/index.html"])
DAY = datetime.date(2026, 1, 1)
SETTINGS = """\
title: T
names:
  extra:
    {product: text, agency: text, tools: list of text, places: list of text, seats: number, sells: yes or no,
     beacons: yes or no, where: text}
"""
ADDRESS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=12)
ENDS = st.sampled_from(["", "#x", "?q=1", "?q=/..#x", "#", "#a/../b", "#%78"])


@given(
    STARTS,
    st.lists(STEPS, min_size=1, max_size=6),
    ENDS,
    st.sampled_from(["", "/legal/", HOME, "//acme.example/"]),
)
def test_an_address_leads_where_the_standard_library_says(
    start: str, steps: list[str], end: str, begins: str
) -> None:
    """The short way for relative addresses ends where `urljoin` does."""
    address = begins + "/".join(steps) + end
    place = HOME + start.removesuffix("index.html")
    full = urlsplit(urljoin(place, address))
    expected = None
    if full.netloc == "acme.example" and full.path.startswith("/legal/pages/"):
        expected = Lead(unquote(full.path.removeprefix("/legal/pages/")), unquote(full.fragment))
    found = Folder(HOME, frozenset()).lead(start, address)
    assert _as_served(found) == _as_served(expected)


def _as_served(lead: Lead | None) -> Lead | None:
    """Write the folder of a page as its file: a server sends that for both."""
    if lead is None:
        return None
    path = lead.path
    if not path or path.endswith("/"):
        path += "index.html"
    return Lead(path, lead.fragment)


@given(st.text(max_size=40), STARTS)
def test_no_address_raises(address: str, start: str) -> None:
    """Whatever somebody writes into a link, following it ends."""
    for url in (HOME, None, "https://acme.example"):
        folder = Folder(url, frozenset({"index.html", "privacy/index.html"}))
        lead = folder.lead(start, address)
        assert lead is None or folder.file(lead) in {None, "index.html", "privacy/index.html"}


@given(st.binary(max_size=200).map(lambda data: data.decode("utf-8", "replace").encode()))
def test_no_page_raises(page: bytes) -> None:
    """Whatever bytes a theme makes, reading them ends."""
    read_plain(page)
    read_any(page)


@given(clauses(), entities(), ADDRESS, ADDRESS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_clause_and_no_fact_raises(body: str, facts: str, address: str, where: str) -> None:
    """Links of any kind between any paragraphs are looked at, those to other hosts gathered, and it ends."""
    links = (
        f"\n[a]({address}) ![b]({address}) [c]({{{{ extra.where }}}}) [d](x{{{{ extra.where }}}}#{address})\n"
    )
    quoted = "'" + where.replace("'", "''") + "'"
    files = {
        "policypages.yaml": SETTINGS,
        "content/policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
        "content/clauses/opening.md": f"---\ntitle: T\n---\n{body}{links}",
        "content/entities/acme.yaml": (
            f"name: Acme\nurl: {HOME}\n{facts}  where: {quoted}\npolicies: {{privacy: {{}}}}\n"
        ),
    }
    report = check(MemorySources(files), build.Options(DAY), Choice(), DAY, external=True)
    for one in report.diagnostics:
        if one.code == "broken-link" and one.span is not None:
            lines = files[one.span.file].splitlines() if one.span.file in files else []
            assert not lines or one.span.column <= len(lines[one.span.line - 1]), one
