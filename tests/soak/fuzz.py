"""Throw bytes at the YAML reader or the clause compiler: a value or diagnostics come back, whatever they are.

Run by `make soak`: `python tests/soak/fuzz.py yaml|clause CORPUS -max_total_time=900`. A traceback, a hang
over 20 s for one input or a growth over 200 MB ends the run with exit code 1 and the input in a file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["policypages"]):
    from policypages.compile import compile_clause
    from policypages.diagnostics import Diagnostic
    from policypages.formats.facts import locate, read_yaml
    from policypages.formats.schema import validate
    from policypages.formats.templates.texts import LEVEL, scope_of
    from policypages.formats.vocabulary import vocabulary
    from policypages.load.site import load_clause
    from policypages.sources import MemorySources

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"contacts": ["privacy"], "wording": ["site"], "extra": {"tools": "list of text"}}
SCOPE = scope_of(dict.fromkeys(vocabulary(NAMES, {}).fields), locale="en", refs={}, links={})
MAX_GROWTH = 200 * 1024 * 1024
CLAUSE = "content/clauses/fuzz.md"


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class _Watch:
    """Remembers how large the process was once all imports and caches had settled."""

    def __init__(self) -> None:
        self.runs = 0
        self.start = 0

    def step(self) -> None:
        self.runs += 1
        # by the 200th run every module and cache is there
        if self.runs == 200:
            self.start = _resident()
        if self.start and self.runs % 200 == 0 and _resident() - self.start > MAX_GROWTH:
            message = f"grew by {_resident() - self.start:,} bytes in {self.runs:,} runs"
            raise MemoryError(message)


WATCH = _Watch()


def _check(found: list[Diagnostic]) -> None:
    for one in found:
        assert one.message
        assert one.span is None or (one.span.line >= 1 and one.span.column >= 1)


def yaml(data: bytes) -> None:
    """Read bytes as the YAML of each kind of file."""
    WATCH.step()
    value, found = read_yaml("fuzz.yaml", data)
    _check(found)
    for kind in ("entity", "policy", "settings", "clause"):
        _, found = validate(kind, "fuzz.yaml", value, data, NAMES)
        _check(found)
    locate("fuzz.yaml", data, ("name", 0))


def clause(data: bytes) -> None:
    """Read bytes as a clause, and run what was compiled on no facts at all."""
    WATCH.step()
    file, found = load_clause(MemorySources({CLAUSE: data}, default_theme=False), CLAUSE)
    _check(found)
    if file is None:
        return
    compiled, found = compile_clause(file, NAMES, {})
    _check(found)
    if compiled is not None:
        compiled.body.render({**SCOPE, LEVEL: 2})


def seed(kind: str, folder: Path) -> None:
    """Fill a corpus with the project's own files, and the cases of the clause language."""
    folder.mkdir(parents=True, exist_ok=True)
    pattern = "*.yaml" if kind == "yaml" else "*.md"
    for number, path in enumerate(sorted((ROOT / "content").rglob(pattern))):
        (folder / f"own-{number:03}").write_bytes(path.read_bytes())
    spec = ROOT / "tests" / "spec" / "clauses.md"
    if kind == "clause" and spec.exists():
        for number, case in enumerate(spec.read_text("utf-8").split("\n.\n")):
            (folder / f"spec-{number:04}").write_text(case, encoding="utf-8")


def main() -> None:
    """Take the kind and the corpus, hand the rest to libFuzzer."""
    kind, corpus, *rest = sys.argv[1:]
    seed(kind, Path(corpus))
    arguments = [
        sys.argv[0],
        corpus,
        "-timeout=20",
        "-rss_limit_mb=2000",
        "-max_len=4096",
        "-print_final_stats=1",
    ]
    atheris.Setup([*arguments, *rest], {"yaml": yaml, "clause": clause}[kind])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
