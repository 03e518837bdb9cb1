"""Let somebody watch a build from outside, stage by stage; by default nobody does, and it costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final, Literal

from policypages.build.options import SiteResult

if TYPE_CHECKING:
    from policypages.build.sites import SiteBuilder
    from policypages.plan.settle import Compiling

Stage = Literal[
    "start",
    "listing",
    "comparing",
    "sharing",
    "loading",
    "planning",
    "rendering",
    "writing",
    "commit",
    "waiting",
    "rest",
]
_NOTHING: Final[AbstractContextManager[None]] = nullcontext()


class Watch:
    """Nobody watches: each method hands on what it was given."""

    def stage(self, name: Stage) -> AbstractContextManager[None]:  # noqa: ARG002 - who watches wants it
        """Say at what the build is; within a stage another may be entered."""
        return _NOTHING

    def compiler(self, compiler: Compiling) -> Compiling:
        """Take the compiler of a build before anything is compiled, and give what is used in its place."""
        return compiler

    def builder(self, builder: SiteBuilder) -> SiteBuilder:
        """Take a builder of sites before it builds any; its steps may be wrapped."""
        return builder

    def map_shares(
        self,
        work: Callable[[Sequence[str]], Iterator[SiteResult]],
        shares: Sequence[Sequence[str]],
        *,
        jobs: int,
    ) -> Iterator[SiteResult]:
        """Map work over shares of sites, in so many processes."""
        from policypages.workers import map_shares  # noqa: PLC0415 - a build of what did not change needs none

        return map_shares(work, shares, jobs=jobs)


NOBODY: Final = Watch()
