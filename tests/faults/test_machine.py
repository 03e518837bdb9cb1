"""Full disks, missing parts, dead workers, old times: the machine as it may be, under the real command."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.faults.case import ENTITY, build, command, pages, write
from tests.properties.test_incremental import BASE, RENAMES
from tests.sitecase import SiteCase

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "generator" / "policypages"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limits and mounts")
FULL = """
mount -t tmpfs -o size=1m tmpfs "$1"
shift
out=$1; copy=$2; shift 2
"$@" >&2
cp -a "$out" "$copy/old"
for at in $(seq 60); do cp "$copy/big.yaml" "$copy/../site/content/entities/big$at.yaml"; done
code=0; "$@" || code=$?
cp -a "$out" "$copy/after"
exit $code
"""


@LINUX
def test_row_28_a_full_disk_leaves_the_old_site(tmp_path: Path) -> None:
    """On a file system of 1 MiB: path, reason and room are named, the old output is whole, no staging."""
    site, copy = write(tmp_path / "site"), tmp_path / "copy"
    copy.mkdir()
    (copy / "big.yaml").write_text(ENTITY.replace("name: Acme", f"name: {'Big ' * 5000}"))
    out = site / "output"
    out.mkdir()
    who = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    told = ["unshare", *who, "--mount", "sh", "-euc", FULL, "sh", str(out), str(out), str(copy)]
    done = subprocess.run(
        [*told, *command(site, "--format", "json")], capture_output=True, text=True, check=False
    )
    if "mount" in done.stderr and not (copy / "old").exists():
        _limited(site, copy)  # no right to mount here: a limit on file sizes takes its place
        return
    assert done.returncode == 1, done.stderr
    (found,) = [one for one in json.loads(done.stdout)["diagnostics"] if one["severity"] == "error"]
    assert found["code"] == "machine"
    assert str(out) in found["message"]
    assert "no space left on device" in found["message"]
    assert "KiB" in found["message"]
    assert "free some space" in found["hint"]
    assert pages(copy / "old")
    assert pages(copy / "after") == pages(copy / "old")
    assert not list((copy / "after").glob(".staging-*"))


@LINUX
def test_row_28_a_limit_on_file_sizes_leaves_the_old_site(tmp_path: Path) -> None:
    """The same where a quota or `ulimit -f` cuts a page in the middle of its bytes."""
    (tmp_path / "copy").mkdir()
    _limited(write(tmp_path / "site"), tmp_path / "copy")


def _limited(site: Path, copy: Path) -> None:
    out = copy / "out"
    assert build(site, "--out", out).returncode == 0
    before = pages(out)
    write(site, {"content/entities/big.yaml": ENTITY.replace("name: Acme", f"name: {'Big ' * 25000}")})
    done = build(site, "--out", out, "--format", "short", before=["prlimit", "--fsize=65536", "--"])
    assert done.returncode == 1
    assert "error[machine]: cannot write" in done.stderr
    assert "big" in done.stderr
    assert pages(out) == before
    assert not list(out.glob(".staging-*"))


@LINUX
def test_row_29_too_few_descriptors_is_one_line(tmp_path: Path) -> None:
    """With six descriptors a build fails in one line that names the limit; with sixty-four it works."""
    site = write(tmp_path)
    assert build(site, before=["prlimit", "--nofile=64:64", "--"]).returncode == 0
    before = pages(site / "output")
    program = (
        "import resource, sys; from policypages.cli import main; import policypages.cli.build,"
        " policypages.build, policypages.write, policypages.sources;"
        " resource.setrlimit(resource.RLIMIT_NOFILE, (6, 64)); main(sys.argv[1:])"
    )
    write(site, {"content/entities/acme.yaml": ENTITY.replace("Acme", "Changed")})
    told = [sys.executable, "-c", program, "-C", str(site), "build", "--format", "short"]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "too many open files" in done.stderr.lower()
    assert pages(site / "output") == before


@LINUX
@pytest.mark.parametrize("how", ["os._exit(9)", "os.kill(os.getpid(), 9)"])
def test_row_32_a_dead_worker_names_its_share(tmp_path: Path, how: str) -> None:
    """A worker that is killed, as for want of memory, is an error with its sites; the output stays empty."""
    site = write(tmp_path, {f"content/entities/e{at:03}.yaml": ENTITY for at in range(100)})
    program = textwrap.dedent(f"""
        import os, sys
        from policypages.build.sites import SiteBuilder
        from policypages.cli import main
        real = SiteBuilder.build
        def dies(builder, ids):
            if "e070" in ids:
                {how}
            return real(builder, ids)
        SiteBuilder.build = dies
        main(sys.argv[1:])
    """)
    told = [sys.executable, "-c", program, "-C", str(site), "build", "--jobs", "2", "--format", "short"]
    done = subprocess.run(told, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert "error[worker-lost]: the worker for `e055` to `e094` died" in done.stderr
    assert pages(site / "output") == {}
    assert not list((site / "output").glob(".staging-*"))


KINDS = [
    "policypages.yaml",
    "content/entities/house.yaml",
    "content/entities/acme.yaml",
    "content/policies/cookies.yaml",
    "content/clauses/tools.md",
    "content/clauses/cookies@brief.md",
    "themes/own/theme.yaml",
    "themes/own/templates/part.html",
    "themes/own/assets/style.css",
    "themes/own/strings/en.yaml",
]


def _edited(path: str, text: str) -> str:
    changes: Mapping[str, tuple[str, str]] = {
        "policypages.yaml": ('"theme"', '"title": "House of acts", "theme"'),
        "content/entities/house.yaml": ("House Inc", "Horse Inc"),
        "content/entities/acme.yaml": ("Acme", "Acne"),
        "content/policies/cookies.yaml": ('"Cookies"', '"Crumbs"'),
        "themes/own/theme.yaml": ("own", "owner"),
        "themes/own/templates/part.html": ("<p>", "<p>Here: "),
        "themes/own/assets/style.css": ("{}", "{ color: red }"),
        "themes/own/strings/en.yaml": ("Up", "Upwards"),
    }
    old, new = changes.get(path, ("", ""))
    assert old in text
    return text.replace(old, new) if old else f"{text}\nOne more sentence.\n"


@pytest.mark.parametrize("path", KINDS)
def test_row_37_warm_is_cold_after_each_kind_of_change(tmp_path: Path, path: str) -> None:
    """Edited, taken away, put back and renamed: the warm output equals a clean build's, byte for byte."""
    warm = SiteCase(tmp_path / "warm", dict(BASE)).build()
    assert not warm.report.failed
    renames = {**dict(RENAMES), "content/clauses/tools.md": "content/clauses/more/tools.md"}
    other = renames.get(path, path.replace("/en", "/de").replace(".yaml", "-two.yaml"))
    text = BASE[path]
    states: list[dict[str, str | None]] = [
        {path: _edited(path, text)},
        {path: None},
        {path: text},
        {path: None, other: text},
    ]
    for number, state in enumerate(states):
        for name, content in state.items():
            warm.change(name, content)
        warm.build()
        cold = SiteCase(tmp_path / f"cold{number}", dict(warm.files))
        cold.root.mkdir()
        cold.build()
        assert warm.report.diagnostics == cold.report.diagnostics
        if not cold.report.failed:
            assert warm.tree() == cold.tree()


def test_row_35_a_manifest_of_another_version_is_ignored_with_a_note(tmp_path: Path) -> None:
    """Cut, flipped or of another version, the real command says so and the output is right."""
    site = write(tmp_path)
    assert build(site).returncode == 0
    right, file = pages(site / "output"), site / "output/.policypages/manifest"
    whole = file.read_bytes()
    for harmed in (
        whole[: len(whole) // 2],
        whole.replace(b"a", b"b", 1),
        whole.replace(b": 2}", b": 3}", 1),
    ):
        file.write_bytes(harmed)
        (site / "output/acme/privacy/index.html").write_bytes(b"torn")
        done = build(site, "--format", "short")
        assert done.returncode == 0, done.stderr
        assert "note[cache-ignored]" in done.stderr
        assert pages(site / "output") == right
        assert file.read_bytes() == whole


def test_row_36_nothing_that_is_stored_can_hold_code() -> None:
    """No module reads pickle, marshal, shelve or the like; the workers' own pipe is the one exception."""
    refused = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "dbm"}
    users, runners = set(), set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if refused & {name.partition(".")[0] for name in names}:
                users.add(file.relative_to(PACKAGE).as_posix())
            if isinstance(node, ast.Name) and node.id in {"eval", "exec", "__import__"}:
                runners.add(file.relative_to(PACKAGE).as_posix())
    assert users == {"workers.py"}
    # one module runs what it has made of Jinja's syntax tree: nodes, never text, and nothing of it is kept
    assert runners == {"formats/templates/quick/__init__.py"}
    assert "bytecode_cache" not in "".join(file.read_text("utf-8") for file in PACKAGE.rglob("*.py"))


def test_row_36_what_is_stored_is_json(tmp_path: Path) -> None:
    """Of the files that a build leaves for the next, the lock is empty and all else is lines of JSON."""
    site = write(tmp_path)
    assert build(site).returncode == 0
    state = {path.name: path for path in (site / "output/.policypages").iterdir()}
    assert set(state) == {"lock", "manifest", "state", "trace"}
    assert state.pop("lock").read_bytes() == b""
    for file in state.values():
        for line in file.read_text("utf-8").splitlines():
            json.loads(line)


def test_row_38_one_worker_and_eight_give_the_same_bytes(tmp_path: Path) -> None:
    """Three hundred and twenty sites, enough for eight workers."""
    site = write(
        tmp_path / "site",
        {f"content/entities/e{at}.yaml": ENTITY.replace("Acme", f"Acme {at}") for at in range(320)},
    )
    for jobs in ("1", "8"):
        assert build(site, "--jobs", jobs, "--out", tmp_path / jobs).returncode == 0
    assert pages(tmp_path / "1") == pages(tmp_path / "8")
    manifests = [(tmp_path / jobs / ".policypages/manifest").read_bytes() for jobs in ("1", "8")]
    assert manifests[0] == manifests[1]


def test_row_57_without_libyaml_the_command_says_so(tmp_path: Path) -> None:
    """A PyYAML without its C part: a clear line that says what to install, and no traceback."""
    site = write(tmp_path)
    program = textwrap.dedent("""
        import sys
        class Without:
            def find_spec(self, name, path=None, target=None):
                if name in {"yaml._yaml", "_yaml", "yaml.cyaml"}:
                    raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        sys.meta_path.insert(0, Without())
        from policypages.cli import main
        main(sys.argv[1:])
    """)
    told = [sys.executable, "-c", program, "-C", str(site), "build"]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    assert done.returncode in {1, 2}, done.stderr
    assert "Traceback" not in done.stderr
    assert "libyaml" in done.stderr
    assert pages(site / "output") == {}


def test_row_57_without_git_and_on_an_empty_path_a_build_works(tmp_path: Path) -> None:
    """Nothing on PATH is needed."""
    site = write(tmp_path)
    assert shutil.which("git", path=str(tmp_path)) is None
    assert build(site, env={"PATH": str(tmp_path)}).returncode == 0
