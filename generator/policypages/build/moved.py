"""Find where the addresses lead that no site has any more, and whether redirects over sites lead to pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from policypages.build.repository import Repository
from policypages.diagnostics import Diagnostic, did_you_mean, problem
from policypages.formats.state import Known, read_known
from policypages.model import FileTask, Moved, PageRelease, Redirect, SiteView
from policypages.plan.keys import tag
from policypages.plan.redirects import (
    CODE,
    TEMPLATE,
    Frame,
    RedirectPlanner,
    address,
    elsewhere,
    file_of,
    of_version,
    pages_at,
    place_of,
    vanished,
)
from policypages.plan.shared import Assets

_NONE: Final = ",[]]"  # so the text ends of an entity without redirects: few have any


class _Claim(NamedTuple):
    """Where an address of a folder leads, and which entity had that folder; none where the file says so."""

    target: str
    owner: str | None


@dataclass
class _Gone:
    """The folders that are no sites, and what is wrong; `sites` are the texts of all that is known."""

    repository: Repository
    planner: RedirectPlanner
    sites: Mapping[str, str]
    broken: frozenset[str]
    folders: dict[str, dict[str, _Claim]] = field(default_factory=lambda: defaultdict(dict))
    found: list[Diagnostic] = field(default_factory=list)
    _read: dict[str, Known | None] = field(default_factory=dict)

    def run(self) -> None:
        redirects = self.repository.site.redirects
        for folder, moved in redirects.by_site.items() if redirects is not None else ():
            for one in moved:
                self._stated(folder, one)
        for id_, text in self.sites.items():
            if not text.endswith(_NONE):
                for folder, path, target in read_known(text).redirects:
                    if folder != id_:
                        self._former(id_, folder, path, target)
        for folder, released in self.planner.released.items():
            if not self._is_site(folder) and folder not in self.broken:
                self._released(folder, released)

    def _stated(self, folder: str, moved: Moved) -> None:
        """Take what redirects.yaml says of a folder; that of a site was taken when the site was planned."""
        is_site = self._is_site(folder)
        if folder in self.broken and not is_site:
            return
        target = moved.target
        if "://" not in target:
            way, sign, anchor = target.partition("#")
            site, _, path = way.partition("/")
            if site == folder and is_site:
                return
            if not self._leads(site, path):
                self._complain(folder, moved, site)
                return
            target = elsewhere(self.planner.url_of(site), site, path + sign + anchor)
        if not is_site:
            self.folders[folder][file_of(moved.path)] = _Claim(target, None)

    def _complain(self, folder: str, moved: Moved, site: str) -> None:
        site_has = self._known(site)
        if site in self.broken or (site not in self.repository.site.entities and self._is_site(folder)):
            return  # it was said
        message = f"`{moved.target}` leads to no page of this output"
        names = [f"{site}/{address(path)}" for _, path, _ in (site_has.pages if site_has is not None else ())]
        hint = did_you_mean(moved.target, [*names, *(f"{id_}/" for id_ in self.repository.site.entities)])
        span = place_of(self.repository.site, moved)
        self.found.append(problem(CODE, message, span, hint=hint))

    def _former(self, id_: str, folder: str, path: str, target: str) -> None:
        claims = self.folders[folder]
        other = claims.get(file_of(path))
        if other is None:
            claims[file_of(path)] = _Claim(target, id_)
        elif other.owner is not None and other.owner != id_:
            message = f"`{other.owner}` and `{id_}` both had the id `{folder}` before, by their `was`"
            self.found.append(problem("collision", message, entities=(other.owner, id_)))

    def _released(self, folder: str, released: Sequence[PageRelease]) -> None:
        claims = self.folders[folder]
        told: set[tuple[str, str]] = set()
        for one in released:
            page = f"{one.line.path}/"
            claim = claims.get(f"{page}index.html")
            if claim is not None:
                for name in of_version(one):
                    claims.setdefault(f"{page}{name}index.html", claim)
            elif (folder, page) not in told:
                told.add((folder, page))
                self.found.append(vanished(folder, f"{page}index.html", one))

    # ---- what there is

    def _known(self, id_: str) -> Known | None:
        if id_ not in self._read:
            text = self.sites.get(id_)
            self._read[id_] = read_known(text) if text is not None else None
        return self._read[id_]

    def _is_site(self, id_: str) -> bool:
        known = self._known(id_)
        return known is not None and known.name is not None

    def _leads(self, site: str, path: str) -> bool:
        """Tell whether a site has a page: a policy's, a version of one, or a list of its policies."""
        known = self._known(site)
        if known is None or known.name is None:
            return False
        file = file_of(path)
        homes = {"index.html", *(f"{locale.lower()}/index.html" for _, _, locale in known.pages)}
        pages = {page.partition("/")[2] for _, page, _ in known.pages}
        below = file.partition("versions/")[0]
        return file in homes | pages or (below != file and f"{below}index.html" in pages)

    @cached_property
    def _assets(self) -> Assets:
        return self.repository.planner.shared.assets_of(TEMPLATE)

    def frame(self, folder: str) -> Frame:
        planner, settings = self.repository.planner, self.repository.site.settings
        words = planner.shared.words(settings.locale, None)
        owner = next((claim.owner for claim in self.folders[folder].values() if claim.owner), None)
        known = self._known(owner) if owner is not None else None
        name = known.name if known is not None and known.name is not None else settings.title
        view = SiteView(
            id=folder,
            name=name,
            locale=settings.locale,
            sample=known is not None and known.sample,
            url=None,
            home="index.html",
            policies=(),
            strings=words.strings,
            assets=self._assets.paths,
        )
        texts = [repr((folder, name, view.sample))]
        return Frame(view, planner.shared.basis(TEMPLATE, words), tag("the site's name"), texts)

    def files(self, folder: str, redirects: Sequence[Redirect]) -> Iterator[FileTask]:
        frame = self.frame(folder)
        yield from pages_at(redirects, lambda _: frame)
        yield from self.repository.planner.shared.redirects_file(folder, redirects)
        for path, (key, marks, fixed) in self._assets.files.items():
            yield FileTask(f"{folder}/{path}", key, marks, fixed)


class Folder(NamedTuple):
    """A folder of old addresses: where each leads, and the files that stand there."""

    redirects: tuple[Redirect, ...]
    files: tuple[FileTask, ...]


def moved_of(sites: Mapping[str, str], folders: Mapping[str, Folder]) -> dict[str, Sequence[Redirect]]:
    """Return the redirects of every folder that has any, whether it is a site or not."""
    moved: dict[str, Sequence[Redirect]] = {id_: one.redirects for id_, one in folders.items()}
    for id_, text in sites.items():
        if not text.endswith(_NONE):
            redirects = read_known(text).redirects
            own = [Redirect(folder, path, target) for folder, path, target in redirects if folder == id_]
            if own:
                moved[id_] = own
    return dict(sorted(moved.items()))


def moved_folders(
    repository: Repository, sites: Mapping[str, str], broken: frozenset[str]
) -> tuple[dict[str, Folder], list[Diagnostic]]:
    """Plan the folders of old addresses that are no sites, and say which redirects lead nowhere.

    `sites` are what is known of all entities; with those that are `broken` something else is wrong.
    """
    planner = repository.planner.redirects
    if planner is None:
        return {}, []
    gone = _Gone(repository, planner, sites, broken)
    gone.run()
    folders = {}
    for folder, claims in sorted(gone.folders.items()):
        redirects = tuple(Redirect(folder, address(path), one.target) for path, one in sorted(claims.items()))
        if redirects:
            folders[folder] = Folder(redirects, tuple(gone.files(folder, redirects)))
    return folders, gone.found
