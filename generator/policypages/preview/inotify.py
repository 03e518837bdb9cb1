"""Linux's inotify as watchdog has it, which says aloud when it lost events or cannot watch a folder."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import InotifyEvent, InotifyFD

_LIMITS = {errno.ENOSPC, errno.EMFILE}


class _Inotify(InotifyFD):
    """Tells what watchdog itself mends or passes over: an overflow, a folder that cannot be watched."""

    def __init__(self, overflowed: Callable[[], None], limited: Callable[[OSError], None]) -> None:
        super().__init__()
        self._overflowed = overflowed
        self._limited = limited

    def add_callback(self, *arguments: Any, **options: Any) -> Any:
        """Watch one folder."""
        try:
            return super().add_callback(*arguments, **options)
        except OSError as error:
            if error.errno in _LIMITS:
                self._limited(error)
            raise

    def handle_event(self, event: InotifyEvent) -> None:
        """Take one event; when the queue was full, others are lost."""
        super().handle_event(event)
        if event.is_queue_overflow:
            self._overflowed()


class _Observer(BaseObserver):
    """An observer as watchdog's own, round a source of events that tells more."""

    def __init__(self, source: InotifyFD) -> None:
        self._source = source
        source.start()
        super().__init__(InotifyEmitter, inotify_fd=source)

    def on_thread_stop(self) -> None:
        """End the source with the observer."""
        super().on_thread_stop()
        self._source.stop()
        self._source.join()


def observer(*, overflowed: Callable[[], None], limited: Callable[[OSError], None]) -> BaseObserver:
    """Make an observer; it calls from its threads."""
    return _Observer(_Inotify(overflowed, limited))
