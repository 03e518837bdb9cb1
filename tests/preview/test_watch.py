"""Hearing of changes: real events of a real file system, and what a machine may do to them."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.servecase import REPO, Server, plain, serving
from watchdog.observers.api import BaseObserver, EventEmitter

from policypages.preview import watch
from policypages.preview.watch import Watcher

PAGE = "/kp-careers/privacy/"
CLAUSE = "content/clauses/children.md"
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="inotify is Linux's")


def clause(words: str) -> str:
    """Return the text of the clause with more words at its end."""
    return (REPO / CLAUSE).read_text() + f"\n\n{words}.\n"


# ---- saves, as editors make them


def save_in_place(path: Path, text: str) -> None:
    """Write over the file."""
    path.write_text(text)


def save_by_rename(path: Path, text: str) -> None:
    """Write beside the file, and take its place."""
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(text)
    beside.replace(path)


def save_from_elsewhere(path: Path, text: str) -> None:
    """Write where nobody watches, and take the place of the file."""
    beside = path.parents[3] / "elsewhere"
    beside.write_text(text)
    beside.replace(path)


def save_as_vim(path: Path, text: str) -> None:
    """Try the folder, move the old file away, write a new one, take the old one away: `set backup`."""
    probe = path.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = path.with_name(f"{path.name}~")
    path.replace(backup)
    path.write_text(text)
    backup.unlink()


def save_with_a_gap(path: Path, text: str) -> None:
    """Take the file away, and be slow to put the new one there."""
    path.unlink()
    time.sleep(0.08)
    path.write_text(text)


@pytest.mark.parametrize(
    "save", [save_in_place, save_by_rename, save_from_elsewhere, save_as_vim, save_with_a_gap]
)
def test_every_way_to_save_is_one_reload(
    save: Callable[[Path, str], None], site: Path, server: Server
) -> None:
    """Whatever steps an editor saves in, an open page is told once, when it says what was written."""
    line = server.line(PAGE)
    save(site / CLAUSE, clause("Saved once"))
    line.wait("reload")
    assert b"Saved once" in plain(server.get(PAGE).body)
    time.sleep(0.5)
    assert line.kinds() == ["hello", "reload"]


def test_vim_itself(site: Path, server: Server) -> None:
    """What Vim does when it saves is one reload."""
    vim = shutil.which("vim") or shutil.which("vi")
    line = server.line(PAGE)
    if vim is None:  # what it does is above, step by step
        save_as_vim(site / CLAUSE, clause("Said by Vim"))
    else:
        steps = ["set backup writebackup", "normal GoSaid by Vim.", "wq"]
        command = [vim, "-Nes", "-u", "NONE", *(part for step in steps for part in ("-c", step))]
        subprocess.run([*command, str(site / CLAUSE)], check=False, capture_output=True, timeout=20)
    line.wait("reload")
    assert b"Said by Vim." in plain(server.get(PAGE).body)
    assert line.kinds() == ["hello", "reload"]


def test_reading_and_what_editors_leave_wake_nobody(site: Path, server: Server) -> None:
    """Files that are read, backups, swap files, and what is in output/ and .git/ change nothing."""
    line = server.line(PAGE)
    for path in (site / "content").rglob("*.md"):
        path.read_bytes()
    (site / "content" / "clauses" / ".children.md.swp").write_text("x")
    (site / "content" / "clauses" / "children.md~").write_text("x")
    for folder in ("output", ".git"):
        (site / folder).mkdir()
        (site / folder / "children.md").write_text("x")
    (site / CLAUSE).write_bytes((site / CLAUSE).read_bytes())
    time.sleep(0.6)
    assert line.kinds() == ["hello"]


def test_what_a_link_leads_to_is_watched(site: Path) -> None:
    """A clause that is a link, and a folder of clauses that is one, are kept true as others are."""
    (site / "shared" / "more").mkdir(parents=True)
    (site / CLAUSE).replace(site / "shared" / "children.md")
    (site / CLAUSE).symlink_to("../../shared/children.md")
    (site / "content" / "clauses" / "cookies").replace(site / "shared" / "cookies")
    (site / "content" / "clauses" / "cookies").symlink_to("../../shared/cookies")
    with serving(site) as server:
        line = server.line(PAGE)
        (site / "shared" / "children.md").write_text(clause("Behind a link"))
        line.wait("reload")
        server.says(PAGE, "Behind a link")
        session = site / "shared" / "cookies" / "session.md"
        session.write_text(session.read_text() + "\nIn a folder behind a link.\n")
        server.says(PAGE, "In a folder behind a link")


# ---- many files at once


def test_a_folder_moved_in_and_out_is_seen(site: Path, server: Server, tmp_path: Path) -> None:
    """A folder of entities that is moved in has pages, which are kept true; moved out they are gone."""
    folder = tmp_path / "more" / "deep"
    folder.mkdir(parents=True)
    entity = (site / "content" / "entities" / "kp-careers.yaml").read_text()
    (folder / "moved-in.yaml").write_text(entity)
    (tmp_path / "more").rename(site / "content" / "entities" / "more")
    server.says("/moved-in/privacy/", "Kaiser Permanente Careers")
    line = server.line("/moved-in/privacy/")
    there = site / "content" / "entities" / "more" / "deep" / "moved-in.yaml"
    there.write_text(entity.replace("name: Kaiser Permanente Careers", "name: Moved In", 1))
    line.wait("reload")
    server.says("/moved-in/privacy/", "Moved In")
    (site / "content" / "entities" / "more").rename(tmp_path / "gone")
    assert "unknown-entity" in line.wait("problems")["text"]
    assert server.get("/moved-in/privacy/").status == 404


def test_content_itself_may_be_moved_away_and_back(site: Path, server: Server) -> None:
    """While content/ is away nothing falls over; when it is back, pages are watched as before."""
    (site / "content").rename(site / "away")
    server.until(lambda: server.get(PAGE).status == 404)
    (site / "away").rename(site / "content")
    server.until(lambda: server.get(PAGE).status == 200)
    line = server.line(PAGE)
    (site / CLAUSE).write_text(clause("After all that"))
    line.wait("reload")
    server.says(PAGE, "After all that")


def test_a_checkout_of_ten_thousand_files(site: Path, server: Server) -> None:
    """Git puts 10,000 entities there and takes them away: all are seen, and other pages are left alone."""
    names = [f"many-{at:05}" for at in range(10_000)]

    def git(*words: str) -> None:
        settings = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "gc.auto=0"]
        subprocess.run(["git", *settings, *words], cwd=site, check=True, capture_output=True)

    def total() -> int:
        return int(json.loads(server.get("/_preview/index?count=1").body)["total"])

    git("init", "-q", "-b", "few")
    git("add", ".")
    git("commit", "-qm", "few")
    before = total()
    for name in names:
        (site / "content" / "entities" / f"{name}.yaml").write_text(f"extends: kp-careers\nname: {name}\n")
    server.until(lambda: total() == before + len(names), 60)
    git("checkout", "-qb", "many")
    git("add", ".")
    git("commit", "-qm", "many")
    line = server.line(PAGE)
    git("checkout", "-q", "few")
    server.until(lambda: total() == before, 60)
    git("checkout", "-q", "many")
    server.until(lambda: total() == before + len(names), 60)
    server.says("/many-04242/privacy/", "many-04242")
    assert line.kinds() == ["hello"]


def test_a_burst_of_a_thousand_changes_is_one_reload(tmp_path: Path) -> None:
    """A thousand files that a page is made from, written one after the other, reload it once."""
    site = tmp_path / "site"
    names = [f"part-{at}" for at in range(999)]
    (site / "content" / "clauses").mkdir(parents=True)
    for folder in ("entities", "policies"):
        (site / "content" / folder).mkdir()
    (site / "policypages.yaml").write_text("schema_version: 1\ntitle: Burst\n")
    (site / "content" / "policies" / "privacy.yaml").write_text(
        "title: Privacy\npath: privacy\nsections:\n" + "".join(f"  - {name}\n" for name in names)
    )
    entity = site / "content" / "entities" / "acme.yaml"

    def write(turn: str) -> None:
        for name in names:
            (site / "content" / "clauses" / f"{name}.md").write_text(
                f"---\ntitle: {name}\n---\nWords of {turn}.\n"
            )
        entity.write_text(f"name: Acme {turn}\npolicies: {{privacy: {{}}}}\nsample: true\n")

    def assert_all(page: bytes, turn: str) -> None:
        assert page.count(f"Words of {turn}.".encode()) == 999
        assert page.count(b"Words of ") == 999
        assert f"Acme {turn}".encode() in page
        assert b"before" not in page

    write("before")
    with serving(site) as server:
        # a busy machine may let go of who writes for long enough to make two bursts of one
        for turn in ("one", "two", "three", "four", "five"):
            line = server.line("/acme/privacy/")
            write(turn)
            line.wait("reload")
            page = plain(server.get("/acme/privacy/").body)
            # in one reload or in several, all of it is shown in the end
            server.says("/acme/privacy/", f"Acme {turn}")
            time.sleep(0.7)
            assert_all(plain(server.get("/acme/privacy/").body), turn)
            if line.kinds() == ["hello", "reload"]:
                assert_all(page, turn)
                return
    pytest.fail("of five bursts each was taken for several")


# ---- what a machine may do


class Heard:
    """What a watcher handed on."""

    def __init__(self) -> None:
        self.touched: list[frozenset[str] | None] = []
        self.said: list[str] = []
        self.failed: list[Exception] = []

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < end, (self.touched, self.said, self.failed)
            time.sleep(0.01)

    def watcher(self, root: Path, **options: Any) -> Watcher:
        return Watcher(root, self.touched.append, say=self.said.append, failed=self.failed.append, **options)

    def of(self, path: str) -> bool:
        return any(one is not None and path in one for one in self.touched)


def small(tmp_path: Path) -> Path:
    """Make a folder with little in it."""
    (tmp_path / "content" / "clauses" / "deep").mkdir(parents=True)
    (tmp_path / "policypages.yaml").write_text("title: T\n")
    (tmp_path / "content" / "clauses" / "a.md").write_text("a")
    (tmp_path / "content" / "clauses" / "deep" / "b.md").write_text("b")
    return tmp_path


@LINUX
def test_an_overflow_of_the_kernels_queue_lets_all_be_looked_at(tmp_path: Path) -> None:
    """After IN_Q_OVERFLOW nobody knows what was lost: everything is in doubt, and the watch goes on."""
    from watchdog.observers.inotify_c import (  # noqa: PLC0415 - Linux alone has it
        InotifyConstants,
        InotifyEvent,
        WatchDescriptor,
    )

    heard = Heard()
    watcher = heard.watcher(small(tmp_path))
    watcher.start()
    try:
        source = watcher._observer._source  # type: ignore[union-attr]
        source.handle_event(InotifyEvent(WatchDescriptor(-1), InotifyConstants.IN_Q_OVERFLOW, 0, b""))
        heard.until(lambda: None in heard.touched)
        (tmp_path / "content" / "clauses" / "deep" / "b.md").write_text("c")
        heard.until(lambda: heard.of("content/clauses/deep/b.md"))
    finally:
        watcher.stop()
    assert not heard.said
    assert not heard.failed


@LINUX
@pytest.mark.parametrize("limited", ["content", "content/clauses/deep"])
def test_a_limit_of_watches_falls_back_to_polling_and_says_so(
    limited: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a folder, however deep, cannot be watched, files are looked at instead, said once by name."""
    from watchdog.observers.inotify_c import InotifyFD  # noqa: PLC0415 - Linux alone has it

    real = InotifyFD.add_callback

    def add(self: Any, path: bytes, *arguments: Any) -> Any:
        if os.fsdecode(path).endswith(limited):
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        return real(self, path, *arguments)

    monkeypatch.setattr(InotifyFD, "add_callback", add)
    monkeypatch.setattr(watch, "_POLL", 0.1)
    heard = Heard()
    watcher = heard.watcher(small(tmp_path))
    watcher.start()
    try:
        heard.until(lambda: bool(heard.said))
        heard.until(lambda: None in heard.touched)
        time.sleep(0.3)
        (tmp_path / "content" / "clauses" / "deep" / "b.md").write_text("changed")
        heard.until(lambda: heard.of("content/clauses/deep/b.md"))
    finally:
        watcher.stop()
    assert len(heard.said) == 1
    assert "inotify" in heard.said[0]
    assert "max_user_watches" in heard.said[0]


class _NoObserver(BaseObserver):
    """A machine that lets nobody watch at all."""

    def __init__(self) -> None:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    def emitter(self) -> EventEmitter:
        raise NotImplementedError


def test_without_any_watch_files_are_polled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An observer that cannot be made at all is the same."""
    monkeypatch.setattr(watch, "_POLL", 0.1)
    heard = Heard()
    watcher = heard.watcher(small(tmp_path), observer=_NoObserver)
    watcher.start()
    try:
        time.sleep(0.3)
        (tmp_path / "policypages.yaml").write_text("title: Changed\n")
        heard.until(lambda: heard.of("policypages.yaml"))
    finally:
        watcher.stop()
    assert len(heard.said) == 1


def test_a_fault_in_what_is_told_does_not_end_the_watch(tmp_path: Path) -> None:
    """An exception is reported, and the next change is heard."""
    heard = Heard()
    first = [True]

    def take(touched: frozenset[str] | None) -> None:
        if first:
            first.clear()
            msg = "a fault"
            raise ValueError(msg)
        heard.touched.append(touched)

    watcher = Watcher(small(tmp_path), take, say=heard.said.append, failed=heard.failed.append)
    watcher.start()
    try:
        (tmp_path / "content" / "clauses" / "a.md").write_text("1")
        heard.until(lambda: bool(heard.failed))
        (tmp_path / "content" / "clauses" / "a.md").write_text("2")
        heard.until(lambda: heard.of("content/clauses/a.md"))
    finally:
        watcher.stop()
    assert [str(one) for one in heard.failed] == ["a fault"]
