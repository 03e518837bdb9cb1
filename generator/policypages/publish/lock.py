"""Keep two publishers apart: a lock on the target, which its holder renews as long as it lives."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from policypages.formats.published import LOCK
from policypages.publish.patience import PatientStore
from policypages.publish.store import ConflictError, Store, StoreError

_HEADERS: Final = {"Content-Type": "application/json", "Cache-Control": "no-store"}


class LockedError(Exception):
    """Another publish holds the target; `since` is when it began, as it says."""

    def __init__(self, since: str) -> None:
        super().__init__(since)
        self.since = since


class LostError(Exception):
    """Another publish took the lock, since this one seemed to be dead."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a lock is renewed, how long somebody else's is watched, and how often, in seconds.

    A lock that nobody renews while it is watched belongs to a publish that was killed. That needs no
    clock that two machines agree on.
    """

    renew: float = 10.0
    watch: float = 45.0
    look: float = 1.0


class Lock:
    """A lock on a target, held between `with` and its end; `waiting` is called when one has to wait."""

    def __init__(
        self,
        store: PatientStore,
        began: str,
        *,
        rhythm: Rhythm | None = None,
        take_over: bool = False,
        waiting: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._rhythm = rhythm or Rhythm()
        self._take_over = take_over
        self._waiting = waiting
        self._id = secrets.token_hex(8)
        self._content = {"policypages": "lock", "version": 1, "id": self._id, "began": began}
        self._renewed = 0
        self._etag = ""
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._turn = threading.Lock()
        self._renewer = threading.Thread(target=self._keep, name="policypages-lock", daemon=True)

    def __enter__(self) -> Self:
        self._etag = self._take()
        self._renewer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._renewer.join()
        if not self._lost.is_set():
            # where the work broke off, the server is not waited for again: the next takes over what stays
            store = self._store if kind is None else self._store.plain
            with suppress(StoreError):
                if self._is_ours(store):
                    store.delete([LOCK])

    def _is_ours(self, store: Store) -> bool:
        """Look once more: a machine that slept since the last renewal may have lost the lock unseen."""
        there = store.get(LOCK)
        return there is not None and self._id.encode() in there.data

    def check(self) -> None:
        """Raise LostError where another publish has taken over."""
        if self._lost.is_set():
            raise LostError

    def renew(self) -> None:
        """Make sure that the lock is still ours; raise LostError where it is not."""
        with self._turn:
            try:
                self._etag = self._put(self._etag)
            except ConflictError:
                self._lost.set()
        self.check()

    def _keep(self) -> None:
        while not self._ended.wait(self._rhythm.renew):
            try:
                self.renew()
            except LostError:
                return
            except StoreError:
                continue  # the work itself will say what is wrong

    def _put(self, etag: str) -> str:
        self._renewed += 1
        data = json.dumps({**self._content, "renewed": self._renewed}).encode() + b"\n"
        return self._store.put(LOCK, data, _HEADERS, etag)

    def _take(self) -> str:
        while True:
            try:
                return self._put("")
            except ConflictError:
                pass
            theirs = self._store.get(LOCK)
            if theirs is None:
                continue  # it ended just now
            since = _since(theirs.data)
            if not self._take_over and not self._is_dead(theirs.etag, since):
                continue
            try:
                return self._put(theirs.etag)
            except ConflictError as error:
                raise LockedError(since) from error

    def _is_dead(self, etag: str, since: str) -> bool:
        """Watch somebody else's lock; false where it is gone meanwhile."""
        self._waiting(self._rhythm.watch)
        end = time.monotonic() + self._rhythm.watch
        while time.monotonic() < end:
            time.sleep(self._rhythm.look)
            now = self._store.get(LOCK)
            if now is None:
                return False
            if now.etag != etag:
                raise LockedError(since)
        return True


def _since(data: bytes) -> str:
    try:
        return str(json.loads(data)["began"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return "some time"
