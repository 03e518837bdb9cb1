"""The kit for GitHub, step by step in clean clones: what a pull request is told, and what main publishes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.forgecase import Forge, served
from tests.more.cicase import GitHub
from tests.more.cisite import KEYS, Home, clean_clone, delivered, settle
from tests.more.s3case import Bucket, s3_server

__all__ = ["s3_server"]
pytestmark = [pytest.mark.more, pytest.mark.timeout(600)]


@dataclass
class Setting:
    """What all jobs of these tests have in common."""

    folder: Path
    home: Home
    action: Path
    package: str
    bucket: Bucket
    forge: Forge
    address: str

    def job(self, name: str, checkout: Path, on: str, **github: Any) -> GitHub:
        """Set up a job for an event, on a machine of its own."""
        known = {
            "event_name": on,
            "ref": "refs/heads/main",
            "repository": "acme/legal",
            "api_url": f"http://127.0.0.1:{self.forge.port}",
            "token": "a token",
            "event": {},
            **github,
        }
        return GitHub(
            checkout,
            self.folder / name,
            self.action,
            {"github": known, "secrets": KEYS, "vars": {"POLICIES_ADDRESS": self.address}},
            {"package": self.package, "patience": "0"},
        )

    def pull_request(self, name: str, branch: str) -> GitHub:
        checkout = self.home.checkout(self.folder / f"{name}-checkout", branch, onto="main")
        about: dict[str, Any] = {
            "ref": "refs/pull/5/merge",
            "base_ref": "main",
            "event": {"pull_request": {"number": 5, "title": '$(touch "$HOME/owned")'}},
        }
        return self.job(name, checkout, "pull_request", **about)


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory, s3_server: tuple[str, int]) -> Iterator[Setting]:
    """Clone this repository, build its wheel, and make a site deeper in a repository of its own."""
    folder = tmp_path_factory.mktemp("ci")
    action, package = clean_clone(folder)
    bucket = Bucket(s3_server)
    bucket.empty()
    home = settle(folder / "legal", s3_server, "github", "our policies")
    release_for_later(home)
    with served() as forge, delivered(bucket) as address:
        yield Setting(folder, home, action, package, bucket, forge, address)


def release_for_later(home: Home) -> None:
    """Release a page on the first day, and on the second another text of it, for the fourth."""
    careers = "content/entities/acme-careers.yaml"
    for number, more in ((1, ()), (2, ("--effective", "2030-01-04"))):
        if number > 1:
            home.write(careers, "applications: 12 months", "applications: 9 months")
        words = ("release", "acme-careers/privacy", "--summary", "How long", *more)
        ran = subprocess.run(
            [sys.executable, "-m", "policypages", "-C", str(home.site), *words],
            env={**os.environ, **day(number)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        home.commit(f"release {number}")


@pytest.fixture
def branch(setting: Setting) -> Iterator[Home]:
    """Leave the home of the site on `main`, whatever a test does on its own branch."""
    yield setting.home
    subprocess.run(["git", "checkout", "--quiet", "main"], cwd=setting.home.repository, check=True)


def day(number: int) -> dict[str, str]:
    """Return what makes it a day of January 2030 for policypages."""
    return {"SOURCE_DATE_EPOCH": str(1_893_456_000 + (number - 1) * 86_400)}


def here(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command of this checkout, on the third day and with credentials, as somebody at home does."""
    return subprocess.run(
        [sys.executable, "-m", "policypages", "-C", str(site), *words],
        env={**os.environ, **KEYS, **day(3)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def on_a_branch(home: Home, name: str, path: str, old: str, new: str) -> None:
    """Make a change on a branch, as one does for a pull request."""
    subprocess.run(["git", "checkout", "--quiet", "-b", name, "main"], cwd=home.repository, check=True)
    home.write(path, old, new)
    home.commit("a change")


def test_a_pull_request_is_told_which_pages_change(setting: Setting, branch: Home) -> None:
    """The comment and the summary have the change in words, the preview has the pages with it."""
    on_a_branch(branch, "ten", "content/entities/acme-shop.yaml", "orders: 7 years", "orders: 10 years")
    runner = setting.pull_request("review", "ten")
    assert runner.job("review"), runner.ran[-1]
    assert [one.name for one in runner.ran] == [
        "Install policypages",
        "Check",
        "Build a preview",
        "Compare",
        "Comment",
    ]
    assert "::error" not in runner.said("Check")
    (comment,) = setting.forge.comments
    assert "`acme-shop/privacy`" in comment["body"]
    assert "7 years" in comment["body"]
    assert "10 years" in comment["body"]
    lines = (branch.site / "content/entities/acme-shop.yaml").read_text("utf-8").splitlines()
    place = f"content/entities/acme-shop.yaml:{lines.index('  orders: 10 years') + 1}`"
    assert place in comment["body"]
    assert "https://github.example/artifacts/policies-preview" in comment["body"]
    assert "acme-shop/privacy" in runner.summary()
    preview = runner.artifacts / "policies-preview"
    assert "10 years" in (preview / "acme-shop/privacy/index.html").read_text("utf-8")
    assert (preview / "_overview/index.html").is_file()
    assert not [path for path in preview.rglob("*") if path.name.startswith(".")]
    assert not [name for one in runner.ran for name in one.env if name.startswith("AWS_S")]


def test_a_mistake_in_a_pull_request_is_shown_at_its_line(setting: Setting, branch: Home) -> None:
    """The check ends the job, with an annotation that names the file from the top of the checkout."""
    orders = "content/clauses/orders.md"
    on_a_branch(branch, "typo", orders, "retention.orders.count", "retention.ordres.count")
    runner = setting.pull_request("mistake", "typo")
    before = [dict(one) for one in setting.forge.comments]
    assert not runner.job("review")
    assert (runner.ran[-1].name, runner.ran[-1].code) == ("Check", 1)
    (error,) = [line for line in runner.ran[-1].out.splitlines() if line.startswith("::error ")]
    assert "file=our policies/content/clauses/orders.md,line=" in error
    assert "title=unknown-fact::" in error
    assert setting.forge.comments == before
    assert not list(runner.artifacts.iterdir())


def published(bucket: Bucket) -> dict[str, bytes]:
    """Return what readers can get."""
    return {key: bucket.get(key) for key in bucket.pages()}


@pytest.fixture(scope="module")
def pushed(setting: Setting) -> tuple[GitHub, dict[str, bytes]]:
    """Publish main once; return the job, and what readers get then."""
    runner = setting.job("push", setting.home.checkout(setting.folder / "push-checkout"), "push")
    runner.env = day(3)
    assert runner.job("publish"), runner.ran[-1]
    return runner, published(setting.bucket)


def test_main_is_built_published_and_verified(pushed: tuple[GitHub, dict[str, bytes]]) -> None:
    """The bucket has every file and no other, readers get what was built, and the record is kept."""
    runner, pages = pushed
    assert [one.name for one in runner.ran] == [
        *("Install policypages", "Check", "Build"),
        *("Install policypages", "Publish"),
        *("Install policypages", "Verify"),
    ]
    built = runner.temp / "policypages/output"
    assert pages == {
        path.relative_to(built).as_posix(): path.read_bytes()
        for path in built.rglob("*")
        if path.is_file() and path.relative_to(built).parts[0][0] not in "._"
    }
    assert {"acme-shop/privacy/index.html", "acme-shop/build.json"} <= pages.keys()
    assert runner.said("Verify").count("all as built") == 2
    record = runner.artifacts / "policies-record"
    assert (record / "acme-shop/build.json").read_bytes() == pages["acme-shop/build.json"]
    assert "to create" in (record / "plan.txt").read_text("utf-8")
    assert "to create" in runner.summary()


def test_credentials_are_where_they_are_needed_and_nowhere_before(
    pushed: tuple[GitHub, dict[str, bytes]],
) -> None:
    """Neither pip nor the build has them, nor what asks the published addresses; no step prints them."""
    runner, _ = pushed
    has = ["AWS_SECRET_ACCESS_KEY" in one.env for one in runner.ran]
    assert has == [False, False, False, True, True, False, False]
    assert "installing" not in runner.ran[3].err.lower()
    assert not [one for one in runner.ran if "AWS_SECRET" in one.out + one.err]


@pytest.mark.parametrize(("below", "code"), [("{entity}/", 0), ("elsewhere/", 1)])
def test_what_readers_get_decides_how_the_job_ends(
    setting: Setting, pushed: tuple[GitHub, dict[str, bytes]], below: str, code: int
) -> None:
    """An address may have the site in any place; where a site is not as it was built, the job fails."""
    env = {**pushed[0].ran[-1].env, "ADDRESS": setting.address + below}
    script = setting.action / "ci/github/verify.sh"
    ran = subprocess.run(["bash", script], env=env, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == code, ran
    assert ran.stdout.count("all as built") == (0 if code else 2)
    assert ("::error title=policypages::" in ran.stdout) is bool(code)


def test_a_poisoned_cache_changes_nothing_that_is_published(
    setting: Setting, pushed: tuple[GitHub, dict[str, bytes]]
) -> None:
    """Everything that a job could take for its own earlier work says something else; the bucket stays."""
    _, pages = pushed
    checkout = setting.home.checkout(setting.folder / "poisoned-checkout")
    site = checkout / setting.home.folder
    runner = setting.job("poisoned", checkout, "push")
    runner.env = day(3)
    clause = site / "content/clauses/orders.md"
    honest, times = clause.read_bytes(), clause.stat()
    clause.write_bytes(honest + b"\nWe sell all of it.\n")
    assert here(site, "build", "--provenance").returncode == 0
    clause.write_bytes(honest)
    os.utime(clause, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert "We sell all of it." in (site / "output/acme-shop/privacy/index.html").read_text("utf-8")
    plan = here(site, "publish", "production", "--plan").stdout
    assert "~ acme-shop/privacy/index.html" in plan, "whoever trusts that output publishes it"

    shutil.copytree(site / "output", runner.temp / "policypages/output")
    (site / ".policypages/cache").mkdir(parents=True, exist_ok=True)
    (site / ".policypages/cache/clauses").write_bytes(b"We sell all of it.")
    for name in ("pip", "venv", "policypages", "sitecustomize", "json"):
        (checkout / f"{name}.py").write_text(f"raise SystemExit('{name} of the checkout')\n", "utf-8")
    assert runner.job("publish"), runner.ran[-1]
    assert published(setting.bucket) == pages
    assert "nothing to publish" in runner.said("Publish")


def test_the_daily_build_puts_dates_into_effect(
    setting: Setting, pushed: tuple[GitHub, dict[str, bytes]]
) -> None:
    """A release that was committed for a later day is shown by that day's build, with no commit between."""
    _, pages = pushed
    page = "acme-careers/privacy/index.html"
    assert "(9) months" not in pages[page].decode()
    runner = setting.job("daily", setting.home.checkout(setting.folder / "daily-checkout"), "schedule")
    runner.env = day(5)
    assert runner.job("publish"), runner.ran[-1]
    now = published(setting.bucket)
    assert "(9) months" in now[page].decode()
    purge = (runner.artifacts / "policies-record/purge.txt").read_text("utf-8").split()
    assert "https://legal.example.org/acme-careers/privacy/" in purge
    changed = {key for key in now if now[key] != pages.get(key)}
    assert {key.partition("/")[0] for key in changed} == {"acme-careers"}, changed
