"""Where the time of a build went: all of it, counted once, and at no cost where nobody asks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from policypages import cli

ROOT = Path(__file__).resolve().parents[3]

PACKAGES = Path(cli.__file__).resolve().parents[2]
SITES = 90  # enough for two workers
STAGES = "start listing comparing sharing loading planning rendering writing commit waiting rest".split()
MODULE = re.compile(r"import time:.*\| +(\S+)$", re.MULTILINE)
ROUNDING = 0.001
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs fork and what POSIX tells of processes")


def run(site: Path, *words: str | Path, importtime: bool = False) -> subprocess.CompletedProcess[str]:
    """Build a site in a process of its own; as modules are loaded, stderr may have a line for each."""
    kept = {name: value for name, value in os.environ.items() if name not in {"SOURCE_DATE_EPOCH", "COLUMNS"}}
    return subprocess.run(
        [
            *(sys.executable, *(("-X", "importtime") if importtime else ()), "-m", "policypages"),
            *("-C", str(site), "build", *map(str, words)),
        ],
        env={**kept, "PYTHONPATH": str(PACKAGES), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def profile(site: Path, *words: str | Path) -> dict[str, Any]:
    """Build with `--profile json`; what it prints is one JSON object."""
    ran = run(site, "--profile", "json", *words)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert isinstance(told, dict)
    return told


def tree(folder: Path) -> dict[str, bytes]:
    """Return the published files of an output folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".policypages" not in path.parts
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a site of many entities, each with two policies; one clause is on every page, one on half."""
    root = tmp_path_factory.mktemp("profile")
    files = {
        "policypages.yaml": "title: T\n",
        "content/policies/privacy.yaml": "title: Privacy\nsections: [hello, rights]\n",
        "content/policies/terms.yaml": "title: Terms\nsections: [hello]\n",
        "content/clauses/hello.md": "---\ntitle: Hello\n---\nHello from {{ name }}.\n",
        "content/clauses/rights.md": "---\ntitle: Rights of {{ name }}\n---\nYour rights.\n",
        "content/clauses/unused.md": "---\ntitle: Unused\n---\nNobody sees {{ name }}.\n",
        **{
            f"content/entities/site-{at:02}.yaml": f"name: Site {at}\nsample: true\n"
            "policies:\n  privacy: {}\n  terms: {}\n"
            for at in range(SITES)
        },
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@POSIX
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_parts_are_no_more_than_the_whole(site: Path, tmp_path: Path, jobs: int) -> None:
    """Nor is the whole more than what the system counted for the program and its workers."""
    import resource  # noqa: PLC0415 - POSIX alone has it

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    told = profile(site, "--jobs", str(jobs), "--out", tmp_path / "out")
    passed = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert told["version"] == 1
    assert list(told["stages"]) == STAGES
    assert told["processes"] == (1 if jobs == 1 else 3)
    assert told["cpu_s"] <= used + ROUNDING
    assert told["elapsed_s"] <= passed + 0.02  # the system counts starts of processes in hundredths
    assert told["wall_s"] <= told["processes"] * told["elapsed_s"] + ROUNDING
    for unit in ("cpu_s", "wall_s"):
        spent = [stage[unit] for stage in told["stages"].values()]
        assert min(spent) >= 0
        assert sum(spent) == pytest.approx(told[unit], abs=ROUNDING)
    for stage in ("start", "sharing", "loading", "planning", "rendering", "writing", "commit"):
        assert told["stages"][stage]["wall_s"] > 0, stage
    rendering = told["stages"]["rendering"]["wall_s"] * 1e6
    assert sum(one["total_us"] for one in told["policies"]) <= rendering + 1
    assert sum(one["total_us"] for one in told["templates"]) <= rendering + 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_it_counts_what_was_read_rendered_and_written(site: Path, tmp_path: Path, jobs: int) -> None:
    """In however many processes: each clause once a page, each template once a file."""
    told = profile(site, "--jobs", str(jobs), "--out", tmp_path / "out")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    published = [path for path in files if ".policypages" not in path.parts]
    made = [path for path in published if path.suffix == ".html" or path.name == "policy.json"]
    assert told["counts"] == {
        "files_listed": told["counts"]["files_listed"],
        "reads": told["counts"]["reads"],
        "sites": SITES,
        "files_rendered": len(made),
        "pages_rendered": 2 * SITES,
        "files_written": len(published),
    }
    assert told["counts"]["files_listed"] >= SITES + 6
    # a theme that comes with the program and that nobody uses is listed, and not read
    unread = sum(path.is_file() for path in (ROOT / "themes/bare").rglob("*"))
    assert told["counts"]["reads"] >= told["counts"]["files_listed"] - unread
    calls = {kind: {one["name"]: one["calls"] for one in told[kind]} for kind in ("clauses", "policies")}
    assert calls == {
        "clauses": {"content/clauses/hello.md": 2 * SITES, "content/clauses/rights.md": SITES},
        "policies": {"privacy": SITES, "terms": SITES},
    }
    templates = {one["name"]: one["calls"] for one in told["templates"]}
    assert templates == {"page.html": 2 * SITES, "index.html": SITES, "overview.html": 1}
    for kind in ("clauses", "templates", "policies"):
        totals = [one["total_us"] for one in told[kind]]
        assert totals == sorted(totals, reverse=True)
        for one in told[kind]:
            assert one["us_a_call"] == pytest.approx(one["total_us"] / one["calls"], abs=0.11)


def test_a_build_that_is_measured_writes_the_same(site: Path, tmp_path: Path) -> None:
    """To the byte, in one process and in several."""
    assert run(site, "--jobs", "1", "--out", tmp_path / "plain").returncode == 0
    expected = tree(tmp_path / "plain")
    assert len(expected) > 3 * SITES
    for jobs in ("1", "2"):
        profile(site, "--jobs", jobs, "--out", tmp_path / jobs)
        assert tree(tmp_path / jobs) == expected


def test_no_more_than_ten_of_each_are_named(site: Path, tmp_path: Path) -> None:
    """Of fifteen clauses, ten; their names are of files that there are."""
    root = tmp_path / "more"
    (root / "content/clauses").mkdir(parents=True)
    for at in range(15):
        text = f"---\ntitle: Part {at}\n---\nPart of {{{{ name }}}}.\n"
        (root / f"content/clauses/part-{at}.md").write_text(text)
    for path in ("policypages.yaml", "content/entities/site-00.yaml", "content/policies/terms.yaml"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text((site / path).read_text())
    names = [f"part-{at}" for at in range(15)]
    (root / "content/policies/privacy.yaml").write_text(f"title: P\nsections: [{', '.join(names)}]\n")
    (root / "content/policies/terms.yaml").write_text("title: T\nsections: [part-1]\n")
    told = profile(root)
    assert len({one["name"] for one in told["clauses"]}) == 10
    assert all((root / one["name"]).is_file() for one in told["clauses"])


def test_people_get_a_table_below_the_summary_on_stderr(site: Path, tmp_path: Path) -> None:
    """Its lines fit a window of 80 columns; stdout stays free."""
    ran = run(site, "--profile", "--out", tmp_path / "out")
    assert (ran.returncode, ran.stdout) == (0, "")
    summary, _, table = ran.stderr.partition("\n\n")
    assert summary.startswith("built 90 sites, 180 pages")
    assert [line.split()[0] for line in table.splitlines()[1:12]] == STAGES
    assert "content/clauses/hello.md" in table
    assert max(map(len, table.splitlines())) <= 80


def test_a_build_of_what_did_not_change_loads_no_more_for_being_measured(site: Path, tmp_path: Path) -> None:
    """No template engine is loaded, nothing is compiled, and no clause is named."""
    run(site, "--out", tmp_path / "out")
    ran = run(site, "--profile", "json", "--out", tmp_path / "out", importtime=True)
    told = json.loads(ran.stdout)
    loaded = {name.partition(".")[0] for name in MODULE.findall(ran.stderr)}
    assert "click" in loaded
    assert not loaded & {"jinja2", "markdown_it", "yaml", "babel", "pydantic", "rich"}
    assert [told[kind] for kind in ("clauses", "templates", "policies")] == [[], [], []]
    assert told["counts"]["reads"] == told["counts"]["files_written"] == 0


def test_nobody_who_did_not_ask_loads_the_stopwatch(site: Path, tmp_path: Path) -> None:
    """A build without `--profile` has none of it."""
    ran = run(site, "--jobs", "1", "--out", tmp_path / "out", importtime=True)
    loaded = set(MODULE.findall(ran.stderr))
    assert "policypages.build.sites" in loaded
    assert not loaded & {"policypages.build.profile", "policypages.build.timed"}


def test_a_build_that_fails_says_where_its_time_went(site: Path, tmp_path: Path) -> None:
    """The exit code is that of the build."""
    root = tmp_path / "broken"
    for path in ("policypages.yaml", "content/entities/site-00.yaml", "content/policies/terms.yaml"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text((site / path).read_text())
    ran = run(root, "--profile", "json", "--format", "short")
    assert ran.returncode == 1
    assert "error[unknown-policy]" in ran.stderr
    assert json.loads(ran.stdout)["stages"]["sharing"]["wall_s"] > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--profile", "json", "--format", "json"), "both write to stdout"),
        (("--profile", "json", "--format", "github"), "both write to stdout"),
        (("--profile=xml",), "'text', 'json'"),
    ],
)
def test_what_cannot_be_shown_is_wrong_usage(site: Path, words: tuple[str, ...], said: str) -> None:
    """Two texts for programs on one stream, or a form that there is not, end with 2 and build nothing."""
    ran = run(site, *words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert not (site / "output").exists()
