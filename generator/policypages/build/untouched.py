"""Tell at once that nothing changed since the last build: neither a source nor a file of the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policypages.build.planning import Plan
from policypages.write import Output

if TYPE_CHECKING:
    from policypages.formats.record import Provenance

PROVENANCE: Final = "provenance"


def stands(plan: Plan, output: Output | None) -> bool:
    """Tell whether all files of the output stand there; False also where one has to look closely."""
    if output is None or plan.options.content_hash or not plan.state.sites:
        return False
    return output.stand(*plan.state.sizes())


def is_known(plan: Plan) -> bool:
    """Tell whether all sources are as the last build left them, and all of its sites were asked for."""
    if plan.repository is not None or plan.options.only:
        return False
    if not len(plan.kept) == len(plan.entities) == len(plan.state.sites):
        return False
    return plan.options.provenance is None or same_record(plan)


def same_record(plan: Plan) -> bool:
    """Tell whether the records of sites were made for the same commit and day."""
    return plan.state.shared.get(PROVENANCE) == record_of(plan.options.provenance)


def record_of(given: Provenance | None) -> str:
    """Return what tells a commit and a day from others."""
    from policypages.plan.keys import digest  # noqa: PLC0415 - brings the tasks of pages with it

    return digest(given)


def files_of(plan: Plan) -> int:
    """Return how many files the output has."""
    return plan.state.files[1].count(b",") + 1
