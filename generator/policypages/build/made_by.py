"""Tell with what a build is made: our version, and the libraries that shape what it writes."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from policypages import __version__

_LIBRARIES = (
    "jinja2",
    "markupsafe",
    "markdown_it",
    "babel",
    "num2words",
    "yaml",
    "pydantic",
    "pydantic_core",
    "brotli",
)


def made_by(**options: object) -> str:
    """Return a text that changes with our version, the options, or a library that was installed anew.

    It tells builds of one machine apart without importing a library; keys of pages hold versions.
    """
    stamps = []
    for name in _LIBRARIES:
        spec = find_spec(name)
        found = Path(spec.origin).stat() if spec is not None and spec.origin else None
        stamps.append(f"{name} {found.st_mtime_ns} {found.st_size} {found.st_ino}" if found else name)
    chosen = [f"{name}={value}" for name, value in sorted(options.items())]
    return "; ".join([__version__, *chosen, *stamps])
