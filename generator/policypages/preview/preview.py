"""The preview of one folder: its live state, the pages that are open, and what is said of each change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from policypages.diagnostics import Diagnostic, gather, has_errors
from policypages.preview import element
from policypages.preview.editor import Editor
from policypages.preview.live import Live, Shown
from policypages.preview.overview import Overview

OVERVIEW: Final = "_overview/index.html"
_MOST: Final = 50  # problems of one page
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Voice:
    """How problems become words, handed in from outside: preview knows no terminal.

    `text` writes diagnostics as the terminal shows them, without colours, given what reads a source;
    `data` is one as JSON has it, with the lines that it speaks of. `show` prints diagnostics, `say`
    one line, `bug` what went wrong with ourselves.
    """

    text: Callable[[Sequence[Diagnostic], Callable[[str], str]], str]
    data: Callable[[Diagnostic, Callable[[str], str]], dict[str, Any]]
    show: Callable[[Sequence[Diagnostic], Callable[[str], str]], None]
    say: Callable[[str], None]
    bug: Callable[[Exception], None]


class Open(Protocol):
    """A page that somebody looks at; `made` tells which bytes, and `told` which problems it shows."""

    path: str
    made: str
    told: str

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message to the page."""
        ...


class Preview:
    """Shows pages, and keeps the open ones true."""

    def __init__(self, live: Live, voice: Voice, overview: Overview, editor: Editor) -> None:
        self.live = live
        self.editor = editor
        self.voice = voice
        self.overview = overview
        self.open: set[Open] = set()
        self._said: set[str] = set()
        self._wrong = False
        self._bytes: dict[str, bytes] = {}  # what open pages show, by digest: to tell how they changed
        self.watch_also: Callable[[frozenset[str]], None] = lambda _: None
        overview.told = self.tell_index

    @property
    def number(self) -> int:
        """The number of the state that is shown."""
        return self.live.state.number if self.live.state is not None else 0

    # ---- pages

    def show(self, path: str) -> Shown:
        """Show what stands at an output path, and print what is wrong with it, once."""
        before = self.number
        shown = self.live.show(path)
        if self.number != before:
            self.took()  # an edit was seen before it was heard of
        self._say(shown.problems)
        return shown

    def told(self, path: str, shown: Shown) -> dict[str, Any]:
        """Return what a page is told in its element."""
        wrong = shown.bad and bool(shown.problems)
        return {
            "state": self.number,
            "path": path,
            "entity": path.partition("/")[0],
            "made": shown.made,
            "text": self.text(shown.problems) if wrong else "",
            "problems": self._data(shown.problems) if wrong else [],
            "count": len(shown.problems) if wrong else 0,
        }

    def _data(self, found: Sequence[Diagnostic]) -> list[dict[str, Any]]:
        """Return problems as data, no more than somebody reads on a page."""
        return [self.voice.data(one, self.live.read_text) for one in found[:_MOST]]

    def text(self, found: Sequence[Diagnostic]) -> str:
        """Write problems as the terminal does."""
        return self.voice.text(found, self.live.read_text)

    # ---- open pages

    def join(self, page: Open) -> None:
        """Take in a page that opened its socket; what changed since it was made is told at once."""
        self.open.add(page)
        page.tell({"type": "hello", "state": self.number})
        if page.path == OVERVIEW:
            page.tell(self.overview.message())
        else:
            self._renew(page)

    def leave(self, page: Open) -> None:
        """Forget a page that is closed."""
        self.open.discard(page)
        self._forget()

    def heard(self, touched: frozenset[str] | None) -> None:
        """Take in what was touched, and renew the open pages."""
        before = self.number
        try:
            if touched is None:
                self.live.relist()
            else:
                self.live.update(touched)
            if self.number != before:
                self.took()
        except Exception as error:  # noqa: BLE001 - the server outlives what one state does to it
            self.voice.bug(error)

    def took(self) -> None:
        """Let everybody know of a new state."""
        self.refresh()
        if self.live.state is not None:
            self.watch_also(self.live.state.basis.files.linked)
        changes, self.live.changes = self.live.changes, []
        for one in changes:
            self.overview.changed(one)

    def refresh(self) -> None:
        """Renew all open pages: each is told as soon as its own new state is ready."""
        current: list[Diagnostic] = []
        for _ in range(_TRIES):
            before = self.number
            current = self._renew_all()
            if self.number == before:  # else a page was made of files that were edited meanwhile
                break
        self._forget()
        errors = has_errors(current)
        self._said &= {self._key(one) for one in current}
        self._say(current)
        if self._wrong and self.open and not errors:
            self.voice.say(f"{time.strftime('%H:%M:%S')} mended")
        self._wrong = errors

    def _renew_all(self) -> list[Diagnostic]:
        """Renew the open pages, and return all that is wrong with them and with what they share."""
        found: list[Diagnostic] = []
        for page in sorted(self.open, key=lambda one: one.path):
            if page.path == OVERVIEW:
                continue
            try:
                found += self._renew(page).problems
            except Exception as error:  # noqa: BLE001 - one page that is a fault of ours is not all pages
                self.voice.bug(error)
        if self.live.state is not None:
            found += self.live.state.shared_problems()
        return gather(found)

    def _renew(self, page: Open) -> Shown:
        """Tell one page what its new state is, if that is another."""
        shown = self.live.show(page.path)
        wrong = shown.bad and bool(shown.problems)
        text = self.text(shown.problems) if wrong else ""
        if wrong:
            known = f"{self._stamps(shown.problems)}\n{text}"
            if known != page.told:
                told = {"text": text, "problems": self._data(shown.problems), "count": len(shown.problems)}
                page.tell({"type": "problems", **told})
            page.told = known
            return shown
        if page.told:
            page.told = ""
            page.tell({"type": "mended"})
        if shown.made != page.made:
            old = self._bytes.get(page.made)
            swap = (
                element.styles_swap(old, shown.data) if old is not None and shown.data is not None else None
            )
            kind = {"type": "styles", "swap": swap} if swap else {"type": "reload"}
            page.tell({**kind, "made": shown.made})
            page.made = shown.made
        if shown.data is not None:
            self._bytes[shown.made] = shown.data
        return shown

    def _stamps(self, found: Sequence[Diagnostic]) -> str:
        """Tell one save of the files that are wrong from the next: each is told, though it mends nothing."""
        paths = self.live.state.basis.files.paths if self.live.state is not None else {}
        files = sorted({one.span.file for one in found if one.span is not None})
        return repr([paths.get(file) for file in files])

    def _forget(self) -> None:
        """Keep the bytes of what open pages show, and no others."""
        made = {page.made for page in self.open}
        self._bytes = {one: data for one, data in self._bytes.items() if one in made}

    def tell_index(self, message: dict[str, Any]) -> None:
        """Tell all pages how far the index is."""
        for page in list(self.open):
            page.tell(message)

    # ---- the terminal

    def _say(self, found: Iterable[Diagnostic]) -> None:
        """Print problems that were not printed since they came up."""
        new = []
        for one in found:
            if one.severity == "note":
                continue
            key = self._key(one)
            if key not in self._said:
                self._said.add(key)
                new.append(one)
        if new:
            self._wrong = self._wrong or has_errors(new)
            self.voice.show(new, self.live.read_text)

    @staticmethod
    def _key(one: Diagnostic) -> str:
        return repr((one.code, one.span, one.message))
