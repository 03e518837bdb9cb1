"""Run one command and print, beside time and memory, how much CPU its parent takes while no worker runs."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

_POLL_SECONDS = 0.002
_SCHEDULED = 2  # CPUCLOCK_SCHED of Linux: the whole process, all of its threads, in nanoseconds


class Alone:
    """Add up what a process takes from one look to the next, where either look finds no child of it.

    A moment in which workers start or end counts as alone: an error of a few milliseconds, against us.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.workers = 0
        self._cpu = 0.0
        self._children = 0

    def look(self, *, cpu: float, children: int) -> None:
        """Take in the CPU seconds of a process so far, and how many children it has now."""
        if not children or not self._children:
            self.seconds += cpu - self._cpu
        self._cpu, self._children = cpu, children
        self.workers = max(self.workers, children)


def _cpu_of(process: int) -> float:
    """Return the CPU seconds of another process, without its children (clock_getcpuclockid(3))."""
    return time.clock_gettime(~process << 3 | _SCHEDULED)


def _children_of(process: int) -> int:
    """Count the children of a process that has one thread, those that wait to be reaped too."""
    return len(Path(f"/proc/{process}/task/{process}/children").read_bytes().split())


def main(command: list[str]) -> None:
    """Run a command; `alone` is in seconds of CPU, `workers` the most children that were seen at once."""
    quiet = os.open(os.devnull, os.O_RDWR)
    started = time.perf_counter()
    child = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 0), (os.POSIX_SPAWN_DUP2, quiet, 1)],
    )
    alone = Alone()
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        alone.look(cpu=_cpu_of(child), children=_children_of(child))
        time.sleep(_POLL_SECONDS)
    wall = time.perf_counter() - started
    alone.look(cpu=_cpu_of(child), children=0)  # it has ended, and is not reaped: its clock stands still
    _, status, used = os.wait4(child, 0)
    made = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss}
    more = {"alone": alone.seconds, "workers": alone.workers, "code": os.waitstatus_to_exitcode(status)}
    sys.stdout.write(json.dumps({**made, **more}))


if __name__ == "__main__":
    main(sys.argv[1:])
