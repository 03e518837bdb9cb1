"""Gather links to other hosts, each with its place: whether they answer is for others to ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policypages.checks.kinds import FactsFile, FoundAt, MadeSite, Rule
from policypages.checks.leads import Folder
from policypages.checks.written import writers_of
from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses import encode_url
from policypages.formats.facts import locate

CODE: Final = "dead-link"
_WEB: Final = ("http://", "https://")


def outside_links(site: MadeSite) -> Iterator[FoundAt]:
    """Yield each link to another host on the pages of a site; the message is the bare address."""
    folder = Folder(site.url, site.files)
    for page in site.pages:
        for address in page.marks.addresses if page.marks is not None else ():
            if address.lower().startswith(_WEB) and folder.lead(page.path, address) is None:
                for writer in writers_of(address, page, site.theme):
                    yield FoundAt(page, writer.section, problem(CODE, address, writer.span))


def outside_facts(facts: FactsFile) -> Iterator[Diagnostic]:
    """Yield each fact that is an address on another host, whether a page shows it or not."""
    file = facts.file
    folder = Folder(file.values.get("url"), frozenset())
    for path, value in facts.leaves.items():
        if not isinstance(value, str) or path[-1] == "url" or not value.lower().startswith(_WEB):
            continue
        address = encode_url(value.strip())
        if folder.lead("index.html", address) is None:
            yield problem(CODE, address, locate(file.file, file.data, path))


RULE: Final = Rule((CODE,), site=outside_links, facts=outside_facts)
