"""The command `diff`: which pages say something else than in another revision, and why."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from policypages.cli import report
from policypages.cli.build import cores, entity_option, finish, open_site
from policypages.diagnostics import Diagnostic, Span, did_you_mean, problem

if TYPE_CHECKING:
    from policypages.history.sides import Side, Sides

FORMS: Final = ("full", "json", "markdown", "html")
_REVISIONS: Final = 2
_WORKERS_LIMIT: Final = 256


def complete_revision(ctx: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Return the branches and tags that begin with what was typed."""
    from policypages.git import Git, GitError
    from policypages.sources import find_site

    try:
        names = Git(str(ctx.find_root().params.get("folder") or find_site())).names()
    except GitError:
        return []
    return [name for name in names if name.startswith(typed)]


@click.command(
    epilog="""\b
Examples:
  policypages diff
  policypages diff HEAD --entity 'acme-*'
  policypages diff v1.2..main --format html -o changes.html""",
    short_help="Say which pages change since a revision, and why.",
)
@click.argument("revisions", nargs=-1, metavar="[REV]...", shell_complete=complete_revision)
@entity_option
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="full",
    metavar="FORMAT",
    help="full, json, markdown for a pull request, or html for counsel.",
)
@click.option(
    "-o", "--out", type=click.Path(dir_okay=False), metavar="FILE", help="Write to a file, not to stdout."
)
@click.option("--exit-code", is_flag=True, help="End with 1 where a page differs.")
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, _WORKERS_LIMIT),
    metavar="N",
    help="Worker processes. Default: one a core.",
)
@click.pass_obj
def diff(
    folder: str,
    *,
    revisions: tuple[str, ...],
    only: tuple[str, ...],
    form: str,
    out: str | None,
    exit_code: bool,
    jobs: int | None,
) -> int:
    """Say which pages have other words than at REV, grouped by what changes, with the cause of each.

    REV is compared with the files as they are, committed or not. Without it that is where your branch
    left the one that is published. Two revisions, A B or A..B, are compared with each other; A...B
    compares B with what both have in common. Nothing is written, and texts are compared as the
    sources have them: a page that is released changes with its next release.
    """
    if len(revisions) > _REVISIONS:
        message = "more than two revisions: write `REV`, `A B` or `A..B`"
        raise click.UsageError(message)
    sources, found = open_site(Path(folder))
    problems = "json" if form == "json" else "full"
    if sources is None:
        return finish(found, problems, None)
    from policypages.git import GitError
    from policypages.history.sides import NoRevisionError, open_sides, unreadable
    from policypages.workers import WorkerLost

    try:
        sides = open_sides(sources.root, sources, revisions, found)
    except NoRevisionError as error:
        raise click.UsageError(str(error)) from None
    except GitError as error:
        return finish([unreadable(error)], problems, sources)
    with closing(sides):
        try:
            return _compare(sides, only, form, out, exit_code=exit_code, jobs=jobs or cores())
        except WorkerLost as lost:
            message = f"a worker process died: it {lost.how}"
            hint = "run again, with `--jobs 1` if memory is short"
            return finish([problem("worker-lost", message, hint=hint)], problems, None)


def _compare(
    sides: Sides, only: tuple[str, ...], form: str, out: str | None, *, exit_code: bool, jobs: int
) -> int:
    from policypages.cli.diff_shown import Shown, said
    from policypages.cli.progress import Progress
    from policypages.history.compare import Comparer
    from policypages.history.states import look_alikes, read_states

    problems = "json" if form == "json" else "full"
    states, found = read_states(sides)
    if states is None:
        return _refuse(sides.after, found, problems)
    if only and not states.pairs(only):
        names = [*states.after.site.entities, *(states.before.site.entities if states.before else ())]
        hint = did_you_mean(only[0], names)
        return finish(
            [problem("unknown-entity", f"no entity is called `{only[0]}`", hint=hint)], problems, None
        )
    comparer = Comparer(states)
    with Progress(form == "full", doing="comparing") as progress:
        comparison = comparer.run(only, jobs=jobs, progress=progress)
    if any(one.severity == "error" for one in comparison.found):
        return _refuse(sides.after, comparison.found, problems)
    comparison.found_before = [
        _of_revision(replace(one, severity="warning"), sides.before) for one in comparison.found_before
    ]
    report.show(comparison.found_before, "full", _reader(sides.before))
    notes = [*sides.notes]
    if states.round_about:
        notes.append("a theme changed: what stands round the articles is not compared")
    notes += [
        f"`{new}` holds what `{old}` held: if it was renamed, say `was: [{old}]` in its file"
        for old, new in look_alikes(states)
    ]
    shown = Shown(sides, comparer, comparison, notes, jobs)
    text = import_module(f"policypages.cli.diff_{form}").write(shown)
    put(text, out)
    for note in (*notes, *filter(None, [shown.left])):
        click.echo(f"note: {note}", err=True)
    if not comparison.differs and states.changed:
        files = len(states.changed)
        what = "source files differ" if files != 1 else "source file differs"
        click.echo(f"{files:,} {what} from {said(sides.before)}, and the words of no page", err=True)
    return 1 if exit_code and comparison.differs else 0


def put(text: str, out: str | None) -> None:
    """Print a text, or write it to a file."""
    if out is None:
        click.echo(text)
        return
    try:
        Path(out).write_text(f"{click.unstyle(text)}\n", encoding="utf-8")
    except OSError as error:
        message = f"`{out}` cannot be written: {(error.strerror or str(error)).lower()}"
        raise click.ClickException(message) from None
    click.echo(f"wrote {out}", err=True)


def _refuse(side: Side, found: list[Diagnostic], problems: str) -> int:
    """Say what is wrong with the new state: of a revision, which one."""
    if side.commit is None:
        code = finish(found, problems, side.sources)
    else:
        finish([_of_revision(one, side) for one in found], problems, _Read(side))
        code = 1
    click.echo("nothing was compared: mend the errors first, `policypages check` finds them all", err=True)
    return code or 1


def _of_revision(one: Diagnostic, side: Side) -> Diagnostic:
    """Let every place of a diagnostic say of which revision it is, as git writes it."""

    def moved(span: Span) -> Span:
        return span._replace(file=f"{side.short}:{span.file}")

    return replace(
        one,
        message=f"at {side.name}: {one.message}",
        span=moved(one.span) if one.span is not None else None,
        labels=tuple(label._replace(span=moved(label.span)) for label in one.labels),
        hint=None,
    )


class _Read:
    """Reads the files of a revision by the names that `_of_revision` gives them."""

    root = None

    def __init__(self, side: Side) -> None:
        self._side = side

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        return self._side.sources.read(path.removeprefix(f"{self._side.short}:"))


def _reader(side: Side) -> Any:
    def read(path: str) -> str:
        return _Read(side).read(path).decode("utf-8-sig", "replace")

    return read
