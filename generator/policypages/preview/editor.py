"""Open a line of a source in an editor: by a link that the browser follows, or by a command run here."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

SETTING: Final = "POLICYPAGES_EDITOR"
_LINKS: Final = {
    "vscode": "vscode://file{file}:{line}:{column}",
    "vscode-insiders": "vscode-insiders://file{file}:{line}:{column}",
    "vscodium": "vscodium://file{file}:{line}:{column}",
    "cursor": "cursor://file{file}:{line}:{column}",
    "windsurf": "windsurf://file{file}:{line}:{column}",
    "zed": "zed://file{file}:{line}:{column}",
    "idea": "idea://open?file={file}&line={line}",
    "pycharm": "pycharm://open?file={file}&line={line}",
    "textmate": "txmt://open?url=file://{file}&line={line}&column={column}",
}
"""Editors that registered a kind of address for themselves."""

_PLUS: Final = ("+{line}", "{file}")
_COLON: Final = ("{file}:{line}:{column}",)
_GOTO: Final = ("--goto", "{file}:{line}:{column}")
_LINE: Final = ("--line", "{line}", "{file}")
_COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("vi", "vim", "nvim", "gvim", "mvim", "nano", "pico", "joe", "mg", "jed"), _PLUS),
    **dict.fromkeys(("emacs", "emacsclient", "kak", "ne", "gedit", "gnome-text-editor"), _PLUS),
    **dict.fromkeys(("code", "code-insiders", "codium", "cursor", "windsurf", "positron"), _GOTO),
    **dict.fromkeys(("subl", "sublime_text", "zed", "zeditor", "hx", "helix", "micro"), _COLON),
    **dict.fromkeys(("idea", "pycharm", "webstorm", "phpstorm", "kate", "mate", "bbedit"), _LINE),
}
"""How editors are told a line; others are told the file alone."""

_IN_TERMINAL: Final = frozenset(
    "vi vim nvim nano pico joe mg jed emacs kak ne hx helix micro emacsclient".split()
)
_WINDOWS: Final = frozenset({"-g", "--gui", "-c", "--create-frame", "-n", "--no-wait"})
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://")
_NOT_EDITORS: Final = frozenset({"http", "https", "file", "ftp", "ws", "wss"})
_PARTS: Final = re.compile(r"\{(file|line|column)\}")
_SOON: Final = 0.7  # seconds in which a command that cannot work has ended


class NoEditorError(ValueError):
    """What was given as an editor is none."""


@dataclass
class Editor:
    """An editor: `link` is the form of an address, or `command` the words of one that is run here."""

    name: str
    link: str = ""
    command: tuple[str, ...] = ()
    in_terminal: bool = False
    busy: bool = False
    _later: list[Callable[[], None]] = field(default_factory=list)

    def told(self, root: str) -> dict[str, Any]:
        """Return what a page is told: a link wants only a file of the folder, a line and a column."""
        place = quote(root.replace(os.sep, "/"))
        place = place if place.startswith("/") else f"/{place}"
        return {"name": self.name, "link": self.link.replace("{file}", f"{place}/{{file}}")}

    def words(self, file: str, line: int, column: int) -> list[str]:
        """Return the words of the command for a place; what is in a file's name is never read as a part."""
        parts = {"file": file, "line": str(line), "column": str(column)}
        return [_PARTS.sub(lambda found: parts[found[1]], word) for word in self.command]

    async def open(self, file: str, line: int, column: int) -> str:
        """Run the command; return why it could not be run, or nothing."""
        if not self.command:
            return "this editor is opened by links"
        if self.in_terminal and self.busy:
            return f"{self.name} is open in the terminal: leave it first"
        quiet = None if self.in_terminal else asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                *self.words(file, line, column),
                stdin=quiet,
                stdout=quiet,
                stderr=quiet,
                start_new_session=not self.in_terminal,
            )
        except OSError as error:
            return f"cannot run {self.name}: {(error.strerror or str(error)).lower()}"
        if self.in_terminal:
            self.busy = True
        ending = asyncio.ensure_future(self._end(process))
        done, _ = await asyncio.wait({ending}, timeout=_SOON)
        code = ending.result() if done else 0
        return f"{self.name} ended with exit code {code}" if code else ""

    async def _end(self, process: asyncio.subprocess.Process) -> int:
        try:
            return await process.wait()
        finally:
            if self.in_terminal:
                self.busy = False
                later, self._later = self._later, []
                for call in later:
                    call()

    def when_free(self, call: Callable[[], None]) -> None:
        """Print something now, or when no editor has the terminal any more."""
        if self.busy:
            self._later.append(call)
        else:
            call()


def choose(given: str | None, environment: Mapping[str, str], *, terminal: bool = False) -> Editor:
    """Return the editor that was asked for, or the one of the machine, or links for VS Code.

    `given` is a name such as `vscode`, an address with `{file}` and `{line}` in it, or a command.
    `terminal` tells whether there is a terminal for an editor that needs one.
    """
    asked = given or environment.get(SETTING) or ""
    if asked.strip():
        return _read(asked.strip(), required=True, terminal=terminal)
    for name in ("VISUAL", "EDITOR"):
        text = environment.get(name, "").strip()
        if text:
            try:
                return _read(text, required=False, terminal=terminal)
            except NoEditorError:
                continue
    return Editor("VS Code", _LINKS["vscode"])


def _read(text: str, *, required: bool, terminal: bool) -> Editor:
    if text in _LINKS:
        return Editor("VS Code" if text == "vscode" else text, _LINKS[text])
    scheme = _SCHEME.match(text)
    if scheme is not None:
        name = text.partition(":")[0]
        if name in _NOT_EDITORS or "{file}" not in text:
            message = f"`{text}` is no address of an editor: it wants `{{file}}` and a scheme of its own"
            raise NoEditorError(message)
        return Editor(name, text)
    try:
        words = shlex.split(text, posix=os.name != "nt")
    except ValueError as error:
        message = f"`{text}` is no command: {str(error).lower()}"
        raise NoEditorError(message) from None
    return _command(words, required=required, terminal=terminal)


def _command(words: Sequence[str], *, required: bool, terminal: bool) -> Editor:
    name = re.sub(r"\.(exe|cmd|bat)$", "", os.path.basename(words[0])).lower()
    in_terminal = name in _IN_TERMINAL and _WINDOWS.isdisjoint(words[1:])
    if in_terminal and not terminal and not required:
        message = f"{name} needs a terminal, and here is none"
        raise NoEditorError(message)
    if any("{file}" in word for word in words):
        return Editor(name, command=tuple(words), in_terminal=in_terminal)
    kept = tuple(word for word in words if word not in {"-g", "--goto"} or name not in _COMMANDS)
    kept = kept if _COMMANDS.get(name) == _GOTO else tuple(words)
    return Editor(name, command=(*kept, *_COMMANDS.get(name, ("{file}",))), in_terminal=in_terminal)


def place_in(root: str, file: str) -> str | None:
    """Return where a source of a folder stands; None for what is not a plain file inside it."""
    top = os.path.realpath(root)
    place = os.path.realpath(os.path.join(top, file))
    return place if place.startswith(top + os.sep) and os.path.isfile(place) else None
