"""Run the command line: `python -m policypages`; Ctrl-C ends it quietly even while it is being loaded."""

from __future__ import annotations

import os
import signal
import sys

_INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it."""
    # what started us may have asked us not to listen, as `nohup` does
    listening = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if listening:
        signal.signal(signal.SIGINT, _leave)
    from policypages.loading import no_collection  # noqa: PLC0415 - loading takes long, and may be interrupted

    with no_collection():
        from policypages.cli import main as run  # noqa: PLC0415 - as above

    try:
        if listening:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:  # between two lines of `run`, where it does not listen itself
        sys.exit(_INTERRUPTED)


def _leave(*_: object) -> None:
    os.write(2, b"policypages: stopped\n")
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
