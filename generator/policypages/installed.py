"""Tell which versions of libraries are installed, by the names of their folders where those say it."""

from __future__ import annotations

import os
import sys
from functools import cache


def version(project: str) -> str:
    """Return the version of an installed project, as `importlib.metadata.version` does.

    Wheels are unpacked beside a folder `name-version.dist-info`. Looking at names saves a build
    the import of all that reads the metadata in it: of mail, of archives, of tables.
    """
    known = _by_folder().get(project.lower().replace("-", "_"))
    if known is not None:
        return known
    from importlib import metadata  # noqa: PLC0415 - see above

    return metadata.version(project)


@cache
def _by_folder() -> dict[str, str]:
    """Return the versions by name; of two, that which Python would import."""
    versions: dict[str, str] = {}
    for place in sys.path:
        try:
            names = os.listdir(place or ".")  # noqa: PTH208 - names alone are wanted
        except OSError:
            continue
        for name in sorted(names):
            if name.endswith(".dist-info"):
                project, _, its = name.removesuffix(".dist-info").partition("-")
                versions.setdefault(project.lower().replace(".", "_"), its)
    return versions
