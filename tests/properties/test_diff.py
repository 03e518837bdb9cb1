"""Whatever is edited: `diff` names the pages whose texts differ when both states are built, and no others."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from tests.diffcase import built, compared, texts
from tests.properties.test_incremental import BASE, EDIT, FILES
from tests.sitecase import SiteCase

from policypages.redline import normalised_text

Files = dict[str, str]
YAML = sorted(path for path in BASE if path.startswith("content/") and path.endswith(".yaml"))
CLAUSES = sorted(path for path in BASE if path.endswith(".md"))
ANCHORS = {"rights": "your-rights"}


def _reworded(path: str, number: int) -> Files:
    return {path: f"{BASE[path]}\nIn other words: {number}.\n"}


def _one_key(edit: tuple[str, str | None], index: int) -> Files:
    """Set, change or take away one key of a file of facts or of a policy."""
    path, text = edit
    old, new = json.loads(BASE[path]), json.loads(str(text))
    differ = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
    if not differ:
        return {}
    key = differ[index % len(differ)]
    tree: dict[str, Any] = {**old, key: new.get(key)}
    return {
        path: json.dumps({name: value for name, value in tree.items() if name != key or key in new}, indent=1)
    }


def _clause_renamed() -> dict[str, str | None]:
    """Rename a clause with its outlines; it says what it was called."""
    out: dict[str, str | None] = {"content/clauses/rights.md": None}
    text = BASE["content/clauses/rights.md"]
    out["content/clauses/your-rights.md"] = text.replace("---\n", "---\nwas: [rights]\n", 1)
    for path in YAML:
        out[path] = BASE[path].replace('"rights"', '"your-rights"')
    return out


def _entity_renamed() -> dict[str, str | None]:
    path = "content/entities/acme.yaml"
    return {
        path: None,
        "content/entities/acme-two.yaml": json.dumps({**json.loads(BASE[path]), "was": ["acme"]}),
    }


KEYED = st.sampled_from(YAML).flatmap(lambda path: st.tuples(st.just(path), FILES[path]))
EDITS = st.one_of(
    st.builds(_reworded, st.sampled_from(CLAUSES), st.integers(1, 3)),
    st.builds(_one_key, KEYED, st.integers(0, 1000)),
    EDIT.map(lambda edit: {edit[0]: edit[1]}),
    st.builds(_one_key, KEYED, st.integers(0, 1000)),
    st.builds(_clause_renamed),
    st.builds(_entity_renamed),
)


@pytest.fixture(scope="module")
def before() -> Iterator[SiteCase]:
    """Build the site as it was, once."""
    root = Path(tempfile.mkdtemp(prefix="policypages-diff-"))
    case = built(root, BASE)
    assert not case.report.failed, case.report.diagnostics
    yield case
    shutil.rmtree(root)


def _compare(before: SiteCase, edits: list[dict[str, str | None]]) -> None:
    files: dict[str, str | None] = dict(BASE)
    for edit in edits:
        files |= edit
    after = {path: text for path, text in files.items() if text is not None}
    root = Path(tempfile.mkdtemp(prefix="policypages-diff-"))
    try:
        case = built(root, after)
        event(f"failed: {case.report.failed}")
        if case.report.failed:
            compared(BASE, after)
            compared(after, BASE)
            assume(False)  # noqa: FBT003 - hypothesis has it so
        renamed = "content/clauses/your-rights.md" in after
        old, new = texts(before, ANCHORS if renamed else {}), texts(case)
    finally:
        shutil.rmtree(root)
    comparer, found = compared(BASE, after)
    assert not found.found
    moved = dict(found.moved)
    old = {moved.get(address, address): text for address, text in old.items()}
    changed = {page.page.address for group in found.groups for page in group.pages}
    event(f"pages: {len(changed)}")
    assert {page.address for page in found.added} == new.keys() - old.keys()
    assert {page.address for page in found.removed} == old.keys() - new.keys()
    assert changed == {address for address in new.keys() & old.keys() if new[address] != old[address]}
    assert found.total == len(new)
    for group in found.groups:
        assert group.causes, group
        redlines = []
        for page in group.pages:
            articles = comparer.articles(page)
            assert normalised_text(articles[0]) != normalised_text(articles[1])
            redlines.append(comparer.redline(page).changes)
        assert all(redline == redlines[0] for redline in redlines), group


@given(edits=st.lists(EDITS, min_size=1, max_size=2))
@settings(max_examples=15, deadline=None, suppress_health_check=[*HealthCheck])
def test_diff_names_the_pages_whose_texts_differ(
    before: SiteCase, edits: list[dict[str, str | None]]
) -> None:
    """A second implementation builds both states into folders and reads the pages: the same differ."""
    _compare(before, edits)


@pytest.mark.soak
@given(edits=st.lists(EDITS, min_size=1, max_size=2))
@settings(max_examples=150, deadline=None, suppress_health_check=[*HealthCheck])
def test_diff_names_the_pages_whose_texts_differ_after_many_edits(
    before: SiteCase, edits: list[dict[str, str | None]]
) -> None:
    """The same, for two hundred edits."""
    _compare(before, edits)
