"""The output folder: who may be written to, what a commit does, and what is left when it is cut short."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import pickle
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from policypages.diagnostics import Diagnostic
from policypages.model import FileRecord
from policypages.workers import map_shares
from policypages.write import Output, Stage, journal, machine_problem, open_output, stage_file

pytestmark = pytest.mark.timeout(100)
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

Files = Mapping[str, bytes]
OLD: Files = {
    "acme/privacy/index.html": b"old privacy",
    "acme/terms/index.html": b"old terms",
    "acme/assets/a.css": b"a",
    "gone/privacy/index.html": b"goes",
    "turns": b"a file that becomes a folder",
    "folds/x/index.html": b"a folder that becomes a file",
    "_overview/index.html": b"old overview",
}
NEW: Files = {
    "acme/privacy/index.html": b"new privacy!",
    "acme/terms/index.html": b"old terms",
    "acme/cookies/index.html": b"new page",
    "fresh/privacy/index.html": b"new site",
    "fresh/terms/index.html": b"new site",
    "fresh/index.html": b"new site",
    "turns/index.html": b"now a folder",
    "folds": b"now a file",
    "_overview/index.html": b"new overview",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a site folder with sources."""
    site = tmp_path / "site"
    for name in ("content", "themes", ".git"):
        (site / name).mkdir(parents=True)
    (site / "policypages.yaml").write_text("title: T\n")
    return site


@pytest.fixture
def out(root: Path) -> Path:
    """Name its output folder, which is not made yet."""
    return root / "output"


def opened(root: Path, out: Path) -> Output:
    """Open an output folder that must be fine."""
    output, problems = open_output(root, out)
    assert problems == []
    assert output is not None
    return output


def build(root: Path, out: Path, files: Files) -> list[Diagnostic]:
    """Build as the pipeline does: stage what differs, prune what is gone, commit."""
    output, problems = open_output(root, out)
    if output is None:
        return problems
    with output:
        return problems + _build(output, files)


def _build(output: Output, files: Files) -> list[Diagnostic]:
    before = _records(output.read_manifest())
    wanted = {path: FileRecord(path, len(data), _sha(data)) for path, data in files.items()}
    changed = [
        path for path, record in wanted.items() if before.get(path) != record or not output.holds(record)
    ]
    stage = None
    try:
        stage = output.new_stage()
        for path in changed:
            stage_file(stage, path, files[path])
    except OSError as error:
        if stage is not None:
            output.discard(stage)
        return [machine_problem(error, output.folder)]
    prune = [record for path, record in before.items() if path not in wanted]
    staged = by_site(changed)
    return output.commit(stage, staged, prune=prune, owned=before, manifest=[_manifest(files)])


def by_site(paths: Iterable[str]) -> dict[str, list[str]]:
    """Sort paths by the name that they begin with."""
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(path.partition("/")[0], []).append(path)
    return found


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _manifest(files: Files) -> bytes:
    return "".join(f"{_sha(data)} {len(data)} {path}\n" for path, data in files.items()).encode()


def _records(manifest: bytes | None) -> dict[str, FileRecord]:
    lines = [line.split(" ", 2) for line in (manifest or b"").decode().splitlines()]
    return {path: FileRecord(path, int(size), sha) for sha, size, path in lines}


def tree(out: Path) -> dict[str, bytes]:
    """Return what a visitor could read, and the folders that are empty."""
    found = {}
    for folder, folders, names in os.walk(out):
        inner = os.path.relpath(folder, out)
        if inner.startswith((".policypages", ".staging-")):
            continue
        for name in names:
            path = f"{inner}/{name}".removeprefix("./")
            found[path] = (Path(folder) / name).read_bytes()
        if inner != "." and not names and not folders:
            found[f"{inner}/"] = b""
    return found


def names_in(folder: Path) -> list[str]:
    """Return the sorted names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def leftovers(out: Path) -> list[str]:
    """Return what a finished build must not leave."""
    state = {path.name for path in (out / ".policypages").iterdir()} - {"manifest", "lock"}
    return [name for name in names_in(out) if name.startswith(".staging-")] + sorted(state)


def code_of(problems: list[Diagnostic]) -> list[str]:
    """Return the codes of diagnostics."""
    return [found.code for found in problems]


class TestCommit:
    def test_a_first_build_and_the_next(self, root: Path, out: Path) -> None:
        """New sites, changed pages, removed pages and sites, files that become folders and back."""
        assert build(root, out, OLD) == []
        assert tree(out) == OLD
        inode = (out / "acme/terms/index.html").stat().st_ino
        assert build(root, out, NEW) == []
        assert tree(out) == NEW
        assert (out / "acme/terms/index.html").stat().st_ino == inode
        assert build(root, out, OLD) == []
        assert tree(out) == OLD
        assert leftovers(out) == []

    def test_modes_do_not_depend_on_the_umask(self, root: Path, out: Path) -> None:
        """A web server must be able to read what a careful user builds."""
        before = os.umask(0o077)
        try:
            assert build(root, out, OLD) == []
            assert build(root, out, NEW) == []
        finally:
            os.umask(before)
        for folder, folders, names in os.walk(out):
            for name in [*folders, *names]:
                found = (Path(folder) / name).lstat().st_mode
                if name != "lock":
                    assert stat.S_IMODE(found) == (0o755 if stat.S_ISDIR(found) else 0o644), name

    def test_present_and_holds(self, root: Path, out: Path) -> None:
        """Size alone, size and bytes, and never through a link."""
        build(root, out, OLD)
        record = _records(_manifest(OLD))["acme/privacy/index.html"]
        with opened(root, out) as output:
            assert output.read_manifest() == _manifest(OLD)
            assert output.present(record)
            assert output.holds(record)
            (out / record.path).write_bytes(b"OLD PRIVACY")
            assert output.present(record)
            assert not output.holds(record)
            (out / record.path).unlink()
            assert not output.present(record)
            assert not output.holds(record)
            (out / record.path).symlink_to(root / "policypages.yaml")
            assert not output.present(record)

    def test_all_present_is_present_of_each(self, root: Path, out: Path) -> None:
        """One that is gone, of another size, a link or a folder is enough for a no; of none it is a yes."""
        build(root, out, OLD)
        files = [(path, len(data)) for path, data in OLD.items()]
        page = out / "acme/privacy/index.html"
        with opened(root, out) as output:
            assert output.all_present(iter(files))
            assert output.all_present([])
            assert not output.all_present([*files, ("acme/none/index.html", 1)])
            assert not output.all_present([*files, ("_overview/index.html/x", 1)])
            page.write_bytes(b"longer than before")
            assert not output.all_present(files)
            page.unlink()
            assert not output.all_present(files)
            (root / "same-size").write_bytes(OLD["acme/privacy/index.html"])
            page.symlink_to(root / "same-size")
            assert not output.all_present(files)
            page.unlink()
            page.mkdir()
            assert not output.all_present([("acme/privacy/index.html", page.stat().st_size)])

    def test_a_new_site_is_one_step_of_a_commit(
        self, root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many files it has; a site that is there, and a file at the top, go file by file."""
        build(root, out, OLD)
        plans: list[journal.Journal] = []
        store = journal.store

        def note(top: int, plan: journal.Journal) -> None:
            plans.append(plan)
            store(top, plan)

        monkeypatch.setattr(journal, "store", note)
        assert build(root, out, {**NEW, **{f"fresh/p{at}/index.html": b"x" for at in range(500)}}) == []
        (plan,) = plans
        assert plan.folders == ("fresh", "turns")
        assert sorted(plan.files) == [
            "_overview/index.html",
            "acme/cookies/index.html",
            "acme/privacy/index.html",
            "folds",
        ]
        assert len(plan.encode()) < 2000
        assert journal.decode(plan.encode()) == plan

    def test_a_name_with_nothing_staged_is_nothing(self, root: Path, out: Path) -> None:
        """A site of which every page is up to date."""
        build(root, out, OLD)
        with opened(root, out) as output:
            stage = output.new_stage()
            stage_file(stage, "more/index.html", b"more")
            staged: dict[str, list[str]] = {"acme": [], "more": ["more/index.html"], "none": []}
            files = {**OLD, "more/index.html": b"more"}
            assert output.commit(stage, staged, prune=(), owned=OLD, manifest=[_manifest(files)]) == []
        assert tree(out) == files

    def test_a_folder_that_went_in_between_is_made_again(
        self, root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody tidies up after the survey: the page arrives all the same."""
        build(root, out, OLD)
        store = journal.store

        def tidy(top: int, plan: journal.Journal) -> None:
            store(top, plan)
            shutil.rmtree(out / "acme")

        monkeypatch.setattr(journal, "store", tidy)
        assert build(root, out, {**OLD, "acme/privacy/index.html": b"new"}) == []
        assert tree(out) == {
            "acme/privacy/index.html": b"new",
            **{path: data for path, data in OLD.items() if not path.startswith("acme/")},
        }

    def test_row_42_foreign_files_are_kept(self, root: Path, out: Path) -> None:
        """CNAME, .well-known, a note in a site that goes."""
        build(root, out, OLD)
        mine = {"CNAME": b"x", ".well-known/security.txt": b"y", "gone/notes.txt": b"z", "acme/mine/": b""}
        for path, data in mine.items():
            (out / path).parent.mkdir(exist_ok=True)
            if path.endswith("/"):
                (out / path).mkdir()
            else:
                (out / path).write_bytes(data)
        assert build(root, out, NEW) == []
        assert tree(out) == {**NEW, **mine}

    def test_a_page_that_somebody_changed_is_not_pruned(self, root: Path, out: Path) -> None:
        """It is kept with a note, and no longer ours."""
        build(root, out, OLD)
        (out / "gone/privacy/index.html").write_bytes(b"edited by hand")
        problems = build(root, out, NEW)
        assert [(found.code, found.severity) for found in problems] == [("kept-file", "note")]
        assert tree(out) == {**NEW, "gone/privacy/index.html": b"edited by hand"}

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("acme/cookies/index.html", "a file that policypages did not write"),
            ("fresh", "a file that policypages did not write"),
            ("acme/cookies", "a file that policypages did not write"),
            ("acme/cookies/index.html/", "a folder that policypages did not make"),
            ("folds/x/mine", "did not write"),
            ("folds/x/mine/", "a folder that policypages did not make"),
        ],
    )
    def test_what_stands_in_the_way_stops_the_build(
        self, root: Path, out: Path, path: str, words: str
    ) -> None:
        """Before anything is touched."""
        build(root, out, OLD)
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            (out / path).mkdir()
        else:
            (out / path).write_bytes(b"mine")
        before = tree(out)
        problems = build(root, out, NEW)
        assert code_of(problems) == ["output-refused"]
        assert words in problems[0].message
        assert tree(out) == before
        assert leftovers(out) == []

    def test_a_changed_file_that_has_to_become_a_folder_stops_the_build(self, root: Path, out: Path) -> None:
        """What somebody wrote into our file is theirs."""
        build(root, out, OLD)
        (out / "turns").write_bytes(b"edited by hand")
        before = tree(out)
        assert code_of(build(root, out, NEW)) == ["output-refused"]
        assert tree(out) == before

    def test_staging_from_workers(self, root: Path, out: Path) -> None:
        """A stage goes by fork and by pickle, and two processes may fill one site."""
        with opened(root, out) as output:
            stage = pickle.loads(pickle.dumps(output.new_stage()))  # noqa: S301 - our own

            def work(share: list[str]) -> Iterator[FileRecord]:
                for path in share:
                    yield stage_file(stage, path, path.encode())

            paths = [f"site{number % 7}/p{number}/index.html" for number in range(100)]
            staged = list(map_shares(work, [paths[:50], paths[50:]], jobs=2))
            files = {path: path.encode() for path in paths}
            assert sorted(record.path for record in staged) == sorted(paths)
            assert output.commit(stage, by_site(paths), prune=(), owned=(), manifest=[_manifest(files)]) == []
        assert tree(out) == files

    @pytest.mark.parametrize(
        "path", ["../x", "/etc/x", "a/../../x", "a/%2e%2e/x", ".policypages/manifest", "CON:"]
    )
    def test_a_bad_path_is_a_bug_of_the_caller(self, root: Path, out: Path, path: str) -> None:
        """Nothing is staged outside the stage, whatever the plan says."""
        with opened(root, out) as output:
            stage = output.new_stage()
            with pytest.raises(ValueError, match="output path"):
                stage_file(stage, path, b"x")
            stage_file(stage, "a/b", b"x")
            with pytest.raises(FileExistsError):
                stage_file(stage, "a/b", b"x")
            output.discard(stage)
        assert leftovers(out) == []

    def test_a_link_in_the_stage_is_neither_followed_nor_lost(
        self, root: Path, out: Path, tmp_path: Path
    ) -> None:
        """Somebody who may write there plants one, as a site's folder and deeper: nothing goes outside."""
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "keep").write_bytes(b"canary")
        with opened(root, out) as output:
            stage = output.new_stage()
            (Path(stage.folder) / "acme").symlink_to(elsewhere)
            (Path(stage.folder) / "beta").mkdir()
            (Path(stage.folder) / "beta/privacy").symlink_to(elsewhere)
            (Path(stage.folder) / "page.html").symlink_to(elsewhere / "keep")
            for path in (
                "acme/index.html",
                "acme/privacy/index.html",
                "beta/privacy/index.html",
                "page.html",
            ):
                with pytest.raises(OSError, match=path):
                    stage_file(stage, path, b"x")
            output.discard(stage)
        assert names_in(out) == [".policypages"]
        assert [(path.name, path.read_bytes()) for path in elsewhere.iterdir()] == [("keep", b"canary")]

    def test_sites_that_take_turns_are_staged(self, root: Path, out: Path) -> None:
        """A process need not be done with a site before it goes to the next."""
        files = {f"s{at % 3}/de/p{at}/index.html": b"%d" % at for at in range(30)}
        assert build(root, out, files) == []
        assert tree(out) == files


class TestGuard:
    @pytest.mark.parametrize(
        "where", ["", "..", "content", "content/x", "themes/x", ".git", "Content", "policypages.yaml"]
    )
    def test_row_18_sources_are_never_output(self, root: Path, where: str) -> None:
        """The site folder, its parents, what holds the sources; any case of the names."""
        output, problems = open_output(root, root / where)
        assert output is None
        assert code_of(problems) == ["output-refused"]
        assert problems[0].hint

    def test_row_18_root_and_home_are_refused(
        self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even an empty home."""
        home = tmp_path / "home"
        home.mkdir()
        monkeypatch.setenv("HOME", str(home))
        for place in (Path("/"), home, home / "x" / ".."):
            assert code_of(open_output(root, place)[1]) == ["output-refused"]
        assert not any(home.iterdir())

    def test_row_18_links_are_refused(self, root: Path, tmp_path: Path) -> None:
        """The folder itself, a folder on the way inside the site, the state folder."""
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (root / "link").symlink_to(elsewhere)
        (root / "back").symlink_to(root / "content")
        for place in (root / "link", root / "link/output", root / "back/x", root / "content/../link"):
            assert code_of(open_output(root, place)[1]) == ["output-refused"], place
        (root / "output").mkdir()
        (root / "output/.policypages").symlink_to(elsewhere)
        assert code_of(open_output(root, root / "output")[1]) == ["output-refused"]
        assert not any(elsewhere.iterdir())

    def test_row_18_sources_behind_links_are_sources(self, root: Path) -> None:
        """`content` may be a link inside the root: its target is not a place for output either."""
        (root / "content").rmdir()
        (root / "docs/content").mkdir(parents=True)
        (root / "content").symlink_to("docs/content")
        for place in (root / "docs", root / "docs/content/x"):
            assert code_of(open_output(root, place)[1]) == ["output-refused"]

    def test_a_parent_outside_the_site_may_be_a_link(self, root: Path, tmp_path: Path) -> None:
        """As /tmp is on macOS."""
        (tmp_path / "real").mkdir()
        (tmp_path / "alias").symlink_to("real")
        opened(root, tmp_path / "alias/deep/output").close()
        assert (tmp_path / "real/deep/output/.policypages").is_dir()

    def test_a_folder_of_somebody_else_is_refused_untouched(self, root: Path, out: Path) -> None:
        """Not even a lock is put there; an empty folder and one with a lost+found are fine."""
        out.mkdir()
        (out / "thesis.doc").write_text("x")
        output, problems = open_output(root, out)
        assert output is None
        assert "thesis.doc" in problems[0].message
        assert names_in(out) == ["thesis.doc"]
        (out / "thesis.doc").unlink()
        (out / "lost+found").mkdir()
        (out / ".staging-0123456789abcdef").mkdir()
        opened(root, out).close()
        assert names_in(out) == [".policypages", "lost+found"]

    def test_no_link_leads_a_commit_out(self, root: Path, out: Path, tmp_path: Path) -> None:
        """A site folder, or a page, that became a link."""
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "index.html").write_bytes(b"canary")
        build(root, out, OLD)
        (out / "acme/privacy/index.html").unlink()
        (out / "acme/privacy/index.html").symlink_to(elsewhere / "index.html")
        assert build(root, out, {**OLD, "acme/privacy/index.html": b"changed"}) == []
        assert not (out / "acme/privacy/index.html").is_symlink()
        shutil.rmtree(out / "acme/privacy")
        (out / "acme/privacy").symlink_to(elsewhere)
        assert code_of(build(root, out, NEW)) == ["output-refused"]
        assert [(path.name, path.read_bytes()) for path in elsewhere.iterdir()] == [("index.html", b"canary")]

    def test_row_19_a_link_swapped_in_during_the_commit_leads_nowhere(
        self, root: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After the survey, before the renames; the journal stays, and the next build says what is wrong."""
        elsewhere = tmp_path / "elsewhere"
        (elsewhere / "privacy").mkdir(parents=True)
        (elsewhere / "privacy/index.html").write_bytes(b"canary")
        build(root, out, OLD)
        store = journal.store

        def swap(top: int, plan: journal.Journal) -> None:
            store(top, plan)
            (out / "acme").rename(out / "spare")
            (out / "acme").symlink_to(elsewhere)

        monkeypatch.setattr(journal, "store", swap)
        problems = build(root, out, NEW)
        monkeypatch.undo()
        assert code_of(problems) == ["machine"]
        assert "half-way" in problems[0].message
        assert (elsewhere / "privacy/index.html").read_bytes() == b"canary"
        assert code_of(build(root, out, NEW)) == ["machine"]
        (out / "acme").unlink()
        (out / "spare").rename(out / "acme")
        assert build(root, out, NEW) == []
        assert tree(out) == NEW

    def test_row_19_a_swapper_never_gets_a_write_outside(self, root: Path, out: Path, tmp_path: Path) -> None:
        """Folder and link change places all the time while builds go on."""
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        build(root, out, OLD)
        stop = threading.Event()

        def swap() -> None:
            while not stop.is_set():
                with contextlib.suppress(OSError):
                    (out / "acme").rename(out / "spare")
                    (out / "acme").symlink_to(elsewhere)
                    (out / "acme").unlink()
                    (out / "spare").rename(out / "acme")

        swapper = threading.Thread(target=swap)
        swapper.start()
        try:
            for number in range(20):
                build(root, out, {**OLD, "acme/privacy/index.html": b"%d" % number})
        finally:
            stop.set()
            swapper.join()
        assert list(elsewhere.iterdir()) == []


class TestLock:
    def test_row_30_a_second_build_is_refused_at_once_and_names_the_first(
        self, root: Path, out: Path
    ) -> None:
        """The first is another process; when it is killed its lock is gone."""
        program = textwrap.dedent("""
            import sys, time
            from pathlib import Path
            from policypages.write import open_output
            output, problems = open_output(Path(sys.argv[1]), Path(sys.argv[2]))
            output.new_stage()
            print("held", flush=True)
            time.sleep(60)
        """)
        first = subprocess.Popen(
            [sys.executable, "-c", program, root, out], stdout=subprocess.PIPE, text=True
        )
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        started = time.monotonic()
        output, problems = open_output(root, out)
        assert time.monotonic() - started < 5
        assert output is None
        assert code_of(problems) == ["output-locked"]
        assert f"process {first.pid}" in problems[0].message
        first.kill()
        first.wait()
        first.stdout.close()
        opened(root, out).close()
        assert leftovers(out) == []

    def test_one_process_cannot_take_it_twice(self, root: Path, out: Path) -> None:
        """Closing gives it back, also when it is done twice."""
        output = opened(root, out)
        assert code_of(open_output(root, out)[1]) == ["output-locked"]
        output.close()
        output.close()
        opened(root, out).close()

    def test_a_forked_worker_does_not_give_the_lock_back(self, root: Path, out: Path) -> None:
        """Its exit closes a copy of the descriptor only."""

        def work(share: int) -> Iterator[int]:
            yield share

        with opened(root, out):
            assert sorted(map_shares(work, [1, 2], jobs=2)) == [1, 2]
            assert code_of(open_output(root, out)[1]) == ["output-locked"]


def in_child(work: Callable[[], object]) -> int:
    """Run something in a forked child and return its wait status as an exit code."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - told on stderr, where pytest shows it
            traceback.print_exc()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def die_at(step: int, work: Callable[[], object]) -> None:
    """Do some work, but be killed before its system call number `step` that could change a folder."""
    count = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **rest: object) -> object:
            nonlocal count
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **rest)

        return call

    for name in ("mkdir", "open", "write", "rename", "replace", "unlink", "rmdir", "fsync"):
        setattr(os, name, counted(getattr(os, name)))
    work()


class TestKill:
    def test_row_27_killed_before_and_after_each_step(self, root: Path, out: Path, tmp_path: Path) -> None:
        """Every system call that changes the output is a place to die; the next opening repairs each."""
        build(root, out, OLD)
        saved = tmp_path / "saved"
        shutil.copytree(out, saved)
        outcomes = set()
        status = -1
        for step in range(1, 500):
            shutil.rmtree(out)
            shutil.copytree(saved, out)

            status = in_child(partial(die_at, step, lambda: build(root, out, NEW)))
            journaled = (out / ".policypages/journal").exists()
            opened(root, out).close()
            assert leftovers(out) == []
            manifest = (out / ".policypages/manifest").read_bytes()
            expected = NEW if journaled or manifest == _manifest(NEW) else OLD
            assert tree(out) == expected
            assert manifest == _manifest(expected)
            outcomes.add((journaled, expected is NEW))
            if status == 0:
                break
        assert outcomes == {(False, False), (True, True), (False, True)}
        assert status == 0

    def test_row_27_killed_at_random(self, root: Path, out: Path) -> None:
        """Real builds with workers, one after another; each starts from what the last left."""
        chance = random.Random(7)  # noqa: S311 - moments, not secrets
        versions: list[Files] = [
            {
                f"s{(site + v) % 40}/p{page}/index.html": b"%d" % (v * page) * 50
                for site in range(25)
                for page in range(4)
            }
            for v in range(3)
        ]
        manifests = {_manifest(files): files for files in versions}
        assert build(root, out, versions[0]) == []
        for number in range(20):
            pid = os.fork()
            if pid == 0:
                try:
                    build(root, out, versions[(number + 1) % 3])
                finally:
                    os._exit(0)
            time.sleep(chance.uniform(0.002, 0.05))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            opened(root, out).close()
            assert tree(out) == manifests[(out / ".policypages/manifest").read_bytes()]
            assert leftovers(out) == []
        assert build(root, out, versions[1]) == []
        assert tree(out) == versions[1]

    def test_a_first_build_that_was_killed_is_no_stranger(self, root: Path, out: Path) -> None:
        """Staging without a manifest is cleared away and the build goes on."""

        def die() -> None:
            output = opened(root, out)
            stage_file(output.new_stage(), "a/b", b"x")
            os.kill(os.getpid(), signal.SIGKILL)

        assert in_child(die) == -signal.SIGKILL
        assert build(root, out, NEW) == []
        assert tree(out) == NEW

    @pytest.mark.parametrize("cut", [0, 1, 50, -2, -30])
    def test_a_torn_journal_is_discarded(self, root: Path, out: Path, cut: int) -> None:
        """It was never acted upon, or it was done."""
        build(root, out, OLD)
        plan = journal.Journal(".staging-0123456789abcdef", (), ("x",), ("acme/y",), (), "0" * 64)
        (out / ".policypages/journal").write_bytes(plan.encode()[:cut])
        assert build(root, out, NEW) == []
        assert tree(out) == NEW

    def test_a_journal_that_somebody_planted_leads_nowhere(self, root: Path, out: Path) -> None:
        """Paths and names are checked, not trusted."""
        build(root, out, OLD)
        target = FileRecord("../policypages.yaml", 9, _sha(b"title: T\n"))
        stage = ".staging-0123456789abcdef"
        for plan in (
            journal.Journal("../content", (), (), (), (), "0"),
            journal.Journal(stage, (target,), (), (), (), "0"),
            journal.Journal(stage, (), ("../x",), (), (), "0"),
        ):
            assert journal.decode(plan.encode()) is None
            (out / ".policypages/journal").write_bytes(plan.encode())
            opened(root, out).close()
        assert (root / "policypages.yaml").exists()

    def test_a_journal_without_its_stage_is_told(self, root: Path, out: Path) -> None:
        """Somebody tidied up too much: neither the old nor the new site is there."""
        build(root, out, OLD)
        plan = journal.Journal(".staging-0123456789abcdef", (), ("x",), (), (), "0" * 64)
        (out / ".policypages/journal").write_bytes(plan.encode())
        output, problems = open_output(root, out)
        assert output is None
        assert "delete" in (problems[0].hint or "")


class TestMachine:
    @ROOT
    def test_a_full_disk_leaves_the_old_site(self, root: Path, out: Path) -> None:
        """A real file system of one MiB; the diagnostic names the path and the room there is."""
        out.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", out], check=False).returncode:
            pytest.skip("may not mount")
        try:
            assert build(root, out, OLD) == []
            big = {f"s{number}/index.html": os.urandom(100_000) for number in range(20)}
            problems = build(root, out, {**OLD, **big})
            assert code_of(problems) == ["machine"]
            assert ".staging-" in problems[0].message
            assert "no space left on device" in problems[0].message
            assert "KiB" in problems[0].message
            assert tree(out) == OLD
            assert leftovers(out) == []
            assert build(root, out, NEW) == []
        finally:
            subprocess.run(["umount", out], check=True)

    def test_row_28_a_limit_of_file_sizes(self, root: Path, out: Path) -> None:
        """As a quota does, it cuts a file in the middle of its bytes."""
        build(root, out, OLD)

        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
            problems = build(root, out, {**NEW, "big/index.html": b"x" * 100_000})
            assert code_of(problems) == ["machine"]
            assert "big/index.html" in problems[0].message
            assert "ulimit -f" in (problems[0].hint or "")

        assert in_child(limited) == 0
        assert tree(out) == OLD
        assert leftovers(out) == []

    def test_row_29_too_few_descriptors(self, root: Path, out: Path) -> None:
        """EMFILE is one diagnostic wherever it comes, and sixty-four are plenty."""
        build(root, out, OLD)

        def grow() -> None:
            failed = 0
            for number in range(3, 64):
                resource.setrlimit(resource.RLIMIT_NOFILE, (number, 64))
                problems = build(root, out, NEW)
                if not problems:
                    break
                assert code_of(problems) == ["machine"]
                assert "ulimit -n" in (problems[0].hint or "")
                failed += 1
            assert 0 < failed < 60

        assert in_child(grow) == 0
        assert tree(out) == NEW

    @ROOT
    @pytest.mark.parametrize(
        "where", ["output", "output/acme/privacy", "output/gone/privacy", "output/.policypages"]
    )
    def test_row_29_folders_without_permission(self, root: Path, out: Path, where: str) -> None:
        """Another user's folder is found out before anything changes."""
        build(root, out, OLD)
        subprocess.run(["chown", "-R", "nobody", root], check=True)
        for folder in (root, *root.parents):
            if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):  # noqa: S108 - pytest's own folder
                folder.chmod(folder.stat().st_mode | 0o055)
        (root / where).chmod(0o555)
        before = tree(out)

        def as_nobody() -> None:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            problems = build(root, out, NEW)
            assert code_of(problems) == ["machine"], problems
            assert "permission denied" in problems[0].message
            assert where.removeprefix("output/") in problems[0].message

        assert in_child(as_nobody) == 0
        (root / where).chmod(0o755)
        assert tree(out) == before
        assert set(leftovers(out)) <= {"pid"}

    @ROOT
    def test_row_29_a_read_only_file_system(self, root: Path, out: Path) -> None:
        """Told in one line with what to do."""
        out.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", out], check=False).returncode:
            pytest.skip("may not mount")
        try:
            problems = build(root, out, NEW)
        finally:
            subprocess.run(["umount", out], check=True)
        assert code_of(problems) == ["machine"]
        assert "read-only" in problems[0].message

    @ROOT
    def test_a_mount_inside_the_output_is_refused_before_anything(self, root: Path, out: Path) -> None:
        """The output itself may be a mount, a site in it may not: a rename cannot cross."""
        build(root, out, OLD)
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", out / "acme"], check=False).returncode:
            pytest.skip("may not mount")
        try:
            problems = build(root, out, NEW)
        finally:
            subprocess.run(["umount", out / "acme"], check=True)
        assert code_of(problems) == ["output-refused"]
        assert tree(out) == OLD

    def test_a_failure_half_way_is_finished_by_the_next_build(
        self, root: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """`discard` leaves alone what the journal needs."""
        build(root, out, OLD)
        real = os.replace

        def failing(source: str, target: str, **rest: int) -> None:
            if source.endswith("cookies/index.html"):
                raise OSError(errno.EIO, os.strerror(errno.EIO), source)
            real(source, target, **rest)

        output = opened(root, out)
        with monkeypatch.context() as patch, output:
            patch.setattr(os, "replace", failing)
            problems = _build(output, NEW)
            for name in names_in(out):
                if name.startswith(".staging-"):
                    output.discard(Stage(str(out / name)))
        assert code_of(problems) == ["machine"]
        assert f"`{out}/acme/cookies/index.html`" in problems[0].message
        assert "next build finishes" in (problems[0].hint or "")
        opened(root, out).close()
        assert tree(out) == NEW
        assert (out / ".policypages/manifest").read_bytes() == _manifest(NEW)
