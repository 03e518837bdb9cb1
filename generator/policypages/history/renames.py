"""Follow what was renamed and says so: policies, and sections whose clauses have another id."""

from __future__ import annotations

from collections.abc import Mapping

from policypages.history.states import States
from policypages.model import PageTask


def renamed_policies(states: States) -> Mapping[str, str]:
    """Return for each new policy that says what it was called its old id."""
    if states.before is None:
        return {}
    old, new = states.before.site.policies, states.after.site.policies
    out = {}
    for id_ in new.keys() - old.keys():
        known = [was for was in new[id_].values.get("was") or () if was in old and was not in new]
        if known:
            out[id_] = known[-1]
    return out


def renamed_clauses(states: States) -> Mapping[str, str]:
    """Return for each clause that is gone its new id, where the new one says what it was called."""
    if states.before is None:
        return {}
    old, new = states.before.site.clauses, states.after.site.clauses
    return {
        was: id_
        for id_ in new.keys() - old.keys()
        for file in new[id_]
        for was in file.values.get("was") or ()
        if was in old and was not in new
    }


def renamed_sections(task: PageTask) -> dict[str, str]:
    """Return for the old anchors of sections, of ids that their clauses had, the anchors that they have."""
    out = {}
    now = {section.anchor for section in task.every}
    for section in task.every:
        if section.clause is not None and section.id == section.clause.file.id:
            for was in section.clause.file.values.get("was") or ():
                anchor = str(was).replace("/", "-")
                if anchor not in now:
                    out[anchor] = section.anchor
    return out
