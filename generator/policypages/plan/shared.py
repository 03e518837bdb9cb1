"""What the pages of many sites have in common, worked out once: strings, addresses, templates, assets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from policypages.formats.catalogue import CORE_KEYS, core_strings, nearest
from policypages.model import (
    Brand,
    FileTask,
    FixedTask,
    FrozenArticle,
    Heading,
    Picture,
    PolicyLink,
    Redirect,
    Shown,
    Site,
    SourceFile,
    Target,
    Theme,
)
from policypages.paths import PathProblem, output_path
from policypages.plan.hosting import redirects_file, site_files
from policypages.plan.keys import Basis, Digests, basis, digest, seal, tag, tags_of
from policypages.plan.outline import Resolved

_MANY: Final = 4096
_SHORT: Final = 600  # with the name of any site's folder such a path is not too long
_PAGES: Final = ("page.html", "index.html")
_VERSIONS: Final = ("versions.html", "version.html", "changes.html")
_MOVED: Final = "redirect.html"
_MISSING: Final = "404.html"
STYLES: Final = "style.css"
NAMED_STYLES: Final = frozenset({"overview.css", "versions.css"})  # for the pages alone that name them
LOGO: Final = "brand/logo"
ICON: Final = "brand/icon"

_Steps = tuple[str, list[str]]

Asked = Mapping[str, frozenset[str] | None]
"""The assets that each template of pages names, with all it includes; None: it may ask for any."""


class Assets(NamedTuple):
    """The assets of a site: paths below its folder by name, and the files as (key, marks, bytes) by path.

    Among the files are those for its host, which no page asks for.
    """

    paths: Mapping[str, str]
    files: Mapping[str, tuple[str, str, FixedTask]]


class Words(NamedTuple):
    """The words round and in the pages of one locale: the theme's strings and the core's labels.

    `digest` tells them from others. `missing` is true where the theme has none for the locale, and
    `unknown` are keys that an entity sets and nobody reads.
    """

    strings: Mapping[str, str]
    labels: Mapping[str, str]
    digest: str
    missing: bool
    unknown: tuple[str, ...]


class LinkTargets(Mapping[str, Target]):
    """What `link` may name: the policies of an entity, and every section of theirs that has a heading.

    Pages that are `published` as they were released have the titles that they had then.
    """

    def __init__(
        self,
        links: tuple[PolicyLink, ...],
        outlines: Mapping[str, Resolved],
        published: Mapping[str, FrozenArticle] = MappingProxyType({}),
    ) -> None:
        self._links = links
        self._outlines = outlines
        self._published = published

    def __getitem__(self, name: str) -> Target:
        """Return what a name such as `cookies` or `privacy#opt-out` leads to."""
        id_, sign, section = name.partition("#")
        link = next((one for one in self._links if one.id == id_), None)
        if link is None:
            raise KeyError(name)
        published = self._published.get(id_)
        if not sign:
            return Target(f"policy:{id_}", published.title if published is not None else link.title)
        outline = self._outlines[id_]
        wanted = {section, outline.was.get(section, section)}
        for one in outline.every:
            if one.id in wanted and one.target is not None:
                title, number = one.target.title, one.target.number
                if published is not None:
                    title, number = _heading(published.contents, one.anchor) or (title, number)
                return Target(f"policy:{id_}{one.target.address}", title, number)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        for link in self._links:
            yield link.id
            every = self._outlines[link.id].every
            yield from (f"{link.id}#{one.id}" for one in every if one.target is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _heading(contents: Sequence[Heading], anchor: str) -> tuple[str, str | None] | None:
    """Return title and number of the section of an anchor, if it has a heading."""
    for one in contents:
        if one.anchor == anchor:
            return one.title, one.number
        below = _heading(one.children, anchor)
        if below is not None:
            return below
    return None


class Shared:
    """What all sites of one build share."""

    def __init__(self, site: Site, *, tool: str, templates: Mapping[str, str], asked: Asked) -> None:
        self._site = site
        self._tool = tool
        self._templates = templates
        self._asked = asked
        self.policy_json = site.settings.policy_json
        self._words: dict[str, Words] = {}
        self._bases: dict[tuple[str, str, str], Basis] = {}
        self._links: dict[tuple[str, str, str, str | None, str | None], PolicyLink] = {}
        self.digests = Digests()
        self._reads: dict[frozenset[str], tuple[str, list[_Steps]]] = {}
        pages: tuple[str, ...] = (*_PAGES, *(_VERSIONS if site.releases else ()))
        if site.redirects is not None or any(one.values.get("was") for one in site.policies.values()):
            pages += (_MOVED,)
        self._for_hosts = site_files(site.settings.hosting)
        self._made_with = (pages, (*pages, _MISSING))
        self._assets = [
            _assets(wanted_assets(site.theme, asked, made_with), self._for_hosts)
            for made_with in self._made_with
        ]
        self._branded: dict[tuple[str, bool], Assets] = {}
        retention = site.settings.names.get("retention") or ()
        self.known_strings = {key for strings in site.theme.strings.values() for key in strings} | CORE_KEYS
        self.known_strings |= {f"retention_{name}" for name in retention}

    def assets(self, brand: Brand | None = None, *, owns_root: bool) -> Assets:
        """Return the assets of a site; one that owns its root has a page for what is not there, too.

        A brand comes behind the theme's stylesheet, in one file, and brings its pictures: those who have the
        same brand have the same files.
        """
        if brand is None:
            return self._assets[owns_root]
        known = self._branded.get((brand.digest, owns_root))
        if known is None:
            known = self._branded[brand.digest, owns_root] = _assets(
                _with_brand(wanted_assets(self._site.theme, self._asked, self._made_with[owns_root]), brand),
                self._for_hosts,
            )
        return known

    def assets_of(self, template: str) -> Assets:
        """Return the assets of a folder whose pages are all made with one template."""
        return _assets(wanted_assets(self._site.theme, self._asked, [template]), self._for_hosts)

    def redirects_file(self, folder: str, redirects: Sequence[Redirect]) -> list[FileTask]:
        """Plan what the host of a folder is told of addresses that moved, where it reads such a file."""
        return redirects_file(folder, self._site.settings.hosting, redirects)

    def _assets_in(self, template: str) -> Mapping[str, str]:
        """Return the assets that a template can ask for: no other shows in its pages."""
        paths = self.assets(owns_root=template == _MISSING).paths
        named = self._asked.get(template)
        return paths if named is None else {name: path for name, path in paths.items() if name in named}

    def words(self, locale: str, own: Mapping[str, str | None] | None) -> Words:
        """Return the words of a locale, an entity's own over ours."""
        if not own:
            if locale not in self._words:
                self._words[locale] = self._made(locale, {})
            return self._words[locale]
        return self._made(locale, {key: value for key, value in own.items() if value is not None})

    def _made(self, locale: str, own: Mapping[str, str]) -> Words:
        theme, fallback = self._site.theme, self._site.settings.fallback
        found = nearest(locale, theme.strings, fallback)
        strings = {**theme.strings.get("en", {}), **(theme.strings[found] if found else {}), **own}
        labels = core_strings(locale, own, fallback) or {}
        unknown = tuple(key for key in own if key not in self.known_strings)
        return Words(strings, labels, digest([locale, strings, labels]), found is None, unknown)

    def basis(self, template: str, words: Words) -> Basis:
        """Return what all pages of a template in these words are made from."""
        key = (template, self._templates.get(template, ""), words.digest)
        known = self._bases.get(key)
        if known is None:
            parts = {
                "policypages": self._tool,
                f"the template `{template}`": key[1],
                "strings": words.digest,
                "assets": digest(self._assets_in(template)),
            }
            if template == _PAGES[0]:
                parts["`policy_json`"] = str(self.policy_json)
            known = basis(parts)
            if len(self._bases) < _MANY:
                self._bases[key] = known
        return known

    def link(
        self, policy: SourceFile, locale: str, base: str, title: str | None, path: str | None
    ) -> PolicyLink:
        """Return the link to a policy's page; `title` and `path` are the entity's own."""
        key = (policy.id, locale, base, title, path)
        known = self._links.get(key)
        if known is None:
            over = (policy.values.get("in") or {}).get(locale) or {}
            title = title or over.get("title") or policy.values.get("title") or policy.id
            path = path or over.get("path") or policy.values.get("path") or policy.id
            known = PolicyLink(policy.id, str(title), f"{base}{path}/index.html")
            if len(self._links) < _MANY:
                self._links[key] = known
        return known

    def unfit(self, path: str, site: str) -> str | None:
        """Say what is wrong with a path below a site's folder: mostly the same, whatever the folder."""
        checked = _checked(path) if len(path) + len(site) < _SHORT else output_path(site, path)
        return checked.reason if isinstance(checked, PathProblem) else None

    def summary(self, policy: str, locale: str) -> str | None:
        """Return what a policy says of itself in a locale."""
        values = self._site.policies[policy].values
        over = (values.get("in") or {}).get(locale) or {}
        return over.get("summary") or values.get("summary")

    def reads(self, paths: frozenset[str]) -> tuple[str, list[_Steps]]:
        """Return the tags of facts in a fixed order, and the keys that lead to each: pages read the same."""
        known = self._reads.get(paths)
        if known is None:
            ordered = sorted(paths)
            ways = [path.split(".") for path in ordered]
            tags = tags_of([f"the fact `{path}`" for path in ordered])
            known = tags, [(way[0], way[1:]) for way in ways]
            if len(self._reads) < _MANY:
                self._reads[paths] = known
        return known


def wanted_assets(theme: Theme, asked: Asked, made_with: Iterable[str]) -> Mapping[str, bytes]:
    """Return a theme's own assets, and those of the default theme that these templates can ask for."""
    wanted = set(theme.own) - NAMED_STYLES
    for template in made_with:
        named = asked.get(template)
        if named is None:
            return theme.assets
        wanted |= named
    return {name: data for name, data in theme.assets.items() if name in wanted}


def _with_brand(wanted: Mapping[str, bytes], brand: Brand) -> Mapping[str, bytes]:
    out = dict(wanted)
    if STYLES in out:
        out[STYLES] += f"\n/* Brand */\n\n{brand.css}".encode() if brand.css else b""
    for name, picture in ((LOGO, brand.logo), (ICON, brand.icon)):
        if picture is not None:
            out[f"{name}.{picture.ending}"] = picture.data
    return out


def shown(assets: Assets, name: str, picture: Picture | None) -> Shown | None:
    """Return a picture of a brand as pages show it."""
    if picture is None:
        return None
    return Shown(assets.paths[f"{name}.{picture.ending}"], picture.width, picture.height)


def _assets(wanted: Mapping[str, bytes], for_hosts: Mapping[str, bytes]) -> Assets:
    paths = {name: hashed_name(name, data) for name, data in wanted.items()}
    files = {
        paths[name]: (*seal(None, tag(f"the asset `{name}`"), [digest(data)]), _fixed(data))
        for name, data in wanted.items()
    }
    for name, data in for_hosts.items():
        files[name] = (*seal(None, tag("what its host is told"), [digest(data)]), _fixed(data))
    return Assets(paths, files)


def _fixed(data: bytes) -> FixedTask:
    return FixedTask(data, hashlib.sha256(data).hexdigest())


def hashed_name(name: str, data: bytes) -> str:
    """Return the output name of an asset, its content's digest in it, so that it may be cached for ever."""
    stem, dot, ending = name.rpartition(".")
    mark = hashlib.sha256(data).hexdigest()[:10]
    return f"assets/{stem}-{mark}.{ending}" if dot else f"assets/{name}-{mark}"


_checked = lru_cache(_MANY)(output_path)
