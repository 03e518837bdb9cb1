"""Map a pure function over shares of the work in forked processes; one job means no fork."""

from __future__ import annotations

import gc
import io
import os
import pickle
import select
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, TypeVar

S = TypeVar("S")
R = TypeVar("R")

_HEADER: Final = struct.Struct(">cQ")
_RESULTS: Final = b"r"
_FAILED: Final = b"x"
_DONE: Final = b"e"
_BATCH_BYTES: Final = 1 << 16
_BATCH_SECONDS: Final = 0.1
_READ_BYTES: Final = 1 << 20
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
    """What the parent knows of one child: bytes that are not yet a whole frame wait in `buffer`."""

    pid: int
    pipe: int
    share_index: int
    buffer: bytearray = field(default_factory=bytearray)
    done: bool = False


def map_shares(work: Callable[[S], Iterator[R]], shares: Sequence[S], *, jobs: int) -> Iterator[R]:
    """Yield what `work` yields for each share, as it arrives, from at most `jobs` processes at once.

    The order between shares is not fixed, the order within a share is. Only results cross a process
    border (pickled): `work` and the shares are inherited by fork. However the iterator ends, with an
    exception or `close()` too, no child is left. Call it from the main thread before others start:
    a lock that another thread holds at the fork stays locked in the child for ever.
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
    try:
        waiting = iter(enumerate(shares))
        poll = select.poll()
        for index, share in waiting:
            _start(work, share, index, workers, poll)
            if len(workers) == jobs:
                break
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
                for index, share in waiting:
                    _start(work, share, index, workers, poll)
                    break
    finally:
        _kill(workers)
        gc.unfreeze()


def _start(
    work: Callable[[S], Iterator[R]],
    share: S,
    index: int,
    workers: dict[int, _Worker],
    poll: select.poll,
) -> None:
    """Fork a worker for one share; signals wait until the parent has noted it and the child is set up."""
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
            _run_child(work, share, index, ours, parent=parent, inherited=inherited, mask=before)
        os.close(ours)
        workers[theirs] = _Worker(pid, theirs, index)
        poll.register(theirs, select.POLLIN)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_child(
    work: Callable[[S], Iterator[R]],
    share: S,
    index: int,
    pipe: int,
    *,
    parent: int,
    inherited: list[int],
    mask: set[int] | set[signal.Signals],
) -> NoReturn:
    """Do one share and end the process, whatever happens: the parent's code must never run in a child."""
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
        _send_share(work, share, index, pipe)
        status = 0
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


def _send_share(work: Callable[[S], Iterator[R]], share: S, index: int, pipe: int) -> None:
    batch: list[bytes] = []
    size = 0
    sent = time.monotonic()
    try:
        for result in work(share):
            batch.append(pickle.dumps(result, pickle.HIGHEST_PROTOCOL))
            size += len(batch[-1])
            if size >= _BATCH_BYTES or time.monotonic() - sent >= _BATCH_SECONDS:
                _send(pipe, _RESULTS, b"".join(batch))
                batch.clear()
                size = 0
                sent = time.monotonic()
        _send(pipe, _RESULTS, b"".join(batch))
        _send(pipe, _DONE, b"")
    except BrokenPipeError:
        raise
    except BaseException as error:  # noqa: BLE001 - the parent decides what each exception means
        _send(pipe, _RESULTS, b"".join(batch))
        _send(pipe, _FAILED, _pack(error, index))


def _pack(error: BaseException, index: int) -> bytes:
    """Pickle an exception and its traceback; an exception that does not survive that is left out."""
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
        if kind == _DONE:
            worker.done = True
        elif kind == _FAILED:
            error, failed = pickle.loads(payload)  # noqa: S301 - from our own child, over our own pipe
            raise failed if error is None else error from failed
        else:
            stream = io.BytesIO(payload)
            while stream.tell() < len(payload):
                yield pickle.load(stream)  # noqa: S301 - from our own child, over our own pipe


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
