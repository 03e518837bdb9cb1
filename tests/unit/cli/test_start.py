"""How the program starts: what it loads for help, and what Ctrl-C does before it has loaded."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policypages import cli

PACKAGES = Path(cli.__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PACKAGES)}
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
MODULE = re.compile(r"import time:.*\| +(\S+)$")


def loading(*words: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """Start the program; as each module has been loaded, stderr has a line with its name."""
    return subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "policypages", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        encoding="utf-8",
        preexec_fn=before,  # noqa: PLW1509 - this test starts no threads
    )


def test_help_loads_no_heavy_library() -> None:
    """`policypages --help` loads click, and neither what reads files nor what writes pages."""
    with loading("--help") as process:
        out, told = process.communicate()
    assert process.returncode == 0
    assert "Commands:" in out
    loaded = {found[1].partition(".")[0] for line in told.splitlines() if (found := MODULE.search(line))}
    assert "click" in loaded
    heavy = {"pydantic", "pydantic_core", "babel", "rich", "jinja2", "yaml", "markdown_it", "num2words"}
    heavy |= {"tornado", "watchdog", "asyncio"}
    assert not loaded & heavy


@POSIX
@pytest.mark.parametrize("module", ["click._compat", "click.types", "policypages.cli", "yaml.events"])
def test_ctrl_c_ends_with_130_while_the_program_is_loaded(module: str, tmp_path: Path) -> None:
    """However early it comes, one short line is said, no traceback."""
    (tmp_path / "policypages.yaml").write_text("title: T\n")
    with loading("-C", str(tmp_path), "check") as process:
        assert process.stderr is not None
        for line in process.stderr:
            found = MODULE.search(line)
            if found and found[1] == module:
                break
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 130
    assert [line for line in told.splitlines() if line and not MODULE.search(line)] == [
        "policypages: stopped"
    ]


@POSIX
def test_ctrl_c_is_not_listened_to_where_the_caller_says_so(tmp_path: Path) -> None:
    """Started with SIGINT ignored, as shells start what runs in the background, it runs to its end."""
    (tmp_path / "policypages.yaml").write_text("title: T\n")

    def deaf() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    with loading("-C", str(tmp_path), "check", before=deaf) as process:
        assert process.stderr is not None
        for line in process.stderr:
            found = MODULE.search(line)
            if found and found[1] == "click.types":
                break
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode in {0, 1}
    assert "checked 0 pages" in told
