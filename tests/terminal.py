"""Run a program on a terminal of its own, and read what it writes there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence


def on_a_terminal(
    command: Sequence[str], environment: Mapping[str, str], typed: bytes = b""
) -> tuple[bytes, int]:
    """Return all that the program wrote, what was typed among it, and its exit code."""
    import pty  # noqa: PLC0415 - POSIX alone has it

    leader, follower = pty.openpty()
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=environment)
    os.close(follower)
    os.write(leader, typed)
    said = b""
    try:
        while chunk := os.read(leader, 65536):
            said += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        os.close(leader)
        code = process.wait()
    return said, code
