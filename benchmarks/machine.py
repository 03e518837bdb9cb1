"""Describe the machine and the versions that figures were taken with; no name of a host or person."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from benchmarks import tools

_LIBRARIES: Final = ("jinja2", "markdown-it-py", "pyyaml", "pydantic")


def describe(places: Mapping[str, Path], peers: Sequence[str]) -> dict[str, Any]:
    """Return what a reader needs to judge the figures."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory MiB": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "system": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
        "file systems": {name: _file_system(place) for name, place in places.items()},
        "load": load(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "peers": {peer: _version(peer) for peer in peers},
        "commit": _said(["git", "-C", str(tools.ROOT), "describe", "--always", "--dirty"]),
    }


def load() -> float:
    """Return how many processes wanted a core in the last minute: figures from a busy machine are noise."""
    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or "unknown"


def _file_system(place: Path) -> str:
    """Return the kind of file system that a folder is or will be on."""
    kinds: dict[str, str] = {}
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, mount, kind, *_ = line.split()
        kinds[mount] = kind
    return next(kinds[str(one)] for one in (place, *place.parents) if str(one) in kinds)


def _version(peer: str) -> str:
    match peer:
        case "hugo":
            said = re.search(r"v[\d.]+", _said([tools.hugo(), "version"]))
            return said[0] if said else "unknown"
        case "eleventy":
            there = tools.node_modules() / "@11ty/eleventy/cmd.cjs"
            return f"{_said(['node', str(there), '--version'])}, node {_said(['node', '--version'])}"
        case _:
            return f"Python {sys.version_info.major}.{sys.version_info.minor}, one process"


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own lists
    return done.stdout.strip() or "unknown"
