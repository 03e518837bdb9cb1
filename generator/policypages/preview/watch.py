"""Hear of changes in a site folder, let them settle, and hand on which files were touched."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from policypages.preview.folder import WATCHED, is_source
from policypages.sources import SETTINGS_FILE

SETTLE: Final = 0.025
SETTLE_WHOLE: Final = 0.008  # where each file was closed after it was written, or put in place by a rename
AT_MOST: Final = 0.3
A_SAVE: Final = 20  # so many files may be one save; more are a checkout, which is taken as a whole
SETTLE_MANY: Final = 0.15
AT_MOST_MANY: Final = 5.0
MISSING: Final = 0.15  # a file that is gone may be on its way back: editors save in several steps
MANY: Final = 2000  # for more files a listing is quicker than a look at each
_LINUX: Final = sys.platform.startswith("linux")
_POLL: Final = 1.0
# opened and closed without a change are no events of ours: whoever reads files would wake us
_EVENTS: Final[list[type[FileSystemEvent]]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
Heard = Callable[[frozenset[str] | None], None]
"""Called with the paths that were touched, or None: anything may be other than it was."""


class Settling:
    """Gather what is touched until it is quiet, and hand it on from a thread of its own."""

    def __init__(
        self, heard: Heard, missing: Callable[[str], bool], failed: Callable[[Exception], None]
    ) -> None:
        self._heard = heard
        self._missing = missing
        self._failed = failed
        self._touched: set[str] = set()
        self._unfinished: set[str] = set()  # of these, those that somebody may still be writing
        self._anything = False
        self._first = self._last = 0.0
        self._stopped = False
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="settling", daemon=True)

    def start(self) -> None:
        """Begin to hand on."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is not handed on by now is not any more."""
        with self._wake:
            self._stopped = True
            self._wake.notify()

    def touch(self, path: str, *, finished: bool = False) -> None:
        """Note one path; of very many, that there were very many. What is `finished` stays as it is."""
        with self._wake:
            if finished:
                self._unfinished.discard(path)
            elif len(self._unfinished) < MANY:
                self._unfinished.add(path)
            if len(self._touched) < MANY:
                self._touched.add(path)
            else:
                self._anything = True
            self._note()

    def touch_anything(self) -> None:
        """Note that anything may have been touched."""
        with self._wake:
            self._anything = True
            self._note()

    def _note(self) -> None:
        self._last = time.monotonic()
        if not self._first:
            self._first = self._last
            self._wake.notify()

    def _run(self) -> None:
        while self._wait():
            with self._wake:
                touched = None if self._anything else frozenset(self._touched)
                self._touched, self._anything, self._first = set(), False, 0.0
                self._unfinished = set()
            try:
                self._heard(touched)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next change must be heard
                self._failed(error)

    def _wait(self) -> bool:
        """Wait until something was touched and it is quiet; False when that is not waited for any more."""
        with self._wake:
            while not self._stopped:
                rest = self._rest() if self._first else None
                if rest is not None and rest <= 0:
                    return True
                self._wake.wait(rest)
        return False

    def _rest(self) -> float:
        """Return for how long to wait on: until it is quiet, but not for ever."""
        now = time.monotonic()
        if self._anything or len(self._touched) > A_SAVE:
            return min(self._last + SETTLE_MANY, self._first + AT_MOST_MANY) - now
        quiet = self._last + (SETTLE if self._unfinished else SETTLE_WHOLE)
        if now >= quiet and now < self._first + MISSING and any(map(self._missing, self._touched)):
            quiet = min(now + SETTLE, self._first + MISSING)
        return min(quiet, self._first + AT_MOST) - now


class Watcher(FileSystemEventHandler):
    """Watches what a site is made from: the settings, content/ and themes/ with all below them."""

    def __init__(
        self,
        root: Path,
        heard: Heard,
        *,
        say: Callable[[str], None],
        failed: Callable[[Exception], None],
        observer: Callable[[], BaseObserver] | None = None,
    ) -> None:
        self._root = os.path.realpath(root)
        self._say = say
        self._failed = failed
        self._settling = Settling(heard, self._is_missing, failed)
        self._make = observer or self._native
        self._observer: BaseObserver | None = None
        self._watched: dict[str, Any] = {}
        self._linked: frozenset[str] = frozenset()
        self._polling = False
        self._beginning = threading.RLock()

    def start(self) -> None:
        """Begin: what is changed from now on is heard of."""
        self._settling.start()
        try:
            self._begin(self._make())
        except OSError as error:
            self._poll(error)

    def watch_also(self, linked: frozenset[str]) -> None:
        """Watch folders beside content/ and themes/ that links in these lead to."""
        new = {folder for folder in linked - self._linked if folder.partition("/")[0] not in WATCHED}
        self._linked = linked
        for folder in sorted(new):
            try:
                self._schedule(os.path.join(self._root, folder), recursive=False)
            except OSError as error:
                self._limited(error)

    def stop(self) -> None:
        """End all threads that were begun."""
        self._settling.stop()
        if self._observer is not None:
            self._observer.stop()

    def _begin(self, observer: BaseObserver) -> None:
        with self._beginning:
            self._observer, self._watched = observer, {}
            observer.start()
            # not what stands beside them: output/ and .git/ are large, and nothing to us
            self._schedule(self._root, recursive=False)
            for name in WATCHED:
                self._watch_below(name)
        linked, self._linked = self._linked, frozenset()
        self.watch_also(linked)

    def _watch_below(self, name: str) -> None:
        place = os.path.join(self._root, name)
        old = self._watched.pop(place, None)
        if self._observer is not None and old is not None:
            self._observer.unschedule(old)
        if os.path.isdir(place):
            self._schedule(place, recursive=True)

    def _schedule(self, place: str, *, recursive: bool) -> None:
        assert self._observer is not None  # noqa: S101 - it was begun
        self._watched[place] = self._observer.schedule(self, place, recursive=recursive, event_filter=_EVENTS)

    def _native(self) -> BaseObserver:
        if _LINUX:
            from policypages.preview.inotify import observer  # noqa: PLC0415 - Linux alone has it

            return observer(overflowed=self._settling.touch_anything, limited=self._limited)
        return Observer()

    def _limited(self, error: OSError) -> None:
        """Go over to polling: some folder is not watched. Called from a thread of the observer."""
        threading.Thread(target=self._poll, args=(error,), daemon=True).start()

    def _poll(self, error: OSError) -> None:
        if self._polling:
            return
        self._polling = True
        why = "inotify's limit" if error.errno in {errno.ENOSPC, errno.EMFILE} else "the machine's watch"
        hint = "; `sysctl fs.inotify.max_user_watches` raises it" if error.errno == errno.ENOSPC else ""
        self._say(
            f"{why} is reached ({error.strerror or error}): looking at all files once a second instead{hint}"
        )
        with self._beginning:
            try:
                if self._observer is not None:
                    self._observer.stop()
                self._begin(PollingObserver(timeout=_POLL))
            except Exception as more:  # noqa: BLE001 - without a watch the server still serves
                self._failed(more)
        self._settling.touch_anything()

    def _is_missing(self, path: str) -> bool:
        return not os.path.lexists(os.path.join(self._root, path))

    # ---- events, in a thread of the observer

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note what an event tells of; nothing that goes wrong here ends the watch."""
        try:
            closed = isinstance(event, FileClosedEvent)
            for place, finished in ((event.src_path, closed), (event.dest_path, True)):
                if place:
                    self._take(os.fsdecode(place), is_folder=event.is_directory, finished=finished)
        except Exception as error:  # noqa: BLE001 - see above
            self._failed(error)

    def _take(self, place: str, *, is_folder: bool, finished: bool) -> None:
        if not place.startswith(self._root + os.sep):
            return
        path = place[len(self._root) + 1 :].replace(os.sep, "/")
        if os.path.dirname(path) in self._linked and path.partition("/")[0] not in WATCHED:
            self._settling.touch_anything()
        elif is_folder:
            if path in WATCHED:
                self._watch_below(path)
                self._settling.touch_anything()
            elif is_source(path + "/"):
                self._settling.touch_anything()
        elif path == SETTINGS_FILE or is_source(path):
            self._settling.touch(path, finished=finished)
