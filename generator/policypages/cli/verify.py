"""The command `verify`: what stands in a folder or at an address, held against the record of its build."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from policypages.cli import report
from policypages.cli.build import count
from policypages.cli.progress import Progress
from policypages.diagnostics import Diagnostic, has_errors, problem
from policypages.paths import BUILD_RECORD

if TYPE_CHECKING:
    from policypages.formats.record import Record
    from policypages.verify import Place

FORMATS: Final = ("full", "json")
_WEB: Final = ("http://", "https://")


class _Site(NamedTuple):
    """One site that was verified: its record, how many files were looked at, and what is wrong."""

    place: str
    record: Record | None
    number: int
    files: list[dict[str, str]]
    found: list[Diagnostic]


@click.command(
    epilog="""\b
Examples:
  policypages verify output
  policypages verify https://www.example.com/legal/
  policypages verify https://www.example.com/legal/ --against kept/build.json""",
    short_help="Hold a site against the record of its build.",
)
@click.argument("target", metavar="DIR|URL")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="A build.json that was kept elsewhere. Default: the one beside the pages.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="full", metavar="FORMAT", help="full or json."
)
def verify(target: str, *, against: str | None, form: str) -> int:
    """Compute the digest of each file of a site, and compare it with the site's build.json.

    DIR is the folder of a site, or an output folder with many; URL is the address of the folder in
    which a site is served. Any difference is an error. The record comes from `build --provenance`.
    """
    if target.startswith(_WEB):
        if re.search(r"[?#]|//[^/]*@", target):
            message = "the address of a folder is wanted, without a user name, a `?` or a `#`"
            raise click.UsageError(message)
        sites = [_served(target, against, form)]
    elif "://" in target:
        message = f"`{target}` is no address that can be verified: it begins with neither http nor https"
        raise click.UsageError(message)
    else:
        sites = _folders(Path(target), against, form)
    found = [one for site in sites for one in site.found]
    if form == "json":
        data = {
            "version": 1,
            "diagnostics": [report.as_data(one) for one in found],
            "sites": [_as_data(site) for site in sites],
        }
        click.echo(json.dumps(data, indent=2))
    else:
        report.show(found, "full", lambda _: "", root=None)
        for site in sites:
            if site.record is not None:
                click.echo(_summary(site, site.record))
    return 1 if has_errors(found) else 0


def _folders(folder: Path, against: str | None, form: str) -> list[_Site]:
    from policypages.verify import Folder, recorded_folders

    if not folder.is_dir():
        message = f"there is no folder `{folder}`"
        raise click.UsageError(message)
    if against is not None:
        return [_verified(str(folder), Path(against).read_bytes, f"`{against}`", Folder(folder), form)]
    folders = recorded_folders(folder)
    if not folders:
        return [_without(str(folder), f"there is no `build.json` in `{folder}`, nor in a folder of it")]
    sites = []
    for one in folders:
        named = f"`{one / BUILD_RECORD}`"
        if (one / BUILD_RECORD).is_file():
            sites.append(_verified(str(one), (one / BUILD_RECORD).read_bytes, named, Folder(one), form))
        else:
            sites.append(_without(str(one), f"{named} is not there, and other sites have one"))
    return sites


def _served(address: str, against: str | None, form: str) -> _Site:
    from policypages.verify import Served

    place = Served(address)
    if against is not None:
        return _verified(place.address, Path(against).read_bytes, f"`{against}`", place, form)
    return _verified(place.address, place.record, f"`{place.address}build.json`", place, form)


def _verified(where: str, read: Callable[[], bytes], named: str, place: Place, form: str) -> _Site:
    from policypages.formats.record import read as read_record
    from policypages.verify import ServedError, compare

    try:
        record = read_record(read())
    except ServedError as error:
        return _without(where, f"{named} {error}")
    except OSError as error:
        return _without(where, f"{named} cannot be read: {error.strerror}")
    if isinstance(record, str):
        return _without(where, f"{named} {record}", lost=False)
    with Progress(form == "full", doing="verifying", nouns="files") as progress:
        compared = compare(record, place, progress)
    found = []
    for one in compared.outcomes:
        hint = None
        if one.state == "extra":
            hint = "nobody knows what it says: take it away, or find out who put it there"
        found.append(problem("not-as-built", f"`{where.rstrip('/')}/{one.path}` {one.why}", hint=hint))
    files = [one._asdict() for one in compared.outcomes]
    return _Site(where, record, compared.number, files, found)


def _without(where: str, message: str, *, lost: bool = True) -> _Site:
    hint = "`policypages build --provenance` writes it, and `--against FILE` names one that was kept"
    return _Site(where, None, 0, [], [problem("no-record", message, hint=hint if lost else None)])


def _summary(site: _Site, record: Record) -> str:
    since = ", with sources changed since" if record.modified else ""
    commit = f"commit {record.commit}{since}" if record.commit else "of no commit"
    made = f"({commit}; as of {record.as_of}; policypages {record.made_with.get('policypages', '?')})"
    if site.files:
        wrong = f"{count(len(site.files), 'file')} not as built"
        return f"{site.place}: {wrong}, of {site.number:,} on record {made}"
    shown = [f"\n  {path} shows release {version}" for path, version in record.released.items()]
    return f"{site.place}: {count(site.number, 'file')}, all as built {made}{''.join(shown)}"


def _as_data(site: _Site) -> dict[str, Any]:
    record = site.record
    data: dict[str, Any] = {
        "place": site.place,
        "verified": not site.found,
        "number": site.number,
        "files": site.files,
    }
    if record is not None:
        data |= {
            "commit": record.commit,
            "modified": record.modified,
            "as_of": record.as_of,
            "made_with": dict(record.made_with),
            "released": dict(record.released),
        }
    return data
