"""Compare what is to be published with what a target has: what to create, update, delete and keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.published import UNSURE, Journal, Object, Record
from policypages.headers import is_hashed
from policypages.publish.order import is_proof, step_of
from policypages.publish.store import Found

Kind = Literal["create", "update", "delete"]
RETIRED_FOR: Final = timedelta(days=1)
"""How long an asset that no page uses is kept: caches still hold pages that name it."""
FEW_DELETIONS: Final = 5
_SHARE: Final = 10
_SHOWN: Final = 5
_LAST: Final = 100


class Wanted(NamedTuple):
    """A file that is to be published: `path` is below the output folder, `key` below the target's root."""

    key: str
    path: str
    size: int
    sha256: str
    meta: str


class Change(NamedTuple):
    """One thing to do; `etag` is of the object that is there now. A deletion has no digest."""

    kind: Kind
    key: str
    path: str
    size: int
    sha256: str
    meta: str
    etag: str


class Same(NamedTuple):
    """What an object that was read turned out to hold."""

    sha256: str
    meta: str


@dataclass(frozen=True, slots=True)
class Remote:
    """What a target has: its objects, what it says of them, and ETags of the files that say so.

    `listed` tells whether a key lies where was looked. `same` is what objects hold of which the ETag
    told nothing.
    """

    found: Mapping[str, Found]
    record: Record = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)
    record_etag: str = ""
    journal_etag: str = ""
    listed: Callable[[str], bool] = lambda _: True
    same: Mapping[str, Same] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """One root of a target: its name, how its keys belong to sites, and its web address."""

    name: str
    site: str = ""
    purge: str = ""

    def path_of(self, key: str) -> str:
        """Return the path below the output folder of what stands at a key."""
        return f"{self.site}/{key}" if self.site else key

    def key_of(self, path: str) -> str:
        """Return the key of a file of the output."""
        return path.removeprefix(f"{self.site}/") if self.site else path

    def address_of(self, key: str) -> str:
        """Return the address that readers have of a key; from the root where nobody said which."""
        folder, name = key.rpartition("/")[::2]
        at = f"{folder}/" if folder and name == "index.html" else "" if name == "index.html" else key
        return f"{self.purge or '/'}{quote(at)}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done at one root, in order, and what is left as it is.

    `stays` are the entries of the record that nothing is done to; `unused` the assets among them that
    no page uses. `kept` counts wanted objects that are as they should be, by site.
    """

    place: Place
    changes: tuple[Change, ...]
    stays: Record
    kept: Mapping[str, int]
    unused: tuple[str, ...]
    purge: tuple[str, ...]
    remote: Remote

    @property
    def deletions(self) -> int:
        """Count what is taken away."""
        return sum(one.kind == "delete" for one in self.changes)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to do, not even to tidy up after a publish that did not end."""
        settled = not self.remote.journal_etag and self.stays == self.remote.record
        return not self.changes and settled


def plan_publish(
    place: Place,
    wanted: Iterable[Wanted],
    remote: Remote,
    *,
    in_scope: Callable[[str], bool],
    now: datetime,
    max_deletes: int | None = None,
) -> tuple[Plan, list[Diagnostic]]:
    """Say what to do so that the sites in scope are what is wanted; all that is in the way is told."""
    known, moved = known_objects(remote)
    half_done = _half_done(place, known, remote)
    changes: list[Change] = []
    stays: dict[str, Object] = {}
    kept: Counter[str] = Counter()
    blocked: list[str] = []
    unused: list[str] = []
    wants: set[str] = set()
    for key, path, size, sha256, meta in wanted:
        wants.add(key)
        there, old = remote.found.get(key), known.get(key)
        if there is not None and old is None:
            blocked.append(key)
        elif there is not None and old is not None and (old.sha256, old.meta) == (sha256, meta):
            kept[path.partition("/")[0]] += 1
            stays[key] = old._replace(retired="")
        else:
            kind: Kind = "create" if there is None else "update"
            changes.append(Change(kind, key, path, size, sha256, meta, there.etag if there else ""))
    for key, old in known.items():
        path = place.path_of(key)
        if key in wants:
            continue
        site = path.partition("/")[0]
        if not remote.listed(key) or not in_scope(site):
            # the record of a half published site is to follow when that site is in scope again
            stays[key] = old._replace(meta=UNSURE) if is_proof(path) and site in half_done else old
        elif is_hashed(path) and not _is_over(old.retired, now):
            stays[key] = old if old.retired else old._replace(retired=now.isoformat(timespec="seconds"))
            unused.append(key)
        else:
            changes.append(Change("delete", key, path, old.size, "", "", old.etag))
    changes = list(_without_idle_proofs(changes, known, stays, kept, half_done))
    changes.sort(key=_order)
    purge = [place.address_of(one.key) for one in changes if one.kind != "create"]
    # what a publish that did not end has changed is to be purged with the rest
    every = sorted({*purge, *remote.journal.purge})
    plan = Plan(place, tuple(changes), stays, kept, tuple(unused), tuple(every), remote)
    gone = [key for key in moved if key in remote.record and key not in wants]
    found = [*_in_the_way(place, blocked, remote), *_too_many(plan, max_deletes)]
    return plan, [
        *found,
        *(_left(place, key) for key in gone if in_scope(place.path_of(key).partition("/")[0])),
    ]


def _without_idle_proofs(
    changes: Sequence[Change],
    known: Mapping[str, Object],
    stays: dict[str, Object],
    kept: Counter[str],
    half_done: Collection[str],
) -> Iterator[Change]:
    """Leave the record of a build where nothing else of its site changes: what it says stays true."""
    moving = {_site_of(one) for one in changes if not is_proof(one.path)}.union(half_done)
    for one in changes:
        is_idle = is_proof(one.path) and one.kind == "update" and _site_of(one) not in moving
        if is_idle and known[one.key].meta == one.meta:
            stays[one.key] = known[one.key]
            kept[_site_of(one)] += 1
        else:
            yield one


def _half_done(place: Place, known: Mapping[str, Object], remote: Remote) -> set[str]:
    """Return the sites of which a publish that did not end wrote files: their records may be older."""
    keys = {one.key for one in remote.journal.intents}
    changed = (key for key in keys if key in known and known[key] != remote.record.get(key))
    return {place.path_of(key).partition("/")[0] for key in changed}


def _site_of(one: Change) -> str:
    return one.path.partition("/")[0]


def known_objects(remote: Remote) -> tuple[dict[str, Object], list[str]]:
    """Return the objects of the target that are ours and as we left them, and keys of those that are not."""
    intents: dict[str, list[Same]] = {}
    by_md5: dict[tuple[str, str], Same] = {}
    for one in remote.journal.intents:
        intents.setdefault(one.key, []).append(Same(one.sha256, one.meta))
        if one.md5:
            by_md5[one.key, one.md5] = Same(one.sha256, one.meta)
    known: dict[str, Object] = {}
    moved: list[str] = []
    for key in {**remote.record, **intents}:
        there, old = remote.found.get(key), remote.record.get(key)
        if there is None:
            if old is not None and not remote.listed(key):
                known[key] = old
            continue
        meant = by_md5.get((key, there.etag.strip('"')))
        if old is not None and old.etag == there.etag:
            # with the same bytes twice nobody knows under which headers they stand
            unsure = any(one.sha256 == old.sha256 and one.meta != old.meta for one in intents.get(key, ()))
            known[key] = old._replace(meta=UNSURE) if unsure else old
        elif meant is not None:
            known[key] = Object(there.size, meant.sha256, there.etag, meant.meta)
        elif _is_ours(remote.same.get(key), old, intents.get(key, ())):
            known[key] = Object(there.size, *_told(remote.same[key], there.etag))
        else:
            moved.append(key)
    return known, moved


def _is_ours(same: Same | None, old: Object | None, intents: Sequence[Same]) -> bool:
    digests = {one.sha256 for one in intents} | ({old.sha256} if old is not None else set())
    return same is not None and same.sha256 in digests


def _told(same: Same, etag: str) -> tuple[str, str, str]:
    return same.sha256, etag, same.meta


def _order(one: Change) -> tuple[int, int, str]:
    step, below = step_of(one.path, new=one.kind == "create")
    # what lists pages goes before the pages
    return (step if one.kind != "delete" else _LAST - step, below, one.key)


def _is_over(retired: str, now: datetime) -> bool:
    """Tell whether an asset has been out of use long enough."""
    try:
        return bool(retired) and now - datetime.fromisoformat(retired) >= RETIRED_FOR
    except (ValueError, TypeError):
        return False


# ---- what keeps a plan from being carried out


def allowed_deletions(published: int) -> int:
    """Return how many deletions nobody has to confirm, of so many published objects."""
    return max(FEW_DELETIONS, published // _SHARE)


def _too_many(plan: Plan, max_deletes: int | None) -> list[Diagnostic]:
    published = len(plan.remote.record)
    allowed = allowed_deletions(published) if max_deletes is None else max_deletes
    count = plan.deletions
    if count <= allowed:
        return []
    name = plan.place.name
    message = (
        f"{count:,} of {published:,} published objects would be deleted at {name}, and {allowed:,} may be"
    )
    hint = f"if that is meant: `--max-deletes {count}`; if not, look at what was built: were all sites?"
    return [problem("publish-refused", message, hint=hint)]


def _in_the_way(place: Place, keys: Sequence[str], remote: Remote) -> list[Diagnostic]:
    found = []
    for key in sorted(keys)[:_SHOWN]:
        ours = "was changed by somebody else" if key in remote.record else "was not published by policypages"
        message = f"`{place.name}/{key}` is in the way: it {ours}"
        hint = "move it away, or delete it; what is not ours is never overwritten"
        found.append(problem("foreign-object", message, hint=hint))
    if len(keys) > _SHOWN:
        message = f"{len(keys) - _SHOWN:,} more objects at {place.name} are in the way"
        found.append(problem("foreign-object", message, hint="is this the right target?"))
    return found


def _left(place: Place, key: str) -> Diagnostic:
    message = f"`{place.name}/{key}` was changed by somebody else since it was published, and is kept"
    return problem("kept-file", message, hint="delete it by hand if nobody needs it")
