"""Try again what may pass: a busy or broken server, a lost connection; each time after a longer wait."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from policypages.publish.store import ConflictError, Found, Got, Store, StoreError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often something is tried, and how long the first and the longest wait are, in seconds.

    A wait is of random length up to the bound, so that many writers do not come back at once:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    tries: int = 8
    first: float = 0.2
    longest: float = 20.0
    sleep: Callable[[float], None] = time.sleep

    def keep_trying(self, work: Callable[[], T]) -> T:
        """Do the work until it is done, or it is no use, or patience ends."""
        for attempt in range(1, self.tries + 1):
            try:
                return work()
            except StoreError as error:
                if not error.passing:
                    raise
                if attempt == self.tries:
                    reason = f"{error.reason}; tried {self.tries} times"
                    raise StoreError(reason, hint=error.hint, passing=True) from error
            bound = min(self.longest, self.first * 2 ** (attempt - 1))
            self.sleep(random.uniform(bound / 2, bound))  # noqa: S311 - no secret hangs on it
        raise AssertionError  # the loop returns or raises


class PatientStore:
    """A store in front of another, which tries again."""

    def __init__(self, store: Store, patience: Patience) -> None:
        self._store = self.plain = store
        self._patience = patience

    @property
    def keeps_headers(self) -> bool:
        """See Store."""
        return self._store.keeps_headers

    def list(self, prefix: str = "") -> dict[str, Found]:
        """List the objects below a folder, or all; after a break it goes on where it was."""
        found: dict[str, Found] = {}
        last = ""

        def go_on() -> None:
            nonlocal last
            for page in self._store.pages(prefix, last):
                found.update(page)
                last = page[-1][0] if page else last

        self._patience.keep_trying(go_on)
        return found

    def pages(self, prefix: str, after: str) -> Iterator[Sequence[tuple[str, Found]]]:
        """See Store."""
        return self._store.pages(prefix, after)

    def get(self, key: str) -> Got | None:
        """See Store."""
        return self._patience.keep_trying(lambda: self._store.get(key))

    def put(self, key: str, data: bytes, headers: Mapping[str, str], etag: str) -> str:
        """See Store; what was written although the answer was lost is not taken for somebody else's."""
        try:
            return self._patience.keep_trying(lambda: self._store.put(key, data, headers, etag))
        except ConflictError:
            # by a try before this one, or by a publish that was killed while it was on its way
            there = self.get(key)
            if there is None or there.data != data or not _has(there, headers, self.keeps_headers):
                raise
            return there.etag

    def delete(self, keys: Sequence[str]) -> None:
        """See Store."""
        self._patience.keep_trying(lambda: self._store.delete(keys))


def _has(got: Got, headers: Mapping[str, str], keeps: bool) -> bool:  # noqa: FBT001 - one call
    return not keeps or all(got.headers.get(name) == value for name, value in headers.items())
