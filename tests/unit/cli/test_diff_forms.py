"""The forms in which `diff` is told: each says the same, within what its reader can take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.diffcase import side
from tests.diffrepo import FILES, OPENING

from policypages.cli import diff_full, diff_html, diff_json, diff_markdown
from policypages.cli.diff import put
from policypages.cli.diff_shown import Shown
from policypages.history.compare import Comparer
from policypages.history.sides import Sides
from policypages.history.states import read_states

MANY = 110
HOSTILE = "`````` @everyone <script>alert(1)</script> ~~~ #1"


def shown(before: Mapping[str, str], after: Mapping[str, str]) -> Shown:
    """Compare two states as the command does."""
    sides = Sides(side(before, "main (0123456789)", "0123456789" * 4), side(after, "the files here"))
    states, _ = read_states(sides)
    assert states is not None
    comparer = Comparer(states)
    return Shown(sides, comparer, comparer.run((), jobs=1), ["a note"])


@pytest.fixture(scope="module")
def many() -> Shown:
    """Each of very many entities changes in a way of its own, and says much."""
    names = [f"site-{number:03}" for number in range(MANY)]
    before = {path: text for path, text in FILES.items() if "entities" not in path or "house" in path}
    before |= {
        f"content/entities/{name}.yaml": (
            f"extends: house\nname: {name} is what we are called\nsample: true\npolicies: {{privacy: {{}}}}\n"
        )
        for name in names
    }
    before[OPENING] = FILES[OPENING].replace("learns", "learns " + "{{ name }} " * 5)
    after = {
        path: text.replace("is what we are called", f"{path[-8:-5]} and also {HOSTILE.replace('#', '&')}")
        if path.startswith("content/entities/site-")
        else text
        for path, text in before.items()
    }
    return shown(before, after)


@pytest.fixture(scope="module")
def typo() -> Shown:
    """Make a typo in a shared clause, a page that comes and one that goes."""
    after = dict(FILES)
    after[OPENING] = FILES[OPENING].replace("recieve", f"receive {HOSTILE}").replace("#1", "`#1`")
    after["content/entities/acme.yaml"] = FILES["content/entities/acme.yaml"].replace(", cookies: {}", "")
    after["content/entities/beta.yaml"] = FILES["content/entities/beta.yaml"].replace(
        "privacy: {}", "privacy: {}, cookies: {}"
    )
    return shown(FILES, after)


def test_markdown_keeps_within_a_comment_and_says_what_it_lacks(many: Shown) -> None:
    """GitHub takes 65,536 characters; each way that is left out is counted with its pages."""
    text = diff_markdown.write(many)
    assert 40_000 < len(text.encode("utf-16-le")) // 2 <= 65_536
    shown_ways = text.count("\n#### ")
    assert f"{MANY - shown_ways} ways in which {MANY - shown_ways} pages change" in text
    assert text.count("<details>") == text.count("</details>") == shown_ways


def test_markdown_calls_nobody_and_keeps_its_fences(typo: Shown) -> None:
    """Words of a page stand in a fence that is longer than any in them."""
    lines = diff_markdown.write(typo).splitlines()
    start = next(number for number, line in enumerate(lines) if line.endswith("diff"))
    fence = lines[start].removesuffix("diff")
    end = lines.index(fence, start)
    assert len(fence) > 6
    inside = "\n".join(lines[start : end + 1])
    assert "@everyone" in inside
    assert "@everyone" not in "\n".join([*lines[:start], *lines[end + 1 :]])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attrs: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attrs += attrs
        if tag not in {"meta", "br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_one_file_that_runs_and_loads_nothing(typo: Shown, many: Shown) -> None:
    """There is no script, no address to load from, no id twice; elements are closed as they were opened."""
    for each in (typo, many):
        reader = _Tags()
        text = diff_html.write(each)
        reader.feed(text)
        assert reader.open == []
        assert not {"script", "link", "img", "iframe", "object"} & {*reader.tags}
        names = {name for name, _ in reader.attrs}
        assert not names & {"id", "src", "style"}
        assert not any(name.startswith("on") for name in names)
        assert all(
            str(value).startswith(("tel:", "mailto:")) for name, value in reader.attrs if name == "href"
        )
        assert "url(" not in text
    assert '<del class="redline">' in diff_html.write(typo)
    assert "We keep orders" not in diff_html.write(typo)


def test_every_form_tells_the_same(typo: Shown) -> None:
    """The headline, the pages that come and go, the cause and its line stand in each."""
    found = json.loads(diff_json.write(typo))
    assert (found["version"], found["pages"]["changed"], found["notes"]) == (1, 3, ["a note"])
    for text in (diff_full.write(typo), diff_markdown.write(typo), diff_html.write(typo)):
        assert "3 of 4 pages change, in 1 way" in text
        assert f"{OPENING}:7" in text
        for address in ("acme/cookies", "beta/cookies", "gamma/privacy"):
            assert address in text


def test_the_terminal_shows_some_and_counts_the_rest(many: Shown) -> None:
    """Of very many ways twenty are shown."""
    text = diff_full.write(many)
    assert text.count(" 1 page | ") == 20
    assert "… and 90 more ways, of 90 pages" in text


def test_what_is_asked_for_may_go_to_a_file(tmp_path: Path, typo: Shown) -> None:
    """A file has no colours, and ends with a line's end."""
    put(diff_full.write(typo), str(tmp_path / "out.txt"))
    text = (tmp_path / "out.txt").read_text("utf-8")
    assert "\x1b" not in text
    assert text.endswith("\n")
