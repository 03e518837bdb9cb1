"""The template for GitLab, line by line in clean clones: what a request is told, and what is published."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.forgecase import Forge, served
from tests.more.cicase import Ran, gitlab
from tests.more.cisite import KEYS, Home, clean_clone, delivered, git, settle
from tests.more.s3case import Bucket, s3_server

__all__ = ["s3_server"]
pytestmark = [pytest.mark.more, pytest.mark.timeout(600)]


@dataclass
class Setting:
    """What all pipelines of these tests have in common."""

    folder: Path
    home: Home
    package: str
    bucket: Bucket
    forge: Forge
    address: str

    def review(self, name: str) -> tuple[Path, Ran]:
        """Run the pipeline of a merge request from the branch on which the home of the site is."""
        branch = git(self.home.repository, "branch", "--show-current")
        checkout = self.home.checkout(self.folder / f"{name}-checkout", branch)
        base = git(checkout, "merge-base", "HEAD", "origin/main")
        about = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "CI_MERGE_REQUEST_IID": "5",
            "CI_MERGE_REQUEST_TITLE": '$(touch "$HOME/owned")',
            "CI_PROJECT_ID": "3",
            "CI_API_V4_URL": f"http://127.0.0.1:{self.forge.port}",
            "POLICYPAGES_NOTES_TOKEN": "a token",
            "POLICYPAGES_PACKAGE": self.package,
        }
        return checkout, gitlab(checkout, self.folder / name, "policypages:review", about)


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory, s3_server: tuple[str, int]) -> Iterator[Setting]:
    """Build the wheel in a clean clone, and make a site at the top of a repository of its own."""
    folder = tmp_path_factory.mktemp("ci")
    _, package = clean_clone(folder)
    bucket = Bucket(s3_server)
    bucket.empty()
    home = settle(folder / "legal", s3_server, "gitlab")
    with served() as forge, delivered(bucket) as address:
        yield Setting(folder, home, package, bucket, forge, address)


@pytest.fixture
def branch(setting: Setting) -> Iterator[Home]:
    """Begin a branch, and leave the home of the site on `main`."""
    git(setting.home.repository, "checkout", "--quiet", "-B", "change", "main")
    yield setting.home
    git(setting.home.repository, "checkout", "--quiet", "main")


def test_a_merge_request_is_told_which_pages_change(setting: Setting, branch: Home) -> None:
    """The note has the change in words, the artifact has the pages with it, the report has no error."""
    branch.write("content/entities/acme-shop.yaml", "orders: 7 years", "orders: 10 years")
    branch.commit("a change")
    checkout, ran = setting.review("review")
    assert ran.code == 0, ran
    (note,) = setting.forge.comments
    assert "`acme-shop/privacy`" in note["body"]
    assert "10 years" in note["body"]
    assert (checkout / "changes.md").read_text("utf-8") in note["body"]
    assert "10 years" in (checkout / "policies-preview/acme-shop/privacy/index.html").read_text("utf-8")
    report = json.loads((checkout / "gl-code-quality-report.json").read_text("utf-8"))
    assert {one["severity"] for one in report} <= {"info"}


def test_a_mistake_in_a_merge_request_is_reported_at_its_line(setting: Setting, branch: Home) -> None:
    """The job fails, the log has the lines, and the report has what GitLab wants of a finding."""
    branch.write("content/clauses/orders.md", "retention.orders.count", "retention.ordres.count")
    branch.commit("a mistake")
    before = list(setting.forge.asked)
    checkout, ran = setting.review("mistake")
    assert ran.code == 1
    assert "error[unknown-fact]" in ran.err
    assert setting.forge.asked == before
    report = json.loads((checkout / "gl-code-quality-report.json").read_text("utf-8"))
    (error,) = [one for one in report if one["check_name"] == "unknown-fact"]
    assert error["location"]["path"] == "content/clauses/orders.md"
    lines = (checkout / "content/clauses/orders.md").read_text("utf-8").splitlines()
    assert "ordres" in lines[error["location"]["lines"]["begin"] - 1]
    assert error["severity"] == "major"
    assert len({one["fingerprint"] for one in report}) == len(report)
    assert all(one.keys() >= {"description", "check_name", "fingerprint", "severity"} for one in report)


def test_the_default_branch_is_published_and_verified(setting: Setting) -> None:
    """The bucket holds the pages, readers get what was built, an old output plays no part."""
    checkout = setting.home.checkout(setting.folder / "main-checkout")
    for name in ("acme-shop/privacy/index.html", ".policypages/manifest", ".policypages/state"):
        (checkout / "output" / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / "output" / name).write_text("We sell all of it.", "utf-8")
    (checkout / "pip.py").write_text("raise SystemExit('pip of the checkout')\n", "utf-8")
    env = {
        **KEYS,
        "CI_COMMIT_BRANCH": "main",
        "CI_DEFAULT_BRANCH": "main",
        "POLICYPAGES_ADDRESS": setting.address,
        "POLICYPAGES_PACKAGE": setting.package,
        "POLICYPAGES_PATIENCE": "0",
    }
    ran = gitlab(checkout, setting.folder / "main", "policypages:publish", env)
    assert ran.code == 0, ran
    assert ran.out.count("all as built") == 2
    record = checkout / "policies-record"
    kept = {path.relative_to(record).as_posix() for path in record.rglob("*") if path.is_file()}
    assert kept == {"plan.txt", "purge.txt", "acme-shop/build.json", "acme-careers/build.json"}
    assert (record / "acme-shop/build.json").read_bytes() == setting.bucket.get("acme-shop/build.json")
    assert b"We sell all of it." not in setting.bucket.get("acme-shop/privacy/index.html")
    tool = subprocess.run(["git", "status", "--porcelain"], cwd=checkout, capture_output=True, check=True)
    assert b"content" not in tool.stdout
    setting.bucket.put("acme-shop/privacy/index.html", b"<p>changed on the host")
    env["CI_PIPELINE_SOURCE"] = "schedule"
    again = gitlab(
        setting.home.checkout(setting.folder / "daily-checkout"),
        setting.folder / "daily",
        "policypages:publish",
        env,
    )
    assert again.code == 1
    assert "was changed by somebody else" in " ".join(again.err.split())
