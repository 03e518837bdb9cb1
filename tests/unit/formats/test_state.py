"""What the last build knew: whatever names and paths hold, it is read as it was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypages.formats import manifest as manifests
from policypages.formats.manifest import Entry
from policypages.formats.state import Known, State, decode, encode, is_whole, read_known, write_known
from policypages.model import FileRecord
from policypages.plan.unchanged import Unchanged

_TEXTS = st.text(st.sampled_from('a/b ",\\\n\té[]'), min_size=1, max_size=6)
_PATHS = _TEXTS.map(lambda text: f"c{text.replace('//', '')}.yaml")
_KNOWN = st.builds(
    Known,
    files=st.lists(_PATHS, min_size=1, max_size=3),
    stamp=st.sampled_from(["", "1.2.3.4"]),
    uses=_TEXTS,
    notes=st.sampled_from([None, [], [["a-code", 'with "quotes"\n', None]]]),
    name=st.none() | _TEXTS,
    sample=st.booleans(),
    pages=st.lists(st.lists(_TEXTS, min_size=3, max_size=3), max_size=2),
    released=st.lists(st.lists(_TEXTS, min_size=2, max_size=2), max_size=1),
    redirects=st.lists(st.lists(_TEXTS, min_size=3, max_size=3), max_size=1),
)
_SITES = st.lists(_KNOWN, max_size=4).map(lambda every: {f"e{at}": one for at, one in enumerate(every)})


def _state(sites: dict[str, Known]) -> State:
    return State("us", "it", sites={id_: write_known(known) for id_, known in sites.items()})


def _again(state: State) -> State:
    data = b"".join(encode(state))
    assert is_whole(data)
    assert all(json.loads(line) is not None for line in data.splitlines())
    read = decode(data, made_by="us", manifest="it")
    assert read is not None
    return read


@settings(max_examples=25)
@given(_SITES)
def test_what_was_known_is_read_as_it_was_written(sites: dict[str, Known]) -> None:
    """All entities, one by one and all at once."""
    read = _again(_state(sites))
    assert {id_: read_known(read.sites[id_]) for id_ in sites} == sites
    assert {id_: read_known(text) for id_, text in read.sites.items()} == sites
    assert "none" not in read.sites


@settings(max_examples=25)
@given(_SITES, st.lists(_KNOWN, max_size=2))
def test_mended_columns_are_those_that_would_be_written(sites: dict[str, Known], new: list[Known]) -> None:
    """The first entities become others: the bytes are those of a state that is written anew."""
    others = dict(zip(sites, new, strict=False))
    read = _again(_state(sites)).sites
    mended = read.with_texts({id_: write_known(known) for id_, known in others.items()})  # type: ignore[attr-defined]
    assert b"".join(encode(_state({})._replace(sites=mended))) == b"".join(encode(_state(sites | others)))


@pytest.mark.parametrize("name", ["brand:content/brands/my shop.yaml", 'brand:content/brands/ü"\n.yaml'])
def test_what_an_entity_uses_is_found_by_any_name(name: str) -> None:
    """A brand may have a name with spaces, quotes or letters that are escaped."""
    files = ["content/entities/a.yaml"], ["content/entities/b.yaml"]
    uses = f"{name} clause:one", "clause:one policy:privacy"
    known = [
        Known(file, "1", used, [], "A", False, [["P", "p", "en"]], [], [])  # noqa: FBT003 - see the type
        for file, used in zip(files, uses, strict=True)
    ]
    read = _again(_state(dict(zip("ab", known, strict=True))))
    state = read._replace(shared={name: "1", "clause:one": "1"})
    entities = {"a": files[0][0], "b": files[1][0]}
    unchanged = Unchanged(
        state,
        paths=entities.values(),
        entities=entities,
        listed=True,
        stamps_of=lambda paths: ["1" for _ in paths],
    )
    assert [*unchanged.kept(None)] == ["a", "b"]
    assert [*unchanged.kept({name: "2", "clause:one": "1"})] == ["b"]
    assert [*unchanged.kept({name: "1", "clause:one": "2"})] == []


def test_the_files_of_a_manifest_are_listed_with_their_sizes() -> None:
    """Names with quotes, commas and letters that are escaped among them."""
    paths = ["a/index.html", "a/x,y/index.html", "é/index.html", "b/ü/index.html"]
    lines = {}
    for folder in ("a", "é", "b"):
        own = [path for path in paths if path.startswith(f"{folder}/")]
        lines[folder] = manifests.line_of(folder, [Entry(FileRecord(p, len(p), "00"), "ff") for p in own])
    assert State("", "", files=manifests.columns_of(lines)).sizes() == (paths, [*map(len, paths)])
    assert [manifests.count_of(line) for line in lines.values()] == [2, 1, 1]
