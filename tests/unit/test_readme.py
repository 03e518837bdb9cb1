"""The README: two commands on its first screen, and every command of the program somewhere."""

from __future__ import annotations

import os
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


def _run(site: Path, *told: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "policypages", *told],
        cwd=site,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def _block(language: str, beginning: str) -> str:
    """Return the README's fenced block of a language that begins so."""
    found = re.search(
        rf"^```{language}\n({re.escape(beginning)}.*?)^```", _readme(), re.MULTILINE | re.DOTALL
    )
    assert found, f"no {language} block begins with {beginning}"
    return found.group(1)


def test_the_tour_can_be_walked(tmp_path: Path, regen: bool) -> None:
    """Each step of the ten-minute tour does what the README says, and the error is the one it shows."""
    assert _run(tmp_path, "init", "my-site").returncode == 0
    site = tmp_path / "my-site"
    assert _run(site, "build").returncode == 0

    shop = site / "content" / "entities" / "acme-shop.yaml"
    shop.write_text(shop.read_text("utf-8").replace("800-555-0100", "800-555-0199"), "utf-8")
    again = _run(site, "build", "--explain-stale")
    assert "acme-shop/privacy/index.html: the fact `contacts.privacy" in again.stderr

    assert _run(site, "new", "entity", "acme-labs").returncode == 0
    labs = site / "content" / "entities" / "acme-labs.yaml"
    assert labs.exists()
    labs.write_text(_block("yaml", "extends:"), "utf-8")
    assert _run(site, "build").returncode == 0
    assert "800-555-0199" not in (site / "output" / "acme-labs" / "privacy" / "index.html").read_text("utf-8")

    assert _run(site, "new", "clause", "newsletters").returncode == 0
    (site / "content" / "clauses" / "newsletters.md").write_text(_block("markdown", "---"), "utf-8")
    outline = site / "content" / "policies" / "privacy.yaml"
    added = _block("yaml", "sections:").splitlines()[1]
    outline.write_text(f"{outline.read_text('utf-8').rstrip()}\n{added}\n", "utf-8")
    undeclared = _run(site, "build")
    assert undeclared.returncode == 1
    assert "error[unknown-fact]" in undeclared.stderr

    settings = site / "policypages.yaml"
    before = settings.read_text("utf-8")
    settings.write_text(
        before.replace("retention: [orders, applications]", "retention: [orders, applications, newsletter]"),
        "utf-8",
    )
    missing = _run(site, "build")
    assert missing.returncode == 1
    told = re.sub(r"\(\d+\.\d+ s\)", "(0.1 s)", missing.stderr).strip()
    beginning, end = "<!-- transcript: missing fact -->\n```\n", "```\n<!-- transcript: end -->"
    head, _, rest = _readme().partition(beginning)
    shown, _, tail = rest.partition(end)
    if regen:
        (ROOT / "README.md").write_text(f"{head}{beginning}{told}\n{end}{tail}", "utf-8")
    else:
        assert shown == told + "\n"

    labs.write_text(labs.read_text("utf-8") + "retention: {newsletter: 90 days}\n", "utf-8")
    assert _run(site, "build", "--entity", "acme-labs").returncode == 0
