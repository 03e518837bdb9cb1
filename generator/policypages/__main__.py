"""Run the command line: `python -m policypages`; Ctrl-C ends it quietly even while it is being loaded."""

from __future__ import annotations

import atexit
import os
import signal
import sys
from typing import NoReturn

_INTERRUPTED = 130


def main() -> NoReturn:
    """Load the command line, run it, and end the process with its exit code."""
    # what started us may have asked us not to listen, as `nohup` does
    listening = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if listening:
        signal.signal(signal.SIGINT, _leave)
    from policypages.loading import no_collection  # noqa: PLC0415 - loading takes long, and may be interrupted

    with no_collection():
        from policypages.cli import main as run  # noqa: PLC0415 - as above

    code: object = _INTERRUPTED  # between two lines of `run`, where it does not listen itself
    try:
        if listening:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:
        pass
    except SystemExit as left:
        code = left.code
    _end(code if isinstance(code, int) else 0)


def _end(code: int) -> NoReturn:
    """End at once: to free all that was made, one thing after the other, takes as long as a small build."""
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no other way to do what was asked for at the end
    for stream in filter(None, (sys.stdout, sys.stderr)):  # who started us may have closed one
        try:
            stream.flush()
        except OSError:  # what was said did not get there
            code = code or 1
    os._exit(code)


def _leave(*_: object) -> None:
    os.write(2, b"policypages: stopped\n")
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
