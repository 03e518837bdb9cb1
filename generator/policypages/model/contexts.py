"""What the templates of a theme are given: the contract with theme authors, and the source of its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypedDict

from policypages.model.articles import Heading

Html = Annotated[str, "html"]
"""Text that is HTML already, made by the core; a template prints it as it is."""
Address = Annotated[str, "address"]
"""An address that may stand in `href` and `src`: made or checked by the core."""


class Link(TypedDict):
    """A link to another file of the site."""

    href: Annotated[Address, "Where it leads, as this page writes it."]


class Picture(TypedDict):
    """A picture of a brand."""

    href: Annotated[Address, "The file."]
    width: Annotated[int | None, "Its width in pixels, where the file says it."]
    height: Annotated[int | None, "Its height in pixels, where the file says it."]


class PolicyEntry(TypedDict):
    """A policy of the site."""

    id: Annotated[str, "The policy's id."]
    title: Annotated[str, "Its title, in the language of the page."]
    href: Annotated[Address, "Its page."]
    current: Annotated[bool, "Whether this page is the one."]


class SiteContext(TypedDict):
    """The site round a page."""

    id: Annotated[str, "The id of the entity, which is the name of the folder in the output."]
    name: Annotated[str, "The name of the site."]
    sample: Annotated[bool, "Whether it is a sample, which wants a banner and `noindex`."]
    url: Annotated[Address | None, "The address of the folder of the policies, where it is stated."]
    home: Annotated[Address, "The list of the policies."]
    logo: Annotated[Picture | None, "The logo of the brand."]
    icon: Annotated[Picture | None, "The icon of the brand, for browsers."]
    policies: Annotated[Sequence[PolicyEntry], "The policies of the site, in the order of the entity."]


class Alternate(TypedDict):
    """The page in one of its languages."""

    locale: Annotated[str, "The language, as `lang` and `hreflang` want it."]
    name: Annotated[str, "The name of the language in itself: `Deutsch`."]
    dir: Annotated[str, "The direction in which the language is read: `ltr` or `rtl`."]
    href: Annotated[Address, "The page in that language."]
    canonical: Annotated[Address | None, "The same as a full address, where the site states its own."]


class Version(TypedDict):
    """One release of a page."""

    version: Annotated[str, "Its name: the day of the release, `2026-01-02` or `2026-01-02.2`."]
    effective: Annotated[str, "The day on which it takes effect, in words."]
    summary: Annotated[str, "What changed, in a sentence."]
    material: Annotated[bool, "Whether the change is material: readers are told of it."]
    state: Annotated[Literal["current", "past", "upcoming"], "Which of the three it is on the day."]
    href: Annotated[Address, "Where the version stands for ever."]
    changes: Annotated[Link | None, "What it changed; none for the first."]


class PolicyPage(TypedDict):
    """The page of a policy."""

    policy: Annotated[str, "The policy's id."]
    title: Annotated[str, "The title of the page."]
    summary: Annotated[str | None, "What the page is about, in a sentence."]
    article: Annotated[Html, "The legal text, from `<article>` to `</article>`, with its `<h1>`."]
    contents: Annotated[Sequence[Heading], "The sections with a title, for the contents of the page."]
    updated: Annotated[str | None, "The day that a page without a release states, in words."]
    reviewed: Annotated[str | None, "The day on which somebody last looked the page through, in words."]
    version: Annotated[str | None, "The name of the release that is shown."]
    effective: Annotated[str | None, "The day on which it took effect, in words, where it was another day."]
    versions: Annotated[Link | None, "The list of the versions."]
    changes: Annotated[Link | None, "What the release changed."]
    notice: Annotated[Version | None, "A material change that is fresh, or to come."]
    feed: Annotated[Link | None, "The feed of what was released, where the site has an address."]
    canonical: Annotated[Address | None, "The full address of the page, where the site has one."]
    alternates: Annotated[Sequence[Alternate], "The page in all its languages; empty where it has one."]
    site_url: Annotated[Address | None, "The address of the site that the page speaks of."]
    policy_json: Annotated[Link | None, "The page as data, unless the settings switch it off."]
    json_ld: Annotated[
        Html, 'What the page is, for `<script type="application/ld+json">`; it may stand nowhere else.'
    ]


class IndexEntry(PolicyEntry):
    """A policy in the list of a site's policies."""

    summary: Annotated[str | None, "What its page is about, in a sentence."]


class IndexPage(TypedDict):
    """The list of a site's policies."""

    title: Annotated[str, "The name of the site."]
    canonical: Annotated[Address | None, "The full address of the page, where the site has one."]
    alternates: Annotated[Sequence[Alternate], "The list in all its languages; empty where it has one."]
    policies: Annotated[Sequence[IndexEntry], "The policies of the site, with what each is about."]


class MissingPage(TypedDict):
    """What a host shows for an address that has no page; its addresses begin at the root."""

    title: Annotated[str, "The string `not_found`."]
    alternates: Annotated[Sequence[Alternate], "Empty: there is one page for all languages."]


class MovedPage(TypedDict):
    """What stands at an old address, for hosts that know no redirects."""

    title: Annotated[str, "The string `moved`."]
    href: Annotated[Address, "Where the address leads now."]
    canonical: Annotated[Address | None, "The same as a full address, where it is known."]
    alternates: Annotated[Sequence[Alternate], "Empty: the new page has its languages."]


class VersionsPage(TypedDict):
    """The list of the versions of a page."""

    policy: Annotated[str, "The policy's id."]
    title: Annotated[str, "The title of the policy's page."]
    href: Annotated[Address, "The policy's page."]
    feed: Annotated[Link | None, "The feed of what was released, where the site has an address."]
    canonical: Annotated[Address | None, "The full address of this list, where the site has one."]
    alternates: Annotated[Sequence[Alternate], "Empty: versions are of one language."]
    versions: Annotated[Sequence[Version], "The versions, the newest first."]


class ArchivedPage(TypedDict):
    """One version, as it was released."""

    policy: Annotated[str, "The policy's id."]
    title: Annotated[str, "The title that it had."]
    href: Annotated[Address, "The policy's page."]
    feed: Annotated[Link | None, "The feed of what was released, where the site has an address."]
    canonical: Annotated[Address | None, "The full address of the policy's page: an old text is not its own."]
    alternates: Annotated[Sequence[Alternate], "Empty: versions are of one language."]
    article: Annotated[Html, "The legal text as it was released."]
    contents: Annotated[Sequence[Heading], "Its sections with a title."]
    version: Annotated[Version, "Which version it is."]
    versions: Annotated[Link, "The list of the versions."]
    source: Annotated[Link | None, "Where it was published before, for one that was imported."]


class ChangesPage(ArchivedPage):
    """What a version changed: `article` has deletions in `<del>` and insertions in `<ins>`."""

    before: Annotated[str, "The name of the version before."]


class OverviewPolicy(TypedDict):
    """A page in the overview."""

    title: Annotated[str, "Its title."]
    href: Annotated[Address, "Its file."]
    locale: Annotated[str, "Its language."]


class OverviewSite(TypedDict):
    """A site in the overview."""

    id: Annotated[str, "The id of the entity."]
    name: Annotated[str, "The name of the site."]
    sample: Annotated[bool, "Whether it is a sample."]
    href: Annotated[Address, "The list of its policies."]
    policies: Annotated[Sequence[OverviewPolicy], "Its pages, in every language."]


class OverviewPart(TypedDict):
    """One of the pages that a long overview is cut into."""

    href: Annotated[Address, "The page."]
    first: Annotated[str, "The name of its first site."]
    last: Annotated[str, "The name of its last site."]
    current: Annotated[bool, "Whether it is this page."]


class Overview(TypedDict):
    """All sites of the output, for the house."""

    title: Annotated[str, "The title in the settings."]
    sites: Annotated[Sequence[OverviewSite], "The sites of this page."]
    count: Annotated[int, "How many sites there are on all pages."]
    parts: Annotated[Sequence[OverviewPart], "The pages of the overview; empty where there is one."]
    before: Annotated[OverviewPart | None, "The page before this one."]
    after: Annotated[OverviewPart | None, "The page after this one."]


class Common(TypedDict):
    """What every template is given."""

    strings: Annotated[Mapping[str, str], "The words round the article: `strings/` of the theme, by key."]
    assets: Annotated[Mapping[str, Address], "Files of `assets/`, each by its name: `assets['style.css']`."]
    lang: Annotated[str, "The language of the page."]
    dir: Annotated[str, "The direction in which it is read: `ltr` or `rtl`."]


TEMPLATES: Final[Mapping[str, Mapping[str, Any]]] = {
    "page.html": {"site": SiteContext, "page": PolicyPage},
    "index.html": {"site": SiteContext, "page": IndexPage},
    "404.html": {"site": SiteContext, "page": MissingPage},
    "versions.html": {"site": SiteContext, "page": VersionsPage},
    "version.html": {"site": SiteContext, "page": ArchivedPage},
    "changes.html": {"site": SiteContext, "page": ChangesPage},
    "redirect.html": {"site": SiteContext, "page": MovedPage},
    "overview.html": {"overview": Overview},
}
"""The templates that pages are made with, and what each is given beside `Common`."""
