"""Map a pure function over shares of the work in forked processes; one job means no fork."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, TypeVar

S = TypeVar("S")
R = TypeVar("R")

_HEADER: Final = struct.Struct(">cQ")
_NUMBER: Final = struct.Struct(">I")
_SHARE: Final = b"s"
_RESULTS: Final = b"r"
_FAILED: Final = b"x"
_DONE: Final = b"e"
_BATCH_BYTES: Final = 60_000  # with its header it goes into a pipe at once
_BATCH_RESULTS: Final = 1000
_BATCH_SECONDS: Final = 0.1
_READ_BYTES: Final = 1 << 16
_QUEUE_NUMBERS: Final = 1024  # four bytes each: the smallest pipe of any system holds them
_SELDOM: Final = 20_000  # objects more than before, at which the collector of cycles looks at the new ones
_PR_SET_PDEATHSIG: Final = 1


class WorkerLost(RuntimeError):  # noqa: N818 - not an error of the program: the machine took the process away
    """A worker process ended without finishing its share: `how` says by what signal or exit status."""

    def __init__(self, share_index: int, how: str) -> None:
        super().__init__(share_index, how)
        self.share_index = share_index
        self.how = how

    def __str__(self) -> str:
        return f"the worker for share {self.share_index} {self.how}"


class WorkerFailed(RuntimeError):  # noqa: N818 - says what happened, as WorkerLost does
    """An exception in a worker; `text` is its traceback there.

    The exception itself is raised again in the parent with this as its cause; this is raised in its
    place where the exception cannot be pickled.
    """

    def __init__(self, share_index: int, text: str) -> None:
        super().__init__(share_index, text)
        self.share_index = share_index
        self.text = text

    def __str__(self) -> str:
        return f"the worker for share {self.share_index} failed:\n{self.text}"


@dataclass(slots=True)
class _Worker:
    """What the parent knows of one child: bytes that are not yet a whole frame wait in `buffer`.

    `share_index` is the share that it does, or did last.
    """

    pid: int
    pipe: int
    share_index: int
    buffer: bytearray = field(default_factory=bytearray)
    done: bool = False


def map_shares(work: Callable[[S], Iterator[R]], shares: Sequence[S], *, jobs: int) -> Iterator[R]:
    """Yield what `work` yields for each share, as it arrives, from at most `jobs` processes at once.

    Each process takes the next share when it is done with one, so that many small shares keep all of
    them busy to the end; what a share costs beside its work is two system calls. The order between
    shares is not fixed, the order within a share is. Only results cross a process border (pickled, some
    at a time: one must not change after it was yielded); `work` and the shares are inherited by fork.
    However the iterator ends, with an exception or `close()` too, no child is left. Call it from the
    main thread before others start: a lock that another thread holds at the fork stays locked in the
    child for ever.
    """
    if jobs <= 1 or len(shares) <= 1 or not hasattr(os, "fork"):
        for share in shares:
            yield from work(share)
        return
    if sys.platform == "linux":
        # loaded before the fork, so that the children share it
        import ctypes  # noqa: F401, PLC0415 - 5 ms that only builds with workers should pay
    gc.freeze()
    workers: dict[int, _Worker] = {}
    queue = -1
    try:
        queue = _queue(len(shares))
        poll = select.poll()
        for _ in range(min(jobs, len(shares))):
            _start(work, shares, queue, workers, poll)
        while workers:
            for pipe, _ in poll.poll():
                worker = workers[pipe]
                data = os.read(pipe, _READ_BYTES)
                if data:
                    worker.buffer += data
                    yield from _results(worker)
                    continue
                poll.unregister(pipe)
                _finish(workers, worker)
    finally:
        _kill(workers)
        if queue >= 0:
            os.close(queue)
        gc.unfreeze()


def _step(count: int) -> int:
    """Return how many shares a process takes at a time: one, unless they are very many."""
    return -(-count // _QUEUE_NUMBERS)


def _queue(count: int) -> int:
    """Make a pipe that holds the numbers of shares: who reads one does that share, until none is left."""
    theirs, ours = os.pipe()
    try:
        os.write(ours, b"".join(_NUMBER.pack(index) for index in range(0, count, _step(count))))
    finally:
        os.close(ours)
    return theirs


def _start(
    work: Callable[[S], Iterator[R]],
    shares: Sequence[S],
    queue: int,
    workers: dict[int, _Worker],
    poll: select.poll,
) -> None:
    """Fork a worker; signals wait until the parent has noted it and the child is set up."""
    parent = os.getpid()
    theirs, ours = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        try:
            pid = os.fork()
        except OSError:
            os.close(theirs)
            os.close(ours)
            raise
        if pid == 0:
            inherited = [theirs, *workers]
            _run_child(work, shares, queue, ours, parent=parent, inherited=inherited, mask=before)
        os.close(ours)
        workers[theirs] = _Worker(pid, theirs, share_index=len(workers))
        poll.register(theirs, select.POLLIN)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_child(
    work: Callable[[S], Iterator[R]],
    shares: Sequence[S],
    queue: int,
    pipe: int,
    *,
    parent: int,
    inherited: list[int],
    mask: set[int] | set[signal.Signals],
) -> NoReturn:
    """Do shares and end the process, whatever happens: the parent's code must never run in a child."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        # while a child held the reading end, a child whose parent is gone would never see its pipe break
        for descriptor in inherited:
            os.close(descriptor)
        _end_with_parent(parent)
        # what is made of some sites together is no garbage yet: to look at it all the time takes 3 %
        gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])
        step = _step(len(shares))
        while number := os.read(queue, _NUMBER.size):
            (first,) = _NUMBER.unpack(number)
            for index in range(first, min(first + step, len(shares))):
                _send(pipe, _SHARE, _NUMBER.pack(index))
                _send_share(work, shares[index], index, pipe)
        _send(pipe, _DONE, b"")
        status = 0
    except _ShareFailed:
        pass  # the parent knows
    except BrokenPipeError:
        pass  # the parent is gone or has closed the iterator
    finally:
        os._exit(status)


def _end_with_parent(parent: int) -> None:
    """Ask Linux to kill this child when its parent ends; elsewhere the next write to the pipe fails."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - loaded by the parent already

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


class _ShareFailed(Exception):  # noqa: N818 - control flow of a child
    """The parent has been told what went wrong."""


def _send_share(work: Callable[[S], Iterator[R]], share: S, index: int, pipe: int) -> None:
    """Do one share and send its results, so many at a time as make a good load for the pipe."""
    batch: list[R] = []
    limit = 1
    sent = time.monotonic()
    try:
        for result in work(share):
            batch.append(result)
            if len(batch) >= limit or time.monotonic() - sent >= _BATCH_SECONDS:
                size = _send_results(pipe, batch)
                limit = min(2 * limit, max(1, len(batch) * _BATCH_BYTES // size), _BATCH_RESULTS)
                batch.clear()
                sent = time.monotonic()
        if batch:
            _send_results(pipe, batch)
    except BrokenPipeError:
        raise
    except BaseException as error:  # the parent decides what each exception means
        for result in batch:
            # where one of them is the trouble, those before it are sent
            with suppress(Exception):
                _send_results(pipe, [result])
                continue
            break
        _send(pipe, _FAILED, _pack(error, index))
        raise _ShareFailed from error


def _send_results(pipe: int, results: list[R]) -> int:
    payload = pickle.dumps(results, pickle.HIGHEST_PROTOCOL)
    _send(pipe, _RESULTS, payload)
    return len(payload)


def _pack(error: BaseException, index: int) -> bytes:
    """Pickle an exception and its traceback; an exception that does not survive that is left out."""
    import traceback  # noqa: PLC0415 - for what goes wrong alone

    failed = WorkerFailed(index, "".join(traceback.format_exception(error)))
    try:
        packed = pickle.dumps((error, failed))
        pickle.loads(packed)  # noqa: S301 - our own bytes; some exceptions pickle but cannot be read back
    except Exception:  # noqa: BLE001 - whatever pickling an unknown exception raises
        return pickle.dumps((None, failed))
    return packed


def _send(pipe: int, kind: bytes, payload: bytes) -> None:
    data = memoryview(_HEADER.pack(kind, len(payload)) + payload)
    while data:
        data = data[os.write(pipe, data) :]


def _results(worker: _Worker) -> Iterator[Any]:
    """Take the whole frames out of a worker's buffer and yield the results in them."""
    start = 0
    frames: list[tuple[bytes, bytes]] = []
    while len(worker.buffer) - start >= _HEADER.size:
        kind, size = _HEADER.unpack_from(worker.buffer, start)
        body = start + _HEADER.size
        if len(worker.buffer) - body < size:
            break
        frames.append((kind, bytes(memoryview(worker.buffer)[body : body + size])))
        start = body + size
    del worker.buffer[:start]
    for kind, payload in frames:
        if kind == _SHARE:
            (worker.share_index,) = _NUMBER.unpack(payload)
        elif kind == _DONE:
            worker.done = True
        elif kind == _FAILED:
            error, failed = pickle.loads(payload)  # noqa: S301 - from our own child, over our own pipe
            raise failed if error is None else error from failed
        else:
            yield from pickle.loads(payload)  # noqa: S301 - from our own child, over our own pipe


def _finish(workers: dict[int, _Worker], worker: _Worker) -> None:
    """Reap a worker whose pipe has ended; one that did not say it was done is lost."""
    _, status = os.waitpid(worker.pid, 0)
    del workers[worker.pipe]
    os.close(worker.pipe)
    if worker.done:
        return
    code = os.waitstatus_to_exitcode(status)
    how = f"ended with status {code}"
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else "an unknown signal"
        how = f"was killed by signal {-code} ({name})"
    raise WorkerLost(worker.share_index, how)


def _kill(workers: dict[int, _Worker]) -> None:
    for worker in workers.values():
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
    for worker in workers.values():
        with suppress(ChildProcessError):
            os.waitpid(worker.pid, 0)
        os.close(worker.pipe)
    workers.clear()
