"""Find links inside a site that lead to no page of it, or to no anchor of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Final, NamedTuple

from policypages.checks.kinds import FoundAt, MadePage, MadeSite, Rule
from policypages.checks.leads import Folder, Lead, address_of, name_of
from policypages.checks.written import Writer, writers_of
from policypages.diagnostics import problem
from policypages.model import Section

_CODE: Final = "broken-link"
_NEAR: Final = 0.6
_ENDING: Final = re.compile(r"(?:(?:^|(?<=/))index)?\.(?:html?|md)$")  # of a file that is a folder here
_MAIL: Final = re.compile(r"[^\s/?#@]+@[^\s/?#@]+\.[a-z]+", re.IGNORECASE)


class _Broken(NamedTuple):
    """A link that leads nowhere: to no page, or to no anchor of `page`."""

    address: str
    lead: Lead
    page: MadePage | None


def broken_links(site: MadeSite) -> Iterator[FoundAt]:
    """Follow the links of every page of a site; what is on another host is not ours to know."""
    return _Links(site).run()


class _Links:
    """The links of one site."""

    def __init__(self, site: MadeSite) -> None:
        self._site = site
        self._folder = Folder(site.url, site.files)
        self._pages = {page.path: page for page in site.pages}
        self._anchors: dict[str, frozenset[str]] = {}

    def run(self) -> Iterator[FoundAt]:
        for page in self._site.pages:
            if page.marks is None:
                continue
            own = self._anchors_of(page)
            for address in page.marks.addresses:
                if address[:1] == "#" and address[1:] in own:
                    continue
                broken = self._follow(page, address)
                if broken is not None:
                    yield from self._explain(page, broken)

    def _anchors_of(self, page: MadePage) -> frozenset[str]:
        """Return the anchors of a page; of one that could not be made, those that it was to have."""
        known = self._anchors.get(page.path)
        if known is None:
            if page.marks is not None:
                known = frozenset(page.marks.ids)
            else:
                sections = page.view.task.every if page.view is not None else ()
                known = frozenset([section.anchor for section in sections]) | self._of_theme
            self._anchors[page.path] = known
        return known

    @cached_property
    def _of_theme(self) -> frozenset[str]:
        return frozenset([one.value for one in self._site.theme.literals if one.is_id])

    def _follow(self, page: MadePage, address: str) -> _Broken | None:
        lead = self._folder.lead(page.path, address)
        if lead is None:
            return None
        file = self._folder.file(lead)
        if file is None:
            return None if self._is_of_facts(page, address) else _Broken(address, lead, None)
        target = self._pages.get(file)
        if target is None or not lead.fragment or lead.fragment.lower() == "top":
            return None  # a browser goes to the top of a page without being told where that is
        return None if lead.fragment in self._anchors_of(target) else _Broken(address, lead, target)

    @staticmethod
    def _is_of_facts(page: MadePage, address: str) -> bool:
        """Tell whether an address is that of the site which a page speaks of, round the policies."""
        return page.view is not None and page.view.task.facts.get("site_url") == address

    # ---- words

    def _explain(self, page: MadePage, broken: _Broken) -> Iterator[FoundAt]:
        target = broken.page
        if target is None:
            where = "no page of this site"
        else:
            where = f"no anchor of {'this page' if target is page else f'`{name_of(target.path)}`'}"
        for writer in writers_of(broken.address, page, self._site.theme):
            message = f"`{writer.written or broken.address}` leads to {where}"
            hint = self._hint(page, broken, writer)
            origin = None
            if writer.written is not None:
                origin = f"it becomes `{broken.address}`"
            elif writer.span is None:  # what has no place is one problem with what says the same
                message = f"{message}, on the page `{name_of(page.path)}`"
                origin = f"it is made in `{page.template}` or by a tag"
            hint = "; ".join(one for one in (origin, hint) if one) or None
            yield FoundAt(page, writer.section, problem(_CODE, message, writer.span, hint=hint))

    def _hint(self, page: MadePage, broken: _Broken, writer: Writer) -> str | None:
        lead, target = broken.lead, broken.page
        if target is not None:
            return self._hint_of_anchor(page, target, lead.fragment, writer)
        if _MAIL.fullmatch(broken.address):
            return f"did you mean `mailto:{broken.address}`?"
        wanted = _ENDING.sub("", lead.path).strip("/")
        named = {name_of(path).strip("/"): path for path in self._pages if name_of(path) != "/"}
        near = _nearest(wanted, named)
        if near is None:
            if self._folder.is_whole_host and self._site.url and wanted:
                return "`url` says that all below it are policies: is this page of somebody else?"
            return None
        path = named[near]
        hint = f"did you mean `{address_of(page.path, path)}`?"
        other = self._pages[path].view
        if other is None or not _speak_alike(page, self._pages[path]):
            return hint
        return _by_name(hint, writer, f'link("{other.task.policy}")')

    def _hint_of_anchor(self, page: MadePage, target: MadePage, wanted: str, writer: Writer) -> str | None:
        renamed = target.view.task.refs.get(wanted) if target.view is not None else None
        near = renamed.address[1:] if renamed else _nearest(wanted, self._anchors_of(target))
        if near is not None:
            before = "" if target is page else address_of(page.path, target.path)
            section = _section(target, near)
            hint = f"did you mean `{before}#{near}`?"
            if section is None or not _speak_alike(page, target):
                return hint
            return _by_name(hint, writer, _call(page, target, section))
        for other in self._site.pages:
            section = _section(other, wanted)
            if section is not None and _speak_alike(page, other):
                hint = f"it is an anchor of `{name_of(other.path)}`"
                return _by_name(hint, writer, _call(page, other, section))
        return None


def _nearest(wanted: str, known: Iterable[str]) -> str | None:
    near = get_close_matches(wanted, sorted(known), n=1, cutoff=_NEAR)
    return near[0] if near else None


def _speak_alike(page: MadePage, other: MadePage) -> bool:
    """Tell whether two pages are of one locale: `link` leads to no other."""
    if page.view is None or other.view is None:
        return False
    return page.view.task.site.locale == other.view.task.site.locale


def _section(page: MadePage, anchor: str) -> Section | None:
    """Return the section of an anchor, if a name leads to it: one that has a heading."""
    sections: Sequence[Section] = page.view.task.every if page.view is not None else ()
    return next((one for one in sections if one.anchor == anchor and one.target is not None), None)


def _call(page: MadePage, target: MadePage, section: Section) -> str:
    if target is page or target.view is None:
        return f'ref("{section.id}")'
    return f'link("{target.view.task.policy}#{section.id}")'


def _by_name(hint: str, writer: Writer, call: str) -> str:
    """Say how a clause names a section or a policy, so that the build finds its address."""
    if not writer.by_hand:
        return hint
    joint = " " if hint.endswith("?") else "; "
    return f"{hint}{joint}write `{{{{ {call} }}}}`, which every build looks up"


RULE: Final = Rule((_CODE,), site=broken_links)
