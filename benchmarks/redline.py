"""Count what a redline marks beside the fewest words that git would, on the real history of real policies."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from policypages.redline import compare

HISTORY: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "basecamp-policies" / "history"
MUST: Final = 1.10
SLACK: Final = 5
WORST: Final = 10
_FRONT: Final = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
_BLOCKS: Final = frozenset(
    "article blockquote br dd dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre td th tr ul".split()
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One revision and the next: the words that a redline marks, and the fewest."""

    name: str
    marked: int
    fewest: int
    seconds: float

    @property
    def most(self) -> float:
        """Return how many words may be marked."""
        return MUST * self.fewest + SLACK


class _Words(HTMLParser):
    """The words of an HTML text, and those within marks; what notes say of addresses is no text."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.marked: list[str] = []
        self.depth = self.note = 0
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.text.append(" ")
        classes = (dict(attrs).get("class") or "").split()
        kind = (
            "note"
            if "redline-note" in classes
            else "mark"
            if tag in {"del", "ins"} and "redline" in classes
            else ""
        )
        if tag not in {"br", "hr", "img", "wbr", "input"}:
            self.open.append(kind)
            self.depth += kind == "mark"
            self.note += kind == "note"
            self.marked += [" "] * (kind == "mark")

    def handle_endtag(self, tag: str) -> None:
        kind = self.open.pop()
        self.depth -= kind == "mark"
        self.note -= kind == "note"
        self.text += [" "] * (tag in _BLOCKS)
        self.marked += [" "] * (kind == "mark" or tag in _BLOCKS)

    def handle_data(self, data: str) -> None:
        if not self.note:
            self.text.append(data)
            self.marked += [data] * (self.depth > 0)


def article(file: Path) -> str:
    """Return a revision as an article."""
    text = _FRONT.sub("", file.read_text("utf-8"))
    return f"<article>\n{MarkdownIt('js-default').render(text)}</article>\n"


def words(html: str) -> list[str]:
    """Return the words of an HTML text, each from one white space to the next."""
    reader = _Words()
    reader.feed(html)
    return "".join(reader.text).split()


def marked(html: str) -> int:
    """Count the words within marks; a word marked in part counts for each part."""
    reader = _Words()
    reader.feed(html)
    return len("".join(reader.marked).split())


def fewest(old: str, new: str, folder: Path) -> int:
    """Count the words that git marks at least, with one word a line."""
    for name, html in (("old", old), ("new", new)):
        (folder / name).write_text("".join(f"{word}\n" for word in words(html)), "utf-8", newline="\n")
    command = ["git", "diff", "--no-index", "--minimal", "--no-color", "--numstat", "old", "new"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - git alone
    if ran.returncode not in {0, 1}:
        raise RuntimeError(ran.stderr)
    added, removed = ran.stdout.split()[:2] if ran.stdout else ("0", "0")
    return int(added) + int(removed)


def pairs() -> Iterator[tuple[Path, Path]]:
    """Go through each revision and the next one, document by document."""
    for folder in sorted(path for path in HISTORY.iterdir() if path.is_dir()):
        files = sorted(folder.glob("*.md"))
        yield from pairwise(files)


def measure() -> list[Pair]:
    """Compare all pairs."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for old, new in pairs():
            one, other = article(old), article(new)
            start = time.process_time()
            html = compare(one, other).html
            seconds = time.process_time() - start
            name = f"{old.parent.name} {old.name[:3]} to {new.name[:3]}"
            found.append(Pair(name, marked(html), fewest(one, other, Path(folder)), seconds))
    return found


def main() -> int:
    """Print the worst pairs, and fail where one marks too much."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    if not HISTORY.is_dir():
        print("needs ../shared/data/basecamp-policies, which is not here", file=sys.stderr)  # noqa: T201
        return 2
    found = measure()
    over = [pair for pair in found if pair.marked > pair.most]
    times = sorted(pair.seconds for pair in found)
    total, least = sum(pair.marked for pair in found), sum(pair.fewest for pair in found)
    lines = [
        f"{len(found)} pairs: {total} words marked, {least} at the fewest: {total / least:.3f}",
        f"seconds a pair: {times[len(times) // 2]:.3f} in the middle, {times[-1]:.3f} at most",
        f"above {MUST} times the fewest and {SLACK}: {len(over)}",
        "",
        "| the worst ten | marked | fewest | ratio | seconds |",
        "|---|---:|---:|---:|---:|",
    ]
    worst = sorted(found, key=lambda pair: (pair.most - pair.marked) / max(1, pair.fewest))
    for pair in worst[:WORST]:
        ratio = pair.marked / pair.fewest if pair.fewest else 1.0
        lines.append(f"| {pair.name} | {pair.marked} | {pair.fewest} | {ratio:.3f} | {pair.seconds:.3f} |")
    print("\n".join(lines))  # noqa: T201
    return 1 if over else 0


if __name__ == "__main__":
    raise SystemExit(main())
