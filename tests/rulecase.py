"""The pages on diagnostic codes: their examples as sites on disk, and what the real command says of those."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from policypages import cli

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "diagnostics"
WIDTH = "90"
PLACE = "/home/kim/site"  # stands on the pages for the folder that a test builds in
_FILE = re.compile(r"^`([^`\n]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"^(?:error|warning|note)\[([a-z-]+)\]: ", re.MULTILINE)
_UNSEEN = re.compile("‹(?:byte ([0-9A-F]{2})|U\\+([0-9A-F]{4}))›")


@dataclass(frozen=True)
class Example:
    """What one part of a page shows: files, and commands that are run in their folder."""

    files: Mapping[str, bytes]
    commands: tuple[str, ...]
    rest: str

    def write(self, folder: Path) -> None:
        """Write the files, over what is there."""
        for path, data in self.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def part(page: str, heading: str) -> str | None:
    """Return the text below a heading of the second level, up to the next that stands in no example."""
    parts = re.split(r"^## (.*)\n", _without_fences(page), flags=re.MULTILINE)
    if heading not in parts[1::2]:
        return None
    return parts[2 * parts[1::2].index(heading) + 2].replace("\ufdd0", "#")


def _without_fences(page: str) -> str:
    """Hide the signs of headings in examples, so that only those of the page are left."""
    return re.sub(
        r"^```.*?^```$",
        lambda fence: fence[0].replace("#", "\ufdd0"),
        page,
        flags=re.MULTILINE | re.DOTALL,
    )


def example(text: str) -> Example:
    """Read the files and commands of a part of a page; `rest` is what is neither."""
    files = {one[1]: _bytes(one[2]) for one in _FILE.finditer(text)}
    rest = _FILE.sub("", text)
    told = "".join(one[1] for one in _CONSOLE.finditer(rest))
    lines = told.splitlines()
    assert all(line.startswith("$ ") for line in lines), lines
    return Example(files, tuple(line[2:] for line in lines), _CONSOLE.sub("", rest).strip())


def _bytes(text: str) -> bytes:
    out = b""
    at = 0
    for sign in _UNSEEN.finditer(text):
        out += text[at : sign.start()].encode()
        out += bytes.fromhex(sign[1]) if sign[1] else chr(int(sign[2], 16)).encode()
        at = sign.end()
    return out + text[at:].encode()


def base() -> Example:
    """Return the site that all examples are laid over, as the index shows it."""
    text = part((FOLDER / "README.md").read_text("utf-8"), "The site of the examples")
    assert text is not None
    return example(text)


def checked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], str]:
    """Check a site with the command, run here: the codes that are found, and what it prints in full."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", WIDTH)
    ran = CliRunner().invoke(cli.cli, ["check"], standalone_mode=False)
    assert ran.exception is None, ran.exception
    text = _diagnostics(ran.stderr)
    return _CODE.findall(text), text


def typed(
    folder: Path, commands: tuple[str, ...], bin_folder: Path, *, before: str = ""
) -> tuple[list[str], str]:
    """Run commands as they are typed: the codes and the text of what the last of them says.

    `before` is Python that the program runs first: what goes wrong on a machine is arranged there.
    """
    bin_folder.mkdir(exist_ok=True)
    start = bin_folder / "run.py"
    start.write_text(f"{before}\nfrom policypages.cli import main\nmain()\n", "utf-8")
    program = bin_folder / "policypages"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{start}" "$@"\n', "utf-8")
    program.chmod(0o755)
    path = f"{bin_folder}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": WIDTH, "NO_COLOR": "1"}
    said = ""
    for command in commands:
        ran = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert "policypages" in command or (ran.returncode, ran.stderr) == (0, ""), ran.stderr
        assert "Traceback" not in ran.stderr
        said = ran.stderr
    text = _diagnostics(said).replace(str(folder.resolve()), PLACE)
    text = re.sub(r"\.staging-\w+", ".staging-…", text)
    return _CODE.findall(text), text


def _diagnostics(said: str) -> str:
    """Return what is printed of diagnostics: without the last lines, which are about the run."""
    text, pointer, _ = said.partition("for more on a code: ")
    return text.rstrip() if pointer else ""
