"""What every page shows of the site around it, as the templates of a theme are given it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from policypages.diagnostics import Diagnostic
from policypages.formats import language
from policypages.formats.templates.markup import escaped
from policypages.formats.templates.theme import ThemeEngine
from policypages.model import Article, FrozenArticle, MadeFile, Shown, SiteView
from policypages.model.contexts import Alternate, Common, Picture, SiteContext

_MANY: Final = 4096
_POLICY_LINK: Final = re.compile(r'href="policy:([a-z0-9/-]+)(#[a-z0-9-]+)?"')


def with_addresses(article: Article | FrozenArticle, path: str, site: SiteView) -> str:
    """Put addresses for the names of policies in the links of an article."""
    if not article.linked:
        return article.html
    addresses = {policy.id: relative(path, policy.path) for policy in site.policies}

    def address(match: re.Match[str]) -> str:
        known = addresses.get(match.group(1))
        if known is None:  # a policy that the site had when this was released
            return f'href="{escaped(relative(path, site.home))}"'
        return f'href="{escaped(known + (match.group(2) or ""))}"'

    return _POLICY_LINK.sub(address, article.html)


def below_site(path: str) -> str:
    """Return a path without the folder of its site."""
    return path.partition("/")[2]


@lru_cache(_MANY)
def relative(start: str, target: str) -> str:
    """Return the address of one file as a page at another would write it, without `index.html`."""
    address = posixpath.relpath(target, posixpath.dirname(start))
    if address == "index.html":
        return "./"
    return address.removesuffix("index.html") if address.endswith("/index.html") else address


def absolute(site: SiteView, path: str) -> str | None:
    """Return a page's full address, where the site has one: its `url` is the folder of the policies."""
    if not site.url:
        return None
    return f"{site.url.rstrip('/')}/{path.removesuffix('index.html')}"


def themed(engine: ThemeEngine, name: str, context: Mapping[str, Any]) -> tuple[MadeFile, list[Diagnostic]]:
    """Run a template of a theme."""
    html, found = engine.render(name, context)
    return MadeFile(html.lstrip("\n").encode()), found


def common(path: str, site: SiteView) -> Common:
    """Return what all templates are given."""
    return {
        "strings": site.strings,
        "assets": {name: relative(path, asset) for name, asset in site.assets.items()},
        "lang": site.locale,
        "dir": language.direction(site.locale),
    }


def picture(shown: Shown, href: str) -> Picture:
    """Return a picture of a brand as templates are given it."""
    return {"href": href, "width": shown.width, "height": shown.height}


def alternates(path: str, site: SiteView, pages: Iterable[tuple[str, str]]) -> list[Alternate]:
    """Return a page in all its locales, itself among them, as templates are given them."""
    return [
        {
            "locale": locale,
            "name": language.locale_name(locale),
            "dir": language.direction(locale),
            "href": relative(path, other),
            "canonical": absolute(site, other),
        }
        for locale, other in pages
    ]


def site_of(path: str, site: SiteView, current: str | None) -> SiteContext:
    """Return the site as the page at a path sees it; `current` is the policy that the page is of."""
    return {
        "id": site.id,
        "name": site.name,
        "sample": site.sample,
        "url": site.url,
        "home": relative(path, site.home),
        "logo": picture(site.logo, relative(path, site.logo.path)) if site.logo else None,
        "icon": picture(site.icon, relative(path, site.icon.path)) if site.icon else None,
        "policies": [
            {"id": p.id, "title": p.title, "href": relative(path, p.path), "current": p.id == current}
            for p in site.policies
        ],
    }
