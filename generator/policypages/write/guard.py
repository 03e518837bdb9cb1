"""Refuse output folders that could hurt somebody: sources, home, links, folders with other people's files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from policypages.diagnostics import Diagnostic, problem
from policypages.paths import MANIFEST, MANIFEST_FOLDER
from policypages.write.stage import STAGE_NAME

JOURNAL: Final = f"{MANIFEST_FOLDER}/journal"
_SOURCES: Final = ("content", "themes", ".git", "policypages.yaml")
_CHOOSE: Final = "choose a folder of its own, such as `output`"


def refuse_place(root: Path, out: Path) -> Diagnostic | None:
    """Say why a folder must not be written to, by where it is; None where it may."""
    place = os.path.abspath(out)
    real = real_place(out)
    site = os.path.realpath(root)
    what = hint = None
    if os.path.islink(place):
        what, hint = "is a symbolic link", "name the folder that it points to"
    elif os.path.lexists(place) and not os.path.isdir(place):
        what = "is not a folder"
    elif real == "/":
        what = "is the root of the file system"
    elif real == os.path.realpath(os.path.expanduser("~")):
        what = "is your home folder"
    elif real == site:
        what = "is the site folder itself"
    elif _holds(real, site):
        what = "holds the site folder"
    elif (source := _source_at(site, real)) is not None:
        what = f"lies with the sources, at `{source}`"
    elif _through_link(root, site, place, real):
        what, hint = "is reached through a symbolic link", "name the real folder"
    return None if what is None else _refused(f"the output folder `{out}` {what}", hint or _CHOOSE)


def _source_at(site: str, real: str) -> str | None:
    """Return which of the sources an output folder would lie in, or hold."""
    inner = os.path.relpath(real, site).partition("/")[0] if _holds(site, real) else ""
    for name in _SOURCES:
        source = os.path.realpath(os.path.join(site, name))
        # by name too: `Content` is `content` on some file systems
        if _holds(source, real) or _holds(real, source) or inner.casefold() == name:
            return name
    return None


def _through_link(root: Path, site: str, place: str, real: str) -> bool:
    """Tell whether a link stands between the site folder and an output folder inside it."""
    bases = (os.path.abspath(root), site)
    return any(
        _holds(base, place) and os.path.join(site, os.path.relpath(place, base)) != real for base in bases
    )


def refuse_contents(out: Path) -> Diagnostic | None:
    """Say which file in a folder without a manifest is not ours; None where the folder may be used."""
    real = real_place(out)
    ours = os.path.join(real, MANIFEST_FOLDER)
    if os.path.islink(ours) or (os.path.lexists(ours) and not os.path.isdir(ours)):
        return _refused(f"`{out}/{MANIFEST_FOLDER}` is not a folder", "remove it")
    if os.path.lexists(os.path.join(real, MANIFEST)) or os.path.lexists(os.path.join(real, JOURNAL)):
        return None
    foreign = sorted(name for name in os.listdir(real) if not _is_expected(name))
    if not foreign:
        return None
    first = os.fsencode(foreign[0]).decode("utf-8", "backslashreplace")
    return _refused(
        f"the output folder `{out}` holds files that policypages did not write, such as `{first}`",
        "choose a new or empty folder; what is there is never overwritten",
    )


def real_place(out: Path) -> str:
    """Return the absolute path of the output folder with the links on the way resolved, but not its own."""
    place = os.path.abspath(out)
    return os.path.join(os.path.realpath(os.path.dirname(place)), os.path.basename(place)).rstrip("/") or "/"


def _is_expected(name: str) -> bool:
    return name in {MANIFEST_FOLDER, "lost+found"} or STAGE_NAME.fullmatch(name) is not None


def _holds(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def _refused(message: str, hint: str) -> Diagnostic:
    return problem("output-refused", message, hint=hint)
