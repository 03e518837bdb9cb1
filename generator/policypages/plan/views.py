"""One locale of a site while it is planned: what its pages show of it, and what tells it from others."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

from policypages.model import Entity, PolicyLink, SiteView
from policypages.plan.keys import tag, tags_of
from policypages.plan.outline import Resolved
from policypages.plan.shared import Assets, Words

_SITE_TAGS = tags_of(("the site's name", "`sample`", "`url`", "the site's policies"))
_BRAND_TAG = tag("the site's brand")


class Views(Protocol):
    """What plan needs of a loaded entity: its id, and its views by locale, the first first."""

    @property
    def id(self) -> str:
        """The entity's id."""
        ...

    @property
    def views(self) -> tuple[Entity, ...]:
        """The entity in each of its locales; none for a group."""
        ...


class View:
    """One locale of a site while it is planned; `texts`, of these `tags`, tell it from others in keys.

    Of each policy, in their order, `outlines` has the outline, `facts` what its page can print, and
    `summaries` what it says of itself.
    """

    def __init__(self, entity: Entity, words: Words, site: SiteView, base: str, assets: Assets) -> None:
        self.entity = entity
        self.words = words
        self.site = site
        self.base = base
        self.assets = assets
        policies = _policies_text(site.policies)
        self.texts = [repr((site.id, site.name)), repr(site.sample), repr(site.url), site.home + policies]
        if site.homes:
            self.texts[-1] += repr(site.homes)
        self.tags = _SITE_TAGS
        if entity.brand is not None:
            self.tags = _SITE_TAGS + _BRAND_TAG
            self.texts.append(entity.brand.digest)
        self.outlines: dict[str, Resolved] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        self.summaries: dict[str, str | None] = {}


@lru_cache(1024)
def _policies_text(links: tuple[PolicyLink, ...]) -> str:
    return repr([(link.id, link.title, link.path) for link in links])
