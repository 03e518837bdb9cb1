"""Plan the files of one site: its pages in every locale, its index, its assets, its sitemap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policypages.diagnostics import Diagnostic, did_you_mean, problem
from policypages.formats import language
from policypages.formats.origins import has_path, origin_in, span_of
from policypages.model import (
    Entity,
    FileTask,
    IndexTask,
    MissingTask,
    Origin,
    PageTask,
    PolicyLink,
    Redirect,
    Site,
    SitePlan,
    SiteView,
    SourceFile,
    Target,
)
from policypages.plan.claims import collide, collisions, path_origin
from policypages.plan.crawlers import robots, sitemaps, without_address
from policypages.plan.feed import Entry, feed
from policypages.plan.keys import seal, tag, tags_of
from policypages.plan.machines import with_data
from policypages.plan.outline import OutlineResolver, Resolved, refs_of
from policypages.plan.redirects import TEMPLATE, Frame, RedirectPlanner, former_ids, pages_at
from policypages.plan.releases import Around, ReleasePlanner
from policypages.plan.settle import Compiling
from policypages.plan.shared import ICON, LOGO, Asked, LinkTargets, Shared, shown
from policypages.plan.views import View, Views
from policypages.values import Worded

_SUMMARIES_TAG = tag("the summaries of its policies")
_PAGE_TAGS = tags_of(
    ("the page's title", "the page's dates", "`site_url`", "the page's locales", "the outline")
)

_SHARED = frozenset({dict, Worded})  # of these entities have the same object

Planned = tuple[SitePlan | None, list[Diagnostic]]
"""The plan of a site, and what is wrong; None for a group, and where its facts leave nothing to plan."""


class SitePlanner:
    """Plans one site after the other; what they share is worked out once."""

    def __init__(
        self,
        site: Site,
        compiler: Compiling,
        *,
        tool: str,
        templates: Mapping[str, str],
        asked: Asked,
        releases: ReleasePlanner | None = None,
        redirects: RedirectPlanner | None = None,
    ) -> None:
        """Take what all sites share.

        `tool` is the version of us and of what shapes output; `templates` has a digest for each
        template that a page is made with, those it includes counted in; `asked` has the assets that
        each of them names. Without `releases` every page is what the sources have; without
        `redirects` no old address leads anywhere.
        """
        self.site = site
        self.shared = Shared(site, tool=tool, templates=templates, asked=asked)
        self.outlines = OutlineResolver(site, compiler)
        self.releases = releases
        self.redirects = redirects

    def plan(self, loaded: Sequence[Views]) -> list[Planned]:
        """Plan sites, each step of all of them before the next; see `SiteBuilder.build`."""
        works = [_SiteWork(self, one) if one.views and one.views[0].facts else None for one in loaded]
        for work in filter(None, works):
            work.look_round()
        for work in filter(None, works):
            work.resolve()
        return [work.plan() if work is not None else (None, []) for work in works]


class _SiteWork:
    """The planning of one site."""

    def __init__(self, planner: SitePlanner, loaded: Views) -> None:
        self.planner = planner
        self.shared = planner.shared
        self.site = planner.site
        self.id = loaded.id
        self.entities = loaded.views
        self.first = loaded.views[0]
        self.found: list[Diagnostic] = []
        self.uses: set[str] = set()
        self.entries: list[Entry] = []
        self.views: list[View] = []

    def look_round(self) -> None:
        """Find which policies there are in which locales."""
        policies = list(self._policies())
        self.uses.update([f"policy:{policy.id}" for policy in policies])
        homes: tuple[tuple[str, str], ...] = ()
        if len(self.entities) > 1:
            homes = tuple([(one.locale, f"{self._base(one)}index.html") for one in self.entities])
        self.views = [self._view(entity, policies, homes) for entity in self.entities]

    def resolve(self) -> None:
        """Resolve the outline of each page."""
        for view in self.views:
            for link in view.site.policies:
                self._resolve(view, link)

    def plan(self) -> Planned:
        """Say which files there are, each with its key."""
        views, releases = self.views, self.planner.releases
        files: list[FileTask] = []
        pages: list[tuple[str, str, str]] = []
        for view in views:
            policies = [self.site.policies[link.id] for link in view.site.policies] if releases else []
            released = releases.shown(view.entity, policies) if releases else {}
            targets = LinkTargets(view.site.policies, view.outlines)
            shown = LinkTargets(view.site.policies, view.outlines, released) if released else targets
            for link in view.site.policies:
                # what the next release would freeze is compared with the last as it would be frozen
                leads = targets if link.id in released else shown
                files += self._shown(view, self._page(view, link, targets=leads, views=views))
                pages.append((link.title, f"{self.id}/{link.path}", view.entity.locale))
            files.append(self._index(view))
        files += self._shared_files(views)
        below = len(self.id) + 1
        if collide(tuple([file.path[below:] for file in files])):
            self.found += collisions(self.site, self.id, self.first, files)
        redirects, reads = self._redirects(files)
        first, uses = views[0].site, frozenset(self.uses)
        plan = SitePlan(self.id, first.name, first.sample, tuple(files), tuple(pages), uses, redirects, reads)
        return plan, self.found

    # ---- policies and their addresses

    def _policies(self) -> Iterator[SourceFile]:
        first: Mapping[str, Any] = self.first.values.get("policies") or {}
        for id_, own in first.items():
            if own is None or own.get("publish") is False:
                continue
            policy = self.site.policies.get(id_)
            if policy is None:
                hint = did_you_mean(id_, self.site.policies) or f"write `content/policies/{id_}.yaml`"
                origin = origin_in(self.first, ("policies", id_))
                self._complain(
                    "unknown-policy", f"there is no policy `{id_}`", span_of(origin, key=True), hint
                )
            else:
                yield policy
        for view in self.entities[1:]:
            for id_ in view.values.get("policies") or {}:
                if id_ not in first:
                    hint = (
                        did_you_mean(id_, first) or f"list `{id_}` under `policies` of the entity itself, too"
                    )
                    span = span_of(origin_in(view, ("policies", id_)), key=True)
                    self._complain("unknown-policy", f"this entity does not publish `{id_}`", span, hint)

    def _policy_links(self, entity: Entity, policies: list[SourceFile], base: str) -> Iterator[PolicyLink]:
        for policy in policies:
            own = (entity.values.get("policies") or {}).get(policy.id) or {}
            if own.get("publish") is False:
                continue
            link = self.shared.link(policy, entity.locale, base, own.get("title"), own.get("path"))
            why = self.shared.unfit(link.path, self.id)
            if why is not None:
                message = f"the output path `{self.id}/{link.path}` {why}"
                self._complain("invalid-value", message, span_of(path_origin(entity, policy)), None)
                continue
            yield link

    def _base(self, entity: Entity) -> str:
        return "" if entity is self.first else f"{entity.locale.lower()}/"

    def _view(self, entity: Entity, policies: list[SourceFile], homes: tuple[tuple[str, str], ...]) -> View:
        own = entity.values.get("strings")
        words = self.shared.words(entity.locale, own)
        if words.missing:
            self._complain_of_strings(entity)
        for key in words.unknown:
            origin = origin_in(entity, ("strings", key))
            near = did_you_mean(key, self.shared.known_strings)
            self._complain("unknown-key", f"there is no string `{key}`", span_of(origin, key=True), near)
        base, brand = self._base(entity), entity.brand
        assets = self.shared.assets(brand, owns_root=bool(self.first.values.get("owns_root")))
        if brand is not None:
            self.uses.update([f"brand:{path}" for path in brand.files])
        # by order: to name the fields takes three times as long, here and in the task of a page
        site = SiteView(
            self.id,
            str(entity.facts.get("name") or self.id),
            entity.locale,
            bool(entity.facts.get("sample")),
            entity.values.get("url"),
            f"{base}index.html",
            tuple(self._policy_links(entity, policies, base)),
            words.strings,
            assets.paths,
            shown(assets, LOGO, brand.logo) if brand is not None else None,
            shown(assets, ICON, brand.icon) if brand is not None else None,
            homes,
            self.shared.policy_json,
        )
        return View(entity, words, site, base, assets)

    # ---- pages

    def _resolve(self, view: View, link: PolicyLink) -> None:
        own = (view.entity.values.get("policies") or {}).get(link.id) or {}
        page = {
            "id": link.id,
            "title": link.title,
            "updated": own.get("updated"),
            "reviewed": own.get("reviewed"),
        }
        facts = view.facts[link.id] = {**view.entity.facts, "policy": page}
        outline, found = self.planner.outlines.resolve(view.entity, self.site.policies[link.id], facts)
        view.outlines[link.id] = outline
        view.summaries[link.id] = own.get("summary") or self.shared.summary(link.id, view.entity.locale)
        self.uses |= outline.uses
        self.found += found

    def _page(
        self, view: View, link: PolicyLink, *, targets: Mapping[str, Target], views: list[View]
    ) -> FileTask:
        outline = view.outlines[link.id]
        locale = view.entity.locale
        own = (view.entity.values.get("policies") or {}).get(link.id) or {}
        updated, reviewed = own.get("updated"), own.get("reviewed")
        alternates: tuple[tuple[str, str], ...] = ()
        if len(views) > 1:
            here = [
                (other.entity.locale, each.path)
                for other in views
                for each in other.site.policies
                if each.id == link.id
            ]
            alternates = tuple(here) if len(here) > 1 else ()
        task = PageTask(
            view.site,
            view.entity,
            link.id,
            link.title,
            view.summaries[link.id],
            outline.sections,
            outline.every,
            view.facts[link.id],
            refs_of(outline),
            targets,
            view.words.labels,
            language.date_words(updated, locale) if updated else None,
            language.date_words(reviewed, locale) if reviewed else None,
            alternates,
            link.path,
            former_ids(view.entity, self.site.policies[link.id]),
        )
        tags, texts = self._made_from(view, task, outline)
        key, marks = seal(self.shared.basis("page.html", view.words), tags, texts, outline.clauses)
        return FileTask(f"{self.id}/{link.path}", key, marks, task)

    def _shown(self, view: View, draft: FileTask) -> list[FileTask]:
        """Plan the page of the release that is current, and its versions; else what the sources have."""
        releases = self.planner.releases
        if releases is None or not isinstance(draft.task, PageTask):
            return with_data([draft]) if self.shared.policy_json else [draft]
        around = Around(lambda name: self.shared.basis(name, view.words), view.tags, view.texts)
        files, entries, found = releases.plan(draft.path, draft.task, around)
        self.found += found
        if view.entity is self.first:
            self.entries += entries
        files = files or [draft]
        return with_data(files) if self.shared.policy_json else files

    def _made_from(self, view: View, task: PageTask, outline: Resolved) -> tuple[str, list[str]]:
        """Return the tags of what a page is made from beside clauses, and texts that tell it from others."""
        facts, digest_of = task.facts, self.shared.digests.of
        names, ways = self.shared.reads(outline.reads)
        tags = f"{view.tags}{_PAGE_TAGS}{names}"
        texts = [
            *view.texts,
            repr((task.title, task.summary)),
            repr((task.updated, task.reviewed)),
            repr(facts.get("site_url")),
            repr(task.alternates),
            "".join([section.mark for section in outline.every]),
        ]
        for root, steps in ways:
            value = facts.get(root)
            for step in steps:
                value = value.get(step) if value else None  # what has names below it is a mapping or null
            texts.append(digest_of(value) if type(value) in _SHARED else repr(value))
        for id_ in sorted(outline.links):
            tags += tag(f"the link to `{id_}`")
            texts.append(repr(task.links.get(id_)))
        return tags, texts

    def _index(self, view: View) -> FileTask:
        """Plan the list of a site's policies, each with what it says of itself."""
        summaries = tuple(view.summaries.values())
        task = IndexTask(view.site, summaries)
        tags, texts = view.tags + _SUMMARIES_TAG, [*view.texts, repr(summaries)]
        key, marks = seal(self.shared.basis("index.html", view.words), tags, texts)
        return FileTask(f"{self.id}/{view.site.home}", key, marks, task)

    # ---- addresses that moved

    def _redirects(self, files: list[FileTask]) -> tuple[tuple[Redirect, ...], tuple[str, ...]]:
        """Plan where old addresses lead, and pages there; tell which files of others that hangs on."""
        planner = self.planner.redirects
        if planner is None:
            return (), ()
        views = [(view.base, view.site.policies) for view in self.views]
        redirects, others, found = planner.plan(self.first, files, views, self.found)
        self.found += found
        if redirects:
            files += pages_at([one for one in redirects if one.site == self.id], self._frame)
            files += self.shared.redirects_file(self.id, redirects)
        return tuple(redirects), tuple(self.site.entities[id_] for id_ in others)

    def _frame(self, path: str) -> Frame:
        view = max((one for one in self.views if path.startswith(one.base)), key=lambda one: len(one.base))
        return Frame(view.site, self.shared.basis(TEMPLATE, view.words), view.tags, view.texts)

    # ---- the rest of a site

    def _shared_files(self, views: list[View]) -> Iterator[FileTask]:
        files = {path: file for view in views for path, file in view.assets.files.items()}
        for path, (key, marks, fixed) in files.items():
            yield FileTask(f"{self.id}/{path}", key, marks, fixed)
        url: str | None = self.first.values.get("url")
        if url:
            homes = [view.site.home for view in views]
            paths = [link.path for view in views for link in view.site.policies]
            yield from sitemaps(self.id, url, [*homes, *paths])
            if self.entries:
                yield feed(self.id, views[0].site.name, url, self.first.locale, self.entries)
        elif not self.first.facts.get("sample"):
            self.found.append(without_address(self.id))
        if not self.first.values.get("owns_root"):
            return
        yield robots(self.id, url, sample=bool(self.first.facts.get("sample")))
        basis = self.shared.basis("404.html", views[0].words)
        key, marks = seal(basis, views[0].tags, views[0].texts)
        yield FileTask(f"{self.id}/404.html", key, marks, MissingTask(views[0].site))

    # ---- problems

    def _complain_of_strings(self, entity: Entity) -> None:
        origin = origin_in(entity, ("locales",))
        if not has_path(origin.file.values, origin.path):
            origin = Origin(self.site.settings_file, ("locale",))
        theme = self.site.theme.name
        hint = f"add `themes/{theme}/strings/{entity.locale}.yaml`, or a `fallback` in policypages.yaml"
        message = f"the theme has no strings for `{entity.locale}`"
        self._complain("missing-strings", message, span_of(origin), hint)

    def _complain(self, code: str, message: str, span: Any, hint: str | None) -> None:
        self.found.append(problem(code, message, span, hint=hint, entities=(self.id,)))
