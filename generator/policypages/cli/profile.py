"""Show where the time of a build went: a table for people, or one JSON object for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from policypages.build.profile import Dear, Profile

FORMS: Final = ("text", "json")
_MICROSECONDS: Final = 1_000_000
_STAGES: Final = {
    "start": "Python, and our modules",
    "listing": "of what sources there are",
    "comparing": "with the last build, and with the output",
    "sharing": "clauses, policies, theme: read and compiled",
    "loading": "facts of entities",
    "planning": "which files there are, made from what",
    "rendering": "clauses to articles, articles to pages",
    "writing": "into the staging folder",
    "commit": "all put in place",
    "waiting": "for workers",
    "rest": "what is between these",
}
_KINDS: Final = {"clauses": "clause", "templates": "template", "policies": "policy, with its clauses"}
_NAME: Final = 44


def show(profile: Profile, form: str) -> None:
    """Print a profile: JSON to stdout, since it is data, a table to stderr."""
    if form == "json":
        click.echo(json.dumps(as_data(profile), indent=2))
        return
    click.echo("\n".join(["", *table(profile)]), err=True)


def as_data(profile: Profile) -> dict[str, Any]:
    """Return a profile as JSON has it."""
    return {
        "version": 1,
        "elapsed_s": round(profile.elapsed, 6),
        "processes": profile.processes,
        "cpu_s": round(profile.cpu, 6),
        "wall_s": round(profile.wall, 6),
        "stages": {
            stage: {"cpu_s": round(cpu, 6), "wall_s": round(wall, 6)}
            for stage, (cpu, wall) in profile.stages.items()
        },
        "counts": dict(profile.counts),
        **{
            kind: [
                {
                    "name": one.name,
                    "total_us": round(one.seconds * _MICROSECONDS, 1),
                    "calls": one.calls,
                    "us_a_call": round(_a_call(one), 1),
                }
                for one in dearest
            ]
            for kind, dearest in profile.dearest.items()
        },
    }


def table(profile: Profile) -> Iterator[str]:
    """Write a profile as lines that fit a window of 80 columns."""
    workers = profile.processes - 1
    how = f"in {_many(workers, 'worker')} and their parent, added up" if workers else "in one process"
    yield click.style(f"{'stage':<10} {'CPU s':>8} {'%':>4} {'wall s':>8}", bold=True)
    for stage, (cpu, wall) in profile.stages.items():
        part = f"{100 * cpu / profile.cpu:.0f}" if profile.cpu else ""
        yield f"{stage:<10} {cpu:>8.3f} {part:>4} {wall:>8.3f}  {_STAGES[stage]}"
    yield f"{'all':<10} {profile.cpu:>8.3f} {'':>4} {profile.wall:>8.3f}  {how}"
    yield f"{'passed':<10} {'':>8} {'':>4} {profile.elapsed:>8.3f}"
    yield ""
    counts = profile.counts
    yield (
        f"sources: {_many(counts['files_listed'], 'file')} listed, {_many(counts['reads'], 'read')};"
        f" {_many(counts['sites'], 'site')} planned"
    )
    yield (
        f"output: {_many(counts['files_rendered'], 'file')} rendered,"
        f" {counts['pages_rendered']:,} of them policies; {counts['files_written']:,} written"
    )
    for kind, dearest in profile.dearest.items():
        if not dearest:
            continue
        yield ""
        yield click.style(
            f"{_KINDS[kind]:<{_NAME}} {'total ms':>10} {'calls':>10} {'µs a call':>11}", bold=True
        )
        for one in dearest:
            yield f"{_short(one.name)} {one.seconds * 1000:>10,.1f} {one.calls:>10,} {_a_call(one):>11,.1f}"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _a_call(one: Dear) -> float:
    return one.seconds * _MICROSECONDS / one.calls


def _short(name: str) -> str:
    """Cut a name at its beginning: its end tells it from others."""
    return f"{name:<{_NAME}}" if len(name) <= _NAME else f"…{name[1 - _NAME :]}"
