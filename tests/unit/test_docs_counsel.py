"""The page for counsel: each page and message that it shows is what the program makes of the starter site."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import html
from tests.sitecase import SiteCase

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "for-counsel.md"
WIDTH = 98
_FENCE = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TOP_LEVEL = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)
_HEADINGS = ("h2", "h3", "h4")
_BELOW = "*[not(self::section or self::div or self::address)]"
FORBIDDEN = (
    "template variable boolean loop syntax jinja parse string array null render compile function markdown"
    " yaml markup expression configuration"
).split()


@dataclass(frozen=True)
class Fence:
    """One fenced example: `kind` and `about` are its info string, `start` and `end` where its text stands."""

    kind: str
    about: str
    text: str
    start: int
    end: int


def fences(page: str) -> list[Fence]:
    """Return the examples in order."""
    return [Fence(one[1], one[2].strip(), one[3], one.start(3), one.end(3)) for one in _FENCE.finditer(page)]


class Story:
    """The starter site, changed step by step as the page tells it; each example becomes what is really so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        starter = ROOT / "starter"
        self.files = {
            path.relative_to(starter).as_posix(): path.read_text("utf-8")
            for path in sorted(starter.rglob("*"))
            if path.suffix in {".md", ".yaml"}
        }
        self.site: SiteCase | None = None

    def tell(self, fence: Fence) -> str:
        """Carry out what an example says, and return the text that it should have."""
        match fence.kind:
            case "clause" | "facts":
                return self._file(fence)
            case "page":
                return self._page(fence.about)
            case "message":
                return self._message(fence.about)
        return f"nobody knows a `{fence.kind}`\n"

    def _file(self, fence: Fence) -> str:
        path, _, shown = fence.about.partition(" ")
        current = self.files.get(path, "")
        if shown:
            return fence.text if fence.text in current else current
        self.site = None
        self.files[path] = fence.text if fence.kind == "clause" else _with_blocks(current, fence.text)
        return fence.text

    def _page(self, about: str) -> str:
        address, _, anchor = about.partition("#")
        if self.site is None:
            self.site = SiteCase(self.folder / "site", dict(self.files)).build()
            assert not self.site.errors(), self.site.errors()
        tree = html.fromstring(self.site.markup(address))
        return "\n".join(_shown(next(one for one in tree.iter() if one.get("id") == anchor)))

    def _message(self, about: str) -> str:
        folder = self.folder / "told"
        path, _, change = about.partition(" ")
        old, _, new = change.partition("=")
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            assert name != path or old in text, about
            (folder / name).write_text(text.replace(old, new) if name == path else text, "utf-8")
        ran = subprocess.run(
            [sys.executable, "-m", "policypages", "-C", str(folder), "check"],
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "COLUMNS": str(WIDTH), "NO_COLOR": "1"},
        )
        assert ran.returncode == 1, ran.stderr
        errors = [block for block in ran.stderr.split("\n\n") if block.startswith("error[")]
        return "\n\n".join(errors).rstrip("\n") + "\n"


def _with_blocks(current: str, text: str) -> str:
    """Put each top-level fact of `text` in the place of the one of that name, or at the end."""
    for block in filter(None, _TOP_LEVEL.split(text)):
        key = block.partition(":")[0]
        old = re.search(rf"^{key}:.*\n(?: .*\n)*", current, re.MULTILINE)
        start, end = old.span() if old else (len(current), len(current))
        current = current[:start] + block + current[end:]
    return current


def _shown(section: html.HtmlElement) -> Iterator[str]:
    """Write what a reader sees of a section, without those inside it: paragraphs apart, items with `-`.

    What a section says in short, and the link to copy, are left out: the page teaches its text.
    """
    for index, block in enumerate(section.xpath(f"./{_BELOW}[not(self::details or self::a)]")):
        if index:
            yield ""
        lines = block.findall("li") or [block]
        for line in lines:
            words = " ".join(str(line.text_content()).split())
            yield from textwrap.wrap(f"- {words}" if line is not block else words, WIDTH)
    yield ""


def test_every_example_is_real(tmp_path: Path, *, regen: bool) -> None:
    """From top to bottom, the page shows what the starter site says after the changes told so far."""
    page = PAGE.read_text("utf-8")
    story = Story(tmp_path)
    real = [(fence, story.tell(fence)) for fence in fences(page)]
    assert {fence.kind for fence, _ in real} == {"clause", "facts", "page", "message"}
    if regen:
        for fence, text in reversed(real):
            page = page[: fence.start] + text + page[fence.end :]
        PAGE.write_text(page, "utf-8")
        return
    for fence, text in real:
        assert fence.text == text, fence.about


def test_no_word_of_programming() -> None:
    """The page uses no word that only people who write programs know; file names and messages are quoted."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", PAGE.read_text("utf-8"))).casefold()
    assert [word for word in FORBIDDEN if re.search(rf"\b{word}(s|d|ed|ing)?\b", prose)] == []
    messages = " ".join(f.text for f in fences(PAGE.read_text("utf-8")) if f.kind == "message").casefold()
    messages = messages.replace(".yaml", "")
    assert [word for word in FORBIDDEN if re.search(rf"\b{word}\b", messages)] == []


def test_ten_minutes() -> None:
    """At two hundred words a minute the page is read in ten."""
    assert len(re.findall(r"[^\W\d_][\w'’.-]*", PAGE.read_text("utf-8"))) <= 2000


def test_what_is_said_in_passing(tmp_path: Path) -> None:
    """Where the prose says that a tag gives some words, it does on the shop's page."""
    said = re.findall(r'`(\{\{[^`]+\}\})`\s+gives\s+"([^"]+)"', PAGE.read_text("utf-8"))
    assert len(said) >= 2
    site = SiteCase(tmp_path, dict(Story(tmp_path).files))
    site.change(
        "clauses/collecting.md", "---\ntitle: What\n---\n" + "\n\n".join(tag for tag, _ in said) + "\n"
    )
    site.change("entities/acme-careers.yaml", None).build()
    for _, words in said:
        site.says("/acme-shop/privacy/", words)
