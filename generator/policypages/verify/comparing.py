"""Compare each file of a site with what its record says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from policypages.formats.record import Content, Record

State = Literal["same", "differs", "missing", "extra"]


class Found(NamedTuple):
    """What stands in the place of a file: its content, or none; `why` says in words what is wrong.

    `why` completes a sentence about the file: "is not there: the host answers 404".
    """

    content: Content | None
    why: str | None = None
    missing: bool = False


class Outcome(NamedTuple):
    """What came of one file; `why` completes a sentence about it where it is not the same."""

    path: str
    state: State
    why: str = ""


class Place(Protocol):
    """Where the files of a site stand."""

    def look(self, files: Mapping[str, Content], moved: Mapping[str, str]) -> Iterator[tuple[str, Found]]:
        """Find each file by its path, in any order; `files` says what is expected of it.

        `moved` has for pages at old addresses where those lead.
        """
        ...

    def others(self, record: Record) -> Iterator[Outcome]:
        """Find the files that the record does not name, where that can be seen."""
        ...

    @property
    def has_host_files(self) -> bool:
        """Tell whether files that only a host reads can be seen."""
        ...


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of all files of one site."""

    number: int
    outcomes: tuple[Outcome, ...]


def compare(record: Record, place: Place, progress: Callable[[int, int], None] | None = None) -> Compared:
    """Compare all files; `outcomes` are those that are not as the record has them, by path."""
    wanted = {**record.files, **(record.host_files if place.has_host_files else {})}
    outcomes = []
    for number, (path, found) in enumerate(place.look(wanted, record.moved), 1):
        if progress is not None:
            progress(number, len(wanted))
        if found.content is None:
            state: State = "missing" if found.missing else "differs"
            outcomes.append(Outcome(path, state, found.why or "is not there"))
        elif found.content != wanted[path]:
            outcomes.append(Outcome(path, "differs", found.why or _difference(found.content, wanted[path])))
    outcomes += place.others(record)
    return Compared(len(wanted), tuple(sorted(outcomes)))


def _difference(found: Content, wanted: Content) -> str:
    if found.size != wanted.size:
        return f"has {found.size:,} bytes, and the build made {wanted.size:,}"
    return "has other bytes than the build made"
