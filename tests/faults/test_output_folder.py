"""Where a build may write: mounts, links, the site itself, its parents, and folders that are not ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.case import ENTITY, build, command, digest, pages, places, problems, write

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="mounts are made as Linux makes them")
CHANGED = {"content/entities/acme.yaml": ENTITY.replace("Acme", "Changed")}


def inside_namespace(script: str, *told: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a shell script that mounts, as root of a name space of its own: nobody else sees the mounts."""
    who = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    line = ["unshare", *who, "--mount", "sh", "-euc", script, "sh", *map(str, told)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def refused(site: Path, out: Path | str, words: str) -> None:
    """Assert that a place is refused as a wrong call, by its name, and that nothing there changes."""
    place = Path(out)
    before = sorted(place.iterdir()) if place.is_dir() else None
    done = build(site, "--format", "short", "--out", out)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error[output-refused]: the output folder `"), done.stderr
    assert words in done.stderr
    assert str(out) in done.stderr
    assert before == (sorted(place.iterdir()) if place.is_dir() else None)


@LINUX
@pytest.mark.parametrize("kind", ["tmpfs", "bind"])
def test_the_output_may_be_a_mount(tmp_path: Path, kind: str) -> None:
    """Built cold and warm into a mount, the pages are those of an ordinary folder, and the mount stays."""
    site, out, plain = write(tmp_path / "site"), tmp_path / "site" / "output", tmp_path / "plain"
    (tmp_path / "elsewhere").mkdir()
    out.mkdir()
    mount = (
        'mount -t tmpfs -o size=8m tmpfs "$1"'
        if kind == "tmpfs"
        else f'mount --bind "{tmp_path}/elsewhere" "$1"'
    )
    told = " ".join(f"'{word}'" for word in command(site))
    done = inside_namespace(
        f"{mount}; {told}; sed -i s/Acme/Changed/ '{site}/content/entities/acme.yaml'; {told};"
        f' mountpoint -q "$1"; cp -r "$1" "$2"',
        out,
        tmp_path / "copy",
    )
    assert done.returncode == 0, done.stderr
    assert build(site, "--out", plain).returncode == 0
    assert b"Changed" in pages(plain)["acme/privacy/index.html"]
    assert pages(tmp_path / "copy") == pages(plain)


@LINUX
def test_a_mount_inside_the_output_is_refused_by_name(tmp_path: Path) -> None:
    """A rename cannot cross into another file system: the build says so and changes nothing."""
    site = write(tmp_path)
    assert build(site).returncode == 0
    write(tmp_path, {**CHANGED, "content/policies/terms.yaml": "title: T\nsections: [opening]\n"})
    before = pages(site / "output")
    told = " ".join(f"'{word}'" for word in command(site, "--format", "short"))
    done = inside_namespace(f'mount -t tmpfs tmpfs "$1"; {told}', site / "output" / "acme")
    assert done.returncode in {1, 2}
    assert "output-refused" in done.stderr
    assert "another file system" in done.stderr
    assert "`acme" in done.stderr
    assert pages(site / "output") == before


def test_row_18_an_output_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Itself, dangling, or reached through a link in the site: named, and the target is not touched."""
    site = write(tmp_path / "site")
    target = tmp_path / "target"
    target.mkdir()
    (site / "output").symlink_to(target)
    done = build(site, "--format", "short")
    assert done.returncode == 2
    assert f"the output folder `{site}/output` is a symbolic link" in done.stderr
    (site / "way").symlink_to(target)
    refused(site, site / "way" / "deep", "is reached through a symbolic link")
    (site / "lost").symlink_to(tmp_path / "nowhere")
    refused(site, site / "lost", "is a symbolic link")
    assert not any(target.iterdir())
    assert not (tmp_path / "nowhere").exists()


def test_row_18_the_site_and_what_holds_it_are_refused(tmp_path: Path) -> None:
    """The site folder, its parent, the root, the home folder: each is named for what it is."""
    site = write(tmp_path / "parent" / "site")
    refused(site, site, "is the site folder itself")
    refused(site, site / "content" / "..", "is the site folder itself")
    refused(site, site.parent, "holds the site folder")
    refused(site, tmp_path, "holds the site folder")
    refused(site, "/", "is the root of the file system")
    home = tmp_path / "home"
    home.mkdir()
    done = build(site, "--format", "short", "--out", home, env={"HOME": str(home)})
    assert done.returncode == 2
    assert "is your home folder" in done.stderr
    assert not any(home.iterdir())


@pytest.mark.parametrize(
    ("where", "source"),
    [("content", "content"), ("content/out", "content"), ("themes/house/out", "themes"), (".git/x", ".git")],
)
def test_row_18_a_folder_among_the_sources_is_refused(tmp_path: Path, where: str, source: str) -> None:
    """Output never lies among what it is made from."""
    site = write(tmp_path)
    refused(site, site / where, f"lies with the sources, at `{source}`")
    assert (site / "content" / "entities" / "acme.yaml").read_text("utf-8") == ENTITY


def test_row_18_a_source_inside_the_output_is_refused(tmp_path: Path) -> None:
    """Where `content` is a link to a folder, no folder that holds it may be the output."""
    site = write(tmp_path)
    (site / "docs").mkdir()
    shutil.move(site / "content", site / "docs" / "content")
    (site / "content").symlink_to("docs/content")
    refused(site, site / "docs", "lies with the sources, at `content`")


def test_foreign_files_in_a_folder_that_was_never_ours_refuse_it(tmp_path: Path) -> None:
    """A folder with somebody's files and no manifest is named with one of them, and left alone."""
    site = write(tmp_path / "site")
    out = tmp_path / "papers"
    out.mkdir()
    (out / "thesis.doc").write_text("mine")
    refused(site, out, "holds files that policypages did not write, such as `thesis.doc`")
    assert [path.name for path in out.iterdir()] == ["thesis.doc"]


def test_row_42_foreign_files_are_kept(tmp_path: Path) -> None:
    """CNAME, .well-known, a note beside a page: kept through an edit, a removal and `--clean`."""
    site = write(tmp_path, {"content/entities/beta.yaml": ENTITY})
    out = site / "output"
    assert build(site).returncode == 0
    mine = ["CNAME", ".well-known/security.txt", "beta/privacy/note.txt", "acme/.htaccess"]
    for path in mine:
        (out / path).parent.mkdir(exist_ok=True)
        (out / path).write_text("mine")
    write(site, CHANGED)
    (site / "content/entities/beta.yaml").unlink()
    for told in ((), ("--clean",)):
        assert build(site, *told).returncode == 0
        assert [(out / path).read_text() for path in mine] == ["mine"] * 4
        assert not (out / "beta/privacy/index.html").exists()


def test_row_42_a_foreign_file_where_a_page_has_to_go_stops_the_build(tmp_path: Path) -> None:
    """What somebody wrote is never overwritten: the file is named, and nothing else changes."""
    site = write(tmp_path)
    assert build(site).returncode == 0
    write(site, {"content/policies/terms.yaml": "title: T\nsections: [opening]\n"})
    write(site, {"content/entities/acme.yaml": ENTITY + "  terms: {}\n"})
    (site / "output/acme/terms").mkdir()
    (site / "output/acme/terms/index.html").write_text("mine")
    before = digest(site / "output")
    done = build(site, "--format", "short")
    assert done.returncode in {1, 2}
    assert "output-refused" in done.stderr
    assert "`acme/terms/index.html`" in done.stderr
    assert digest(site / "output") == before


FOREIGN_MANIFESTS = [b"", b"not ours\n", b'{"files": {"notes.txt": 1}}\n', b"\x00\xff" * 500]


@pytest.mark.parametrize("manifest", FOREIGN_MANIFESTS)
def test_a_foreign_manifest_deletes_nothing(tmp_path: Path, manifest: bytes) -> None:
    """A manifest that is not ours is not believed: a note, pages are written, and no file is taken away."""
    site = write(tmp_path)
    state = site / "output" / ".policypages"
    state.mkdir(parents=True)
    (state / "manifest").write_bytes(manifest)
    (site / "output" / "notes.txt").write_text("mine")
    done = build(site, "--format", "short")
    assert done.returncode == 0, done.stderr
    assert "note[cache-ignored]" in done.stderr
    assert (site / "output" / "notes.txt").read_text() == "mine"
    assert "acme/privacy/index.html" in pages(site / "output")


def test_a_manifest_of_another_site_deletes_only_what_it_names_with_its_bytes(tmp_path: Path) -> None:
    """Built over another site's output, what that build wrote goes, and what was changed since is kept."""
    other = write(tmp_path / "other", {"content/entities/beta.yaml": ENTITY})
    site = write(tmp_path / "site")
    out = tmp_path / "out"
    assert build(other, "--out", out).returncode == 0
    (out / "beta/index.html").write_text("changed by hand")
    done = build(site, "--format", "short", "--out", out)
    assert done.returncode == 0
    assert "note[kept-file]" in done.stderr
    assert (out / "beta/index.html").read_text() == "changed by hand"
    assert not (out / "beta/privacy/index.html").exists()
    assert places(problems(write(site, {"content/entities/acme.yaml": "kolor: red\n"}), "--out", out))


def test_a_file_as_output_is_refused(tmp_path: Path) -> None:
    """What is no folder is a wrong call."""
    site = write(tmp_path / "site")
    (tmp_path / "file").write_text("x")
    done = build(site, "--out", tmp_path / "file")
    assert done.returncode == 2
    assert "file" in done.stderr
    assert (tmp_path / "file").read_text() == "x"
