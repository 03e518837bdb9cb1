"""Run one command and print its time and memory: a small process of its own, since a fork inherits peaks."""

from __future__ import annotations

import json
import os
import sys
import time


def main(command: list[str]) -> None:
    """Run a command and print wall, CPU with children (both in seconds), peak in KiB and the exit code."""
    quiet = os.open(os.devnull, os.O_RDWR)
    started = time.perf_counter()
    child = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 0), (os.POSIX_SPAWN_DUP2, quiet, 1)],
    )
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    # of all processes that were waited for, the largest (getrusage(2): ru_maxrss)
    made = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss}
    sys.stdout.write(json.dumps({**made, "code": os.waitstatus_to_exitcode(status)}))


if __name__ == "__main__":
    main(sys.argv[1:])
