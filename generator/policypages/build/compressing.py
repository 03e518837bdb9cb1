"""Keep files compressed beside themselves, for hosts that send them so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policypages.formats import encoding as encodings
from policypages.headers import ENCODINGS
from policypages.model import FileTask, FixedTask
from policypages.plan.keys import digest


def with_compressed(files: Sequence[FileTask], wanted: Sequence[str]) -> Iterator[tuple[FileTask, str]]:
    """Yield each file, and after it each way in which it is wanted compressed; its own way is empty.

    The key of what is compressed is made of the file's own, and of all that shapes the bytes beside it.
    """
    for file in files:
        yield file, ""
        if encodings.pays(file.path):
            for ending, encoding in ENCODINGS.items():
                if encoding in wanted:
                    key = digest((file.key, encoding, encodings.VERSIONS))
                    yield FileTask(f"{file.path}{ending}", key, file.marks, file.task), encoding


def compress(file: FileTask, data: bytes, encoding: str) -> bytes:
    """Compress what was made of a file; what all sites share is worth the time that it takes once."""
    once = isinstance(file.task, FixedTask)
    return encodings.encoded_once(data, encoding) if once else encodings.encoded(data, encoding)
