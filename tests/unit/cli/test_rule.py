"""The command `rule`: the page on a code, the list of codes, and what it says of a code that is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import click
import pytest

from policypages import cli
from policypages.cli import rule
from policypages.cli.excerpt import cells
from policypages.diagnostics import CODES

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "diagnostics"
PACKAGES = Path(cli.__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX terminal")


def run(
    *words: str, cwd: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in a folder that is no site."""
    return subprocess.run(
        [sys.executable, "-m", "policypages", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PACKAGES), "PYTHONUTF8": "1", **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_code_prints_its_page_as_it_is(tmp_path: Path) -> None:
    """Into a pipe or a file the page is the Markdown of the documents; no site is needed."""
    ran = run("rule", "missing-fact", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == (FOLDER / "missing-fact.md").read_text("utf-8")


def test_without_a_code_all_are_listed(tmp_path: Path) -> None:
    """Each code stands on a line with its meaning, and what is no error says so."""
    ran = run("rule", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    listed = dict(re.findall(r"^  ([a-z-]+) +(.+)$", ran.stdout, re.MULTILINE))
    assert set(listed) == set(CODES)
    assert all(listed[code].startswith(one.summary) for code, one in CODES.items())
    assert listed["no-address"].endswith(" (note)")
    assert listed["suspicious-character"].endswith(" (warning)")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("missing-fcat", "there is no code `missing-fcat`; did you mean `missing-fact`?"),
        ("E0308", "there is no code `E0308`; `policypages rule` lists all codes"),
        ("../README", "there is no code `../README`"),
    ],
)
def test_a_code_that_is_none_ends_with_2(tmp_path: Path, typed: str, says: str) -> None:
    """A slip of the pen is answered with the nearest code, anything else with the list."""
    ran = run("rule", typed, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr


def test_the_shell_completes_codes(tmp_path: Path) -> None:
    """The codes that begin with what was typed are offered."""
    completing = {
        "_POLICYPAGES_COMPLETE": "bash_complete",
        "COMP_WORDS": "policypages rule yaml",
        "COMP_CWORD": "2",
    }
    ran = run(cwd=tmp_path, environment=completing)
    assert {line.partition(",")[2] for line in ran.stdout.splitlines()} == {"yaml-syntax", "yaml-refused"}


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.parametrize("width", [60, 100])
def test_a_page_reads_well_on_a_terminal(code: str, width: int) -> None:
    """No fence and no sign of a heading is left, text keeps to the width, and every word of it is there."""
    page = (FOLDER / f"{code}.md").read_text("utf-8")
    lines = [click.unstyle(line) for line in rule._for_terminal(page, width)]
    prose = [line for line in lines if not line.startswith("    ")]
    assert [line for line in prose if line.startswith(("#", "```"))] == []
    assert [line for line in prose if cells(line) > width and "`" not in line] == []
    assert [one for one, two in pairwise(lines) if one == two == ""] == []
    fences = re.findall(r"^```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    examples = "".join(fences).splitlines()
    assert [line.strip() for line in lines if line.startswith("    ")] == [
        line.strip() for line in examples if line.strip()
    ]
    plain = re.sub(r"\]\([^)]+\)", "", re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL))
    assert re.findall(r"\w+", " ".join(prose)) == re.findall(r"\w+", plain)


@POSIX
def test_on_a_terminal_headings_are_bold(tmp_path: Path) -> None:
    """A terminal sees the page laid out, bold where it has headings; with NO_COLOR, without escapes."""
    import pty  # noqa: PLC0415 - POSIX alone has it

    said = {}
    for refused in ("", "1"):
        leader, follower = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": str(PACKAGES), "TERM": "xterm", "COLUMNS": "80"}
        process = subprocess.Popen(
            [sys.executable, "-m", "policypages", "rule", "no-site"],
            cwd=tmp_path,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env={**environment, "NO_COLOR": refused},
        )
        os.close(follower)
        said[refused] = b""
        try:
            while chunk := os.read(leader, 65536):
                said[refused] += chunk
        except OSError:  # how Linux says that the other end is closed
            pass
        finally:
            os.close(leader)
            process.wait()
    assert b"\x1b[1mWhy it matters" in said[""]
    assert b"Why it matters" in said["1"]
    assert b"\x1b" not in said["1"]
