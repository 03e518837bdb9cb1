"""The record of a build in each site: the same from the same commit, and written only where it says more."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.releasecase import release
from tests.sitecase import DAY, SiteCase, make_site

from policypages.cli.provenance import provenance_of
from policypages.formats import record as records
from policypages.formats.record import Provenance
from policypages.sources import open_folder

FILES = {
    "entities/acme.yaml": "name: Acme\nurl: https://acme.example/\npolicies: {privacy: {}}\n",
    "entities/bolt.yaml": "name: Bolt\npolicies: {privacy: {}}\nreview: {name: {owner: Jane Roe}}\n",
    "policies/privacy.yaml": (
        "title: Privacy\nsections: [{clause: opening, variant: brief, because: agreed}]\n"
    ),
    "clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} keeps nothing.\n",
    "clauses/opening@brief.md": "---\ntitle: Opening\n---\n{{ name }} keeps none.\n",
}
FIRST = Provenance("c0ffee", modified=False, as_of=DAY)
SECOND = Provenance("decade", modified=True, as_of=DAY + datetime.timedelta(1))
GIT = ("git", "-c", "user.name=Kim", "-c", "user.email=kim@example.org")


@pytest.fixture
def case(tmp_path: Path) -> SiteCase:
    """Build two sites with their records."""
    return make_site(tmp_path, FILES).build(provenance=FIRST)


def _record(case: SiteCase, site: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((case.output / site / "build.json").read_bytes())
    return data


def _git(folder: Path, *words: str) -> None:
    subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True)


def test_two_clones_give_equal_records(tmp_path: Path) -> None:
    """Folder, user, home, time zone, umask and workers leave no trace in a record."""
    case = make_site(tmp_path / "origin", FILES)
    for path, text in case.files.items():
        file = case.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    _git(case.root, "init", "-q")
    _git(case.root, "add", "-A")
    _git(case.root, "commit", "-qm", "first")
    trees = []
    for name, zone, umask in (("one", "Pacific/Kiritimati", 0o022), ("an other/deep", "America/Adak", 0o077)):
        clone = tmp_path / name
        _git(tmp_path, "clone", "-q", str(case.root), str(clone))
        home = tmp_path / f"home of {clone.name}"
        home.mkdir()
        environment = {**os.environ, "HOME": str(home), "USER": clone.name, "TZ": zone, "LOGNAME": clone.name}
        environment |= {"SOURCE_DATE_EPOCH": "1790000000", "PYTHONHASHSEED": str(umask)}
        command = [sys.executable, "-m", "policypages", "build", "--provenance"]
        subprocess.run(command, cwd=clone, env=environment, umask=umask, check=True, capture_output=True)
        trees.append(case.tree(clone / "output"))
    head = subprocess.run([*GIT, "rev-parse", "HEAD"], cwd=case.root, check=True, capture_output=True)
    record = json.loads(trees[0]["acme/build.json"])
    assert (record["commit"], record["modified"]) == (head.stdout.decode().strip(), False)
    assert record["as_of"] == "2026-09-21"
    assert {"acme/build.json", "bolt/build.json"} < trees[0].keys()
    assert trees[0] == trees[1]


def test_a_record_names_each_file_and_nothing_of_the_house(case: SiteCase) -> None:
    """Size and digest of each file, as sha256sum has them; no reasons, owners, or paths of sources."""
    record = _record(case, "acme")
    files = {path.removeprefix("acme/") for path in case.tree() if path.startswith("acme/")}
    assert record["files"].keys() | {"build.json"} == files
    said = subprocess.run(
        ["sha256sum", *record["files"]], cwd=case.output / "acme", check=True, capture_output=True, text=True
    )
    wanted = {line[66:]: line[:64] for line in said.stdout.splitlines()}
    assert {path: one["sha256"] for path, one in record["files"].items()} == wanted
    text = (case.output / "bolt" / "build.json").read_text()
    for word in ("agreed", "Jane", "content/", "clauses", "opening", ".yaml", str(case.root)):
        assert word not in text


def test_what_was_written_is_read_back(case: SiteCase) -> None:
    """The record that is written by hand is JSON, and is read as it was meant."""
    data = (case.output / "acme" / "build.json").read_bytes()
    record = records.read(data)
    assert not isinstance(record, str)
    assert (record.commit, record.modified, record.as_of) == ("c0ffee", False, "2026-11-22")
    assert {path: {"size": one.size, "sha256": one.sha256} for path, one in record.files.items()} == (
        json.loads(data)["files"]
    )


def test_without_being_asked_there_is_none(case: SiteCase) -> None:
    """A build that was not asked for records has none, and takes those of an earlier one away."""
    case.build()
    assert sorted(case.report.pruned) == ["acme/build.json", "bolt/build.json"]
    assert case.tree() == make_site(case.root / "clean", FILES).build().tree()


def test_incremental_equals_clean(case: SiteCase) -> None:
    """Another commit renews each record, another page its site's; the same again writes nothing."""
    case.build(provenance=FIRST)
    assert not case.report.written
    case.build(provenance=SECOND)
    assert (case.report.made, case.report.pruned) == (2, [])
    assert _record(case, "bolt")["modified"] is True
    case.change("entities/bolt.yaml", FILES["entities/bolt.yaml"].replace("Bolt", "Bolts"))
    case.build(provenance=SECOND)
    assert {path for path, _ in case.report.stale if path.startswith("acme")} == set()
    case.change("clauses/opening@brief.md", "---\ntitle: Opening\n---\nMore of {{ name }}.\n")
    case.change("entities/acme.yaml", None)
    case.build(provenance=FIRST)
    clean = SiteCase(case.root / "clean", dict(case.files)).build(provenance=FIRST)
    assert case.tree() == clean.tree()
    assert case.build(provenance=FIRST).report.written is False


def test_a_record_says_which_release_a_page_shows(case: SiteCase) -> None:
    """By the address of the page; also where the site was not looked at again for another commit."""
    release(case, "2026-01-31", "acme")
    case.build(provenance=FIRST)
    assert _record(case, "acme")["released"] == {"privacy/index.html": "2026-01-31"}
    assert _record(case, "bolt")["released"] == {}
    case.build(provenance=SECOND)
    assert case.report.made == 2
    assert _record(case, "acme")["released"] == {"privacy/index.html": "2026-01-31"}


def test_a_record_that_was_spoilt_is_written_again(case: SiteCase) -> None:
    """A record is a file of the build like any other."""
    before = case.tree()
    (case.output / "acme" / "build.json").unlink()
    assert case.build(provenance=FIRST).tree() == before


def test_one_site_alone_is_renewed(case: SiteCase) -> None:
    """A build of some sites leaves the records of the others as they are, and the next one finds them."""
    case.build(provenance=SECOND, only=("acme",))
    assert [_record(case, site)["commit"] for site in ("acme", "bolt")] == ["decade", "c0ffee"]
    case.build(provenance=SECOND)
    assert [_record(case, site)["commit"] for site in ("acme", "bolt")] == ["decade", "decade"]


def test_an_error_leaves_the_records_alone(case: SiteCase) -> None:
    """Where nothing is written no record says that something was."""
    before = case.tree()
    case.change("entities/bolt.yaml", "name: [\n").build(provenance=SECOND)
    assert case.report.failed
    assert case.tree() == before


def test_what_is_modified_is_told(tmp_path: Path) -> None:
    """The bytes that a build reads are held against the commit; without git there is none."""
    root = tmp_path / "site"
    (root / "content" / "clauses").mkdir(parents=True)
    (root / "policypages.yaml").write_text("title: Acme\n")
    clause = root / "content" / "clauses" / "a.md"
    clause.write_text("Words.\n")

    def modified() -> tuple[bool, list[str]]:
        sources, _ = open_folder(root)
        assert sources is not None
        provenance, found = provenance_of(root, sources, DAY)
        assert (provenance.commit is None) == bool(found)
        return provenance.modified, [one.code for one in found]

    assert modified() == (False, ["no-commit"])
    _git(root, "init", "-q")
    _git(root, "add", "-A")
    _git(root, "commit", "-qm", "first")
    assert modified() == (False, [])
    (root / "notes.txt").write_text("no source")
    clause.write_text("Words.\r\n", newline="")
    assert modified() == (False, [])
    clause.write_text("Other words.\n")
    assert modified() == (True, [])
    clause.unlink()
    assert modified() == (True, [])
    _git(root, "checkout", "-q", "content")
    new = root / "content" / "clauses" / "b.md"
    new.write_text("New.\n")
    assert modified() == (True, [])
    new.unlink()
    # of a theme a site may have one file, and is given the others
    style = root / "themes" / "default" / "assets" / "style.css"
    style.parent.mkdir(parents=True)
    style.write_text("body { color: red }\n")
    assert modified() == (True, [])
    _git(root, "add", "-A")
    _git(root, "commit", "-qm", "second")
    assert modified() == (False, [])
    style.unlink()
    assert modified() == (True, [])
