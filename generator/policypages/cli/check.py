"""The command `check`: every rule over a whole site, and nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from policypages.cli import report
from policypages.cli.build import chosen_day, cores, count, finish, open_site, shared_options
from policypages.cli.progress import Progress
from policypages.diagnostics import Diagnostic, did_you_mean, gather, strictly

if TYPE_CHECKING:
    from policypages.build import Report
    from policypages.checks.kinds import Choice, Level
    from policypages.sources import FolderSources


@click.command(
    epilog="""\b
Examples:
  policypages check --strict
  policypages check --select drift,dead-term --severity drift=error
  policypages check --external""",
    short_help="Look for problems, and write nothing.",
)
@click.option("--select", "selected", multiple=True, metavar="CODES", help="Only these rules, or `all`.")
@click.option("--ignore", "ignored", multiple=True, metavar="CODES", help="Not these rules.")
@click.option(
    "--severity",
    "severities",
    multiple=True,
    metavar="CODE=LEVEL",
    help="A rule as error, warning, note or off.",
)
@click.option("--external", is_flag=True, help="Ask other hosts, too, whether links to them still work.")
@shared_options
@click.pass_obj
def check(
    folder: str,
    *,
    selected: tuple[str, ...],
    ignored: tuple[str, ...],
    severities: tuple[str, ...],
    external: bool,
    only: tuple[str, ...],
    as_of: str | None,
    jobs: int | None,
    form: str,
    strict: bool,
) -> int:
    """Look for problems in facts, clauses, outlines and theme on every page, and write nothing.

    Beside what would keep a site from being built, rules look for what would make a page untrue:
    counts by hand, lost facts, promises without a contact, clauses that drift apart. `policypages
    rule CODE` explains each. Rules are chosen here or under `checks` in policypages.yaml.
    """
    choice = _choice(selected, ignored, severities)
    if choice.select is not None and "dead-link" in choice.select and not external:
        message = "`dead-link` is found where other hosts are asked: add `--external`"
        raise click.UsageError(message)
    from policypages import build as pipeline
    from policypages.build.checking import check as look

    sources, found = open_site(Path(folder))
    if sources is None:
        return finish(found, form, None)
    today = chosen_day(as_of, sources)
    options = pipeline.Options(today, only, jobs or cores(), strict=strict)
    with Progress(form == "full") as progress:
        result = look(sources, options, choice, today, progress, external=external)
    diagnostics = gather([*found, *result.diagnostics, *_verified(sources, result, choice, strict=strict)])
    if result.outside:
        from policypages.cli.external import Asker, dead_links

        with Progress(form == "full", doing="asking", nouns="addresses") as progress:
            diagnostics = gather([*diagnostics, *dead_links(result.outside, Asker(), progress)])
    code = finish(diagnostics, form, sources)
    if form in {"full", "short"}:
        what = report.tally(diagnostics) or "no problems"
        tail = "; rules over the whole were left out" if only else ""
        click.echo(
            f"checked {count(result.pages, 'page')} of {count(result.sites, 'site')}: {what}{tail}", err=True
        )
    return code


def _verified(sources: FolderSources, result: Report, choice: Choice, *, strict: bool) -> list[Diagnostic]:
    """Verify releases; what git cannot tell here is a warning, and an error where warnings are."""
    from policypages.history.integrity import verify

    found = [
        one
        for one in verify(sources, sources.root, result.releases)
        if choice.wants(one.code) or one.severity == "error"
    ]
    return list(map(strictly, found)) if strict else found


def _choice(selected: Sequence[str], ignored: Sequence[str], severities: Sequence[str]) -> Choice:
    from policypages.checks.kinds import Choice

    levels: dict[str, Level] = {}
    for one in severities:
        code, _, level = one.partition("=")
        match level:
            case "error" | "warning" | "note" | "off":
                levels[_code("--severity", code)] = level
            case _:
                message = f"`--severity {one}`: write CODE=error, CODE=warning, CODE=note or CODE=off"
                raise click.UsageError(message)
    select = frozenset(_codes("--select", selected))
    return Choice(select or None, frozenset(_codes("--ignore", ignored)), levels)


def _codes(option: str, given: Sequence[str]) -> list[str]:
    codes = [code.strip() for one in given for code in one.split(",") if code.strip()]
    return [code if code == "all" else _code(option, code) for code in codes]


def _code(option: str, code: str) -> str:
    from policypages.diagnostics import CODES, RULES

    if code in RULES:
        return code
    hint = did_you_mean(code, RULES)
    if code in CODES:
        message = f"`{option} {code}`: that is no rule of `check`; no build survives it"
    else:
        message = f"`{option} {code}`: there is no such rule" + (f"; {hint}" if hint else "")
    raise click.UsageError(message)
