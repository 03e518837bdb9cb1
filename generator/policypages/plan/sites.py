"""Plan the files of one site: its pages in every locale, its index, its assets, its sitemap."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from policypages.diagnostics import Diagnostic, Label, did_you_mean, problem
from policypages.formats import language
from policypages.formats.catalogue import CORE_KEYS, core_strings, nearest
from policypages.model import (
    Entity,
    FileTask,
    FixedTask,
    IndexTask,
    MissingTask,
    Origin,
    PageTask,
    PolicyLink,
    Section,
    Site,
    SitePlan,
    SiteView,
    SourceFile,
    Target,
)
from policypages.paths import PathProblem, collision_key, output_path
from policypages.plan.crawlers import robots, sitemap
from policypages.plan.keys import at_path, digest, file_task, outline_shape, site_parts
from policypages.plan.outline import Compiling, Outline, OutlineResolver
from policypages.plan.tree import has_path, origin_in, span_of


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


class SitePlanner:
    """Plans one site after the other; what they share is worked out once."""

    def __init__(self, site: Site, compiler: Compiling, *, tool: str, templates: Mapping[str, str]) -> None:
        """Take what all sites share.

        `tool` is the version of us and of what shapes output; `templates` has a digest for each
        template that a page is made with, those it includes counted in.
        """
        self.site = site
        self.compiler = compiler
        self.tool = tool
        self.templates = templates
        self.assets = {name: hashed_name(name, data) for name, data in site.theme.assets.items()}

    def plan(self, loaded: Views) -> tuple[SitePlan | None, list[Diagnostic]]:
        """Plan one site; None for a group, and where its facts leave nothing to plan."""
        if not loaded.views or not loaded.views[0].facts:
            return None, []
        return _SiteWork(self, loaded).run()

    def page_parts(self, template: str) -> dict[str, str]:
        """Return what all files made with a template depend on."""
        return {"policypages": self.tool, f"the template `{template}`": self.templates.get(template, "")}


def hashed_name(name: str, data: bytes) -> str:
    """Return the output name of an asset, its content's digest in it, so that it may be cached for ever."""
    stem, dot, ending = name.rpartition(".")
    mark = hashlib.sha256(data).hexdigest()[:10]
    return f"assets/{stem}-{mark}.{ending}" if dot else f"assets/{name}-{mark}"


class _SiteWork:
    """The planning of one site."""

    def __init__(self, planner: SitePlanner, loaded: Views) -> None:
        self.planner = planner
        self.site = planner.site
        self.id = loaded.id
        self.views = loaded.views
        self.first = loaded.views[0]
        self.found: list[Diagnostic] = []
        self.claimed: dict[str, str] = {}
        self.locales = [view.locale for view in self.views]

    def run(self) -> tuple[SitePlan | None, list[Diagnostic]]:
        policies = list(self._policies())
        links = {view.locale: self._policy_links(view, policies) for view in self.views}
        files: list[FileTask] = []
        pages: list[tuple[str, str, str]] = []
        for view in self.views:
            site_view = self._site_view(view, links[view.locale])
            outlines = {policy.id: self._outline(view, policy) for policy in policies}
            targets = dict(self._link_targets(links[view.locale], outlines))
            for link in links[view.locale]:
                task = self._page(site_view, view, link, outlines=outlines, targets=targets, links=links)
                files.append(file_task(link.path, self._parts(task, outlines[link.id][0]), task))
                pages.append((link.title, link.path, view.locale))
            index = file_task(
                site_view.home,
                {**self.planner.page_parts("index.html"), **site_parts(site_view)},
                IndexTask(site_view),
            )
            files.append(index)
        files += self._shared_files(links)
        self._check_collisions(files)
        name = str(self.first.facts.get("name") or self.id)
        sample = bool(self.first.facts.get("sample"))
        return SitePlan(self.id, name, sample, tuple(files), tuple(pages)), self.found

    # ---- policies and their addresses

    def _policies(self) -> Iterator[SourceFile]:
        for id_, own in (self.first.values.get("policies") or {}).items():
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
        first = self.first.values.get("policies") or {}
        for view in self.views[1:]:
            for id_ in view.values.get("policies") or {}:
                if id_ not in first:
                    hint = (
                        did_you_mean(id_, first) or f"list `{id_}` under `policies` of the entity itself, too"
                    )
                    span = span_of(origin_in(view, ("policies", id_)), key=True)
                    self._complain("unknown-policy", f"this entity does not publish `{id_}`", span, hint)

    def _policy_links(self, view: Entity, policies: list[SourceFile]) -> tuple[PolicyLink, ...]:
        links = []
        for policy in policies:
            own = (view.values.get("policies") or {}).get(policy.id) or {}
            if own.get("publish") is False:
                continue
            in_locale = (policy.values.get("in") or {}).get(view.locale) or {}
            title = own.get("title") or in_locale.get("title") or policy.values.get("title") or policy.id
            folder = own.get("path") or in_locale.get("path") or policy.values.get("path") or policy.id
            path = output_path(*self._base(view.locale), folder, "index.html")
            if isinstance(path, PathProblem):
                origin = self._path_origin(view, policy)
                self._complain(
                    "invalid-value", f"the output path `{path.path}` {path.reason}", span_of(origin), None
                )
                continue
            links.append(PolicyLink(policy.id, title, path))
        return tuple(links)

    def _path_origin(self, view: Entity, policy: SourceFile) -> Origin:
        """Find what states the path of a page: the entity, or the policy, or else the entity's use of it."""
        own = origin_in(view, ("policies", policy.id, "path"))
        if has_path(own.file.values, own.path):
            return own
        for path in (("in", view.locale, "path"), ("path",)):
            if has_path(policy.values, path):
                return Origin(policy, path)
        return origin_in(view, ("policies", policy.id))

    def _base(self, locale: str) -> tuple[str, ...]:
        return (self.id,) if locale == self.locales[0] else (self.id, locale.lower())

    def _site_view(self, view: Entity, links: tuple[PolicyLink, ...]) -> SiteView:
        theme = self.site.theme
        fallback = self.site.settings.fallback
        own = {key: value for key, value in (view.values.get("strings") or {}).items() if value is not None}
        found = nearest(view.locale, theme.strings, fallback)
        known = {key for strings in theme.strings.values() for key in strings} | CORE_KEYS
        known |= {f"retention_{name}" for name in self.site.settings.names.get("retention") or ()}
        known |= {f"retention_{name}" for name in self.site.settings.names.get("retention") or ()}
        if found is None:
            origin = origin_in(view, ("locales",))
            if not has_path(origin.file.values, origin.path):
                origin = Origin(self.site.settings_file, ("locale",))
            hint = (
                f"add `themes/{theme.name}/strings/{view.locale}.yaml`, or a `fallback` in policypages.yaml"
            )
            self._complain(
                "missing-strings", f"the theme has no strings for `{view.locale}`", span_of(origin), hint
            )
        for key in own:
            if key not in known:
                origin = origin_in(view, ("strings", key))
                span, near = span_of(origin, key=True), did_you_mean(key, known)
                self._complain("unknown-key", f"there is no string `{key}`", span, near)
        default = theme.strings.get("en", {})
        return SiteView(
            id=self.id,
            name=str(view.facts.get("name") or self.id),
            locale=view.locale,
            sample=bool(view.facts.get("sample")),
            url=view.values.get("url"),
            home="/".join((*self._base(view.locale), "index.html")),
            policies=links,
            strings={**default, **(theme.strings[found] if found else {}), **own},
            assets={name: f"{self.id}/{path}" for name, path in self.planner.assets.items()},
        )

    # ---- pages

    def _outline(self, view: Entity, policy: SourceFile) -> tuple[Outline, Mapping[str, Any]]:
        own = (view.values.get("policies") or {}).get(policy.id) or {}
        title = next((link.title for link in self._titles(view, policy)), policy.id)
        page = {
            "id": policy.id,
            "title": title,
            "updated": own.get("updated"),
            "reviewed": own.get("reviewed"),
        }
        facts = {**view.facts, "policy": page}
        resolver = OutlineResolver(self.site, self.planner.compiler, view, policy, facts)
        outline = resolver.resolve()
        self.found += resolver.found
        return outline, facts

    def _titles(self, view: Entity, policy: SourceFile) -> tuple[PolicyLink, ...]:
        return tuple(link for link in self._policy_links(view, [policy]) if link.id == policy.id)

    def _link_targets(
        self, links: tuple[PolicyLink, ...], outlines: Mapping[str, tuple[Outline, Mapping[str, Any]]]
    ) -> Iterator[tuple[str, Target]]:
        for link in links:
            yield link.id, Target(f"policy:{link.id}", link.title)
            for id_, target in _targets(outlines[link.id][0]).items():
                yield (
                    f"{link.id}#{id_}",
                    Target(f"policy:{link.id}{target.address}", target.title, target.number),
                )

    def _page(
        self,
        site_view: SiteView,
        view: Entity,
        link: PolicyLink,
        *,
        outlines: Mapping[str, tuple[Outline, Mapping[str, Any]]],
        targets: Mapping[str, Target],
        links: Mapping[str, tuple[PolicyLink, ...]],
    ) -> PageTask:
        outline, facts = outlines[link.id]
        own = (view.values.get("policies") or {}).get(link.id) or {}
        policy = self.site.policies[link.id]
        in_locale = (policy.values.get("in") or {}).get(view.locale) or {}
        labels = core_strings(view.locale, view.values.get("strings") or {}, self.site.settings.fallback)
        alternates = [
            (locale, other.path)
            for locale, others in links.items()
            for other in others
            if other.id == link.id
        ]
        return PageTask(
            site=site_view,
            entity=view,
            policy=link.id,
            title=link.title,
            summary=own.get("summary") or in_locale.get("summary") or policy.values.get("summary"),
            sections=outline.sections,
            facts=facts,
            refs=_targets(outline),
            links=targets,
            labels=labels or {},
            updated=language.date_words(own["updated"], view.locale) if own.get("updated") else None,
            reviewed=language.date_words(own["reviewed"], view.locale) if own.get("reviewed") else None,
            alternates=tuple(alternates) if len(alternates) > 1 else (),
        )

    def _parts(self, task: PageTask, outline: Outline) -> dict[str, str]:
        """Name all that a page is made from."""
        clauses: dict[str, str] = {}
        reads = set(outline.reads)
        refs: set[str] = set()
        links: set[str] = set()
        for section in walk(task.sections):
            if section.shows:
                reads.add(section.shows)
            if section.clause is not None:
                name = f"the clause `{section.clause.file.id}`"
                clauses[name] = clauses.get(name, "") + section.clause.digest[:12]
                reads |= section.clause.body.reads.facts
                refs |= section.clause.body.reads.refs
                links |= section.clause.body.reads.links
        return {
            **self.planner.page_parts("page.html"),
            **site_parts(task.site),
            "the outline": digest(outline_shape(task.sections)),
            "the page's title": digest([task.title, task.summary]),
            "the page's dates": digest([task.updated, task.reviewed]),
            "`site_url`": digest(task.facts.get("site_url")),
            "the page's locales": digest([list(alternate) for alternate in task.alternates]),
            "labels": digest(task.labels),
            **{f"the fact `{path}`": digest(at_path(task.facts, path)) for path in sorted(reads)},
            **{f"the section `{id_}`": _target_digest(task.refs.get(id_)) for id_ in sorted(refs)},
            **{f"the link to `{id_}`": _target_digest(task.links.get(id_)) for id_ in sorted(links)},
            **dict(sorted(clauses.items())),
        }

    # ---- the rest of a site

    def _shared_files(self, links: Mapping[str, tuple[PolicyLink, ...]]) -> Iterator[FileTask]:
        for name, path in self.planner.assets.items():
            data = self.site.theme.assets[name]
            parts = {f"the asset `{name}`": hashlib.sha256(data).hexdigest()[:12]}
            yield file_task(f"{self.id}/{path}", parts, FixedTask(data))
        url: str | None = self.first.values.get("url")
        if url:
            homes = ["/".join((*self._base(view.locale), "index.html")) for view in self.views]
            pages = [link.path for in_locale in links.values() for link in in_locale]
            yield sitemap(self.id, url, (*homes, *pages))
        elif not self.first.facts.get("sample"):
            text = "no `url`: the site has no sitemap and no canonical addresses"
            self.found.append(
                problem(
                    "no-address",
                    text,
                    hint="`url` is the address of the folder of the policies",
                    entities=(self.id,),
                )
            )
        if not self.first.values.get("owns_root"):
            return
        yield robots(self.id, url, sample=bool(self.first.facts.get("sample")))
        view = self._site_view(self.first, links[self.first.locale])
        parts = {**self.planner.page_parts("404.html"), **site_parts(view)}
        yield file_task(f"{self.id}/404.html", parts, MissingTask(view))

    def _check_collisions(self, files: list[FileTask]) -> None:
        """Refuse two files of one path: two policies that claim one folder."""
        claimed: dict[str, FileTask] = {}
        for file in files:
            other = claimed.setdefault(collision_key(file.path), file)
            if other is file:
                continue
            labels = (Label(span_of(self._claim(other)), "the other is here"),)
            self.found.append(
                problem(
                    "collision",
                    f"{_named(other)} and {_named(file)} both claim the page `{file.path}`",
                    span_of(self._claim(file)),
                    hint="give one of them another `path`",
                    labels=labels,
                    entities=(self.id,),
                )
            )

    def _claim(self, file: FileTask) -> Origin:
        """Find what states the path of a file."""
        if isinstance(file.task, PageTask):
            return self._path_origin(file.task.entity, self.site.policies[file.task.policy])
        return origin_in(self.first, ("locales",))

    def _complain(self, code: str, message: str, span: Any, hint: str | None) -> None:
        self.found.append(problem(code, message, span, hint=hint, entities=(self.id,)))


def _named(file: FileTask) -> str:
    task = file.task
    if isinstance(task, PageTask):
        return f"`{task.policy}` in `{task.site.locale}`" if task.alternates else f"`{task.policy}`"
    return (
        f"the list of policies in `{task.site.locale}`" if isinstance(task, IndexTask) else f"`{file.path}`"
    )


def walk(sections: tuple[Section, ...]) -> Iterator[Section]:
    """Yield sections and all below them, in the order of the page."""
    for section in sections:
        yield section
        yield from walk(section.children)


def _targets(outline: Outline) -> dict[str, Target]:
    """Return what `ref` may name: every section that has a heading, by id and by former id."""
    targets = {
        section.id: Target(f"#{section.anchor}", section.title, section.number)
        for section in walk(outline.sections)
        if section.title and section.heading != "none"
    }
    for old, new in outline.was.items():
        if new in targets:
            targets.setdefault(old, targets[new])
    return targets


def _target_digest(target: Target | None) -> str:
    return digest([target.address, target.title, target.number] if target else None)
