"""The commands `init` and `new`: a starter site, and files that begin with what one needs to know."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from policypages.cli import report

if TYPE_CHECKING:
    from policypages.cli.kit import Kit

KINDS: Final = ("entity", "clause", "policy", "theme")
SETTINGS_FILE: Final = "policypages.yaml"
_MAY_BE_THERE: Final = frozenset({".git"})
_USAGE: Final = 2
_SAMPLES: Final = "in content/entities/, your own facts instead of `sample: true`: samples are not published"


class Refusal(click.ClickException):
    """What was asked for cannot be done as it was asked: the message says all."""

    exit_code = _USAGE


@click.command(
    epilog="""\b
Examples:
  policypages init my-site
  policypages init my-site --ci github
  policypages init --ci gitlab        (in the folder of a site)""",
    short_help="Make a small starter site in a new folder.",
)
@click.argument("place", metavar="DIR", type=click.Path(file_okay=True), required=False)
@click.option(
    "--ci",
    type=click.Choice(("github", "gitlab")),
    metavar="github|gitlab",
    help="Add what reviews and publishes the site there.",
)
@click.pass_context
def init(ctx: click.Context, place: str | None, ci: str | None) -> int:
    """Make a small starter site in DIR: two sites with a privacy and a cookies policy each.

    DIR is made; if it is there it must be empty, but for a `.git`. With --ci it may hold a site,
    which then stays as it is. Nothing is ever written over.
    """
    folder = ctx.find_root().params.get("folder") or "."
    if place is None and ci is None:
        message = "missing argument 'DIR'"
        raise click.UsageError(message, ctx)
    target = Path(folder) / place if place is not None else Path(ctx.obj)
    is_site = (target / SETTINGS_FILE).is_file()
    if place is None and not is_site:
        message = f"there is no `{SETTINGS_FILE}` here: `policypages init DIR --ci {ci}` makes a site in DIR"
        raise Refusal(message)
    kit = _kit(ci, target) if ci is not None else None
    if kit is None or not is_site:
        _make_starter(target)
    if kit is not None:
        _write(kit.top, kit.files)
        for path in kit.files:
            click.echo(f"wrote {_from_here(kit.top / path)}", err=True)
        to_do = [*kit.to_do, *([] if is_site else [_SAMPLES])]
        click.echo("\n".join(["for CI to publish, set:", *(f"  - {one}" for one in to_do)]), err=True)
    return 0


def _kit(ci: str, target: Path) -> Kit:
    """Return the files for CI, once it is sure that none of them is in the way."""
    from policypages.cli.kit import branch_of, kit_for

    kit = kit_for(ci, target.resolve(), branch_of(target.resolve()))
    there = [path for path in kit.files if os.path.lexists(kit.top / path)]
    if there:
        message = f"`{_from_here(kit.top / there[0])}` is there already, and is not written over"
        raise Refusal(message)
    return kit


def _from_here(path: Path) -> str:
    try:
        return os.path.relpath(path)
    except ValueError:  # on another drive
        return str(path)


def _make_starter(target: Path) -> None:
    from policypages.sources import starter_files

    try:
        if target.exists() and not target.is_dir():
            message = f"`{target}` is a file: name a new folder"
            raise Refusal(message)
        there = target.is_dir()
        names = sorted(set(os.listdir(target)) - _MAY_BE_THERE) if there else []  # noqa: PTH208 - names alone
        if names:
            message = f"`{target}` is not empty, it has `{names[0]}`: name a new folder"
            raise Refusal(message)
        with _removed_on_failure(target if there else target.parent) as stage:
            _fill(stage, starter_files())
            _put(stage, target, there=there)
    except OSError as error:
        raise click.ClickException(_why(f"`{target}` cannot be made", error)) from None
    here = target.resolve() == Path.cwd()
    where = "this folder" if here else str(target)
    steps = [] if here else [f"  cd {shlex.quote(str(target))}"]
    click.echo(
        f"made a starter site in {where}: two sites of a made-up company, with two policies each", err=True
    )
    click.echo("\n".join(["next:", *steps, "  policypages build"]), err=True)


@click.command(
    epilog="""\b
Examples:
  policypages new entity acme-blog
  policypages new clause cookies@brief
  policypages new policy terms
  policypages new theme house""",
    short_help="Add an entity, a clause, a policy or a theme.",
)
@click.argument("kind", type=click.Choice(KINDS), metavar="entity|clause|policy|theme")
@click.argument("id_", metavar="ID")
@click.pass_obj
def new(folder: str, kind: str, id_: str) -> int:
    """Add a file that begins with what one needs to know about its kind.

    An ID is made of a-z, 0-9 and single `-`; with `/` it says a folder, too. A clause may be a
    variant (cookies@brief), a translation (cookies.de), or both (cookies@brief.de): those begin as
    a copy of the clause. A policy comes with a first clause, and a theme changes one part of the
    default one.
    """
    from policypages.cli import stubs
    from policypages.load.site import load_settings
    from policypages.sources import open_folder

    sources, found = open_folder(Path(folder))
    if sources is None:
        report.show(found, "full", lambda _: "")
        return _USAGE
    settings = load_settings(sources)
    make = {
        "entity": stubs.new_entity,
        "clause": stubs.new_clause,
        "policy": stubs.new_policy,
        "theme": stubs.new_theme,
    }[kind]
    made = make(id_, sources, settings)
    if isinstance(made, str):
        raise Refusal(made)
    _write(Path(folder), made.files)
    for path in made.files:
        click.echo(f"wrote {Path(folder) / path}", err=True)
    click.echo(f"next: {made.next}", err=True)
    return 0


def _why(what: str, error: OSError) -> str:
    return f"{what}: {(error.strerror or str(error)).lower()}" + (
        f": {error.filename}" if error.filename else ""
    )


# ------------------------------------------------------------------ init


@contextmanager
def _removed_on_failure(beside: Path) -> Iterator[Path]:
    """Give a folder to work in, made with the folders above it; whatever happens, it does not stay."""
    missing = [folder for folder in (beside, *beside.parents) if not folder.exists()]
    stage = beside / f".policypages-init-{os.getpid()}"
    done = False
    try:
        stage.mkdir(parents=True)
        yield stage
        done = True
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if not done:
            for folder in missing:
                _remove_if_empty(folder)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def _fill(stage: Path, files: Mapping[str, bytes]) -> None:
    from policypages.cli.schema import FOLDER, write_schemas

    if SETTINGS_FILE not in files:
        message = "this installation of policypages has no starter site"
        raise RuntimeError(message)
    for path, data in files.items():
        file = stage / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    write_schemas(str(stage), stage / FOLDER)


def _put(stage: Path, target: Path, *, there: bool) -> None:
    """Give the folder its name at once; into one that is there move each part, the root marker last."""
    if not there:
        stage.rename(target)
        return
    names = sorted(os.listdir(stage), key=lambda name: (name == SETTINGS_FILE, name))  # noqa: PTH208 - names alone
    moved: list[Path] = []
    try:
        for name in names:
            moved.append(target / name)
            (stage / name).rename(target / name)
    except BaseException:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise


# ------------------------------------------------------------------- new


def _write(root: Path, files: Mapping[str, Any]) -> None:
    """Write new files, all or none; one that is there already is never written over."""
    made: list[Path] = []
    try:
        for path, data in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as opened:
                made.append(file)
                opened.write(data)
    except OSError as error:
        for file in made:
            file.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            message = f"`{error.filename}` is there already, and is not written over"
            raise Refusal(message) from None
        raise click.ClickException(_why("the file cannot be written", error)) from None
    except BaseException:
        for file in made:
            file.unlink(missing_ok=True)
        raise
