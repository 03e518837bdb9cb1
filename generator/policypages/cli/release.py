"""The command `release`: freeze the articles of pages, and keep the record of what was published when."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policypages.cli.build import chosen_day, count, finish, format_option, open_site
from policypages.diagnostics import Diagnostic, has_errors, problem

if TYPE_CHECKING:
    from policypages.history.acts import Act, Drafted
    from policypages.history.release import Shown
    from policypages.sources import FolderSources

_SHOWN_PAGES = 20


@click.command(
    epilog="""\b
Examples:
  policypages release --dry-run
  policypages release 'kp-*/privacy' --summary 'We keep web logs for 90 days'
  policypages release --summary 'New cookies' --material --effective 2026-12-24
  policypages release acme/privacy --import old.html --version 2019-05-01 \\
    --source https://acme.example/privacy.html --summary 'The statement of 2019'""",
    short_help="Freeze pages, and keep the record of it.",
)
@click.argument("globs", nargs=-1, metavar="[GLOB]...")
@click.option("--summary", metavar="TEXT", help="What changed, in one sentence for readers.")
@click.option("--material", is_flag=True, help="Readers are told of the change on the page.")
@click.option("--effective", metavar="DATE", help="From when it holds: YYYY-MM-DD. Default: today.")
@click.option("--approved-by", metavar="NAME", help="Who approved it; kept in the house.")
@click.option("--redo", is_flag=True, help="Mend a fork: follow every release that no other follows.")
@click.option(
    "--import",
    "imported",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Take over an HTML page that was published before; wants --version and --source.",
)
@click.option("--version", metavar="DATE", help="With --import: the day on which it was published.")
@click.option("--source", metavar="URL", help="With --import: the address at which it was published.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@format_option
@click.pass_obj
def release(
    folder: str,
    *,
    globs: tuple[str, ...],
    summary: str | None,
    material: bool,
    effective: str | None,
    approved_by: str | None,
    redo: bool,
    imported: str | None,
    version: str | None,
    source: str | None,
    dry_run: bool,
    form: str,
) -> int:
    """Freeze the articles of all pages, or of those that GLOB names: ENTITY or ENTITY/POLICY.

    A page that has a release shows it, whatever its sources say, until the next release. One act is
    one file in content/releases/: commit it. Pages that say what their last release says are left out.
    """
    from policypages.history.acts import Act
    from policypages.write import machine_problem
    from policypages.write.releases import release_lock

    sources, found = open_site(Path(folder))
    if sources is None:
        return finish(found, form, None)
    today = chosen_day(None, sources)
    day = _imported_on(version, source, today) if imported else today
    begins = _day("--effective", effective) if effective else day
    if begins < day:
        message = f"`--effective {effective}` is past: a release takes effect on its own day at the earliest"
        raise click.UsageError(message)
    if not imported and (version or source):
        message = "`--version` and `--source` are for what `--import` takes over; a release is of today"
        raise click.UsageError(message)
    if imported and redo:
        message = "`--redo` mends a fork by a release of our own: not with `--import`"
        raise click.UsageError(message)
    if not dry_run and not summary and not sys.stdin.isatty():
        message = "`--summary TEXT` is missing: what changed, in one sentence for readers"
        raise click.UsageError(message)
    text = (summary or "").strip()
    act = Act(day, text, begins, material=material, approved_by=approved_by, source=source, redo=redo)
    if dry_run:
        return _release(sources, act, globs, imported, form, dry_run=True)
    try:
        with release_lock(sources.root) as held:
            if not held:
                message = "another process makes a release of this site"
                return finish([problem("release-refused", message, hint="wait for it to end")], form, sources)
            # read under the lock: what this release follows is what the last one left
            sources, found = open_site(Path(folder))
            if sources is None:
                return finish(found, form, None)
            return _release(sources, act, globs, imported, form)
    except OSError as error:
        return finish([machine_problem(error, error.filename or ".policypages")], form, None)


def _release(
    sources: FolderSources,
    act: Act,
    globs: tuple[str, ...],
    imported: str | None,
    form: str,
    *,
    dry_run: bool = False,
) -> int:
    from policypages.history.acts import seal
    from policypages.history.release import prepare, shown

    if imported:
        made, found = _imported(sources, act, globs, imported)
    else:
        made, found = prepare(sources, act, globs)
    if has_errors(found):
        return finish(found, form, sources)
    if not made.lines:
        if dry_run:
            finish(found, form, sources)
            click.echo("nothing to release: every page is as it was released last", err=True)
            return 0
        message = "there is nothing to release: every page is as it was released last"
        return finish([*found, problem("release-refused", message)], form, sources)
    # who gives a summary has seen the changes, and to compare thousands of pages takes a while
    if dry_run or not act.summary:
        _tell(list(shown(sources, made)))
    if made.unchanged:
        click.echo(f"{count(len(made.unchanged), 'page')} as released last: left out", err=True)
    finish(found, form, sources)
    if dry_run:
        click.echo(f"nothing was written: {count(len(made.lines), 'page')} would be released", err=True)
        return 0
    if not act.summary:
        summary = str(click.prompt("What changed, in one sentence for readers", err=True)).strip()
        act = replace(act, summary=summary)
    seal(act, made, sources.paths)
    return _write(sources, act, made, form)


def _imported(
    sources: FolderSources, act: Act, globs: tuple[str, ...], file: str
) -> tuple[Drafted, list[Diagnostic]]:
    """Prepare a release of a page that was published before, and say what of it is left out."""
    from policypages.history.importing import prepare_import

    taken, found = prepare_import(sources, act, globs, Path(file).read_bytes(), file)
    if taken.left_out:
        words = ", ".join(f"{number} × <{name}>" for name, number in taken.left_out.items())
        click.echo(f"left out of {file}: {words}", err=True)
    return taken.made, found


def _write(sources: FolderSources, act: Act, made: Drafted, form: str) -> int:
    from policypages.write import machine_problem
    from policypages.write.releases import write_release

    try:
        write_release(sources.root, made.objects, made.ledger)
    except OSError as error:
        return finish([machine_problem(error, error.filename or made.ledger[0])], form, sources)
    when = f", in effect from {act.effective}" if act.effective and act.effective > act.day else ""
    click.echo(f"released {count(len(made.lines), 'page')} as {made.version}{when}", err=True)
    click.echo(f"commit `{made.ledger[0]}` and `content/releases/objects/`", err=True)
    return 0


def _tell(pages: list[Shown]) -> None:
    """Show what would change, pages with the same changes together."""
    from policypages.redline import as_text

    groups: dict[object, list[Shown]] = {}
    for page in pages:
        groups.setdefault(page.redline.changes if page.redline is not None else None, []).append(page)
    for same in groups.values():
        names = ", ".join(_name(page) for page in same[:_SHOWN_PAGES])
        more = f" and {len(same) - _SHOWN_PAGES:,} more" if len(same) > _SHOWN_PAGES else ""
        click.echo(f"{names}{more}")
        first = same[0]
        if first.redline is None:
            click.echo("  first release" if first.before is None else "  its release before cannot be read")
        else:
            for line in as_text(first.redline).splitlines():
                click.echo(f"  {line}" if line else "")
        click.echo()


def _name(page: Shown) -> str:
    entity, policy, locale = page.page
    return f"{entity}/{policy} ({locale})"


def _day(option: str, text: str) -> date:
    from policypages.formats.ledger import version_day

    day = version_day(text) if "." not in text else None
    if day is None:
        message = f"`{option} {text}` is not a date: write YYYY-MM-DD"
        raise click.UsageError(message)
    return day


def _imported_on(version: str | None, source: str | None, today: date) -> date:
    """Return the day on which an imported page was published, and insist on knowing where."""
    from policypages.formats.schema_fields import URL, RefusalError

    if not version or not source:
        missing = "--version DATE" if not version else "--source URL"
        message = f"`--import` wants `{missing}`: when and where the page was published"
        raise click.UsageError(message)
    day = _day("--version", version)
    if day > today:
        message = f"`--version {version}` is to come: what is imported was published already"
        raise click.UsageError(message)
    try:
        assert URL.parse is not None  # noqa: S101 - for the type checker
        URL.parse(source)
    except RefusalError as refusal:
        message = f"`--source` {refusal.message}"
        raise click.UsageError(message) from None
    return day
