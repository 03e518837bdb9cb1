"""The README: two commands on its first screen, and every command of the program somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST_SCREEN = 40


def _readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def _commands() -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-m", "policypages", "--help"], capture_output=True, encoding="utf-8", check=True
    )
    listed = ran.stdout.split("Commands:")[1]
    return re.findall(r"^ {2}([a-z][a-z-]*)", listed, re.MULTILINE)


def test_the_first_screen_has_the_two_commands() -> None:
    """A newcomer sees `make site` and `make test` without scrolling."""
    screen = "\n".join(_readme().splitlines()[:FIRST_SCREEN])
    assert re.search(r"^\s*make site\b", screen, re.MULTILINE)
    assert re.search(r"^\s*make test\b", screen, re.MULTILINE)


def test_every_command_is_mentioned() -> None:
    """Each command that --help lists is shown in the README as one would type it."""
    commands = _commands()
    assert commands
    missing = [name for name in commands if not re.search(rf"policypages( -C \S+)? {name}\b", _readme())]
    assert missing == []


def test_every_make_target_that_is_mentioned_exists() -> None:
    """The README and CONTRIBUTING.md name no make target that the Makefile lacks."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = _readme() + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets


def test_every_file_that_is_linked_exists() -> None:
    """Relative links of the README lead to files of the checkout."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", _readme())
    assert [link for link in links if not (ROOT / link).exists()] == []
