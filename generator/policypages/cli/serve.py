"""The command `serve`: the sites in a browser, true to the files at any moment."""

from __future__ import annotations

import datetime
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from policypages.cli import report
from policypages.cli.build import USAGE, asked_day, chosen_day, entity_option, finish, open_site
from policypages.diagnostics import Diagnostic, did_you_mean

if TYPE_CHECKING:
    from policypages.preview.editor import Editor
    from policypages.preview.live import Live
    from policypages.preview.preview import Voice

_ANY: Final = {"0.0.0.0", "::"}  # noqa: S104 - compared
_SIGNAL: Final = 128
_PORT: Final = 8000
_COLUMNS: Final = 100  # of problems as a page shows them
_LAST_PORT: Final = 65535


@click.command(
    epilog="""\b
Examples:
  policypages serve --open
  policypages serve --entity 'acme-*' --port 9000""",
    short_help="Show the sites in a browser while they are written.",
)
@click.option(
    "--port",
    type=click.IntRange(0, _LAST_PORT),
    default=_PORT,
    metavar="N",
    help="Default: 8000, or the next free one.",
)
@click.option("--host", metavar="ADDRESS", help="Let others in: bind this address in the place of localhost.")
@entity_option
@click.option("--open", "browse", is_flag=True, help="Open a browser.")
@click.option(
    "--drafts/--published",
    default=True,
    help="Show the sources, or what a build publishes. Default: the sources.",
)
@click.option("--as-of", metavar="DATE", help="Show the sites as on this day: YYYY-MM-DD. Default: today.")
@click.option(
    "--editor",
    "opener",
    metavar="EDITOR",
    help="What opens a line from the browser: a command, or vscode, cursor, zed, idea for links."
    " Default: POLICYPAGES_EDITOR, VISUAL, EDITOR, vscode.",
)
@click.pass_obj
def serve(
    folder: str,
    *,
    port: int,
    host: str | None,
    only: tuple[str, ...],
    browse: bool,
    drafts: bool,
    as_of: str | None,
    opener: str | None,
) -> int:
    """Show the sites in a browser, and each page anew as soon as its files change.

    Nothing is written. A page is made when it is asked for; problems are shown on it, and here.
    Ctrl-C ends it.
    """
    day = asked_day(as_of) or (None if drafts else _today(Path(folder)))
    from policypages.preview.editor import NoEditorError, choose
    from policypages.preview.live import Wanted
    from policypages.preview.server import Place
    from policypages.preview.server import serve as run

    try:
        editor = choose(opener, os.environ, terminal=sys.stdin.isatty() and sys.stdout.isatty())
    except NoEditorError as error:
        raise click.UsageError(str(error)) from None
    if host is not None:
        _warn(host)

    def ready(found_port: int, live: Live) -> int | None:
        if live.state is None:
            return finish(live.problems, "full", None)
        if only and not live.ids():
            hint = did_you_mean(only[0], live.entities)
            click.echo(f"error: no entity is called `{only[0]}`" + (f"; {hint}" if hint else ""), err=True)
            return USAGE
        if port and found_port != port:
            click.echo(f"port {port} is taken: here is {found_port}", err=True)
        name = "localhost" if host is None or host in _ANY else host
        address = f"http://[{name}]:{found_port}/" if ":" in name else f"http://{name}:{found_port}/"
        number = len(live.ids())
        what = "1 entity" if number == 1 else f"{number:,} entities"
        click.echo(f"serving {what}: open {address} (Ctrl-C ends it)", err=True)
        if browse:
            threading.Thread(target=_browse, args=(address,), daemon=True).start()
        return None

    try:
        code = run(
            Path(folder), Place(port, host), Wanted(only, drafts, day), voice(editor), ready, editor=editor
        )
    except OSError as error:
        where = f"{host or 'localhost'}:{port}"
        click.echo(f"error: cannot serve at {where}: {(error.strerror or str(error)).lower()}", err=True)
        return 1
    if code > _SIGNAL:
        click.echo("policypages: stopped", err=True)
    return code


def _warn(host: str) -> None:
    """Say loudly that others can read what is shown."""
    text = f"warning: with --host {host} everybody who reaches this machine reads what is shown:"
    text += " there is no password"
    click.echo(click.style(text, fg="yellow", bold=True), err=True)


def _browse(address: str) -> None:
    """Open a browser in a window of its own; none is no error."""
    import webbrowser

    opened = False
    try:
        browser = webbrowser.get()
        # one for the terminal would take it away from us
        opened = type(browser) is not webbrowser.GenericBrowser and browser.open(address)
    except (webbrowser.Error, OSError):
        pass
    if not opened:
        click.echo(f"no browser could be opened here: open {address} yourself", err=True)


def voice(editor: Editor) -> Voice:
    """Return how problems are told in a terminal and on a page; an editor in the terminal is left alone."""
    from policypages.cli.marked import with_excerpts
    from policypages.preview.preview import Voice

    def text(found: Sequence[Diagnostic], read: Callable[[str], str]) -> str:
        return "\n\n".join(click.unstyle(one) for one in report.full_report(found, read, _COLUMNS))

    def show(found: Sequence[Diagnostic], read: Callable[[str], str]) -> None:
        editor.when_free(lambda: report.show(found, "full", read))

    def say(line: str) -> None:
        editor.when_free(lambda: click.echo(line, err=True))

    def bug(error: Exception) -> None:
        from policypages.cli import told_bug

        click.echo(told_bug(error), err=True)

    return Voice(text, with_excerpts, show, say, bug)


def _today(folder: Path) -> datetime.date | None:
    """Return the day that it is in the site's time zone; None where there is no site."""
    sources, _ = open_site(folder)
    return chosen_day(None, sources) if sources is not None else None
