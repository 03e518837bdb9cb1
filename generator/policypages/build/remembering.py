"""Gather what the next build has to know of this one, so that it looks at what changed alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from policypages.build.commit import Changes
from policypages.build.planning import Plan
from policypages.build.untouched import PROVENANCE, record_of
from policypages.formats import manifest as manifests
from policypages.formats.state import Sites, State

_FEW: Final = 40  # of so many entities the columns are mended; of more they are written anew


def remembered(plan: Plan, changes: Changes, kept: Collection[str], new: Mapping[str, str]) -> State:
    """Return what is known when a build ends: of the entities that were looked at it is `new`."""
    stamps = {path: stamp if plan.sources.settled(path) else "" for path, stamp in plan.stamps.items()}
    shared = dict(plan.repository.digests if plan.repository is not None else plan.state.shared)
    if plan.options.only:  # the records of other sites are as they were
        shared[PROVENANCE] = plan.state.shared.get(PROVENANCE, "")
    elif plan.options.provenance is not None:
        shared[PROVENANCE] = record_of(plan.options.provenance)
    # folders of old addresses, which are no sites
    folders = [id_ for id_ in changes.lines.keys() - plan.entities if id_[0] != "_"]
    return State(
        plan.state.made_by,
        changes.digest,
        stamps,
        shared,
        plan.repository is None or not plan.repository.found,
        _sites(plan, kept, new),
        plan.options.drafts,
        plan.state.folders if plan.options.only else sorted(folders),
        manifests.columns_of(changes.lines),
    )


def _sites(plan: Plan, kept: Collection[str], new: Mapping[str, str]) -> Mapping[str, str]:
    """Return what is known of all entities now, in the order of their files."""
    sites = plan.state.sites
    every = len(new) + len(kept) == len(plan.entities) and len(new) <= _FEW
    if every and isinstance(sites, Sites) and sites.ids == [*plan.entities]:
        return sites.with_texts(new)
    known = {id_: text for id_, text in sites.items() if id_ in plan.kept}
    known.update(new)
    return {id_: known[id_] for id_ in plan.entities if id_ in known}
