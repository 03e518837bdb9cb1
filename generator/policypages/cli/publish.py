"""The command `publish`: what a target lacks, as a plan that is looked at and then carried out."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from policypages.cli.build import SETTINGS_FILE, entity_option, finish, format_option, open_site
from policypages.diagnostics import Diagnostic, did_you_mean, has_errors, problem

if TYPE_CHECKING:
    from policypages.publish.planfile import Asked, Saved
    from policypages.sources import FolderSources

_EXAMPLE = "targets: {production: {to: s3://BUCKET}}"


@click.command(
    epilog="""\b
Examples:
  policypages publish production --plan
  policypages publish production --yes
  policypages publish production -o plan.json   (looks, and keeps what it would do)
  policypages publish plan.json                 (does exactly that)""",
    short_help="Put the output on a bucket or a folder.",
)
@click.argument("target", metavar="TARGET")
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be done, and do nothing.")
@click.option(
    "-o",
    "plan_file",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Keep the plan in a file, and do nothing.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--samples", is_flag=True, help="Publish sites of made-up companies, too.")
@click.option(
    "--max-deletes", type=click.IntRange(0), metavar="N", help="Up to N deletions. Default: a tenth, or 5."
)
@click.option("--take-over", is_flag=True, help="Do not wait for a publish that was killed.")
@click.option(
    "--purge-list",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write changed addresses there; `-` is stdout.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="The output folder. Default: output/ in the site folder.",
)
@entity_option
@format_option
@click.pass_obj
def publish(
    folder: str,
    *,
    target: str,
    only_plan: bool,
    plan_file: str | None,
    yes: bool,
    samples: bool,
    max_deletes: int | None,
    take_over: bool,
    purge_list: str | None,
    out: str | None,
    only: tuple[str, ...],
    form: str,
) -> int:
    """Publish what was built to TARGET, a name under `targets:` in policypages.yaml, or a plan in a file.

    Only what changed is sent: assets, then pages, then what lists them, then what is gone is deleted. What
    policypages did not publish is left alone. Credentials come from the environment.
    """
    from policypages.publish.planfile import Asked

    saved = _saved(target)
    looks_only = only_plan or plan_file is not None
    if saved is None and not looks_only and not yes and not on_a_terminal():
        message = "there is no terminal to ask on: look with `--plan`, and publish with `--yes`"
        raise click.UsageError(message)
    if saved is not None and (only or samples or max_deletes is not None or plan_file):
        message = "a plan in a file is carried out as it is, without options that would change it"
        raise click.UsageError(message)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    asked = saved.asked if saved is not None else Asked(target, now, only, samples, max_deletes)
    sources, found = open_site(Path(folder))
    if sources is None:
        return finish(found, form, None)
    described, more = _target(sources, asked)
    found += more
    if has_errors(found):
        return finish(found, form, sources)
    from policypages.cli.published import Run

    run = Run(
        sources,
        Path(out) if out else Path(folder) / "output",
        described,
        asked,
        saved=saved,
        found=found,
        form=form,
        take_over=take_over,
        ask=saved is None and not yes,
    )
    with run:
        if looks_only:
            return run.look(plan_file)
        return run.publish(purge_list)


def on_a_terminal() -> bool:
    """Tell whether somebody is there to answer a question."""
    return sys.stdin.isatty()


def _saved(target: str) -> Saved | None:
    """Read the plan that was named in the place of a target; None where it is a target's name."""
    if not target.endswith(".json"):
        return None
    from policypages.publish.planfile import read_plan

    try:
        saved = read_plan(Path(target).read_bytes())
    except OSError as error:
        message = f"`{target}` cannot be read: {(error.strerror or str(error)).lower()}"
        raise click.UsageError(message) from None
    if saved is None:
        message = f"`{target}` is no plan of this version: `policypages publish TARGET -o {target}`"
        raise click.UsageError(message)
    return saved


def _target(sources: FolderSources, asked: Asked) -> tuple[Any, list[Diagnostic]]:
    """Return what the settings say of a target."""
    from policypages.load.site import load_file

    if SETTINGS_FILE not in sources.paths:
        return {}, [problem("no-site", f"there is no `{SETTINGS_FILE}` here")]
    settings, found = load_file(sources, "settings", SETTINGS_FILE, SETTINGS_FILE)
    if has_errors(found):
        return {}, found
    targets = settings.values.get("targets") or {}
    if asked.target not in targets:
        hint = did_you_mean(asked.target, targets)
        known = ", ".join(f"`{name}`" for name in targets)
        other = hint or (f"there are {known}" if known else f"add `{_EXAMPLE}`")
        message = f"policypages.yaml has no target `{asked.target}`; {other}"
        raise click.UsageError(message)
    return targets[asked.target], found
