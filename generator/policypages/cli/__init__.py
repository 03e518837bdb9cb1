"""The command line: arguments in, exit code out; each command is imported only when it is called."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import Any, Final

import click

from policypages import __version__
from policypages.loading import no_collection

COMMANDS: Final = {
    "init": ("policypages.cli.scaffold", "init", "Make a small starter site in a new folder."),
    "new": ("policypages.cli.scaffold", "new", "Add an entity, a clause or a policy."),
    "check": ("policypages.cli.check", "check", "Look for problems, and write nothing."),
    "build": ("policypages.cli.build", "build", "Build the pages of every site."),
    "serve": ("policypages.cli.serve", "serve", "Show the sites in a browser while they are written."),
    "release": ("policypages.cli.release", "release", "Freeze pages, and keep the record of it."),
    "verify": ("policypages.cli.verify", "verify", "Hold a site against the record of its build."),
    "diff": ("policypages.cli.diff", "diff", "Say which pages change since a revision, and why."),
    "publish": ("policypages.cli.publish", "publish", "Put the output on a bucket or a folder."),
    "explain": ("policypages.cli.explain", "explain", "Say where each section of a page comes from."),
    "uses": ("policypages.cli.uses", "uses", "Say which sections print or test a fact."),
    "rule": ("policypages.cli.rule", "rule", "Explain a code such as missing-fact."),
    "schema": ("policypages.cli.schema", "schema", "Write JSON Schemas, so that editors know the files."),
}
BUG: Final = 3
INTERRUPTED: Final = 130
TERMINATED: Final = 143


class _Terminated(BaseException):
    """SIGTERM came: unwind as for Ctrl-C."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import one command."""
        known = COMMANDS.get(name)
        if known is None:
            return None
        with no_collection():
            command: click.Command = getattr(import_module(known[0]), known[1])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command was meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from policypages.diagnostics import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"there is no command `{args[0]}`" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
A first site:  policypages init my-site
               policypages -C my-site build
Completion:    eval "$(_POLICYPAGES_COMPLETE=bash_source policypages)"
               (zsh_source and fish_source for the other two)""",
)
@click.option(
    "-C",
    "folder",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Work in this site folder. Default: the folder with policypages.yaml, from here upwards.",
)
@click.version_option(__version__, "-V", "--version", prog_name="policypages", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, folder: str | None) -> None:
    """Policy pages for many sites: facts in YAML, clauses in Markdown, one true page for each."""
    from policypages.sources import find_site

    ctx.obj = folder or find_site()


def main(argv: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code: see the README for what each means."""
    signal.signal(signal.SIGTERM, _on_terminate)
    try:
        code: Any = cli.main(args=argv, prog_name="policypages", standalone_mode=False, color=_colour())
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("policypages: stopped", err=True)
        code = INTERRUPTED
    except _Terminated:
        code = TERMINATED
    except click.ClickException as error:
        _show_complaint(error)
        code = error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except ModuleNotFoundError as error:
        code = _without_libyaml() if error.name in {"yaml._yaml", "yaml.cyaml"} else _report_bug(error)
    except Exception as error:  # noqa: BLE001 - whatever is left is a bug of ours, and is reported as one
        code = _report_bug(error)
    sys.exit(code if isinstance(code, int) else 0)


def _without_libyaml() -> int:
    """Say that PyYAML is here without its C part, which alone reads facts fast enough."""
    click.echo(
        "error: PyYAML was built without libyaml, which reads the facts\n"
        "  hint: `python -m pip install --force-reinstall --only-binary :all: pyyaml`, or install"
        " libyaml and its headers and then PyYAML again",
        err=True,
    )
    return 1


def _show_complaint(error: click.ClickException) -> None:
    """Say what is wrong with the command line as all other problems are said, and where to read more."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    text = error.format_message().rstrip(".")
    hint = None
    if isinstance(error, click.NoSuchOption):
        near = error.possibilities[0] if error.possibilities else None
        text = f"there is no option `{error.option_name}`" + (f"; did you mean `{near}`?" if near else "")
    elif text[:1].isupper() and text[1:2].islower():
        text = text[0].lower() + text[1:]
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"`{error.ctx.command_path} --help` says what there is"
    lines = [click.style("error:", fg="red", bold=True) + click.style(f" {text}", bold=True)]
    if hint:
        lines.append(f"  {click.style('hint:', fg='green', bold=True)} {hint}")
    click.echo("\n".join(lines), err=True, color=_colour())


def _colour() -> bool | None:
    """Return False where NO_COLOR is set (https://no-color.org), else None: click looks at the stream."""
    return False if os.environ.get("NO_COLOR") else None


def _on_terminate(_number: int, _frame: FrameType | None) -> None:
    raise _Terminated


def _report_bug(error: Exception) -> int:
    """Say shortly that policypages is wrong, where, and how to see more."""
    click.echo(told_bug(error), err=True)
    return BUG


def told_bug(error: Exception) -> str:
    """Write what went wrong with ourselves, and where; all of it where POLICYPAGES_TRACEBACK is set."""
    import traceback

    whole = ""
    if os.environ.get("POLICYPAGES_TRACEBACK"):
        whole = "".join(traceback.format_exception(error))
    frames = traceback.extract_tb(error.__traceback__)
    where = next((f for f in reversed(frames) if "policypages" in f.filename), frames[-1] if frames else None)
    place = f" at {where.name}, line {where.lineno} of {_file_in_package(where.filename)}" if where else ""
    return (
        f"{whole}policypages: this is a bug in policypages {__version__}, not in your files\n"
        f"  {type(error).__name__}: {error}{place}\n"
        "  set POLICYPAGES_TRACEBACK=1 and run again to see the whole of it"
    )


def _file_in_package(path: str) -> str:
    """Return a file's path as the code map has it, without the folders of this machine."""
    return "policypages/" + path.replace(os.sep, "/").rpartition("/policypages/")[2]
