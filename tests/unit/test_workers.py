"""Shares of work in forked processes: all results, no process left, no hang."""

from __future__ import annotations

import errno
import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from policypages.workers import WorkerFailed, WorkerLost, map_shares

pytestmark = pytest.mark.timeout(60)


class Stubborn(Exception):  # noqa: N818 - a double
    """An exception that pickles but cannot be read back."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def pairs(share: range) -> Iterator[tuple[int, int]]:
    """Yield each number with the process that saw it."""
    for number in share:
        yield number, os.getpid()


def children() -> list[int]:
    """Return the processes that this one has started and not reaped."""
    found = subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split() if _alive(int(pid))]


def descriptors() -> int:
    """Count the open descriptors of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    gc.unfreeze()  # a command line that a test ran in this process keeps what it loaded
    gc.collect()  # what tests before this one left in circles may hold descriptors
    open_before = descriptors()
    yield
    assert children() == []
    assert descriptors() == open_before
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_every_result_comes_once_in_the_order_of_its_share(jobs: int) -> None:
    """The number of processes shows nowhere in the results."""
    shares = [range(3000), range(3000, 3001), range(0), range(3001, 5000)]
    results = [number for number, _ in map_shares(pairs, shares, jobs=jobs)]
    assert sorted(results) == list(range(5000))
    assert [n for n in results if n < 3000] == list(range(3000))


def test_one_job_or_one_share_means_no_fork() -> None:
    """Start-up rules small sites, and a debugger wants one process."""
    assert {pid for _, pid in map_shares(pairs, [range(3), range(3)], jobs=1)} == {os.getpid()}
    assert {pid for _, pid in map_shares(pairs, [range(3)], jobs=4)} == {os.getpid()}
    assert list(map_shares(pairs, [], jobs=4)) == []


def test_no_more_than_jobs_run_at_once_and_each_takes_the_next_share() -> None:
    """Five shares over two jobs never overlap threefold, and make two processes."""

    def work(share: int) -> Iterator[tuple[int, int, float, float]]:
        start = time.monotonic()
        time.sleep(0.05)
        yield share, os.getpid(), start, time.monotonic()

    results = list(map_shares(work, range(5), jobs=2))
    assert sorted(share for share, *_ in results) == list(range(5))
    assert len({pid for _, pid, _, _ in results} - {os.getpid()}) == 2
    for _, _, start, _ in results:
        assert sum(1 for _, _, s, e in results if s <= start < e) <= 2


def test_a_long_share_holds_up_no_other() -> None:
    """The process that has it does it alone; the other does all the rest."""

    def work(share: int) -> Iterator[tuple[int, int]]:
        if share == 0:
            time.sleep(1)
        yield share, os.getpid()

    done: dict[int, set[int]] = {}
    for share, pid in map_shares(work, range(200), jobs=2):
        done.setdefault(pid, set()).add(share)
    assert sorted(done.values(), key=len) == [{0}, set(range(1, 200))]


def test_very_many_shares_are_all_done_once() -> None:
    """More than the queue has room for."""

    def work(share: int) -> Iterator[int]:
        yield share

    assert sorted(map_shares(work, range(5000), jobs=3)) == list(range(5000))


def test_row_32_a_worker_that_dies_in_a_later_share_names_that_one() -> None:
    """Not the first that its process did."""

    def work(share: int) -> Iterator[int]:
        yield share
        if share == 37:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkerLost) as caught:
        list(map_shares(work, range(60), jobs=2))
    assert caught.value.share_index == 37


def test_results_of_any_size_come_in_order() -> None:
    """Small ones go many at a time, large ones one by one, and the change between them is no matter."""
    sizes = [*[10] * 500, *[200_000] * 20, *[10] * 500]

    def work(share: int) -> Iterator[tuple[int, int, bytes]]:
        for at, size in enumerate(sizes):
            yield share, at, b"x" * size

    seen: dict[int, list[int]] = {1: [], 2: []}
    for share, at, data in map_shares(work, [1, 2], jobs=2):
        assert len(data) == sizes[at]
        seen[share].append(at)
    assert seen == {share: list(range(len(sizes))) for share in (1, 2)}


def test_large_results_and_a_slow_parent() -> None:
    """The pipe holds the workers back; nothing is lost."""

    def work(share: int) -> Iterator[bytes]:
        for index in range(5):
            yield bytes([share, index]) * 1_500_000

    results = map_shares(work, [1, 2], jobs=2)
    seen = []
    for result in results:
        time.sleep(0.005)
        seen.append((result[0], result[1], len(result)))
    assert sorted(seen) == [(share, index, 3_000_000) for share in (1, 2) for index in range(5)]


def test_results_come_before_the_share_is_done() -> None:
    """A progress bar moves."""

    def work(share: int) -> Iterator[int]:
        yield share
        time.sleep(0.15)
        yield share
        time.sleep(30)

    results = map_shares(work, [1, 2], jobs=2)
    started = time.monotonic()
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(("how", "words"), [("exit", "ended with status 9"), ("kill", "SIGKILL")])
def test_row_32_a_worker_that_dies_is_named_and_nothing_hangs(how: str, words: str) -> None:
    """An out-of-memory kill looks like this."""

    def work(share: int) -> Iterator[int]:
        yield share
        if share == 1:
            if how == "exit":
                os._exit(9)
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(30)

    with pytest.raises(WorkerLost, match=words) as caught:
        list(map_shares(work, [0, 1, 2], jobs=3))
    assert caught.value.share_index == 1


def test_an_exception_is_raised_again_with_its_traceback() -> None:
    """The type survives, so that a full disk in a worker is the same OSError in the parent."""

    def work(share: int) -> Iterator[int]:
        yield share
        if share == 1:
            raise OSError(errno.ENOSPC, "no space", "some/file")

    seen: list[int] = []
    with pytest.raises(OSError, match="no space") as caught:
        seen.extend(map_shares(work, [1, 2], jobs=2))
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == "some/file"
    cause = caught.value.__cause__
    assert isinstance(cause, WorkerFailed)
    assert "in work" in cause.text
    assert cause.share_index == 0


def test_an_exception_that_cannot_be_pickled_becomes_worker_failed() -> None:
    """Its traceback is told all the same."""

    def work(share: int) -> Iterator[int]:
        yield share
        message = "not"
        raise Stubborn(message, " round")

    with pytest.raises(WorkerFailed, match="not round"):
        list(map_shares(work, [1, 2], jobs=2))


def test_a_result_that_cannot_be_pickled_is_an_exception_too() -> None:
    """A bug in the caller, told with its traceback."""

    def work(_: int) -> Iterator[object]:
        yield lambda: None

    with pytest.raises(Exception, match="pickle"):
        list(map_shares(work, [1, 2], jobs=2))


def test_what_was_yielded_before_a_failure_arrives() -> None:
    """Also where a result of the same load cannot be pickled."""

    def work(share: int) -> Iterator[object]:
        yield from range(5)
        yield (lambda: None) if share == 1 else 5
        time.sleep(0.3)

    seen: list[object] = []
    with pytest.raises(Exception, match="lambda"):
        seen.extend(map_shares(work, [1, 1], jobs=2))
    assert {0, 1, 2, 3, 4} <= set(seen)


def test_leaving_the_loop_ends_the_workers() -> None:
    """`close`, or an exception of the consumer."""

    def work(share: int) -> Iterator[int]:
        while True:
            yield share

    def consume() -> None:
        for _ in map_shares(work, [1, 2], jobs=2):
            message = "consumer"
            raise LookupError(message)

    with pytest.raises(LookupError):
        consume()
    gc.collect()


_PROGRAM = textwrap.dedent("""
    import os, sys, time
    from policypages.workers import map_shares
    def slow(share):
        yield os.getpid()
        time.sleep(0.15)
        yield 0
        time.sleep(60)
    try:
        for pid in map_shares(slow, [1, 2], jobs=2):
            print(pid, flush=True)
    except KeyboardInterrupt:
        sys.exit(130)
""")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_row_31_workers_end_with_their_parent(number: signal.Signals) -> None:
    """Ctrl-C, to the whole group as a terminal sends it; and a parent that is killed outright."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    pids: set[int] = set()
    while len(pids) < 2:
        pids |= {int(process.stdout.readline())} - {0}
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.kill()
    _, errors = process.communicate(timeout=10)
    assert process.returncode == (130 if number == signal.SIGINT else -9)
    assert errors == ""
    until = time.monotonic() + 5
    while any(map(_alive, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(_alive, pids))


def test_a_child_can_be_told_to_end() -> None:
    """SIGTERM does in a worker what it does by default, whatever the parent made of it."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def work(share: int) -> Iterator[int]:
        yield share
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)

    try:
        with pytest.raises(WorkerLost, match="SIGTERM"):
            list(map_shares(work, [1, 2], jobs=2))
    finally:
        signal.signal(signal.SIGTERM, before)
