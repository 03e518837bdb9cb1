"""Look at a target: its objects, its record, what a publish that did not end left, and what is odd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.encoding import DecodingError, decoded_digest
from policypages.formats.published import JOURNAL, LOCK, RECORD, Journal, read_journal, read_record
from policypages.paths import MANIFEST_FOLDER
from policypages.publish.patience import PatientStore
from policypages.publish.plan import Remote, Same, known_objects
from policypages.publish.store import NO_OBJECT, Found, meta_of

THREADS: Final = 16
_FEW_SITES: Final = 20
_MOST: Final = 1 << 30


def look_at(
    store: PatientStore, name: str, sites: Sequence[str] | None
) -> tuple[Remote, str, list[Diagnostic]]:
    """Return what a target has, and the ETag of a lock that somebody holds on it.

    `sites` are the folders to look at; None is for all. It takes one request for each thousand objects,
    and one for the record.
    """
    found, listed = _listing(store, sites)
    aside = {key: found.pop(key).etag for key in (RECORD, JOURNAL, LOCK) if key in found}
    remote = Remote(found, listed=listed)
    if RECORD in aside:
        got = store.get(RECORD)
        record = read_record(got.data) if got is not None else None
        if got is None or record is None:
            return remote, "", [_unreadable(name, RECORD)]
        remote = replace(remote, record=record, record_etag=got.etag)
    if JOURNAL in aside:
        got = store.get(JOURNAL)
        journal = read_journal(got.data) if got is not None else Journal()
        if journal is None:
            return remote, "", [_unreadable(name, JOURNAL)]
        if got is not None:
            # what may be half done is looked at as a whole
            found = {**found, **store.list()} if sites is not None else found
            found = {key: one for key, one in found.items() if key not in {RECORD, JOURNAL, LOCK}}
            remote = replace(
                remote, found=found, journal=journal, journal_etag=got.etag, listed=lambda _: True
            )
    unsure = [key for key in known_objects(remote)[1] if remote.found[key].etag != NO_OBJECT]
    return replace(remote, same=_same(store, unsure)), aside.get(LOCK, ""), []


def _listing(
    store: PatientStore, sites: Sequence[str] | None
) -> tuple[dict[str, Found], Callable[[str], bool]]:
    if sites is None or len(sites) > _FEW_SITES:
        return store.list(), lambda _: True
    found = store.list(MANIFEST_FOLDER)
    for site in sites:
        found.update(store.list(site))
    folders = frozenset(sites)
    return found, lambda key: key.partition("/")[0] in folders


def _same(store: PatientStore, keys: Sequence[str]) -> dict[str, Same]:
    """Read the objects of which the ETag tells nothing."""

    def read(key: str) -> tuple[str, Same] | None:
        got = store.get(key)
        if got is None:
            return None
        try:
            digest = decoded_digest([got.data], got.headers.get("Content-Encoding"), most=_MOST)[1]
        except DecodingError:
            return None
        headers = got.headers if store.keeps_headers else {}
        return key, Same(digest, meta_of(headers))

    if not keys:
        return {}
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(one for one in pool.map(read, keys) if one is not None)


def _unreadable(name: str, key: str) -> Diagnostic:
    message = f"`{name}/{key}` cannot be read: nobody can tell which objects there are ours"
    hint = "put back an earlier version of it; or was it written by a newer policypages?"
    return problem("publish-refused", message, hint=hint)
