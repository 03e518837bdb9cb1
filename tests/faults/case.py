"""A small site on disk and the real command, for tests of what may go wrong."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

SETTINGS = """\
schema_version: 1
title: Faults
names: {contacts: [privacy], retention: [records], wording: [site], extra: {product: text}}
"""
ENTITY = """\
name: Acme
url: https://acme.example/legal/
contacts:
  privacy: {email: privacy@acme.example}
policies:
  privacy: {}
"""
GOOD: Mapping[str, str] = {
    "policypages.yaml": SETTINGS,
    "content/entities/acme.yaml": ENTITY,
    "content/policies/privacy.yaml": "title: Privacy Statement\nsections:\n  - opening\n",
    "content/clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} says what it does.\n",
}
Ran = subprocess.CompletedProcess[str]


def write(site: Path, changes: Mapping[str, str | bytes] | None = None) -> Path:
    """Write a site that is good but for these changes."""
    for path, text in {**GOOD, **(changes or {})}.items():
        file = site / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return site


def command(site: Path, *told: str | Path) -> list[str]:
    """Return the command line of a build."""
    return [sys.executable, "-m", "policypages", "-C", str(site), "build", *map(str, told)]


def build(
    site: Path, *told: str | Path, env: Mapping[str, str] | None = None, before: Sequence[str] = ()
) -> Ran:
    """Build with the real command; whatever happens, it is no traceback and no bug."""
    done = subprocess.run(
        [*before, *command(site, *told)],
        env={**os.environ, **(env or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in {0, 1, 2}, done.stderr
    return done


def problems(site: Path, *told: str | Path, code: int = 1) -> list[dict[str, Any]]:
    """Build a site that must fail, and return its errors; nothing was written."""
    out = site / "output"
    before = digest(out)
    done = build(site, "--format", "json", *told)
    assert done.returncode == code, done.stderr + done.stdout
    assert digest(out) == before
    found: list[dict[str, Any]] = json.loads(done.stdout)["diagnostics"]
    return [one for one in found if one["severity"] == "error"]


def places(found: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, int, int]]:
    """Return code, file, line and column of each problem."""
    return [(one["code"], one["file"], one["line"], one["column"]) for one in found]


def pages(out: Path) -> dict[str, bytes]:
    """Return every file that a visitor can reach."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.relative_to(out).parts[0].startswith((".policypages", ".staging"))
    }


def digest(out: Path) -> str:
    """Return one digest over a published tree with its times; of nothing where there is none."""
    parts = [
        f"{path}\0{sha256(data).hexdigest()}\0{(out / path).stat().st_mtime_ns}"
        for path, data in pages(out).items()
    ]
    return sha256("\n".join(parts).encode()).hexdigest()


# read commands, fork for each, say its process id and how it ended
_SERVER = """
import os, sys
from policypages.cli import main
for line in sys.stdin:
    told = line.rstrip("\\n").split("\\t")
    pid = os.fork()
    if pid == 0:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        main(told)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Commands:
    """Real commands, each a process group of its own, from one process that is ready.

    `first` is Python that it runs first: what its children are to have imported, or to have otherwise.
    """

    def __init__(self, first: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"{first}\n{_SERVER}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *told: str, kill_when: Callable[[], object] | None = None) -> int:
        """Run a command, and kill its whole group once `kill_when` returns; return how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\t".join(told) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        if kill_when is not None:
            kill_when()
            for kill in (os.killpg, os.kill):  # it may be so young that it has no group yet
                with contextlib.suppress(ProcessLookupError):
                    kill(pid, signal.SIGKILL)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
