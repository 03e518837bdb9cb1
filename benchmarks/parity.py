"""Check that all tools say the same on all pages: visible text, anchors and link targets."""

from __future__ import annotations

import argparse
import difflib
import html
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import tools
from benchmarks.site import HERE, write

_SHOWN_DIFFERENCES: Final = 3
_HEAD: Final = re.compile(r"<head>.*?</head>", re.DOTALL)
_TITLE: Final = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_ADDRESS: Final = re.compile(r'\s(id|href)="([^"]*)"')
_BREAK: Final = re.compile(
    r"</?(?:p|h[1-6]|li|ul|ol|div|section|table|caption|tr|th|td|dt|dd|nav|header|footer|br)\b[^>]*>"
)
_TAG: Final = re.compile(r"<[^>]*>")
_OWN_ANCHOR: Final = re.compile(r'<a class="anchor"[^>]*></a>')  # ours alone: no peer has to write it
_MARKS: Final = ("id=", "hre")  # how the lines of anchors and links begin
_LOCATION: Final = re.compile(r"<loc>(.*?)</loc>")


@dataclass(frozen=True, slots=True)
class Tally:
    """What one tool wrote: `words` of the policy pages, `size` of the compared files, `extra` files."""

    tool: str
    files: int
    words: int
    size: int
    extra: int


def said(text: str) -> list[str]:
    """Return what a page says, line by line: its title, each run of text, then its anchors and links."""
    if text.startswith("<?xml"):
        return _LOCATION.findall(text)
    text = _OWN_ANCHOR.sub("", text)
    title = _TITLE.search(text)
    addresses = [f"{kind}={html.unescape(value)}" for kind, value in _ADDRESS.findall(text)]
    body = _BREAK.sub("\0", _HEAD.sub("", text))
    runs = (" ".join(html.unescape(run).split()) for run in _TAG.sub("", body).split("\0"))
    return [html.unescape(title[1]) if title else "", *filter(None, runs), *addresses]


def compare(outputs: Mapping[str, Path], entities: int) -> tuple[list[Tally], list[str]]:
    """Compare all outputs with the first of them; return the tallies, and each difference as a diff."""
    tallies: list[Tally] = []
    wrong: list[str] = []
    first, *_ = outputs
    expected = tools.page_files(outputs[first])
    if len(expected) != entities * len(tools.PAGES):
        wrong.append(f"{first} wrote {len(expected)} of {entities * len(tools.PAGES)} files")
    for tool, out in outputs.items():
        files = tools.page_files(out)
        every = sum(1 for _ in tools.all_files(out))
        if files != expected:
            odd = sorted(set(files) ^ set(expected))
            wrong.append(f"{tool} and {first} did not write the same files: {', '.join(odd[:9])}")
        words = size = 0
        for path in files:
            text = (out / path).read_text(encoding="utf-8")
            size += len(text.encode())
            lines = said(text)
            if path.endswith(tools.PAGES[1]):
                words += sum(len(line.split()) for line in lines if line[:3] not in _MARKS)
            if tool != first and path in expected:
                model = said((outputs[first] / path).read_text(encoding="utf-8"))
                wrong += _difference(model, lines, f"{first}/{path}", f"{tool}/{path}")
        tallies.append(Tally(tool, len(files), words, size, every - len(files)))
    return tallies, wrong


def _difference(one: list[str], other: list[str], first: str, second: str) -> list[str]:
    if one == other:
        return []
    return ["\n".join(difflib.unified_diff(one, other, first, second, lineterm="", n=1))]


def shown(tallies: Sequence[Tally], entities: int) -> str:
    """Write the tallies as a table."""
    lines = [f"{'tool':10}{'files':>8}{'words a page':>14}{'bytes a file set':>18}{'other files':>13}"]
    lines += [
        f"{one.tool:10}{one.files:8,}{one.words / entities:14,.0f}{one.size / entities:18,.0f}{one.extra:13,}"
        for one in tallies
    ]
    return "\n".join(lines)


def insist(outputs: Mapping[str, Path], entities: int) -> list[Tally]:
    """Compare, print the tallies, and end loudly where the tools differ."""
    tallies, wrong = compare(outputs, entities)
    sys.stdout.write(f"{shown(tallies, entities)}\n")
    if wrong:
        some = "\n\n".join(wrong[:_SHOWN_DIFFERENCES])
        sys.exit(f"{some}\n\nparity: {len(wrong)} differences; nothing is timed")
    sys.stdout.write(
        f"parity: {len(outputs)} tools, {entities:,} entities: same files, text, anchors and links\n\n"
    )
    return tallies


def main() -> None:
    """Build one site with all tools and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=100)
    parser.add_argument("--tools", default=",".join(tools.PEERS), help="peers, with commas between")
    parser.add_argument("--work", type=Path, default=HERE / ".work" / "parity")
    given = parser.parse_args()
    outputs = {}
    for tool in ("ours", *filter(None, given.tools.split(","))):
        site, outputs[tool] = given.work / tool, given.work / f"{tool}-out"
        write(tool, given.entities, site)
        tools.forget(tool, site)
        shutil.rmtree(outputs[tool], ignore_errors=True)
        tools.run(tools.call(tool, site, outputs[tool]))
    insist(outputs, given.entities)


if __name__ == "__main__":
    try:
        main()
    except tools.ToolError as failed:
        sys.exit(str(failed))
