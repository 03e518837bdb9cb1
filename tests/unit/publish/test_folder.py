"""A folder as a target: whole files, conditions kept, no link followed, nothing left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policypages.formats.published import LOCK, RECORD
from policypages.publish.folder import FolderStore
from policypages.publish.patience import Patience, PatientStore
from policypages.publish.store import ConflictError, Found, StoreError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder that is not there yet."""
    return tmp_path / "public"


@pytest.fixture
def store(place: Path) -> FolderStore:
    """Open the folder."""
    return FolderStore(str(place))


def listed(store: FolderStore, prefix: str = "", after: str = "") -> dict[str, Found]:
    """List the folder."""
    return {key: one for page in store.pages(prefix, after) for key, one in page}


def test_what_is_put_is_listed_and_read(store: FolderStore, place: Path) -> None:
    """The ETag is the same in all three answers; a listing goes on where one was."""
    assert listed(store) == {}
    assert store.get("a/index.html") is None
    etag = store.put("a/index.html", b"one", {"Content-Type": "text/html"}, "")
    got = store.get("a/index.html")
    assert got is not None
    assert (got.data, got.etag, got.headers) == (b"one", etag, {})
    store.put("b/x", b"", {}, "")
    assert listed(store) == {"a/index.html": Found(3, etag), "b/x": listed(store)["b/x"]}
    assert [*listed(store, after="a/index.html")] == ["b/x"]
    assert [*listed(store, "a")] == ["a/index.html"]
    assert oct((place / "a/index.html").stat().st_mode)[-3:] == "644"
    assert [*(place / ".policypages").iterdir()] == []


def test_a_write_happens_only_on_its_condition(store: FolderStore, place: Path) -> None:
    """New where something is, other than expected, or gone: nothing is written, and nothing stays behind."""
    old = store.put("a/x", b"old", {}, "")
    (place / "a/x").write_bytes(b"edited")
    for etag in ("", old, "another"):
        with pytest.raises(ConflictError):
            store.put("a/x", b"new", {}, etag)
    with pytest.raises(ConflictError):
        store.put("a/none", b"new", {}, old)
    assert (place / "a/x").read_bytes() == b"edited"
    assert sorted(path.name for path in place.rglob("*") if path.is_file()) == ["x"]
    now = listed(store)["a/x"].etag
    assert store.put("a/x", b"new", {}, now) == listed(store)["a/x"].etag


def test_folders_that_are_empty_go_with_their_last_file(store: FolderStore, place: Path) -> None:
    """Of what is not there nothing is said; what somebody else put there stays."""
    for key in ("a/b/c/x", "a/y"):
        store.put(key, b"", {}, "")
    (place / "a/b/mine").write_bytes(b"")
    store.delete(["a/b/c/x", "a/gone", "none/x"])
    assert sorted(path.relative_to(place).as_posix() for path in (place / "a").rglob("*")) == [
        "a/b",
        "a/b/mine",
        "a/y",
    ]
    store.delete(["a/y"])
    (place / "a/b/mine").unlink()
    assert place.is_dir()


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_no_link_is_followed(store: FolderStore, place: Path, tmp_path: Path) -> None:
    """A link in the way is neither written through nor read, and is told."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    place.mkdir()
    (place / "a").symlink_to(tmp_path / "outside")
    (place / "b").symlink_to(tmp_path / "secret")
    with pytest.raises(StoreError, match="`a/x` cannot stand there: a link"):
        store.put("a/x", b"new", {}, "")
    with pytest.raises(StoreError):
        store.get("b")
    with pytest.raises(ConflictError):
        store.put("b", b"new", {}, "")
    assert listed(store)["b"].etag == "not a file"
    assert [*(tmp_path / "outside").iterdir()] == []
    assert (tmp_path / "secret").read_bytes() == b"secret"


def test_what_a_killed_publish_left_unnamed_is_swept(store: FolderStore, place: Path) -> None:
    """Files that never got their name are not listed, and go once the lock is taken, never later.

    Another thread renews the lock while the record is written: its file is no leftover.
    """
    (place / ".policypages").mkdir(parents=True)
    (place / ".policypages/writing-0123").write_bytes(b"half")
    assert listed(store) == {}
    etag = store.put(LOCK, b"{}", {}, "")
    assert [path.name for path in (place / ".policypages").iterdir()] == ["publishing.json"]
    (place / ".policypages/writing-4567").write_bytes(b"of the other thread")
    store.put(RECORD, b"{}", {}, "")
    store.put(LOCK, b"{1}", {}, etag)
    assert (place / ".policypages/writing-4567").exists()


def test_patience_ends_and_waits_longer_each_time() -> None:
    """What may pass is tried eight times; what cannot, once; waits double up to the longest."""
    waits: list[float] = []
    patience = Patience(first=1, longest=4, sleep=waits.append)
    calls = 0

    def work() -> None:
        nonlocal calls
        calls += 1
        reason = "busy"
        raise StoreError(reason, passing=True)

    with pytest.raises(StoreError, match="busy; tried 8 times"):
        patience.keep_trying(work)
    assert calls == 8
    bounds = [1, 2, 4, 4, 4, 4, 4]
    assert len(waits) == len(bounds)
    assert all(bound / 2 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))

    def hopeless() -> None:
        reason = "denied"
        raise StoreError(reason)

    waits.clear()
    with pytest.raises(StoreError, match="denied"):
        patience.keep_trying(hopeless)
    assert waits == []


def test_a_listing_that_breaks_goes_on_where_it_was() -> None:
    """The pages that came are not asked for again."""
    asked: list[str] = []

    class Broken(FolderStore):
        def pages(self, prefix: str, after: str):  # type: ignore[no-untyped-def]  # noqa: ANN202, ARG002
            asked.append(after)
            for key in "abcdef":
                if key > after:
                    if key in {"c", "e"} and len(asked) < 3:
                        reason = "broken"
                        raise StoreError(reason, passing=True)
                    yield [(key, Found(1, key))]

    store = PatientStore(Broken("."), Patience(sleep=lambda _: None))
    assert [*store.list()] == [*"abcdef"]
    assert asked == ["", "b", "b"]
