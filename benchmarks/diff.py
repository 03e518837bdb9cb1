"""Time `policypages diff` of an edit that hits all pages, and of one that hits one, beside clean builds."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import site, tools

_EVERY: Final = ("content/clauses/opening.md", "We do not sell", "We never sell")
_OUTLINE: Final = ("content/policies/privacy.yaml", "  numbered: true", "  numbered: false")
_GIT: Final = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0")


@dataclass(slots=True)
class Edit:
    """An edit of one file: what it says, what it says then, on how many pages, and the most it may take."""

    name: str
    file: str
    old: str
    new: str
    most: float | None
    costs: list[tools.Cost] = field(default_factory=list)
    pages: int = 0
    ways: int = 0


def main() -> None:
    """Print, for each edit, the median of its ratios to clean builds of the same rounds."""
    given = _arguments()
    with tempfile.TemporaryDirectory(dir=given.place, prefix="policypages-bench-") as folder:
        source, out = Path(folder) / "site", Path(folder) / "out"
        site.write("ours", given.entities, source)
        _git(source, "init", "-q", "-b", "main")
        _git(source, "add", "-A")
        _git(source, "commit", "-qm", "all")
        build = tools.call("ours", source, out)
        build = tools.Call((*build.command, "--clean"), build.cwd, build.env)
        compare = tools.Call((*build.command[:5], "diff", "--format", "json"), build.cwd, build.env)
        edits = _edits(given.entities)[: None if given.outline else 2]
        for edit in edits:
            with _edited(source, edit):
                _look(compare, edit)
        builds = _timed(build, compare, source, edits, given.rounds)
    say = sys.stdout.write
    say(
        f"diff of {given.entities:,} entities, {given.rounds} rounds; a clean build {_median(builds):.2f} s\n"
    )
    for edit in edits:
        ratios = [one.wall / two.wall for one, two in zip(edit.costs, builds, strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        cpu = median(one.cpu / two.cpu for one, two in zip(edit.costs, builds, strict=True))
        must = f"; must be <= {edit.most}" if edit.most is not None else ""
        peak = max(cost.peak for cost in edit.costs) / 1024
        say(f"{edit.name} ({edit.pages:,} pages, ways: {edit.ways:,}): {_median(edit.costs):.2f} s, ")
        say(f"{median(ratios):.2f} clean builds ({spread}){must}; CPU {cpu:.2f}; ")
        say(f"peak of a process {peak:.0f} MiB\n")


def _edits(entities: int) -> list[Edit]:
    """Return the edits that are timed; one of an outline is for information."""
    one = site.entity_id(entities // 2)
    text = site.entity(entities // 2)
    phone = next(line for line in text.splitlines() if "phone:" in line)
    return [
        Edit("an edit that hits all", *_EVERY, most=2.5),
        Edit("an edit that hits one", f"{site.ENTITIES['ours']}/{one}.yaml", phone, f"{phone}9", most=0.3),
        Edit("an outline without numbers", *_OUTLINE, most=None),
    ]


def _timed(
    build: tools.Call, compare: tools.Call, source: Path, edits: list[Edit], rounds: int
) -> list[tools.Cost]:
    """Run all in turn, every other round backwards; return what the builds took."""
    builds: list[tools.Cost] = []
    tools.run(build)
    for number in range(rounds):
        steps: list[Edit | None] = [None, *edits]
        for edit in steps[:: -1 if number % 2 else 1]:
            if edit is None:
                builds.append(tools.run(build))
                continue
            with _edited(source, edit):
                edit.costs.append(tools.run(compare))
    return builds


def _look(compare: tools.Call, edit: Edit) -> None:
    """Count what the comparison says, so that nothing is timed that does not do its work."""
    done = subprocess.run(  # noqa: S603 - our own program, without a shell
        compare.command, env={**os.environ, **compare.env}, capture_output=True, check=True
    )
    said = json.loads(done.stdout)
    edit.pages, edit.ways = said["pages"]["changed"], len(said["groups"])


@contextmanager
def _edited(source: Path, edit: Edit) -> Iterator[None]:
    """Edit a file, and take the edit back."""
    path = source / edit.file
    text = path.read_text("utf-8")
    if text.count(edit.old) != 1:
        message = f"`{edit.old}` is not once in {edit.file}"
        raise tools.ToolError(message)
    path.write_text(text.replace(edit.old, edit.new), "utf-8")
    try:
        yield
    finally:
        path.write_text(text, "utf-8")


def _git(folder: Path, *arguments: str) -> None:
    command = ["git", "-C", str(folder), *_GIT, *arguments]
    subprocess.run(command, check=True)  # noqa: S603 - git, without a shell


def _median(costs: list[tools.Cost]) -> float:
    return median(cost.wall for cost in costs)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--outline", action="store_true", help="time an edit of an outline, too")
    parser.add_argument("--place", type=Path, default=None, help="a folder on the file system to use")
    return parser.parse_args()


if __name__ == "__main__":
    main()
