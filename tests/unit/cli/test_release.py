"""The command `release` as it is typed: what it asks, shows, writes and refuses."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.terminal import on_a_terminal

from policypages import cli
from policypages.cli.release import _imported_on
from policypages.write.releases import release_lock

PACKAGES = Path(cli.__file__).resolve().parents[2]
JANUARY, FEBRUARY = "1767225600", "1769904000"
FILES = {
    "policypages.yaml": "schema_version: 1\ntitle: Test\nreleases: {minimum_notice_days: 30}\n",
    "content/entities/acme.yaml": "name: Acme\nsample: true\npolicies: {privacy: {}, cookies: {}}\n",
    "content/entities/beta.yaml": "name: Beta\nsample: true\nlocales: [en, de]\npolicies: {privacy: {}}\n",
    "content/policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
    "content/policies/cookies.yaml": "title: Cookies\nsections: [about]\n",
    "content/clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} keeps nothing.\n",
    "content/clauses/opening.de.md": "---\ntitle: Anfang\n---\n{{ name }} behält nichts.\n",
    "content/clauses/about.md": "---\ntitle: About\n---\n{{ name }} sets no cookies.\n",
}


def _command(site: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "policypages", "-C", str(site), *words]


def _environment(day: str) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(PACKAGES),
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": day,
        "COLUMNS": "200",
    }


def release(site: Path, *words: str, day: str = JANUARY) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, without a terminal."""
    return subprocess.run(
        _command(site, "release", *words),
        env=_environment(day),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def ledgers(site: Path) -> dict[str, str]:
    """Return the ledgers by name."""
    folder = site / "content/releases"
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))}


def pages(ledger: str) -> list[tuple[str, str, str]]:
    """Return the pages that a ledger names."""
    return re.findall(r"\{entity: (\S+), policy: (\S+), locale: (\S+), ", ledger)


def state(site: Path) -> dict[str, bytes]:
    """Return all that a release could write."""
    return {path.as_posix(): path.read_bytes() for path in site.rglob("content/**/*") if path.is_file()}


def say(site: Path, words: str) -> None:
    """Change what the clause of the privacy statements says in English."""
    (site / "content/clauses/opening.md").write_text(f"---\ntitle: Opening\n---\n{words}\n", "utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Write a site of two entities, one of them in two languages."""
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    return tmp_path


ALL = [
    ("acme", "cookies", "en"),
    ("acme", "privacy", "en"),
    ("beta", "privacy", "de"),
    ("beta", "privacy", "en"),
]


# ------------------------------------------------------------ what it does


def test_a_dry_run_shows_the_redline_and_writes_nothing(site: Path) -> None:
    """Pages that change alike are shown once, with what goes and what comes."""
    assert release(site, "--summary", "First").returncode == 0
    say(site, "{{ name }} keeps a log.")
    before = state(site)
    ran = release(site, "--dry-run", day=FEBRUARY)
    assert ran.returncode == 0, ran.stderr
    assert state(site) == before
    assert "nothing" in ran.stdout
    assert "a log" in ran.stdout
    assert "acme/privacy (en), beta/privacy (en)\n" in ran.stdout
    assert ran.stdout.count("a log") == 1
    assert "cookies" not in ran.stdout
    assert "nothing was written: 3 pages would be released" in ran.stderr


def test_a_release_freezes_every_page_and_the_next_what_changed(site: Path) -> None:
    """The first act has all pages and follows nothing; the second leaves out what is as it was."""
    ran = release(site, "--summary", "First words")
    assert (ran.returncode, "released 4 pages as 2026-01-01" in ran.stderr) == (0, True), ran.stderr
    [first] = ledgers(site).values()
    assert pages(first) == ALL
    assert first.count("after: []") == 4
    assert 'summary: "First words"' in first
    say(site, "{{ name }} keeps a log.")
    ran = release(site, "--summary", "A log", "--approved-by", "Kim Lee", day=FEBRUARY)
    assert ran.returncode == 0, ran.stderr
    assert [*ledgers(site)] == ["2026-01-01-first-words.yaml", "2026-02-01-a-log.yaml"]
    second = ledgers(site)["2026-02-01-a-log.yaml"]
    assert pages(second) == ALL[1:]
    assert 'approved_by: "Kim Lee"' in second
    assert "1 page as released last: left out" in ran.stderr


def test_all_locales_of_a_policy_are_frozen_together(site: Path) -> None:
    """A change in one language makes a version of each, so that versions can be compared."""
    assert release(site, "--summary", "First").returncode == 0
    clause = site / "content/clauses/opening.de.md"
    clause.write_text(clause.read_text("utf-8").replace("nichts", "wenig"), "utf-8")
    assert release(site, "--summary", "German", day=FEBRUARY).returncode == 0
    assert pages(ledgers(site)["2026-02-01-german.yaml"]) == ALL[2:]


def test_a_glob_names_entities_or_pages(site: Path) -> None:
    """What no glob names is not released."""
    assert release(site, "a*/priv*", "--summary", "One").returncode == 0
    [ledger] = ledgers(site).values()
    assert pages(ledger) == [("acme", "privacy", "en")]
    assert release(site, "beta", "--summary", "Two").returncode == 0
    assert pages(ledgers(site)["2026-01-01-two.yaml"]) == ALL[2:]


def test_a_material_release_takes_effect_later(site: Path) -> None:
    """The day of effect stands in the ledger, and is said."""
    ran = release(site, "--summary", "New words", "--material", "--effective", "2026-03-01")
    assert (ran.returncode, "released 4 pages as 2026-01-01, in effect from 2026-03-01" in ran.stderr) == (
        0,
        True,
    )
    assert "short-notice" not in ran.stderr
    [ledger] = ledgers(site).values()
    assert 'effective: "2026-03-01"' in ledger
    assert "material: true" in ledger


def test_a_notice_that_is_too_short_is_a_warning(site: Path) -> None:
    """The settings promise thirty days: with fewer a material release is made, and this is said."""
    ran = release(site, "--summary", "Soon", "--material", "--effective", "2026-01-30", "--format", "json")
    assert ran.returncode == 0
    [found] = json.loads(ran.stdout[ran.stdout.index("{") :])["diagnostics"]
    assert (found["code"], found["severity"]) == ("short-notice", "warning")
    assert "2026-01-31" in found["hint"]
    assert len(ledgers(site)) == 1


def test_two_releases_of_a_day_are_told_apart(site: Path) -> None:
    """The second act of a day on the same page is `.2`, and follows the first."""
    assert release(site, "--summary", "First").returncode == 0
    say(site, "{{ name }} keeps a log.")
    ran = release(site, "--summary", "Second")
    assert "released 3 pages as 2026-01-01.2" in ran.stderr
    assert [*ledgers(site)] == ["2026-01-01-first.yaml", "2026-01-01.2-second.yaml"]


def test_a_fork_is_mended(site: Path) -> None:
    """Two branches released the same page: `--redo` makes a release that follows both."""
    assert release(site, "acme/privacy", "--summary", "First").returncode == 0
    say(site, "{{ name }} keeps a log.")
    assert release(site, "acme/privacy", "--summary", "Ours", day=FEBRUARY).returncode == 0
    ours = site / "content/releases/2026-02-01-ours.yaml"
    kept = ours.read_bytes()
    ours.unlink()
    say(site, "{{ name }} keeps two logs.")
    assert release(site, "acme/privacy", "--summary", "Theirs", day=FEBRUARY).returncode == 0
    ours.write_bytes(kept)
    ran = release(site, "acme/privacy", "--summary", "Both", day=FEBRUARY)
    assert ran.returncode == 1
    assert "release-fork" in ran.stderr
    ran = release(site, "acme/privacy", "--redo", "--summary", "Both", day=FEBRUARY)
    assert ran.returncode == 0, ran.stderr
    assert "release-fork" not in ran.stderr
    after = re.search(r"after: \[(.*)\]", ledgers(site)["2026-02-01.2-both.yaml"])
    assert after is not None
    assert len(after[1].split(", ")) == 2
    checked = subprocess.run(
        _command(site, "check", "--format", "json"),
        env=_environment(FEBRUARY),
        capture_output=True,
        check=False,
    )
    assert b"release-fork" not in checked.stdout


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_on_a_terminal_the_summary_is_asked_for(site: Path) -> None:
    """What changed is shown first, and then asked for."""
    said, code = on_a_terminal(
        _command(site, "release", "acme"), _environment(JANUARY), typed=b"Hello readers\n"
    )
    shown = said.decode().partition("first release")
    assert (code, bool(shown[1])) == (0, True), said
    assert shown[2].index("What changed") < shown[2].index("released 2 pages")
    assert [*ledgers(site)] == ["2026-01-01-hello-readers.yaml"]


# ------------------------------------------------------- what it refuses


def test_a_name_that_fits_no_page_is_met_with_a_near_one(site: Path) -> None:
    """A typo is an error that names what was meant."""
    ran = release(site, "acme/privcy", "--summary", "First")
    assert ran.returncode == 1
    assert "release-refused" in ran.stderr
    assert "did you mean `acme/privacy`" in ran.stderr
    assert ledgers(site) == {}


def test_an_error_in_the_sources_is_told_and_nothing_is_written(site: Path) -> None:
    """What cannot be built cannot be released."""
    say(site, "{{ name }} at {{ url }}.")
    before = state(site)
    ran = release(site, "--summary", "First")
    assert ran.returncode == 1
    assert "error[missing-fact]" in ran.stderr
    assert state(site) == before


def test_without_a_terminal_the_summary_is_required(site: Path) -> None:
    """Nobody can be asked, so this is wrong usage, and nothing is written."""
    before = state(site)
    ran = release(site)
    assert ran.returncode == 2
    assert "--summary" in ran.stderr
    assert state(site) == before


@pytest.mark.parametrize("day", ["2025-12-31", "2026-02-30", "soon"])
def test_a_day_of_effect_that_is_past_or_none_is_wrong_usage(site: Path, day: str) -> None:
    """Nothing takes effect before it was released."""
    ran = release(site, "--summary", "First", "--effective", day)
    assert ran.returncode == 2
    assert day in ran.stderr
    assert ledgers(site) == {}


def test_a_release_of_nothing_is_refused(site: Path) -> None:
    """Where every page is as it was released there is nothing to freeze."""
    assert release(site, "--summary", "First").returncode == 0
    before = state(site)
    ran = release(site, "--summary", "Again", day=FEBRUARY)
    assert (ran.returncode, "release-refused" in ran.stderr) == (1, True)
    assert state(site) == before


def test_while_one_releases_another_is_refused(site: Path) -> None:
    """Whoever comes second is told at once, and writes nothing."""
    with release_lock(str(site)) as held:
        assert held
        ran = release(site, "--summary", "First")
    assert ran.returncode == 1
    assert "another process makes a release" in ran.stderr
    assert ledgers(site) == {}
    assert release(site, "--summary", "First").returncode == 0


def test_of_two_at_once_one_is_made(site: Path) -> None:
    """Started together, one freezes the pages; the other is refused, and there is no fork."""
    started = [
        subprocess.Popen(
            _command(site, "release", "--summary", f"By {name}"),
            env=_environment(JANUARY),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for name in ("one", "two")
    ]
    said = [process.communicate()[1] for process in started]
    assert sorted(process.returncode for process in started) == [0, 1], said
    assert sum("error[release-refused]" in text for text in said) == 1
    assert len(ledgers(site)) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((None, "https://a.example/"), "wants `--version DATE`"),
        (("2019-01-01", None), "wants `--source URL`"),
        (("2019-02-30", "https://a.example/"), "`--version 2019-02-30` is not a date"),
        (("2026-01-02", "https://a.example/"), "is to come"),
        (("2019-01-01", "a.example"), "`--source` wants a web address"),
    ],
)
def test_an_import_wants_to_know_when_and_where(words: tuple[str | None, str | None], told: str) -> None:
    """A day that was, and an address on the web."""
    with pytest.raises(click.UsageError, match=re.escape(told)):
        _imported_on(*words, datetime.date(2026, 1, 1))


def test_a_folder_that_cannot_be_made_is_said_in_a_line(site: Path) -> None:
    """Something else has the name of the folder in which a release holds its lock."""
    (site / ".policypages").write_text("not a folder")
    done = release(site, "--summary", "First")
    assert (done.returncode, done.stderr.count("error[machine]")) == (1, 1)
    assert ".policypages" in done.stderr
    assert ledgers(site) == {}


def test_a_dry_run_of_nothing_is_no_problem(site: Path) -> None:
    """Where every page is as it was released, it says so, and ends well; a release is refused."""
    assert release(site, "--summary", "First").returncode == 0
    done = release(site, "--dry-run", day=FEBRUARY)
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing to release: every page is as it was released last" in done.stderr
    assert "error[release-refused]" in release(site, "--summary", "Again", day=FEBRUARY).stderr
