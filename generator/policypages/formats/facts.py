"""Read YAML for legal text: plain text stays as typed, and everything clever is refused with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NoReturn, cast

import yaml
from yaml import events
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs do not re-export it

from policypages.diagnostics import Diagnostic, Label, Span, problem
from policypages.formats.facts_plain import NotPlainError, read_plain
from policypages.model import SourceFile

# An event of the C parser: the stubs know neither that its values are text nor that it has marks.
Event = Any
NextEvent = Callable[[], Event]

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 32
MAX_NODES: Final = 50_000
MAX_ALIASES: Final = 16
MAX_ALIASED_NODES: Final = 10_000
_QUICK_BYTES: Final = 2 * MAX_NODES  # no smaller file can hold more than MAX_NODES values

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BOM: Final = b"\xef\xbb\xbf"
_NEL: Final = b"\xc2\x85"  # to libyaml a line break, to a reader nothing: refused like the other controls
# libyaml's set less NEL; compiled for the first file that needs a survey, since that takes 3 ms
_UNREADABLE: Final = "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"

# libyaml's complaints, in the words of a person who writes facts
_PLAIN_WORDS: Final = (
    ("mapping values are not allowed", "a `: ` stands where no key can be", "quote text that holds `: `"),
    ("cannot start any token", "a character that cannot start a value", "quote text that starts with it"),
    ("could not find expected ':'", "a line without `:` where a key is expected", "write `key: value`"),
    ("did not find expected key", "a line that is no `key: value` of this mapping", "check its indent"),
    ("did not find expected '-' indicator", "a line that is no `- item` of this list", "check its indent"),
    ("did not find expected ',' or ']'", "a `[` list without its `]`", "close it, or quote the text"),
    ("did not find expected ',' or '}'", "a `{` mapping without its `}`", "close it, or quote the text"),
    ("found unexpected end of stream", "a quote without its end", "close it with the same quote"),
    ("found duplicate anchor", "the same anchor `&` twice", None),
    ("found undefined tag handle", "a tag `!`", "quote text that starts with `!`"),
    ("did not find expected alphabetic", "a `*` or `&` without a name", "quote text that starts with it"),
    ("found unknown escape", "an unknown `\\` escape in double quotes", "use single quotes, or `\\\\`"),
)


class _OddError(Exception):
    """The quick reader met something that only the survey can judge."""


class _StopError(Exception):
    """The survey cannot go on; the reason stands in its problems."""


def read_yaml(file: str, data: bytes) -> tuple[object, list[Diagnostic]]:
    """Read one YAML document into dict, list, str and None.

    A plain scalar is its source text, except `~`, `null` and nothing at all, which are None.
    With diagnostics the value holds what could still be read (of a key that stands twice, the
    first), `{}` at the worst.
    """
    try:
        return read_plain(data), []
    except NotPlainError:
        pass
    try:
        return _quick(data), []
    except (_OddError, yaml.YAMLError):
        pass
    survey = _Survey(file, data)
    value = survey.root.value if survey.root else {}
    return (value if isinstance(value, dict) else {}), survey.problems


def locate(file: str, data: bytes, path: tuple[str | int, ...], *, key: bool = False) -> Span:
    """Find the place of the value at `path` (or of its key), or of its deepest parent that is there."""
    node = _survey_once(file, data).root
    if node is None:
        return Span(file)
    span = node.span
    for step in path:
        found = node.children.get(step)
        if found is None:
            return span
        node = found
        span = node.span
        if key and node.key_span:
            span = node.key_span
    return span


def locate_in_front(file: str, data: bytes, path: tuple[str | int, ...], *, key: bool = False) -> Span:
    """Find a place in the front matter of a clause, as `locate` does."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return locate(file, ("\n" + text.partition("\n")[2]).encode(), path, key=key)


def may_state(files: Sequence[SourceFile], path: tuple[str, ...]) -> bool:
    """Tell whether files may be meant to state a fact that did not come out of them.

    They do where the value was refused, or a key beside it (perhaps its name, mistyped), where a
    file cannot be read, and where a parent is not among the files. What is wrong there was said.
    """
    ids = {file.id for file in files}
    for file in files:
        parents = file.values.get("extends")
        if any(parent not in ids for parent in parents or ()) or _was_meant(file, path):
            return True
        if parents is None and _was_meant(file, ("extends",)):
            return True
    return False


def _was_meant(file: SourceFile, path: tuple[str, ...]) -> bool:
    node = _survey_once(file.file, file.data).root
    if node is None:
        return True
    kept: Any = file.values
    for step in path:
        found = node.children.get(step)
        kept = kept if isinstance(kept, Mapping) else {}
        if found is None:
            return any(name not in kept for name in node.children if isinstance(name, str))
        node, kept = found, kept.get(step)
    return node.value is not None and kept is None


def _quick(data: bytes) -> dict[str, object]:
    """Go from events to objects in one pass, keeping no position; leave what is odd to the survey."""
    if len(data) > _QUICK_BYTES or data[:2] in _UTF16 or b"\0" in data or _NEL in data:
        raise _OddError
    next_event = CParser(data).get_event
    next_event()  # stream start
    if type(next_event()) is not events.DocumentStartEvent:
        raise _OddError
    first = next_event()
    if type(first) is not events.MappingStartEvent or first.tag is not None or first.anchor is not None:
        raise _OddError
    value = _quick_mapping(next_event, 1)
    next_event()  # document end
    if type(next_event()) is not events.StreamEndEvent:
        raise _OddError
    return value


def _quick_mapping(next_event: NextEvent, depth: int) -> dict[str, object]:
    mapping: dict[str, object] = {}
    while True:
        event = next_event()
        if type(event) is not events.ScalarEvent:
            if type(event) is events.MappingEndEvent:
                return mapping
            raise _OddError
        key: str = event.value
        if key in mapping or event.tag is not None or event.anchor is not None or key in ("", "<<"):
            raise _OddError
        mapping[key] = _quick_value(next_event(), next_event, depth)


def _quick_value(event: Event, next_event: NextEvent, depth: int) -> object:
    kind = type(event)
    if kind is events.AliasEvent or event.tag is not None or event.anchor is not None:
        raise _OddError
    if kind is events.ScalarEvent:
        text: str = event.value
        return None if text in ("", "~", "null") and not event.style else text
    if depth >= MAX_DEPTH:
        raise _OddError
    if kind is events.MappingStartEvent:
        return _quick_mapping(next_event, depth + 1)
    items: list[object] = []
    while True:
        event = next_event()
        if type(event) is events.SequenceEndEvent:
            return items
        items.append(_quick_value(event, next_event, depth + 1))


@dataclass(slots=True)
class _Node:
    """A value with its place; `key_span` is set for a value of a mapping."""

    value: object
    span: Span
    key_span: Span | None = None
    children: dict[str | int, _Node] = field(default_factory=dict)


class _Survey:
    """The careful reader: keeps every place, and collects problems instead of stopping at the first."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self.problems: list[Diagnostic] = []
        self.root: _Node | None = None
        self._anchors: dict[str, _Node | None] = {}
        self._aliases = 0
        self._aliased_nodes = 0
        self._nodes = 0
        text = ""
        try:
            text = self._text(data)
            self._next: NextEvent = CParser(text).get_event
            self._document()
        except _StopError:
            self.root = None
        except yaml.YAMLError as error:
            self.root = None
            self.problems.append(_syntax_problem(file, text, error))

    def _report(self, code: str, message: str, span: Span, *, hint: str | None = None) -> None:
        self.problems.append(problem(code, message, span, hint=hint))

    def _stop(self, code: str, message: str, span: Span, *, hint: str | None = None) -> NoReturn:
        self._report(code, message, span, hint=hint)
        raise _StopError

    def _text(self, data: bytes) -> str:
        if len(data) > MAX_BYTES:
            message = f"the file has {len(data):,} bytes, and {MAX_BYTES:,} are the most that is read"
            self._stop("too-large", message, Span(self.file))
        if data[:2] in _UTF16:
            message = "the file is UTF-16, and only UTF-8 is read (byte 0)"
            self._stop("invalid-encoding", message, Span(self.file), hint="save it as UTF-8")
        try:
            text = data.removeprefix(_BOM).decode()
        except UnicodeDecodeError as error:
            at = error.start + (len(_BOM) if data.startswith(_BOM) else 0)
            span = _span_after(self.file, data.removeprefix(_BOM)[: error.start].decode())
            message = f"byte {at} (0x{data[at]:02X}) is not UTF-8"
            self._stop("invalid-encoding", message, span, hint="save the file as UTF-8")
        bad = re.search(_UNREADABLE, text)
        if bad:
            before = text[: bad.start()]
            at = len(before.encode()) + (len(_BOM) if data.startswith(_BOM) else 0)
            message = f"the control character U+{ord(bad[0]):04X} at byte {at} cannot stand in a facts file"
            self._stop("invalid-encoding", message, _span_after(self.file, before))
        return text

    def _document(self) -> None:
        self._next()  # stream start
        if type(self._next()) is not events.DocumentStartEvent:
            self._stop("empty-file", "the file is empty", Span(self.file), hint="write `key: value`")
        event = self._next()
        self.root = self._node(event, 0)
        if self.root.value is None:
            self._stop("empty-file", "the file is empty", self.root.span, hint="write `key: value`")
        if not isinstance(self.root.value, dict):
            what = "a list" if isinstance(self.root.value, list) else "one text"
            message = f"the file holds {what}, and a mapping of keys and values is wanted"
            self._report("empty-file", message, self.root.span, hint="write `key: value`")
        self._next()  # document end
        event = self._next()
        if type(event) is events.DocumentStartEvent:
            message = "a second document starts here, and a file holds one"
            self._report("yaml-refused", message, self._span(event), hint="remove the `---`")

    def _span(self, event: Event) -> Span:
        start, end = event.start_mark, event.end_mark
        one_line = start.line == end.line and type(event) is not events.DocumentStartEvent
        length = end.column - start.column if one_line else 1
        return Span(self.file, start.line + 1, start.column + 1, max(length, 1))

    def _node(self, event: Event, depth: int) -> _Node:
        span = self._span(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._stop("too-large", f"the file holds more than {MAX_NODES:,} values", span)
        if type(event) is events.AliasEvent:
            return self._alias(str(event.anchor), span)
        if event.tag is not None:
            message = f"the tag `{_written(event.tag)}` is not used here"
            self._report("yaml-refused", message, span, hint="quote text that starts with `!`")
        if type(event) is events.ScalarEvent:
            empty = event.value in ("", "~", "null") and not event.style
            node = _Node(None if empty else event.value, span)
        else:
            if depth >= MAX_DEPTH:
                self._stop("too-large", f"values are nested more than {MAX_DEPTH} deep", span)
            if event.anchor is not None:
                self._anchors[event.anchor] = None  # open: an alias to it would hold itself
            node = _Node({} if type(event) is events.MappingStartEvent else [], span)
            fill = self._fill_mapping if type(event) is events.MappingStartEvent else self._fill_list
            fill(node, depth + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _fill_list(self, node: _Node, depth: int) -> None:
        items = cast("list[object]", node.value)
        while type(event := self._next()) is not events.SequenceEndEvent:
            child = self._node(event, depth)
            node.children[len(items)] = child
            items.append(child.value)

    def _fill_mapping(self, node: _Node, depth: int) -> None:
        mapping = cast("dict[str, object]", node.value)
        while type(event := self._next()) is not events.MappingEndEvent:
            span = self._span(event)
            if type(event) is not events.ScalarEvent:
                message = "a key must be text, written out where it stands"
                self._report("yaml-refused", message, span, hint="quote text that starts with `{` or `[`")
                self._node(event, depth)
                self._node(self._next(), depth)
                continue
            key: str = event.value
            if event.tag is not None:
                self._report("yaml-refused", f"the tag `{_written(event.tag)}` is not used here", span)
            child = self._node(self._next(), depth)
            child = _Node(child.value, child.span, span, child.children)
            if key in node.children:
                first = Label(cast("Span", node.children[key].key_span), "it stands here first")
                message = f"the key `{key}` stands twice in one mapping"
                hint = "keep the line that is right, and take the other away"
                self.problems.append(problem("duplicate-key", message, span, hint=hint, labels=(first,)))
            elif key == "<<" and not event.style:
                hint = "name a parent in `extends`, or write the keys out"
                self._report("yaml-refused", "the merge key `<<` is not used here", span, hint=hint)
            elif not key:
                self._report("yaml-refused", "a key is empty", span, hint="write `key: value`")
            else:
                if event.anchor is not None:
                    self._anchors[event.anchor] = _Node(key, span)
                node.children[key] = child
                mapping[key] = child.value

    def _alias(self, name: str, span: Span) -> _Node:
        if name not in self._anchors:
            hint = "quote text that starts with `*`"
            self._report(
                "yaml-refused", f"the alias `*{name}` has no anchor `&{name}` above", span, hint=hint
            )
            return _Node(None, span)
        target = self._anchors[name]
        if target is None:
            self._report("yaml-refused", f"the alias `*{name}` stands inside what it names", span)
            return _Node(None, span)
        self._aliases += 1
        self._aliased_nodes += _count(target.value, MAX_ALIASED_NODES)
        if self._aliases > MAX_ALIASES or self._aliased_nodes > MAX_ALIASED_NODES:
            message = f"the file uses more than {MAX_ALIASES} aliases, or they stand for too many values"
            self._stop("too-large", message, span, hint="write the values out, or use `extends`")
        return _Node(target.value, span, None, target.children)


def _written(tag: str) -> str:
    """Return a tag as a file has it."""
    return tag.replace("tag:yaml.org,2002:", "!!", 1)


@lru_cache(maxsize=1)
def _survey_once(file: str, data: bytes) -> _Survey:
    """Keep the last survey: the errors of one file are located one after another."""
    return _Survey(file, data)


def _count(value: object, most: int) -> int:
    """Count the values inside `value`, and stop soon after `most`."""
    waiting, count = [value], 0
    while waiting and count <= most:
        count += 1
        top = waiting.pop()
        if isinstance(top, dict):
            waiting.extend(top.values())
        elif isinstance(top, list):
            waiting.extend(top)
    return count


def _span_after(file: str, before: str) -> Span:
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Span(file, len(lines), len(lines[-1]) + 1)


def _syntax_problem(file: str, text: str, error: yaml.YAMLError) -> Diagnostic:
    """Put an error of libyaml in plain words."""
    complaint = getattr(error, "problem", None) or str(error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    span = Span(file, mark.line + 1, mark.column + 1) if mark else Span(file)
    if mark and text[mark.index : mark.index + 1] == "\t":
        return problem("yaml-syntax", "a tab stands where spaces are wanted", span, hint="indent with spaces")
    for begins, message, hint in _PLAIN_WORDS:
        if begins in complaint:
            return problem("yaml-syntax", message, span, hint=hint)
    return problem("yaml-syntax", f"the YAML cannot be read: {complaint}", span)
