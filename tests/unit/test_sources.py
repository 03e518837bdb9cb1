"""The files of a site folder: what is listed, what is refused, and that nothing outside is ever read."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from policypages.model import Sources
from policypages.sources import (
    FolderSources,
    MemorySources,
    SourceError,
    default_theme_folder,
    open_folder,
)
from policypages.workers import map_shares

CANARY = "canary-from-outside"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a small site."""
    site = tmp_path / "site"
    (site / "content/entities").mkdir(parents=True)
    (site / "content/clauses").mkdir()
    (site / "policypages.yaml").write_text("title: T\n")
    (site / "content/entities/acme.yaml").write_text("name: Acme\n")
    (site / "content/clauses/links.md").write_text("Links.\n")
    return site


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Make a folder beside the site, with a file nobody may read."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "acme.yaml").write_text(CANARY)
    return folder


def opened(root: Path) -> FolderSources:
    """Open a folder that must be fine."""
    sources, problems = open_folder(root)
    assert problems == []
    assert sources is not None
    return sources


def codes(root: Path) -> list[tuple[str, str]]:
    """Return code and file of each problem of a folder."""
    _, problems = open_folder(root)
    return [(found.code, found.span.file if found.span else "") for found in problems]


def descriptors() -> int:
    """Count the open descriptors of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def own(sources: Sources) -> list[str]:
    """Return the paths without those of the default theme."""
    return [path for path in sources.paths if not path.startswith(("themes/default/", "themes/bare/"))]


def test_lists_the_settings_the_content_and_the_themes_sorted(root: Path) -> None:
    """Other files of the folder are no sources."""
    (root / "README.md").write_text("no")
    (root / "output").mkdir()
    (root / "output/index.html").write_text("no")
    (root / "themes/house/templates").mkdir(parents=True)
    (root / "themes/house/templates/page.html").write_text("yes")
    sources = opened(root)
    assert own(sources) == [
        "content/clauses/links.md",
        "content/entities/acme.yaml",
        "policypages.yaml",
        "themes/house/templates/page.html",
    ]
    assert list(sources.paths) == sorted(sources.paths)
    assert sources.read("content/entities/acme.yaml") == b"name: Acme\n"
    found = (root / "content/entities/acme.yaml").stat()
    stamp = sources.paths["content/entities/acme.yaml"]
    assert (stamp.size, stamp.mtime_ns) == (found.st_size, found.st_mtime_ns)
    assert (stamp.ctime_ns, stamp.inode) == (found.st_ctime_ns, found.st_ino)


@pytest.mark.parametrize(
    "name", [".hidden", ".#acme.yaml", "acme.yaml~", ".acme.yaml.swp", "4913", "#acme.yaml#"]
)
def test_passes_over_what_editors_leave_behind(root: Path, name: str) -> None:
    """A save in an editor never looks like a new entity."""
    (root / "content/entities" / name).write_text("x")
    assert f"content/entities/{name}" not in opened(root).paths


def test_a_folder_without_settings_is_no_site(tmp_path: Path) -> None:
    """The hint names the two ways on."""
    sources, problems = open_folder(tmp_path)
    assert sources is None
    assert [found.code for found in problems] == ["no-site"]
    assert "policypages init" in (problems[0].hint or "")
    assert "-C" in (problems[0].hint or "")
    assert [found.code for found in open_folder(tmp_path / "none")[1]] == ["no-site"]


def test_the_default_theme_is_filled_in_file_by_file(root: Path) -> None:
    """What the site has itself comes first; the rest is the program's own."""
    theme = default_theme_folder()
    assert theme is not None
    (root / "themes/default/templates").mkdir(parents=True)
    (root / "themes/default/templates/page.html").write_text("mine")
    sources = opened(root)
    assert sources.read("themes/default/templates/page.html") == b"mine"
    name = "themes/default/templates/index.html"
    assert sources.read(name) == (theme / "templates/index.html").read_bytes()
    assert MemorySources({}).read(name) == sources.read(name)


def test_memory_sources_hold_text_and_bytes() -> None:
    """A stamp follows from the content alone."""
    one = MemorySources({"policypages.yaml": "title: T", "a.png": b"\x89"}, default_theme=False)
    two = MemorySources({"policypages.yaml": "title: U"}, default_theme=False)
    assert list(one.paths) == ["a.png", "policypages.yaml"]
    assert one.read("policypages.yaml") == b"title: T"
    assert one.paths["policypages.yaml"] != two.paths["policypages.yaml"]
    with pytest.raises(SourceError):
        two.read("a.png")


@pytest.mark.parametrize(
    "target", ["../../../outside/acme.yaml", "/etc/hostname", "../../../outside", "../../../nothing"]
)
def test_row_17_a_link_that_leaves_the_root_is_an_error(root: Path, outside: Path, target: str) -> None:
    """File, folder, absolute, dangling: none is skipped in silence and none is listed."""
    assert outside.is_dir()
    (root / "content/entities/evil").symlink_to(target)
    assert codes(root) == [("outside-root", "content/entities/evil")]
    sources, _ = open_folder(root)
    assert sources is not None
    assert own(sources) == ["content/clauses/links.md", "content/entities/acme.yaml", "policypages.yaml"]


def test_row_17_top_folders_and_settings_that_are_links_out_are_errors(root: Path, outside: Path) -> None:
    """The three names of the root get the same look as all below them."""
    (root / "themes").symlink_to(outside)
    assert codes(root) == [("outside-root", "themes")]
    (root / "policypages.yaml").unlink()
    (root / "policypages.yaml").symlink_to(outside / "acme.yaml")
    assert codes(root) == [("outside-root", "policypages.yaml"), ("outside-root", "themes")]


def test_row_17_links_inside_the_root_are_followed(root: Path) -> None:
    """A file and a folder; the bytes are those of the target."""
    (root / "shared/more").mkdir(parents=True)
    (root / "shared/more/group.yaml").write_text("name: Group\n")
    (root / "content/entities/more").symlink_to("../../shared/more")
    (root / "content/entities/also.yaml").symlink_to("acme.yaml")
    sources = opened(root)
    assert sources.read("content/entities/more/group.yaml") == b"name: Group\n"
    assert sources.read("content/entities/also.yaml") == b"name: Acme\n"
    assert sources.changed() == ()


def test_row_17_links_in_a_circle_are_errors(root: Path) -> None:
    """To itself, to its own folder, and two folders that hold each other."""
    (root / "content/entities/self").symlink_to("self")
    (root / "content/entities/up").symlink_to("..")
    (root / "content/a").mkdir()
    (root / "content/b").mkdir()
    (root / "content/a/x").symlink_to("../b")
    (root / "content/b/y").symlink_to("../a")
    assert {code for code, _ in codes(root)} == {"outside-root"}
    assert {file for _, file in codes(root)} >= {
        "content/entities/self",
        "content/entities/up",
        "content/a/x/y",
    }


def test_links_cannot_multiply_for_ever(root: Path) -> None:
    """Ten levels of four links each would be a million folders."""
    for level in range(10):
        (root / f"level{level}").mkdir()
        for index in range(4):
            (root / f"level{level}/{index}").symlink_to(f"../level{level + 1}")
    (root / "level10").mkdir()
    (root / "content/all").symlink_to("../level0")
    assert ("too-large") in {code for code, _ in codes(root)}


def test_git_is_not_a_source(root: Path) -> None:
    """A link into git's own folder could publish a token."""
    (root / ".git").mkdir()
    (root / ".git/config").write_text(CANARY)
    (root / "content/clauses/x.md").symlink_to("../../.git/config")
    assert codes(root) == [("outside-root", "content/clauses/x.md")]


def test_row_08_names_that_are_not_utf8_are_shown_escaped(root: Path) -> None:
    """The diagnostic can be printed anywhere."""
    Path(os.fsdecode(os.fsencode(root) + b"/content/entities/caf\xe9.yaml")).write_text("x")
    _, problems = open_folder(root)
    assert [found.code for found in problems] == ["unreadable-file"]
    assert "caf\\xe9.yaml" in problems[0].message
    problems[0].message.encode()


def test_what_is_no_file_is_refused_without_waiting(root: Path) -> None:
    """A FIFO would hold up the build for ever, at the listing or swapped in later."""
    os.mkfifo(root / "content/entities/pipe.yaml")
    assert codes(root) == [("unreadable-file", "content/entities/pipe.yaml")]
    (root / "content/entities/pipe.yaml").unlink()
    sources = opened(root)
    (root / "content/entities/acme.yaml").unlink()
    os.mkfifo(root / "content/entities/acme.yaml")
    with pytest.raises(SourceError, match="not a regular file"):
        sources.read("content/entities/acme.yaml")


def test_a_file_that_cannot_be_read_names_itself(root: Path) -> None:
    """The error carries the posix path, not one of the machine."""
    sources = opened(root)
    (root / "content/entities/acme.yaml").unlink()
    with pytest.raises(SourceError) as caught:
        sources.read("content/entities/acme.yaml")
    assert caught.value.filename == "content/entities/acme.yaml"
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def edit(file: Path, text: str) -> None:
    """Write other text with the same size and the same time."""
    before = file.stat()
    file.write_text(text)
    assert file.stat().st_size == before.st_size
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    while file.stat().st_ctime_ns == before.st_ctime_ns:  # some kernels count in steps of milliseconds
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_row_33_an_edit_after_the_listing_shows_when_it_is_read(root: Path) -> None:
    """Same size and same time make no difference: the change time does. What was not edited is not told."""
    sources = opened(root)
    assert [sources.read(path) for path in own(sources)] == [b"Links.\n", b"name: Acme\n", b"title: T\n"]
    assert sources.changed() == ()
    edit(root / "content/entities/acme.yaml", "name: Bcme\n")
    assert sources.read("content/entities/acme.yaml") == b"name: Bcme\n"
    assert sources.read("content/clauses/links.md") == b"Links.\n"
    assert sources.changed() == ("content/entities/acme.yaml",)


def test_row_33_an_edit_that_nobody_read_is_in_the_next_listing(root: Path) -> None:
    """The stamp that goes with the old bytes is the old one, so that the next build sees the difference."""
    sources = opened(root)
    sources.read("content/entities/acme.yaml")
    edit(root / "content/entities/acme.yaml", "name: Bcme\n")
    assert sources.changed() == ()
    assert opened(root).paths["content/entities/acme.yaml"] != sources.paths["content/entities/acme.yaml"]


def test_row_33_what_a_forked_worker_read_after_an_edit_is_known_to_all(root: Path) -> None:
    """Workers need not report it, and edits of many files by many workers are all told."""
    paths = [f"content/entities/e{number}.yaml" for number in range(40)]
    for path in paths:
        (root / path).write_text("name: One\n")
    sources = opened(root)
    for path in paths[5:35]:
        edit(root / path, "name: Two\n")

    def work(share: list[str]) -> Iterator[bytes]:
        for path in share:
            yield sources.read(path)

    found = list(map_shares(work, [paths[:20], paths[20:]], jobs=2))
    assert found.count(b"name: Two\n") == 30
    assert sources.changed() == tuple(sorted(paths[5:35]))


@pytest.mark.parametrize("text", ["", "name: Acme and much more\n" * 1000])
def test_a_file_that_grew_or_shrank_is_read_whole(root: Path, text: str) -> None:
    """The size of the listing is a guess for the read, and no limit."""
    sources = opened(root)
    (root / "content/entities/acme.yaml").write_text(text)
    assert sources.read("content/entities/acme.yaml") == text.encode()
    assert sources.changed() == ("content/entities/acme.yaml",)


def test_row_19_a_link_swapped_in_is_never_followed(root: Path, outside: Path) -> None:
    """Folder and link change places all the time; what comes is the site's own bytes or an error."""
    sources = opened(root)
    entities, spare = root / "content/entities", root / "content/spare"
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            entities.rename(spare)
            entities.symlink_to(outside)
            time.sleep(0.0002)
            entities.unlink()
            spare.rename(entities)

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen: set[bytes] = set()
    try:
        until = time.monotonic() + 0.6
        # on a busy machine the folder itself may not be met in so short a time
        while time.monotonic() < until or (len(seen) < 2 and time.monotonic() < until + 10):
            try:
                fresh = FolderSources.__new__(FolderSources)
                fresh.__dict__.update(sources.__dict__, _folders={})
                seen.add(fresh.read("content/entities/acme.yaml"))
                for descriptor in fresh.__dict__["_folders"].values():
                    os.close(descriptor)
            except SourceError:
                seen.add(b"")
    finally:
        stop.set()
        swapper.join()
    assert seen == {b"name: Acme\n", b""}


def test_forked_workers_read(root: Path) -> None:
    """The descriptors of the parent serve the children."""
    sources = opened(root)

    def work(paths: list[str]) -> object:
        for path in paths:
            yield path, sources.read(path)

    names = [["policypages.yaml"], ["content/entities/acme.yaml"]]
    found = dict(map_shares(work, names, jobs=2))  # type: ignore[arg-type, var-annotated]
    assert found == {"policypages.yaml": b"title: T\n", "content/entities/acme.yaml": b"name: Acme\n"}


def test_many_folders_do_not_use_up_the_descriptors(root: Path) -> None:
    """Sixteen folders stay open, the others are closed, and all are when the object goes."""
    for index in range(50):
        (root / f"content/entities/{index}").mkdir()
        (root / f"content/entities/{index}/e{index}.yaml").write_text("x")
    gc.collect()  # what tests before this one left in circles may hold descriptors
    before = descriptors()
    sources = opened(root)
    for path in sources.paths:
        sources.read(path)
    assert descriptors() - before <= 17
    del sources
    assert descriptors() == before


def test_a_deep_folder_is_listed(root: Path) -> None:
    """No recursion limit, and what is too deep for the machine is a diagnostic."""
    deep = root / "content"
    for _ in range(200):
        deep /= "d"
    deep.mkdir(parents=True)
    (deep / "x.md").write_text("x")
    path = "content/" + "d/" * 200 + "x.md"
    assert opened(root).read(path) == b"x"
