"""Plan all entities in a process of its own, and write a row of JSON for each: what the overview shows."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from policypages.build.planning import wanted
from policypages.preview.folder import list_files
from policypages.preview.rows import Rows, Shape
from policypages.preview.state import State, first_basis

_TOGETHER: Final = 100
_NICE: Final = 10
_TO_SERVER: Final = 1  # the descriptor that a server reads; this is no program for people


def shared_names(state: State) -> list[str]:
    """Return the names of all that sites share, in the order of their bits."""
    repository = state.basis.repository
    if repository is None:
        return []
    clauses = [f"clause:{id_}" for id_ in sorted(repository.site.clauses)]
    return [*clauses, *(f"policy:{id_}" for id_ in sorted(repository.site.policies))]


def tell(root: Path, only: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Plan each entity, and say of a hundred at a time what was planned."""
    files, found = list_files(root)
    if files is None:
        return
    state = State(0, first_basis(files, found))
    names = shared_names(state)
    yield {"names": names}
    rows = Rows()
    rows.name_shared(names)
    numbers: dict[Shape, int] = {}
    shapes: list[Shape] = []
    lines: list[tuple[str, str, int, int]] = []
    for id_ in sorted(state.basis.entities):
        if not wanted(id_, only):
            continue
        site = state.site(id_)
        rows.put(id_, site.plan, site.lineage)
        row = rows.rows.pop(id_)
        if row.shape not in numbers:
            numbers[row.shape] = len(numbers)
            shapes.append(row.shape)
        number = numbers[row.shape]
        lines.append((id_, row.name, number, row.uses))
        if len(lines) >= _TOGETHER:
            yield {"shapes": shapes, "rows": lines}
            shapes, lines = [], []
    yield {"shapes": shapes, "rows": lines, "done": True}


def main(arguments: list[str]) -> None:
    """Tell the server until all is said, or nobody listens any more."""
    root, *only = arguments
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        server = os.fdopen(_TO_SERVER, "w", encoding="ascii", buffering=1)
        for one in tell(Path(root), tuple(only)):
            server.write(json.dumps(one) + "\n")
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)  # the server is gone: nothing is left to flush


if __name__ == "__main__":
    main(sys.argv[1:])
