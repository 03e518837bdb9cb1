"""Compose the article of one page, and find what its clauses print that this entity does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import compress
from operator import itemgetter
from typing import Any, Final

from policypages.diagnostics import Diagnostic, Label, Span, did_you_mean, problem
from policypages.formats import language
from policypages.formats.facts import locate, locate_in_front, may_state
from policypages.formats.templates.article import (
    contact,
    frame_of_article,
    frame_of_section,
    frame_of_summary,
    table,
)
from policypages.formats.templates.markup import escaped
from policypages.formats.templates.texts import LEVEL, scope_of
from policypages.model import Article, Finding, PageTask, Section, TagPlace, Text

_COLUMNS: Final = ("name", "type", "purpose", "category", "provider", "duration")
_CELLS: Final = itemgetter(*_COLUMNS)
_LABELS: Final = tuple(f"cookie_{column}" for column in _COLUMNS)
_NOT_DIALLED: Final = re.compile(r"[^\d+]")
_DERIVED: Final = re.compile(r"(?<=^retention)(\.[^.]+)\.(?:count|unit)$|(?<=^contacts)(\.[^.]+)\.channels$")
_ALIGNED: Final = re.compile(r'(<t[hd]) style="text-align:(left|center|right)"')

_MANY: Final = 4096
_OWN: Final = ("option", "sections", LEVEL)
_Given = tuple[
    Section, str, str, str, str, Text | None, Mapping[str, Any] | None, bool, bool, bool, Text | None
]
# by identity, which lasts since each section is held: itself, the labels in it, what stands before and
# after its words, its text, what that reads of it, whether the title runs in, whether cells are aligned,
# whether it may link to other policies, and a summary that facts have a part in
_GIVEN: Final[dict[int, _Given]] = {}
# by identity as well: cookies, labels, and their table; many entities have the same
_COOKIES: Final[dict[int, tuple[Mapping[str, Any], Mapping[str, str], str]]] = {}


def render_article(task: PageTask) -> tuple[Article, list[Diagnostic]]:
    """Run the clauses of a page in the order of its outline."""
    composer = _Composer(task)
    locale = task.entity.locale
    before, after = frame_of_article(task.title, locale, language.direction(locale))
    composer.add(before)
    composer.sections(task.sections)
    composer.add(after)
    contents = tuple([line for section in task.sections for line in section.contents])
    anchors = tuple([section.anchor for section in task.every])
    html = "".join(composer.pieces)
    return Article(html, task.title, contents, anchors, composer.linked), composer.found


# the last article, with the task that it was made from: the page and its data are made one after the other
_LAST: Final[list[tuple[PageTask, Article, list[Diagnostic]]]] = []


def article_of(task: PageTask) -> tuple[Article, list[Diagnostic]]:
    """Return the article of a page, and do not compose again the one that was just made."""
    if _LAST and _LAST[0][0] is task:
        return _LAST[0][1:]
    made = render_article(task)
    _LAST[:] = [(task, *made)]
    return made


class _Composer:
    def __init__(self, task: PageTask) -> None:
        self.task = task
        self.pieces: list[str] = []
        self.add = self.pieces.append
        self.linked = False
        self.found: list[Diagnostic] = []
        self.told: set[tuple[str, str]] = set()
        locale = task.entity.locale
        self.scope = scope_of(task.facts, locale=locale, refs=task.refs, links=task.links)

    # one loop that calls little: it runs for every section of every page
    def sections(self, sections: Sequence[Section]) -> None:  # noqa: C901
        """Write sections, each with those below it."""
        add = self.add
        labels = self.task.labels
        link, short = labels["section_link"], labels["summary_label"]
        scope = self.scope  # one for all sections of the page: a text reads it, and keeps nothing of it
        for section in sections:
            given = _GIVEN.get(id(section))
            if given is None or given[1] is not link or given[2] is not short:
                given = _given(section, labels)
            _, _, _, before, after, body, own, run_in, aligned, linked, summary = given
            add(before)
            if summary is not None:
                add(self._summary(section, summary))
            if body is not None:
                if own is not None:
                    scope.update(own)
                if linked:
                    self.linked = True
                html, findings = body.render(scope)
                if aligned:
                    html = _ALIGNED.sub(r'\1 class="align-\2"', html)
                add(_run_in(section.title, html) if run_in else html)
                for finding in findings:
                    self._explain(section, body.tags[finding.tag], finding)
            elif run_in:
                add(_run_in(section.title, ""))
            if section.shows:
                add(self._shown(section, section.shows))
            if section.children:
                self.sections(section.children)
            add(after)

    def _summary(self, section: Section, text: Text) -> str:
        """Write a summary that facts have a part in; one that comes to nothing is not shown."""
        own = {"option": section.options, "sections": section.counts, LEVEL: section.level}
        html, findings = text.render({**self.scope, **own})
        self.linked = self.linked or bool(text.reads.links)
        for finding in findings:
            tag = text.tags[finding.tag]
            self._explain(section, TagPlace(_front_of(section, "summary"), tag.source, tag.paths), finding)
        return _in_short(html, self.task.labels["summary_label"])

    # ---- contacts and tables

    def _shown(self, section: Section, shows: str) -> str:
        kind, _, name = shows.partition(".")
        if kind == "contacts":
            contacts = self.task.facts.get("contacts") or {}
            given = contacts.get(name)
            if given is None and name in contacts:
                place = TagPlace(self._shown_at(section), f"shows: {shows}", (shows,))
                self._explain(section, place, Finding(0, "missing-fact", ""))
            if given:
                dial = _NOT_DIALLED.sub("", given["phone"] or "")
                return contact({**given, "dial": dial}, self.task.labels)
        elif kind == "cookies":
            return self._cookies()
        elif kind == "retention":
            return self._retention()
        return ""

    def _shown_at(self, section: Section) -> Span:
        if section.shown_at is not None:
            return locate(section.shown_at.file.file, section.shown_at.file.data, section.shown_at.path)
        if section.clause is None:
            return locate(section.origin.file.file, section.origin.file.data, section.origin.path)
        return _front_of(section, "shows")

    def _cookies(self) -> str:
        given, labels = self.task.facts.get("cookies"), self.task.labels
        if not given:
            return ""
        known = _COOKIES.get(id(given))
        if known is not None and known[0] is given and known[1] is labels:
            return known[2]
        cookies = given.values()
        columns = list(zip(*map(_CELLS, cookies), strict=True))
        used = [any(column) for column in columns]
        heads = tuple([labels[label] for label in compress(_LABELS, used)])
        rows = zip(*compress(columns, used), strict=True)
        cells = [cell if type(cell) is str else str(cell or "") for row in rows for cell in row]
        html = table("cookies", labels["cookie_caption"], heads, cells)
        if len(_COOKIES) >= _MANY:
            _COOKIES.clear()
        _COOKIES[id(given)] = given, labels, html
        return html

    def _retention(self) -> str:
        kept = {name: given for name, given in (self.task.facts.get("retention") or {}).items() if given}
        if not kept:
            return ""
        labels, strings = self.task.labels, self.task.site.strings
        cells = []
        for name, given in kept.items():
            cells += [strings.get(f"retention_{name}", _words(name)), str(given)]
        heads = (labels["retention_what"], labels["retention_how_long"])
        return table("retention", labels["retention_caption"], heads, cells)

    # ---- what is missing

    def _explain(self, section: Section, place: TagPlace, finding: Finding) -> None:
        """Say what a tag met, where it stands, how the page came to it, and where to mend it."""
        paths = [path for path in place.paths if self._is_missing(path)] or list(place.paths)
        path = _stated(paths[0]) if paths else ""
        of_page = path.startswith(("option.", "sections.", "policy."))
        stated = bool(path) and not of_page and may_state(self.task.entity.lineage, (*path.split("."),))
        if finding.code == "missing-fact" and stated:
            return  # it is stated, and was refused: that was said
        message, hint = finding.message, None
        labels: tuple[Label, ...] = ()
        if finding.code == "missing-fact":
            if (place.span.file, path or place.source) in self.told:
                return
            self.told.add((place.span.file, path or place.source))
            message = f"`{path or place.source}` is printed here, and is not set"
            if path and not of_page:
                labels, hint = self._where_to_add(path)
                if place.source.startswith("shows:"):
                    message = f"`{path}` is shown here, and is not set"
                    hint = f"{hint.partition(', or ')[0]}, or let the section stand `when: {path}`"
            elif path.startswith("sections."):
                hint = "the section has no numbered sections below it: set `numbered: true` in the outline"
            else:
                hint = f"put `{{% if {path} %}}` round it" if path else None
        elif finding.code == "unknown-reference":
            known = {**self.task.refs, **self.task.links}
            word = re.search(r"[\"']([^\"']*)[\"']", place.source)
            target = word.group(1) if word else ""
            if may_state(self.task.entity.lineage, ("policies", target.partition("#")[0])):
                return  # a file that may state it cannot be read, or names another parent: that was said
            hint = did_you_mean(target, known)
        self.found.append(
            problem(
                finding.code,
                message,
                place.span,
                hint=hint,
                labels=labels,
                chain=self._chain(section),
                entities=(self.task.entity.id,),
            )
        )

    def _is_missing(self, path: str) -> bool:
        value: Any = self.task.facts
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return value in (None, "", [], {})

    def _chain(self, section: Section) -> tuple[str, ...]:
        entity = self.task.entity
        clause = section.clause.file.file if section.clause else ""
        chain = [
            f"entity `{entity.id}` ({entity.file})",
            f"policy `{self.task.policy}`",
            f"section `{section.id}`",
        ]
        return (*chain, f"clause `{clause}`") if clause else tuple(chain)

    def _where_to_add(self, path: str) -> tuple[tuple[Label, ...], str]:
        """Point into the entity's file at the deepest part of the path that is there."""
        entity = self.task.entity
        names = tuple(path.split("."))
        own = entity.lineage[0]
        at: Any = own.values
        depth = 0
        while (
            depth < len(names) - 1 and isinstance(at, Mapping) and isinstance(at.get(names[depth]), Mapping)
        ):
            at = at[names[depth]]
            depth += 1
        missing = ".".join(names[depth:])
        where = f"under `{'.'.join(names[:depth])}` " if depth else ""
        span = locate(own.file, own.data, names[:depth], key=True) if depth else Span(own.file)
        given = at if isinstance(at, Mapping) and depth == len(names) - 1 else {}
        if names[-1] in given:
            here = locate(own.file, own.data, names, key=True)
            hint = f"give `{path}` a value in {own.file}, or put `{{% if {path} %}}` round what prints it"
            return (Label(here, f"`{missing}` is set to nothing here"),), hint
        near = did_you_mean(names[-1], given) if depth else None
        add = (
            f"add `{names[-1]}:` {where}in {own.file}"
            if depth == len(names) - 1
            else f"add `{_nested(names[depth:])}` {where}in {own.file}"
        )
        hint = f"{add}, or put `{{% if {path} %}}` round what prints it"
        label = Label(span, f"`{missing}` is missing here" + (f"; {near}" if near else ""))
        return (label,), hint


def _nested(names: tuple[str, ...]) -> str:
    """Write a path as one line of YAML would state it: `retention: {orders: …}`."""
    return f"{names[0]}: {{{_nested(names[1:])}}}" if len(names) > 1 else f"{names[0]}: …"


def _stated(path: str) -> str:
    """Return the fact that a derived one is worked out from, which is what a person can add."""
    if path == "cookie_types":
        return "cookies"
    return _DERIVED.sub(lambda match: match[1] or match[2], path)


def forget() -> None:
    """Let go of what is kept of sections: a process may outlive its sources."""
    _GIVEN.clear()
    _LAST.clear()


def _front_of(section: Section, key: str) -> Span:
    """Find what the front matter of a section's clause states under a key."""
    assert section.clause is not None  # noqa: S101 - a section without a clause has none
    return locate_in_front(section.clause.file.file, section.clause.file.data, (key,))


def _in_short(html: str, label: str) -> str:
    before, after = frame_of_summary(label)
    return f"{before}{html}{after}" if html.strip() else ""


def _given(section: Section, labels: Mapping[str, str]) -> _Given:
    """Work out what no fact can change in a section; those without any below are the same on many pages."""
    heading, level = section.heading, section.level
    link, short = labels["section_link"], labels["summary_label"]
    before, after = frame_of_section(heading, level, section.anchor, section.number, section.title, link=link)
    summary = section.summary
    if summary is not None and not summary.tags:
        before, summary = before + _in_short(summary.render({})[0], short), None
    body = section.clause.body if section.clause is not None else None
    own: dict[str, Any] | None = None
    aligned = False
    if body is not None:
        reads_own, aligned = _looks(body.source)
        if reads_own:
            below = level if heading != "none" else level - 1
            own = {"option": section.options, "sections": section.counts, LEVEL: below}
    run_in = bool(heading == "run-in" and section.title)
    linked = body is not None and bool(body.reads.links)
    given = section, link, short, before, after, body, own, run_in, aligned, linked, summary
    if not section.children:
        if len(_GIVEN) >= _MANY:
            _GIVEN.clear()
        _GIVEN[id(section)] = given
    return given


@lru_cache(_MANY)
def _looks(source: str) -> tuple[bool, bool]:
    """Tell whether a text may read what each section has of its own, and whether it has aligned cells.

    The headers forbid a style in an element; no fact can print a `<`, so cells are of the source alone.
    """
    return any(name in source for name in _OWN), _ALIGNED.search(source) is not None


def _run_in(title: str, html: str) -> str:
    """Put a title before the words of the first paragraph."""
    ending = "" if title.endswith((".", "?", "!", ":")) else "."
    head = f'<strong class="title">{escaped(title)}{ending}</strong>'
    return f"<p>{head} {html[3:]}" if html.startswith("<p>") else f"<p>{head}</p>\n{html}"


def _words(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
