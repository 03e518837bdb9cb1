"""A site of three releases as a house would make them: in git, by the commands, without a finding."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from policypages import cli

PACKAGES = Path(cli.__file__).resolve().parents[2]
FILES = {
    "policypages.yaml": """\
schema_version: 1
title: Fern
names: {contacts: [privacy], retention: [logs]}
releases: {notice_days: 60, minimum_notice_days: 30}
""",
    "content/entities/fern.yaml": """\
name: Fern
url: https://fern.example/legal/
contacts: {privacy: {email: privacy@fern.example}}
retention: {logs: 30 days}
policies: {privacy: {}}
""",
    "content/policies/privacy.yaml": "title: Privacy Statement\nsections: [opening, logs, contact]\n",
    "content/clauses/opening.md": """\
---
title: What this statement covers
---
{{ name }} sells plants. This statement covers our shop and our newsletter.
""",
    "content/clauses/logs.md": """\
---
title: Web server logs
---
We keep web server logs for {{ retention.logs }}. We use them to

- find faults,
- and count visits.
""",
    "content/clauses/contact.md": """\
---
title: Contact
---
Write to {{ contacts.privacy.email }}.
""",
}
JANUARY, MARCH, JUNE, TOLD, LATER = "2026-01-10", "2026-03-01", "2026-06-01", "2026-06-15", "2026-07-15"
BEFORE = "2019-05-25"
SOURCE = "https://www.fern.example/privacy.html"
OLD = """\
<!DOCTYPE html><html><head><meta charset="utf-8"><title>Fern</title><script>track()</script></head><body>
<nav><a href="/">Home</a></nav>
<main><h1>Privacy Statement</h1>
<h2>What this statement covers</h2>
<p onclick="x()">Fern sells plants. This statement covers our shop.</p>
<h2 id="l">Web server logs</h2>
<p>We keep web server logs for 30 days. We use them to</p><ul><li>find faults,<li>and count visits.</ul>
<h2>Visitors from abroad</h2>
<p>We ship nowhere else. See <a href="#l">logs</a> and <a href="terms.html">terms</a>.</p>
</main></body></html>
"""
_NAMES = {f"GIT_{who}_{what}": f"kim@{who}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def run(site: Path, day: str, *command: str) -> str:
    """Run a command on a day; it must end well, and say nothing of problems."""
    seconds = int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp())
    done = subprocess.run(
        command,
        cwd=site,
        env={
            **os.environ,
            **_NAMES,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "PYTHONPATH": str(PACKAGES),
            "SOURCE_DATE_EPOCH": str(seconds),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search(r"^(?:error|warning|note)\[", done.stderr, re.MULTILINE), done.stderr
    return done.stdout


def policypages(site: Path, day: str, *words: str) -> str:
    """Run the program."""
    return run(site, day, sys.executable, "-m", "policypages", *words)


def commit(site: Path, day: str) -> None:
    """Commit all that there is; on that day the site is as it should be."""
    run(site, day, "git", "add", "-A")
    run(site, day, "git", "commit", "-q", "-m", day)
    policypages(site, day, "check", "--strict")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the site, what it had before us, and its releases: the last takes effect a month later."""
    folder = tmp_path_factory.mktemp("released")
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    (folder / ".gitignore").write_text(".policypages/\noutput*/\n")
    run(folder, JANUARY, "git", "init", "-q", "-b", "main")
    (folder / "old.html").write_text(OLD)
    told = [
        "--import",
        "old.html",
        "--version",
        BEFORE,
        "--source",
        SOURCE,
        "--summary",
        "Our first statement.",
    ]
    policypages(folder, JANUARY, "release", "fern/privacy", *told)
    (folder / "old.html").unlink()
    policypages(folder, JANUARY, "release", "--summary", "We say how to reach us.")
    commit(folder, JANUARY)
    logs = folder / "content/clauses/logs.md"
    logs.write_text(logs.read_text().replace("and count visits", "count visits,\n- and stop abuse"))
    policypages(folder, MARCH, "release", "--summary", "We use logs to stop abuse.")
    commit(folder, MARCH)
    entity = folder / "content/entities/fern.yaml"
    entity.write_text(entity.read_text().replace("30 days", "90 days"))
    opening = folder / "content/clauses/opening.md"
    opening.write_text(opening.read_text().replace("our newsletter", "the letters that we send"))
    summary = "We keep web server logs for longer: 90 days."
    policypages(folder, JUNE, "release", "--summary", summary, "--material", "--effective", "2026-07-01")
    commit(folder, JUNE)
    return folder


@pytest.mark.parametrize("day", [TOLD, LATER])
def test_a_strict_check_finds_nothing(site: Path, day: str) -> None:
    """Before and after its last release took effect the site is as it should be, and its history in git."""
    policypages(site, day, "check", "--strict")


def _text(file: Path) -> str:
    return " ".join(re.sub("<[^>]*>", " ", file.read_text("utf-8")).split())


def test_readers_see_what_was_released(site: Path) -> None:
    """List, archive, redline, feed and notice stand where they should, with the words of each release."""
    policypages(site, TOLD, "build", "--out", "output")
    folder = site / "output/fern/privacy"
    page = _text(folder / "index.html")
    assert "This policy changes on: July 1, 2026" in page
    assert "logs for 30 days" in page
    listed = _text(folder / "versions/index.html")
    assert re.findall(r"\b20\d\d-\d\d-\d\d\b", listed) == [JUNE, MARCH, JANUARY, BEFORE]
    assert "We use logs to stop abuse." in listed
    old = _text(folder / f"versions/{JANUARY}/index.html")
    assert "stop abuse" not in old
    assert "and count visits" in old
    redline = (folder / f"versions/{JUNE}/changes/index.html").read_text("utf-8")
    gone = re.findall(r"<del[^>]*class=\"redline[^>]*>(.*?)</del>", redline)
    come = re.findall(r"<ins[^>]*class=\"redline[^>]*>(.*?)</ins>", redline)
    words = [[one.strip() for one in marks] for marks in (gone, come)]
    assert words == [["our newsletter", "30"], ["the letters that we send", "90"]]
    atom = "{http://www.w3.org/2005/Atom}"
    feed = etree.fromstring((site / "output/fern/feed.xml").read_bytes())
    assert [entry.findtext(f"{atom}summary") for entry in feed.findall(f"{atom}entry")] == [
        "We keep web server logs for longer: 90 days.",
        "We use logs to stop abuse.",
        "We say how to reach us.",
        "Our first statement.",
    ]


def test_what_was_published_before_is_history_as_well(site: Path) -> None:
    """It is shown as it was, harmless, with where it was; our own first release is compared with it."""
    policypages(site, TOLD, "build", "--out", "output")
    folder = site / "output/fern/privacy/versions"
    old = (folder / BEFORE / "index.html").read_text("utf-8")
    assert f'Taken over as it was published at <a href="{SOURCE}">{SOURCE}</a>' in old
    assert not re.search(r"<script|track\(|onclick|Home</a></nav>", old)
    assert '<a href="#logs">logs</a> and <a href="https://www.fern.example/terms.html">terms</a>' in old
    assert re.findall(r'<section id="([^"]*)">', old) == ["opening", "logs", "visitors-from-abroad"]
    changes = (folder / JANUARY / "changes/index.html").read_text("utf-8")
    article = changes.partition("<article")[2].partition("</article>")[0]
    assert "30 days" in re.sub(r"<(?:del|ins)\b.*?</(?:del|ins)>", "", article)
    gone = " ".join(re.sub("<[^>]*>", " ", " ".join(re.findall(r"<del\b.*?</del>", article))).split())
    assert "Visitors from abroad" in gone
    assert "Web server logs" not in gone


def test_when_its_day_comes_the_release_is_the_page(site: Path) -> None:
    """Nobody does anything on the day of effect but build."""
    policypages(site, LATER, "build", "--out", "output-later")
    page = _text(site / "output-later/fern/privacy/index.html")
    assert "This policy changed on: July 1, 2026" in page
    assert "logs for 90 days" in page
