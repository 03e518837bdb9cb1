"""Take from the output what may be published: what the build wrote, unchanged, and of no sample or draft."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from policypages import headers
from policypages.diagnostics import Diagnostic, problem
from policypages.formats.encoding import encoded, pays
from policypages.formats.manifest import Manifest
from policypages.formats.state import State, read_known
from policypages.model import FileRecord
from policypages.paths import HOST_FILES
from policypages.publish.address import Encoding
from policypages.publish.apply import MovedError, Sent
from policypages.publish.plan import Place, Wanted
from policypages.publish.store import KEPT_HEADERS, meta_of

_SHOWN: Final = 5
_BUILD: Final = "run `policypages build`"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the output holds for a target: files by site, and how they are sent."""

    sites: Mapping[str, Sequence[FileRecord]]
    read: Callable[[str], bytes]
    encoding: Encoding
    keeps_headers: bool

    def wanted(self, place: Place) -> list[Wanted]:
        """Return the files for one root."""
        sites = [place.site] if place.site else [*self.sites]
        return [
            Wanted(place.key_of(path), path, size, sha256, meta_of(self._headers(path)))
            for site in sites
            for path, size, sha256 in self.sites.get(site, ())
            # plain hosts read those files; an object store would show them
            if not (self.keeps_headers and path.rpartition("/")[2] in HOST_FILES)
        ]

    def sent(self, path: str, sha256: str) -> Sent:
        """Return a file as it is sent; raise MovedError where it is not what the build wrote."""
        kept = self._headers(path)
        data = self._checked(path, sha256)
        if "Content-Encoding" in kept and "Content-Encoding" not in headers.of(path):
            data = encoded(data, self.encoding)
        return Sent(data, kept)

    def md5(self, path: str, sha256: str) -> str:
        """Return the MD5 of a file that is sent as it is; of one that is compressed nothing is told."""
        data = self._checked(path, sha256)
        if "Content-Encoding" in self._headers(path):
            return ""
        return hashlib.md5(data, usedforsecurity=False).hexdigest()

    def _checked(self, path: str, sha256: str) -> bytes:
        try:
            data = self.read(path)
        except OSError as error:
            raise MovedError(path, here=True) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise MovedError(path, here=True)
        return data

    def _headers(self, path: str) -> dict[str, str]:
        if not self.keeps_headers:
            return {}
        every = headers.of(path)
        kept = {name: every[name] for name in KEPT_HEADERS if name in every}
        if self.encoding != "none" and "Content-Encoding" not in kept and pays(path):
            kept["Content-Encoding"] = self.encoding
        return kept


def wanted_sites(manifest: Manifest, globs: Sequence[str]) -> list[str]:
    """Return the sites of the output that were asked for: not the overview, which is for the house."""
    return sorted(one for one in manifest.lines if one[:1] not in {"_", ".", ""} and in_globs(one, globs))


def in_globs(site: str, globs: Sequence[str]) -> bool:
    """Tell whether a site was asked for."""
    return not globs or any(fnmatchcase(site, glob) for glob in globs)


def refusals(
    manifest: Manifest, state: State | None, sites: Sequence[str], *, samples: bool
) -> list[Diagnostic]:
    """Say why what was built must not be published; nothing where it may."""
    why = _unfit(manifest, state, sites)
    if why is not None:
        return [_refused(why, _BUILD)]
    known = state.sites if state is not None else {}
    found = [] if samples else [one for one in sites if one in known and read_known(known[one]).sample]
    if not found:
        return []
    what = f"`{found[0]}` is a sample" if len(found) == 1 else f"{len(found):,} sites are samples"
    message = f"{what} (`sample: true`), and samples are not published"
    hint = "take `sample` out of facts that are yours, or publish them as they are with `--samples`"
    return [problem("publish-refused", message, hint=hint, entities=tuple(found))]


def _unfit(manifest: Manifest, state: State | None, sites: Sequence[str]) -> str | None:
    """Say why the sites have to be built first."""
    if not manifest.readable:
        return "the manifest of the output cannot be read"
    if state is None:
        return "what the last build knew of its sources cannot be read"
    if state.drafts:
        return "the last build was made with `--drafts`: it shows what nobody released"
    known = {*state.sites, *state.folders}
    unknown = [one for one in sites if one not in known]
    if unknown:
        more = f" and {len(unknown) - 1:,} more" if len(unknown) > 1 else ""
        return f"`{unknown[0]}`{more} was built from other sources than those of the last build"
    return None


def changed_by_hand(offer: Offer, progress: Callable[[int, int], None] = lambda *_: None) -> list[Diagnostic]:
    """Read every file that is offered, and say which are not what the build wrote."""
    total = sum(len(files) for files in offer.sites.values())
    done, changed = 0, []
    for files in offer.sites.values():
        for path, _, sha256 in files:
            done += 1
            progress(done, total)
            try:
                same = hashlib.sha256(offer.read(path)).hexdigest() == sha256
            except OSError:
                same = False
            if not same:
                changed.append(path)
    found = [not_as_built(path) for path in changed[:_SHOWN]]
    if len(changed) > _SHOWN:
        found.append(
            _refused(f"{len(changed) - _SHOWN:,} more files of the output are not as they were built", None)
        )
    return found


def not_as_built(path: str) -> Diagnostic:
    """Say that a file of the output is not what the build wrote."""
    message = f"`{path}` in the output is not as the build wrote it"
    return _refused(message, "`policypages build --content-hash` makes it again")


def _refused(message: str, hint: str | None) -> Diagnostic:
    return problem("publish-refused", message, hint=hint)
