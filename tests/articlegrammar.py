"""Articles made at random, and a second reading of HTML that knows nothing of the first."""

from __future__ import annotations

import copy
from html import escape
from html.parser import HTMLParser
from typing import Any, Final

from hypothesis import strategies as st

WORDS: Final = (
    'alpha beta gamma delta the the and of we email, e-mail records. “quoted” "quoted" user’s user\'s'
    " 800-555-0100 800-555-0199 (a) 7 1.10 privacy@example.org https://example.org/a. <b>&amp; naïve don't."
    " 国 家 人民。 「法」 ไทย не हिन्दी 個人情報 a:b 12:30"
).split()
SPACES: Final = (" ", " ", " ", " ", " ", "", "\n  ", "\xa0", "<br>")
LINKS: Final = (
    "policy:cookies",
    "#contact",
    "mailto:a@example.org",
    "https://example.org/?a=1&b=2",
    "tel:5550100",
)
MARKUP: Final = ("strong", "em", "code", "a", "span")
VOID: Final = frozenset({"br", "hr", "img", "input", "wbr"})

Word = tuple[str, str, str, str]  # space before it, word, element round it, address of a link


@st.composite
def lines(draw: st.DrawFn, least: int = 0) -> list[Word]:
    """Draw a line of words, each with the space before it and what stands round it."""
    found: list[Word] = []
    for _ in range(draw(st.integers(least, 9))):
        kind = draw(st.integers(0, 9))
        tag = draw(st.sampled_from(MARKUP)) if kind == 0 else ""
        href = draw(st.sampled_from(LINKS)) if tag == "a" else ""
        same = found and kind in {1, 2}
        found.append(
            (
                draw(st.sampled_from(SPACES)),
                draw(st.sampled_from(WORDS)),
                found[-1][2] if same else tag,
                found[-1][3] if same else href,
            )
        )
    return found


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> dict[str, Any]:
    """Draw a block: what it is and what it holds."""
    kinds = ["p", "p", "p", "p", "ul", "ol", "h3", "hr", "pre", "bare"]
    if depth < 2:
        kinds += ["ul", "blockquote", "table", "dl", "address", "section"]
    kind = draw(st.sampled_from(kinds))
    few = st.integers(1, 3)
    if kind in {"ul", "ol"}:
        inside = st.lists(blocks(depth + 1), max_size=1) if depth < 2 else st.just([])
        items = [{"line": draw(lines()), "inside": draw(inside)} for _ in range(draw(few))]
        return {"kind": kind, "items": items}
    if kind == "table":
        width = draw(few)
        rows = [[draw(lines()) for _ in range(width)] for _ in range(draw(st.integers(1, 4)))]
        return {"kind": kind, "rows": rows}
    if kind == "dl":
        return {"kind": kind, "items": [[draw(lines(1)), draw(lines())] for _ in range(draw(few))]}
    if kind in {"blockquote", "address", "section"}:
        id_ = draw(st.sampled_from("abcdefgh")) if kind == "section" else ""
        return {"kind": kind, "id": id_, "blocks": draw(st.lists(blocks(depth + 1), max_size=3))}
    return {"kind": kind, "line": draw(lines())}


articles = st.lists(blocks(), max_size=7)


def html_of(article: list[dict[str, Any]]) -> str:
    """Write an article as HTML; an anchor stands once."""
    return f'<article lang="en">\n{"".join(_block(one, set()) for one in _ids(article, set()))}</article>\n'


def _ids(article: list[dict[str, Any]], seen: set[str]) -> list[dict[str, Any]]:
    article = copy.deepcopy(article)
    for one in article:
        if one.get("id"):
            one["id"] = "" if one["id"] in seen else one["id"]
            seen.add(one["id"])
        one["blocks"] = _ids(one.get("blocks", []), seen)
        for item in one.get("items", []):
            if isinstance(item, dict):
                item["inside"] = _ids(item["inside"], seen)
    return article


def _block(one: dict[str, Any], seen: set[str]) -> str:
    kind = one["kind"]
    if kind in {"ul", "ol"}:
        items = "".join(
            f"<li>{_line(item['line'])}{''.join(_block(sub, seen) for sub in item['inside'])}</li>\n"
            for item in one["items"]
        )
        return f"<{kind}>\n{items}</{kind}>\n"
    if kind == "table":
        rows = "".join(f"<tr>{''.join(f'<td>{_line(c)}</td>' for c in row)}</tr>\n" for row in one["rows"])
        return f"<table>\n<tbody>\n{rows}</tbody>\n</table>\n"
    if kind == "dl":
        items = "".join(f"<div><dt>{_line(a)}</dt> <dd>{_line(b)}</dd></div>\n" for a, b in one["items"])
        return f"<dl>\n{items}</dl>\n"
    if "blocks" in one and kind in {"blockquote", "address", "section"}:
        anchor = f' id="{one["id"]}"' if one["id"] else ""
        return f"<{kind}{anchor}>\n{''.join(_block(sub, seen) for sub in one['blocks'])}</{kind}>\n"
    if kind == "hr":
        return "<hr>\n"
    return _line(one["line"]) + "\n" if kind == "bare" else f"<{kind}>{_line(one['line'])}</{kind}>\n"


def _line(words: list[Word]) -> str:
    out = []
    for at, (space, word, tag, href) in enumerate(words):
        text = escape(word, quote=False)
        if tag:
            attrs = f' href="{escape(href)}"' if tag == "a" else ""
            text = f"<{tag}{attrs}>{text}</{tag}>"
        out.append((space if at else "") + text)
    return "".join(out)


@st.composite
def edited(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Draw an article and what some edits made of it: blocks moved, words changed, links led elsewhere."""
    old = draw(articles)
    new = copy.deepcopy(old)
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(
            st.sampled_from(["move", "drop", "add", "word", "word", "cut", "link", "space", "item", "row"])
        )
        holder = draw(st.sampled_from(_holders(new)))
        texts = _lines_in(new)
        if kind == "add":
            holder.insert(draw(st.integers(0, len(holder))), draw(blocks(1)))
        elif kind in {"move", "drop"} and holder:
            block = holder.pop(draw(st.integers(0, len(holder) - 1)))
            if kind == "move":
                other = draw(st.sampled_from(_holders(new)))
                other.insert(draw(st.integers(0, len(other))), block)
        elif kind in {"item", "row"}:
            _shuffle(draw, new)
        elif texts:
            _edit(draw, kind, draw(st.sampled_from(texts)), holder)
    return old, new


def _edit(draw: st.DrawFn, kind: str, line: list[Word], holder: list[dict[str, Any]]) -> None:
    if not line:
        return
    at = draw(st.integers(0, len(line) - 1))
    space, word, tag, href = line[at]
    if kind == "word":
        line[at] = (space, draw(st.sampled_from(WORDS)), tag, href)
    elif kind == "link":
        line[at] = (space, word, "a", draw(st.sampled_from(LINKS)))
    elif kind == "space":
        line[at] = (draw(st.sampled_from(SPACES)), word, tag, href)
    elif kind == "cut":
        holder.append({"kind": "p", "line": line[at:]})
        del line[at:]


def _shuffle(draw: st.DrawFn, article: list[dict[str, Any]]) -> None:
    lists = [one[key] for one in _all(article) for key in ("items", "rows") if one.get(key)]
    if lists:
        chosen = draw(st.sampled_from(lists))
        chosen.insert(draw(st.integers(0, len(chosen))), copy.deepcopy(draw(st.sampled_from(chosen))))
        if len(chosen) > 1:
            chosen.pop(draw(st.integers(0, len(chosen) - 1)))


def _all(article: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for one in article:
        found.append(one)
        found += _all(one.get("blocks", []))
        for item in one.get("items", []):
            if isinstance(item, dict):
                found += _all(item["inside"])
    return found


def _holders(article: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [article, *(one["blocks"] for one in _all(article) if "blocks" in one)]


def _lines_in(article: list[dict[str, Any]]) -> list[list[Word]]:
    found = []
    for one in _all(article):
        found += [one["line"]] if "line" in one else []
        found += [cell for row in one.get("rows", []) for cell in row]
        for item in one.get("items", []):
            found += [item["line"]] if isinstance(item, dict) else item
    return found


class Reading(HTMLParser):
    """What stands in an HTML text: each character but white space, in its elements; and what is wrong."""

    def __init__(self, html: str, *, without: str = "") -> None:
        super().__init__()
        self.without = without
        self.stack: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.characters: list[tuple[str, tuple[tuple[str, tuple[tuple[str, str | None], ...]], ...]]] = []
        self.anchors: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()
        self.wrong += [f"<{tag}> is not closed" for tag, _ in self.stack]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, and look at where it stands."""
        around = self.stack[-1][0] if self.stack else ""
        allowed = {"ul": {"li"}, "ol": {"li"}, "dl": {"div", "dt", "dd"}, "tr": {"td", "th"}, "tbody": {"tr"}}
        if tag not in allowed.get(around, {tag}):
            self.wrong.append(f"<{tag}> in <{around}>")
        homes = {
            "li": {"ul", "ol"},
            "tr": {"tbody", "thead", "tfoot", "table"},
            "td": {"tr"},
            "dd": {"dl", "div"},
        }
        if around not in homes.get(tag, {around}):
            self.wrong.append(f"<{tag}> in <{around}>")
        phrasing = {
            "p",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "pre",
            "ins",
            "del",
            "span",
            "a",
            "strong",
            "em",
            "code",
        }
        if around in phrasing and tag in {
            "p",
            "ul",
            "ol",
            "table",
            "hr",
            "section",
            "div",
            "h3",
            "pre",
            "dl",
        }:
            self.wrong.append(f"<{tag}> in <{around}>")
        self.anchors += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.stack.append((tag, tuple(sorted(attrs))))

    def handle_endtag(self, tag: str) -> None:
        """Close an element: the one that was opened last."""
        if not self.stack or self.stack.pop()[0] != tag:
            self.wrong.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        """Keep characters, unless they are marked as what is to be left out, or a note of an address."""
        for tag, attrs in self.stack:
            classes = (dict(attrs).get("class") or "").split()
            if self.without and ("redline-note" in classes or (tag == self.without and "redline" in classes)):
                return
        stack = tuple(self.stack)
        self.characters += ((character, stack) for character in data if not character.isspace())

    def words(self) -> str:
        """Return all characters."""
        return "".join(character for character, _ in self.characters)

    def linked(self) -> list[tuple[str, str | None]]:
        """Return each character with the address that it links to."""
        found = []
        for character, stack in self.characters:
            hrefs = [dict(attrs).get("href") for tag, attrs in stack if tag == "a"]
            found.append((character, next((href for href in hrefs if href is not None), None)))
        return found
