"""Show how far a long build is, on a terminal and only when it takes long."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Final, Self

_QUIET_SECONDS: Final = 0.7
_EVERY: Final = 0.1


class Progress:
    """A callable for (done, all); nothing is shown of builds that end at once, or where nobody looks."""

    def __init__(self, wanted: bool) -> None:  # noqa: FBT001 - one call
        self._wanted = wanted and sys.stderr.isatty()
        self._started = time.monotonic()
        self._last = 0.0
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
        now = time.monotonic()
        if not self._wanted or now - self._started < _QUIET_SECONDS or now - self._last < _EVERY:
            return
        self._last = now
        if self._bar is None:
            self._start(total)
        self._bar.update(self._task, completed=done)

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("building"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("sites,"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("sites", total=total)
        self._bar.start()
