"""The page on `explain` and `uses`: its examples are what the program says of the starter site."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explain.md"
BLOCK = re.compile(r"^```console\n\$ policypages ([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _said(words: str) -> str:
    command = [sys.executable, "-m", "policypages", "-C", str(ROOT / "starter"), *shlex.split(words)]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return ran.stdout


def test_the_examples_are_what_the_program_says(*, regen: bool) -> None:
    """Each block shows a command and, to the letter, what it prints into a pipe."""
    page = PAGE.read_text("utf-8")
    made = BLOCK.sub(lambda found: f"```console\n$ policypages {found[1]}\n{_said(found[1])}```", page)
    assert len(BLOCK.findall(page)) > 2
    if regen:
        PAGE.write_text(made, "utf-8", newline="\n")
    else:
        assert page == made, "run pytest with --regen"
