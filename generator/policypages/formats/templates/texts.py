"""Compile the text of a clause, a title or a condition to a function from facts to HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from jinja2 import Template, TemplateError
from markupsafe import escape

from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses import (
    Parsed,
    Place,
    Tag,
    Tagged,
    find_tags,
    first_empty,
    match_tags,
    pieces_of,
)
from policypages.formats.templates.filters import FOUND, LOCALE, Missing, Reference
from policypages.formats.templates.quick import Render
from policypages.formats.templates.sandbox import make_quick, make_template
from policypages.formats.templates.tagcode import TagReader
from policypages.formats.vocabulary import Shape
from policypages.model import Finding, Reads, TagPlace, Target, Text

LEVEL: Final = "_level"
_UNSAFE: Final = re.compile(r"\{(?=[{%#])|\{\Z|\r")
_MARKS: Final = re.compile(r"<(/?)(a|code)\b")
_DROPPED: Final = {"0": "{% filter _filled %}", "1": "{% endfilter %}", "2": "{% filter _written %}"}


def compile_body(parsed: Parsed, reader: TagReader) -> tuple[Text, list[Diagnostic]]:
    """Compile a clause's body, whose tags `reader` has read."""
    nonce = parsed.tagged.nonce
    pattern = re.compile(rf"{nonce}(?:(\d{{4}})|u(\d{{4}})|h(\d)|d([012]))z")
    out: list[str] = []
    at = 0
    context = _Context()
    for match in pattern.finditer(parsed.html):
        text = parsed.html[at : match.start()]
        context.read(text)
        out.append(_literal(text))
        at = match.end()
        tag, url, level, dropped = match.groups()
        if tag is not None:
            index = int(tag)
            out.append(reader.code(index, plain=context.plain, alone=index in parsed.own_line))
        elif url is not None:
            out.append(_url(parsed.urls[int(url)], reader))
        elif level is not None:
            out.append(f"{{{{ {LEVEL} + {level} }}}}")
        else:
            out.append(_DROPPED[dropped])
    out.append(_literal(parsed.html[at:]))
    return _finish("".join(out), reader)


class _Context:
    """Where in HTML a tag stands: in an attribute, a link or code it can print plain text only."""

    def __init__(self) -> None:
        self.in_tag = False
        self.within = {"a": 0, "code": 0}

    def read(self, text: str) -> None:
        opens, closes = text.rfind("<"), text.rfind(">")
        if opens != closes:
            self.in_tag = opens > closes
        for slash, name in _MARKS.findall(text):
            self.within[name] += -1 if slash else 1

    @property
    def plain(self) -> bool:
        return self.in_tag or any(self.within.values())


def compile_line(
    source: str, words: Shape, place: Place, *, may_be_empty: bool = True
) -> tuple[Text, list[Diagnostic]]:
    """Compile a title or summary: text with tags, and no Markdown."""
    tagged, found = find_tags(source, place)
    _, more = match_tags(tagged, place)
    found += more
    reader = TagReader(tagged, words, place)
    out: list[str] = []
    at = 0
    for match in tagged.pattern.finditer(tagged.text):
        out.append(_literal(str(escape(tagged.text[at : match.start()]))))
        out.append(reader.code(int(match.group(1)), plain=True))
        at = match.end()
    out.append(_literal(str(escape(tagged.text[at:]))))
    if not found and not may_be_empty and tagged.tags:
        tag = first_empty(pieces_of(tagged.text, tagged))
        if tag is not None:
            message = f"the title is left empty where this `{tag.kind}` does not hold"
            found.append(problem("empty-item", message, place.span(tag.offset, len(tag.source))))
    if found:
        return Text("", reader.reads, reader.places, _nothing), [*found, *reader.found]
    return _finish("".join(out), reader)


def compile_condition(source: str, words: Shape, place: Place) -> tuple[Text, list[Diagnostic]]:
    """Compile the `when` of an outline: it renders to `yes` or to nothing."""
    tag = Tag(0, "if", source, 0, 0, source)
    reader = TagReader(Tagged("", (tag,), "zq"), words, place)
    return _finish(reader.code(0) + "yes{% endif %}", reader)


def _literal(text: str) -> str:
    """Keep text from being read as a tag, and Jinja from changing a carriage return."""
    return _UNSAFE.sub(lambda match: "{{ '{' }}" if match.group() == "{" else "{{ '\\r' }}", text)


def _url(pieces: Sequence[str | int], reader: TagReader) -> str:
    parts = [reader.url_part(piece) if isinstance(piece, int) else _quoted(piece) for piece in pieces]
    index = next(piece for piece in pieces if isinstance(piece, int))
    return f"{{{{ [{', '.join(parts)}]|_url({index}) }}}}"


def _quoted(text: str) -> str:
    return "'" + "".join(f"\\x{ord(c):02x}" if c in "'\\{}%#\r\n" else c for c in text) + "'"


def _finish(source: str, reader: TagReader) -> tuple[Text, list[Diagnostic]]:
    if reader.found:
        return Text("", reader.reads, reader.places, _nothing), reader.found
    return make_text(source, reader.reads, reader.places), []


def _nothing(scope: Mapping[str, Any]) -> tuple[str, tuple[Finding, ...]]:  # noqa: ARG001 - one signature
    return "", ()


def make_text(source: str, reads: Reads, places: tuple[TagPlace, ...]) -> Text:
    """Make the text whose template is `source`; a text without tags is not compiled at all."""
    if "{{" not in source and "{%" not in source:
        return Text(source, reads, places, lambda _scope: (source, ()))
    tried = False
    run: Render | None = None
    stock = cache(lambda: make_template(source))

    def render(scope: Mapping[str, Any]) -> tuple[str, tuple[Finding, ...]]:
        nonlocal tried, run
        if not tried:  # most builds render few of the texts, and stock Jinja is wanted where ours steps aside
            run, tried = make_quick(source), True
        if run is not None:
            try:
                return run(scope), ()
            except Exception:  # noqa: BLE001, S110 - whatever it is, stock Jinja says it right
                pass
        return _render_stock(stock(), scope, places)

    return Text(source, reads, places, render)


def _render_stock(
    template: Template, scope: Mapping[str, Any], places: tuple[TagPlace, ...]
) -> tuple[str, tuple[Finding, ...]]:
    found: list[Finding] = []
    context = template.new_context({**scope, FOUND: found}, shared=True)
    try:
        return "".join(template.root_render_func(context)), tuple(found)
    except (
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        NotImplementedError,
        TemplateError,
    ) as error:
        # only a comparison or a filter can meet values that it does not fit
        found.append(Finding(_first_unfit(places), "refused-expression", f"the values do not fit: {error}"))
        return "", tuple(found)


def _first_unfit(places: Sequence[TagPlace]) -> int:
    for index, place in enumerate(places):
        if any(sign in place.source for sign in ("<", ">", "|")):
            return index
    return 0


def scope_of(
    facts: Mapping[str, Any],
    *,
    locale: str,
    refs: Mapping[str, Target],
    links: Mapping[str, Target],
) -> dict[str, Any]:
    """Return the names that all texts of one page share; `option` and `sections` come with each use."""

    def ref(target: str) -> Reference | Missing:
        found = refs.get(target)
        return Reference(found) if found else Missing(f"this page has no section `{target}` with a title")

    def link(target: str) -> Reference | Missing:
        found = links.get(target)
        return Reference(found) if found else Missing(f"this entity has no policy or section `{target}`")

    return {**facts, LOCALE: locale, "ref": ref, "link": link}


def plain(text: str) -> str:
    """Return what a reader sees of a rendered line."""
    return html.unescape(text)
