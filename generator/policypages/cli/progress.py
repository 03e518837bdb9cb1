"""Show how far a long build is, on a terminal and only when it takes long."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

_QUIET_SECONDS: Final = 1.0
_EVERY: Final = 0.1
_MOST_UNSEEN: Final = 64  # sites at once that may pass without a look at the clock


class Progress:
    """A callable for (done, all); nothing is shown of builds that end at once, or where nobody looks."""

    def __init__(self, wanted: bool, *, doing: str = "building", nouns: str = "sites") -> None:  # noqa: FBT001 - one call
        self._wanted = wanted and sys.stderr.isatty()
        self._doing, self._nouns = doing, nouns
        self._started = time.monotonic()
        self._last = 0.0
        self._next = 0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Take note of how far the build is."""
        if not self._wanted or done < self._next:
            return
        now = time.monotonic()
        passed = now - self._started
        rate = done / passed if passed > 0 else 0.0
        self._next = done + max(1, min(_MOST_UNSEEN, int(rate * _EVERY)))
        if passed < _QUIET_SECONDS or now - self._last < _EVERY:
            return
        self._last = now
        if self._bar is None:
            self._start(total)
        self._bar.update(self._task, completed=done, how=_how(done, total, rate, self._nouns), refresh=True)

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn(self._doing),
            BarColumn(),
            TextColumn("{task.fields[how]}"),
            console=Console(stderr=True),
            transient=True,
            # no thread of its own: a process that forks must not hold another thread's lock
            auto_refresh=False,
        )
        self._task = self._bar.add_task(self._nouns, total=total, how="")
        self._bar.start()


def _how(done: int, total: int, rate: float, nouns: str = "sites") -> str:
    """Say how many are done, how fast, and how long the rest takes if it goes on so."""
    speed = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"  # noqa: PLR2004 - two figures are enough
    left = timedelta(seconds=round((total - done) / rate))
    return f"{done:,}/{total:,} {nouns}, {speed} a second, {left} left"
