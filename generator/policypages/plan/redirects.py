"""Plan where old addresses lead: by content/redirects.yaml, by former ids, with what was released there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from policypages.diagnostics import Diagnostic, Span, did_you_mean, problem
from policypages.formats.facts import locate
from policypages.formats.origins import span_of
from policypages.model import (
    Entity,
    FileTask,
    Moved,
    Origin,
    PageId,
    PageRelease,
    PageTask,
    PolicyLink,
    Redirect,
    RedirectTask,
    ReleasedTask,
    Site,
    SiteView,
    SourceFile,
    id_of,
    page_of,
)
from policypages.paths import FEED, collision_key
from policypages.plan.keys import Basis, seal, tag

TEMPLATE: Final = "redirect.html"
CODE: Final = "broken-redirect"
_INDEX: Final = "index.html"
_TAG: Final = tag("where it leads")
UrlOf = Callable[[str], str | None]
Views = Sequence[tuple[str, Sequence[PolicyLink]]]


class RedirectPlanner:
    """Plans the redirects of one site after the other.

    `url_of` gives the address of another site. Releases of days after `as_of` are not looked at, and
    without it none is: nothing is published of them.
    """

    def __init__(self, site: Site, url_of: UrlOf, as_of: date | None) -> None:
        self.site = site
        self.url_of = url_of
        self.as_of = as_of
        self.former = {id_: was for id_, one in site.policies.items() if (was := one.values.get("was"))}
        self.released: dict[str, list[PageRelease]] = defaultdict(list)
        for page, history in site.releases.items() if as_of is not None else ():
            self.released[page[0]] += [one for one in history if as_of is None or one.release.day <= as_of]

    def plan(
        self, first: Entity, files: Sequence[FileTask], views: Views, found: Sequence[Diagnostic]
    ) -> tuple[list[Redirect], list[str], list[Diagnostic]]:
        """Return the redirects to a site and inside it, the ids of sites they lead to, and what is wrong.

        `views` are its locales: the folder of each, and its pages; `found` is what is wrong with it so far.
        """
        former = former_paths(self.former, views)
        own = self.site.redirects.by_site.get(first.id, ()) if self.site.redirects is not None else ()
        was: Sequence[str] = first.lineage[0].values.get("was") or ()
        if not (own or was or former or first.id in self.released):
            return [], [], []
        whole = not any(one.code.startswith("release-") for one in found)
        return _Work(self, first, files, whole=whole).run(own, was, former)


class _Work:
    """The planning of the redirects of one site; `table` leads from files to addresses.

    Where an article of a release cannot be read, not all of its pages are `whole`.
    """

    def __init__(
        self, planner: RedirectPlanner, first: Entity, files: Sequence[FileTask], *, whole: bool
    ) -> None:
        self.planner = planner
        self.whole = whole
        self.id = first.id
        self.first = first
        skip = len(first.id) + 1
        self.tasks = {file.path[skip:]: file for file in files}
        self.keys = {collision_key(path) for path in self.tasks}
        self.table: dict[str, str] = {}
        self.others: list[str] = []
        self.found: list[Diagnostic] = []

    def run(
        self, own: Sequence[Moved], was: Sequence[str], former: Mapping[str, str]
    ) -> tuple[list[Redirect], list[str], list[Diagnostic]]:
        for path, page in former.items():
            if collision_key(path) not in self.keys:
                self.table[path] = address(page)
        stated = {}
        for moved in own:
            target = self._target(moved)
            if target is not None:
                stated[file_of(moved.path)] = target
        self.table |= stated
        lines = self.planner.released.get(self.id, ())
        for one in lines:
            self._take_along(one, self.table)
        for one in lines if self.whole else ():
            self._look_for(one)
        redirects = [Redirect(self.id, address(path), target) for path, target in self.table.items()]
        for index, name in enumerate(was):
            redirects += self._of_former(name, index)
        return redirects, self.others, self.found

    # ---- what content/redirects.yaml says

    def _target(self, moved: Moved) -> str | None:  # noqa: PLR0911 - one for each kind of address
        """Return where an address of redirects.yaml leads, as this site's folder would write it."""
        old = file_of(moved.path)
        if collision_key(old) in self.keys:
            self._complain(moved, f"`{moved.key}` is a page or a file of this site, and a redirect, too")
            return None
        if "://" in moved.target:
            return moved.target
        way, sign, anchor = moved.target.partition("#")
        site, _, path = way.partition("/")
        if site != self.id:
            return self._elsewhere(moved, site, path + sign + anchor)
        page = file_of(path)
        if page in self.table:
            return self.table[page]
        file = self.tasks.get(page)
        if file is None:
            pages = [f"{self.id}/{address(one)}" for one in self.tasks if one.endswith(_INDEX)]
            hint = did_you_mean(way, pages)
            self._complain(moved, f"`{moved.target}` leads to no page of this site", hint)
            return None
        if anchor and not _has(file, anchor):
            self._complain(moved, f"`{moved.target}` leads to no anchor of its page")
            return None
        return address(page) + sign + anchor

    def _elsewhere(self, moved: Moved, site: str, rest: str) -> str | None:
        """Return the address of a page of another site; whether it has it is looked at when all are known."""
        entities = self.planner.site.entities
        if site not in entities:
            hint = did_you_mean(site, entities)
            self._complain(moved, f"`{moved.target}` leads to no site of this output", hint)
            return None
        self.others.append(site)
        return elsewhere(self.planner.url_of(site), site, rest)

    def _complain(self, moved: Moved, message: str, hint: str | None = None) -> None:
        span = place_of(self.planner.site, moved)
        self.found.append(problem(CODE, message, span, hint=hint, entities=(self.id,)))

    # ---- what was released

    def _take_along(self, one: PageRelease, table: dict[str, str]) -> None:
        """Let the addresses of a version follow the page when that moved."""
        folder = f"{one.line.path}/"
        target = table.get(f"{folder}{_INDEX}")
        if target is None:
            return
        page = target.partition("#")[0]
        task = self.tasks.get(file_of(page))
        draft = page_of(task.task) if task is not None else None
        is_its_own = draft is not None and one.line.page in (id_of(draft), *draft.formerly)
        for name in of_version(one):
            there = f"{page}{name}{_INDEX}"
            has = is_its_own and there in self.tasks
            table.setdefault(f"{folder}{name}{_INDEX}", address(there) if has else target)

    def _look_for(self, one: PageRelease) -> None:
        """Say that an address which was published leads nowhere."""
        as_of = self.planner.as_of
        folder = f"{one.line.path}/"
        wanted = [f"{folder}{_INDEX}"]
        if as_of is not None and one.release.effective <= as_of:
            wanted.append(f"{folder}versions/{one.release.version}/{_INDEX}")
        for path in wanted:
            if path not in self.tasks and path not in self.table:
                self.found.append(vanished(self.id, path, one))
                return

    # ---- former ids of the site

    def _of_former(self, name: str, index: int) -> Iterator[Redirect]:
        if name in self.planner.site.entities:
            span = span_of(Origin(self.first.lineage[0], ("was", index)))
            message = f"`{name}` is an entity, and a former id of `{self.id}`, too"
            self.found.append(problem("collision", message, span, entities=(self.id,)))
            return
        url = self.first.values.get("url")
        for path in self.tasks:
            if path == FEED or (path.endswith(".html") and path != "404.html"):
                yield Redirect(name, address(path), elsewhere(url, self.id, address(path)))
        table = {path: address(path) for path in self.tasks if page_of(self.tasks[path].task)} | self.table
        mirrored = {*table} - {*self.table}
        for one in self.planner.released.get(name, ()):
            self._take_along(one, table)
        for path, target in table.items():
            if path in mirrored:
                continue
            there = target if "://" in target else elsewhere(url, self.id, target)
            yield Redirect(name, address(path), there)


def former_paths(former: Mapping[str, Sequence[str]], views: Views) -> dict[str, str]:
    """Return the paths that follow from former ids of policies, each with that of its page."""
    if not former:
        return {}
    return {
        f"{base}{name}/{_INDEX}": link.path
        for base, links in views
        for link in links
        for name in former.get(link.id, ())
    }


def former_ids(entity: Entity, policy: SourceFile) -> tuple[PageId, ...]:
    """Return the ids that a page had before its entity or its policy was renamed."""
    entities = entity.lineage[0].values.get("was") or ()
    policies = policy.values.get("was") or ()
    if not entities and not policies:
        return ()
    ids = {(one, other): None for one in (entity.id, *entities) for other in (policy.id, *policies)}
    del ids[entity.id, policy.id]  # a policy may name a path that it had, which is its id
    return tuple((one, other, entity.locale) for one, other in ids)


def address(path: str) -> str:
    """Return the address of a file as the folder of its site would write it, without `index.html`."""
    return path.removesuffix(_INDEX) if path == _INDEX or path.endswith(f"/{_INDEX}") else path


def file_of(path: str) -> str:
    """Return the file that stands at an address below the folder of a site."""
    return f"{path}{_INDEX}" if not path or path.endswith("/") else path


def elsewhere(url: str | None, site: str, rest: str) -> str:
    """Write the address of a page of another site: whole where that site states its own."""
    return f"{url.rstrip('/')}/{rest}" if url else f"../{site}/{rest}"


def of_version(one: PageRelease) -> tuple[str, ...]:
    """Return the folders of a version below that of its page."""
    version = f"versions/{one.release.version}/"
    return ("versions/", version, f"{version}changes/") if one.line.after else ("versions/", version)


def place_of(site: Site, moved: Moved) -> Span | None:
    """Find where redirects.yaml states an old address."""
    redirects = site.redirects
    if redirects is None:
        return None
    return locate(redirects.file.file, redirects.file.data, (moved.key,), key=True)


def vanished(site: str, path: str, one: PageRelease) -> Diagnostic:
    """Say that an address of a release leads to nothing."""
    where = f"{site}/{address(path)}"
    message = f"release {one.release.version} was published at `{where}`, which has neither page nor redirect"
    hint = f"say in content/redirects.yaml where it leads now: `{site}/{one.line.path}/: …`"
    return problem("address-vanished", message, Span(one.release.file), hint=hint, entities=(site,))


def _has(file: FileTask, anchor: str) -> bool:
    match file.task:
        case PageTask() as task:
            return any(section.anchor == anchor for section in task.every)
        case ReleasedTask() as task:
            return anchor in task.article.anchors
    return False


class Frame(NamedTuple):
    """What the pages at old addresses of one folder are made with: `tags` and `texts` are for keys."""

    view: SiteView
    basis: Basis
    tags: str
    texts: list[str]


def pages_at(redirects: Sequence[Redirect], frame_of: Callable[[str], Frame]) -> Iterator[FileTask]:
    """Plan the pages at old addresses; a file that is no HTML is for hosts to redirect."""
    for one in redirects:
        path = file_of(one.path)
        if not path.endswith((".html", ".htm")):
            continue
        frame = frame_of(path)
        key, marks = seal(frame.basis, frame.tags + _TAG, [*frame.texts, one.target])
        yield FileTask(f"{one.site}/{path}", key, marks, RedirectTask(frame.view, one.target))
