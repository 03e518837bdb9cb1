"""The command `build`, and what it shares with `check`."""

from __future__ import annotations

import datetime
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from policypages.cli import profile as profiles
from policypages.cli.forms import FORMATS
from policypages.cli.progress import Progress
from policypages.diagnostics import Diagnostic, has_errors, problem

if TYPE_CHECKING:
    from policypages.build import Options
    from policypages.build.profile import Stopwatch

_WORKERS_LIMIT: Final = 256
USAGE: Final = 2
SETTINGS_FILE: Final = "policypages.yaml"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECONDS: Final = re.compile(r"-?\d+", re.ASCII)


def complete_entity(ctx: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Return the ids of entities that begin with what was typed, without reading any file."""
    from policypages.sources import find_site

    folder = Path(ctx.find_root().params.get("folder") or find_site())
    return sorted(
        file.stem for file in folder.glob("content/entities/**/*.yaml") if file.stem.startswith(typed)
    )


entity_option = click.option(
    "--entity",
    "only",
    multiple=True,
    metavar="GLOB",
    shell_complete=complete_entity,
    help="Only these sites; may be repeated.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="full",
    metavar="FORMAT",
    help="How to show problems: full, short, json or github.",
)


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what `build` and `check` have in common."""
    options = [
        entity_option,
        click.option("--as-of", metavar="DATE", help="Build as on this day: YYYY-MM-DD. Default: today."),
        click.option(
            "--jobs",
            "-j",
            type=click.IntRange(1, _WORKERS_LIMIT),
            metavar="N",
            help="Worker processes. Default: one a core.",
        ),
        format_option,
        click.option("--strict", is_flag=True, help="Let warnings fail, too."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command(
    epilog="""\b
Examples:
  policypages build
  policypages build --entity 'acme-*' --explain-stale""",
    short_help="Build the pages of every site.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="The output folder. Default: output/ in the site folder.",
)
@click.option("--drafts", is_flag=True, help="Show the sources even where a release is in force.")
@click.option("--clean", is_flag=True, help="Make every file again.")
@click.option("--content-hash", is_flag=True, help="Compare bytes, not times and sizes.")
@click.option("--provenance", is_flag=True, help="Write build.json in each site: for `policypages verify`.")
@click.option("--explain-stale", is_flag=True, help="Say for each file why it was made again.")
@click.option(
    "--profile",
    type=click.Choice(profiles.FORMS),
    is_flag=False,
    flag_value="text",
    metavar="[FORM]",
    help="Say where the time went: text, or json to stdout.",
)
@shared_options
@click.pass_obj
def build(
    folder: str,
    *,
    out: str | None,
    drafts: bool,
    clean: bool,
    content_hash: bool,
    provenance: bool,
    explain_stale: bool,
    profile: str | None,
    only: tuple[str, ...],
    as_of: str | None,
    jobs: int | None,
    form: str,
    strict: bool,
) -> int:
    """Build the pages of every site into the output folder.

    Only what changed is made again. If there is any error, nothing is written and the output
    stays as it was.
    """
    from policypages.build import Options

    options = Options(
        asked_day(as_of),
        only,
        jobs or cores(),
        clean=clean,
        drafts=drafts,
        content_hash=content_hash,
        strict=strict,
        explain=explain_stale,
    )
    root = Path(folder)
    target = Path(out) if out else root / "output"
    if profile is None:
        return _build(root, target, options, form, provenance=provenance)
    if profile == "json" and form in {"json", "github"}:
        message = f"`--profile json` and `--format {form}` both write to stdout: choose one"
        raise click.UsageError(message)
    from policypages.build.profile import Stopwatch

    stopwatch = Stopwatch()
    code = _build(root, target, options, form, stopwatch, provenance=provenance)
    profiles.show(stopwatch.end(), profile)
    return code


def _build(
    root: Path,
    target: Path,
    options: Options,
    form: str,
    stopwatch: Stopwatch | None = None,
    *,
    provenance: bool = False,
) -> int:
    from policypages import build as pipeline
    from policypages.load.listing import has_releases
    from policypages.write import open_output

    started = time.monotonic()
    watch = stopwatch or pipeline.Watch()
    with watch.stage("listing"):
        sources, found = open_site(root)
    if sources is None:
        return finish(found, form, None)
    if options.as_of is None and (provenance or has_releases(sources.paths)):
        options = options._replace(as_of=chosen_day(None, sources))
    if provenance and options.as_of is not None:
        from policypages.cli.provenance import provenance_of

        with watch.stage("comparing"):
            recorded, more = provenance_of(root, sources, options.as_of)
        options = options._replace(provenance=recorded)
        found += more
    if stopwatch is not None:
        sources = stopwatch.sources(sources)
    output, more = open_output(root, target)
    found += more
    if output is None:
        return finish(found, form, sources)
    with output:
        with watch.stage("comparing"):
            previous, more = pipeline.read_previous(output)
        found += more
        plan, more = pipeline.plan_build(sources, previous, options, watch)
        if plan is None:
            return finish([*found, *more], form, sources)
        # what is wrong with the folders counts, too: with an error nothing is written
        plan = plan._replace(diagnostics=(*found, *plan.diagnostics))
        with Progress(form == "full") as progress:
            result = pipeline.carry_out(plan, output, progress, watch)
    result.diagnostics = [*result.diagnostics, *_changed_meanwhile(sources)]
    code = finish(result.diagnostics, form, sources)
    if form in {"full", "short"}:
        if options.explain and not result.failed:
            for path, because in result.stale:
                click.echo(f"{path}: {because}", err=True)
        click.echo(_summary(result, target, time.monotonic() - started, limited=bool(options.only)), err=True)
    return code


def _changed_meanwhile(sources: Any) -> list[Diagnostic]:
    """Say that a source was edited while it was read: the next build sees the difference."""
    changed = sources.changed()
    if not changed:
        return []
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    message = f"`{changed[0]}`{more} changed while the build ran"
    return [problem("source-changed", message, hint="build again: what was read may be of two states")]


def open_site(root: Path) -> tuple[Any, list[Diagnostic]]:
    """List the files of a site folder; None where there is no site."""
    from policypages.sources import open_folder

    return open_folder(root)


def cores() -> int:
    """Return how many processes may run at once on this machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def chosen_day(as_of: str | None, sources: Any) -> datetime.date:
    """Return the day to build for: asked for, else today in the site's time zone."""
    return asked_day(as_of) or today_at(sources)


def today_at(sources: Any) -> datetime.date:
    """Return the day that it is in the site's time zone."""
    from policypages.load.site import load_settings

    zone = load_settings(sources).timezone
    if zone == "UTC":
        return datetime.datetime.now(datetime.UTC).date()
    from zoneinfo import ZoneInfo

    return datetime.datetime.now(ZoneInfo(zone)).date()


def asked_day(as_of: str | None) -> datetime.date | None:
    """Return the day of `--as-of`, else that of SOURCE_DATE_EPOCH; None where neither is given."""
    if as_of is not None:
        try:
            if _DAY.fullmatch(as_of):
                return datetime.date.fromisoformat(as_of)
        except ValueError:
            pass
        message = f"`--as-of {as_of}` is not a date: write YYYY-MM-DD"
        raise click.UsageError(message)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return None
    try:
        if _SECONDS.fullmatch(epoch):
            return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    except (ValueError, OverflowError, OSError):
        pass
    message = f"the environment variable SOURCE_DATE_EPOCH is `{epoch}`, which is no number of seconds"
    raise click.UsageError(message)


def finish(found: list[Diagnostic], form: str, sources: Any) -> int:
    """Show what was found and return the exit code."""
    if not found and form in {"full", "short"}:
        return 0
    from policypages.cli import report

    def read(path: str) -> str:
        return str(sources.read(path).decode("utf-8-sig", "replace")) if sources is not None else ""

    report.show(found, form, read, root=sources.root if sources is not None else None)
    if not has_errors(found):
        return 0
    return USAGE if any(_is_usage(one) for one in found if one.severity == "error") else 1


def _is_usage(one: Diagnostic) -> bool:
    """Tell what is wrong with the call or the settings from what is wrong with the content."""
    if one.span is not None:
        return one.span.file == SETTINGS_FILE
    return one.code in {"no-site", "output-refused", "unknown-entity"}


def count(number: int, noun: str) -> str:
    """Write a number with its noun, in the plural where there is not one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _summary(result: Any, target: Path, seconds: float, *, limited: bool) -> str:
    took = f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - what a reader can compare
    trouble = ""
    if result.diagnostics:
        from policypages.cli.report import tally

        trouble = tally(result.diagnostics)
    if result.failed:
        return f"nothing was written: {trouble} ({took})"
    what = f"{count(result.sites, 'site')}, {count(result.pages, 'page')}"
    tail = f"; {trouble}" if trouble else ""
    if limited:
        tail += "; other sites and the overview were left as they are"
    if not result.written:
        return f"nothing changed: {what} in {target} are up to date ({took}){tail}"
    kept = f", {result.kept:,} kept" if result.kept else ""
    pruned = f", {count(len(result.pruned), 'file')} taken away" if result.pruned else ""
    made = f"{count(result.made, 'file')} written{kept}{pruned}"
    first = "" if result.kept or limited else f"\nopen {target / '_overview' / 'index.html'}"
    return f"built {what} in {target}: {made} ({took}){tail}{first}"
