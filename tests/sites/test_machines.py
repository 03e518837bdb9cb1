"""Machines as they are: shallow clones, no git, read-only folders, two builds at once, signals."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
PAGES = ("kp-businessnet", "kp-employees", "kp-careers", "communication-partners")
MANY = 3000
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
# root may write anywhere: a child gives up the rights by which it may, and keeps the rest
WITHOUT_RIGHTS = """
import ctypes, os, sys
if os.geteuid() == 0:
    for right in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
        if ctypes.CDLL(None, use_errno=True).prctl(24, right, 0, 0, 0):  # PR_CAPBSET_DROP
            sys.exit(f"cannot give up a right: {os.strerror(ctypes.get_errno())}")
os.execv(sys.argv[1], sys.argv[1:])
"""


def command(site: Path, *told: str) -> list[str]:
    """Return the command line of a build."""
    return [sys.executable, "-m", "policypages", "-C", str(site), "build", *told]


def build(
    site: Path, *told: str, env: Mapping[str, str] | None = None, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Build a site folder with the real command."""
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        [*before, *command(site, *told)], env=environment, capture_output=True, text=True, check=False
    )


def ordinary(site: Path, *told: str) -> subprocess.CompletedProcess[str]:
    """Build as somebody whom file modes bind."""
    return build(site, *told, before=(sys.executable, "-c", WITHOUT_RIGHTS))


def four_sites(output: Path) -> dict[str, bytes]:
    """Return the four pages and the overview of an output folder, which must be there."""
    names = [*(f"{page}/privacy/index.html" for page in PAGES), "_overview/index.html"]
    return {name: (output / name).read_bytes() for name in names}


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return time and bytes of each file of an output folder, the lock and the process id apart."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"lock", "pid"}
    }


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy this repository's content, without git."""
    site = tmp_path / "copy"
    site.mkdir()
    shutil.copy(REPO / "policypages.yaml", site)
    shutil.copytree(REPO / "content", site / "content")
    shutil.copytree(REPO / "themes", site / "themes")
    return site


@pytest.fixture
def locked(copy: Path) -> Iterator[Path]:
    """Take away everybody's right to write in the copy, and give it back at the end."""
    subprocess.run(["chmod", "-R", "a-w", str(copy)], check=True)
    yield copy
    subprocess.run(["chmod", "-R", "u+w", str(copy)], check=True)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a site of so many entities that a build takes seconds."""
    site = tmp_path_factory.mktemp("many")
    for path, text in {
        "policypages.yaml": "title: Many\nnames: {contacts: [privacy]}\n",
        "content/policies/privacy.yaml": "title: Privacy\nsections: [visits]\n",
        "content/clauses/visits.md": "---\ntitle: Visits\n---\n" + "We, {{ name }}, count visits.\n\n" * 40,
    }.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
    entities = site / "content" / "entities"
    entities.mkdir()
    for number in range(MANY):
        (entities / f"e-{number}.yaml").write_text(f"name: Entity {number}\npolicies: {{privacy: {{}}}}\n")
    return site


# --------------------------------------------------------------------- git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Clone this repository with depth 1 over file://, whatever git thinks of who owns it."""
    if not (REPO / ".git").exists():
        pytest.skip("this is no git checkout")
    config = tmp_path / "gitconfig"
    config.write_text("[safe]\n\tdirectory = *\n")
    # only what is set here is heeded: no hook's GIT_DIR, no configuration of the user or the machine
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    target = tmp_path / "clone"
    git = ["git", "clone", "--quiet", "--depth", "1", f"file://{REPO}", str(target)]
    subprocess.run(git, env=env, check=True)
    depth = subprocess.run(
        ["git", "-C", str(target), "rev-list", "--count", "HEAD"], env=env, check=True, capture_output=True
    )
    assert depth.stdout.strip() == b"1"
    return target


def test_a_shallow_clone_builds(clone: Path, tmp_path: Path) -> None:
    """What is committed builds from a clone with a history of one commit, with the clone's own program."""
    env = {"PYTHONPATH": str(clone / "generator"), "HOME": str(tmp_path / "nobody-was-here")}
    done = build(clone, env=env)
    assert done.returncode == 0, done.stderr
    assert len(four_sites(clone / "output")) == 5


def test_row_57_no_git_and_no_repository_build(copy: Path, tmp_path: Path) -> None:
    """A folder without `.git`, with no git on PATH, gives the pages that this checkout gives."""
    empty = tmp_path / "bin"
    empty.mkdir()
    assert shutil.which("git", path=str(empty)) is None
    done = build(copy, env={"PATH": str(empty)})
    assert done.returncode == 0, done.stderr
    here = build(REPO, "--out", str(tmp_path / "here"))
    assert here.returncode == 0, here.stderr
    assert four_sites(copy / "output") == four_sites(tmp_path / "here")


def test_a_broken_repository_builds(copy: Path) -> None:
    """A `.git` that git itself refuses is nothing to a build."""
    (copy / ".git").mkdir()
    (copy / ".git" / "HEAD").write_text("nonsense")
    assert build(copy).returncode == 0


# --------------------------------------------------------------- read-only


@LINUX
def test_row_29_read_only_sources_build_elsewhere(locked: Path, tmp_path: Path) -> None:
    """Sources that nobody may write to build into a folder elsewhere, and stay as they are."""
    before = tree(locked)
    done = ordinary(locked, "--out", str(tmp_path / "elsewhere"))
    assert done.returncode == 0, done.stderr
    assert len(four_sites(tmp_path / "elsewhere")) == 5
    assert tree(locked) == before


@LINUX
def test_row_29_a_read_only_site_folder_is_one_clear_line(locked: Path) -> None:
    """Where the default output cannot be made, one line says where, why and what to do."""
    done = ordinary(locked, "--format", "short")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    problems = [line for line in (done.stdout + done.stderr).splitlines() if "machine" in line]
    assert len(problems) == 1
    assert str(locked / "output") in problems[0]
    assert "permission denied" in problems[0]
    assert not (locked / "output").exists()


@LINUX
def test_row_29_a_read_only_output_is_left_as_it_is(copy: Path) -> None:
    """An output folder that can be read but not written gives one problem, and nothing of it changes."""
    assert build(copy).returncode == 0
    before = tree(copy / "output")
    entity = copy / "content/entities/kp-careers.yaml"
    entity.write_text(entity.read_text("utf-8").replace("name: ", "name: The "), "utf-8")
    subprocess.run(["chmod", "-R", "a-w", str(copy / "output")], check=True)
    done = ordinary(copy, "--format", "json")
    subprocess.run(["chmod", "-R", "u+w", str(copy / "output")], check=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    errors = [one for one in json.loads(done.stdout)["diagnostics"] if one["severity"] == "error"]
    assert [one["code"] for one in errors] == ["machine"]
    assert tree(copy / "output") == before


# ------------------------------------------------- two at once, and signals


def start(site: Path, output: Path) -> subprocess.Popen[str]:
    """Begin a build in a process group of its own, and wait until it stages pages."""
    process = subprocess.Popen(
        command(site, "--out", str(output), "--jobs", "2"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 30
    while not any(output.glob(".staging-*/e-*")):
        assert process.poll() is None, "the build ended before it could be disturbed"
        assert time.monotonic() < until
        time.sleep(0.005)
    return process


def group_is_gone(group: int) -> bool:
    """Tell whether no process of a group is left, a zombie that waits for its parent apart."""
    try:
        os.killpg(group, 0)
    except OSError as error:
        return error.errno == errno.ESRCH
    return False


@LINUX
def test_row_30_the_second_of_two_builds_is_refused(many: Path, tmp_path: Path) -> None:
    """A build into a folder that another build holds ends at once, names its process and harms nothing."""
    output = tmp_path / "output"
    first = start(many, output)
    try:
        started = time.monotonic()
        second = build(many, "--out", str(output), "--format", "short")
        took = time.monotonic() - started
        assert first.poll() is None, "the first build was too quick for this test"
    finally:
        first.communicate()
    assert second.returncode == 1
    assert re.search(rf"output-locked.*process {first.pid}\b", second.stdout + second.stderr)
    assert took < 10
    assert first.returncode == 0
    assert len(list(output.glob("e-*/privacy/index.html"))) == MANY


@LINUX
@pytest.mark.parametrize(
    ("number", "group", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGTERM, False, 143), (signal.SIGINT, False, 130)],
)
def test_row_31_a_signal_ends_a_build_and_leaves_no_trace(
    many: Path, tmp_path: Path, number: signal.Signals, group: bool, code: int
) -> None:
    """After Ctrl-C or a polite kill the output is as before: no staging, no journal, no worker left."""
    output = tmp_path / "output"
    assert build(many, "--out", str(output), "--entity", "e-1").returncode == 0
    before = tree(output)
    process = start(many, output)
    (os.killpg if group else os.kill)(process.pid, number)
    sent = time.monotonic()
    _, told = process.communicate(timeout=30)
    assert time.monotonic() - sent < 10
    assert process.returncode == code, told
    assert "Traceback" not in told
    assert group_is_gone(process.pid)
    assert tree(output) == before
    assert sorted(path.name for path in output.iterdir()) == [".policypages", "e-1"]
    assert build(many, "--out", str(output), "--entity", "e-1").returncode == 0


@LINUX
def test_row_33_a_source_edited_during_a_build_is_told(many: Path, tmp_path: Path) -> None:
    """A file that changes while a build reads it gives a warning, and the next build shows its last text."""
    output = tmp_path / "output"
    last = many / "content" / "entities" / f"e-{MANY - 1}.yaml"
    text = last.read_text("utf-8")
    process = start(many, output)
    try:
        last.write_text(f"{text}# edited meanwhile\n", encoding="utf-8")
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told
        assert "source-changed" in told
        assert f"`content/entities/e-{MANY - 1}.yaml` changed while the build ran" in " ".join(told.split())
        again = build(many, "--out", str(output))
        assert again.returncode == 0
        assert "source-changed" not in again.stderr
    finally:
        last.write_text(text, encoding="utf-8")


# -------------------------------------------------------- SOURCE_DATE_EPOCH


@pytest.mark.parametrize("junk", ["", "soon", "1e9", "0x10", "9" * 20, "-99999999999999", "1 2", "１"])
def test_row_39_a_source_date_that_is_none_is_refused(copy: Path, junk: str) -> None:
    """A SOURCE_DATE_EPOCH that is no number of seconds is a mistake in usage: exit 2, nothing built."""
    done = build(copy, env={"SOURCE_DATE_EPOCH": junk})
    assert done.returncode == 2, done.stderr
    assert "SOURCE_DATE_EPOCH" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (copy / "output").exists()


def test_row_39_a_source_date_is_never_printed(copy: Path, tmp_path: Path) -> None:
    """Two days of building give the same bytes where no release is selected by the day."""
    for day, name in (("0", "old"), ("1790000000", "new")):
        done = build(copy, "--out", str(tmp_path / name), env={"SOURCE_DATE_EPOCH": day})
        assert done.returncode == 0, done.stderr
    assert four_sites(tmp_path / "old") == four_sites(tmp_path / "new")
