"""The command `schema`: JSON Schemas of the files of a site, with the names that it declares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

KINDS: Final = ("settings", "entity", "policy", "clause", "redirects")
MADE: Final = "policy.json"
FOLDER: Final = ".policypages/schema"


@click.command(
    epilog="Example: policypages schema, then open an entity in an editor with the YAML language server",
    short_help="Write JSON Schemas for editors.",
)
@click.argument("kind", required=False, type=click.Choice((*KINDS, MADE)))
@click.option("--out", type=click.Path(file_okay=False), help=f"The folder to write to. Default: {FOLDER}.")
@click.pass_obj
def schema(folder: str, kind: str | None, out: str | None) -> int:
    """Write the JSON Schemas of settings, entities, policies, clause front matter and redirects.

    With a KIND the schema goes to standard output; without, all are written to where the
    `yaml-language-server` line at the head of each file looks for them. `policy.json` is the file that
    stands beside each page, for those who read it.
    """
    from policypages.formats import policy_json
    from policypages.formats.schema import json_schema

    if kind == MADE:
        click.echo(_text(policy_json.schema()))
        return 0

    if kind:
        click.echo(_text(json_schema(kind, _names(folder))))  # type: ignore[arg-type]  # click checked the choice
        return 0
    target = Path(out) if out else Path(folder) / FOLDER
    try:
        write_schemas(folder, target)
    except OSError as error:
        message = f"the schemas cannot be written: {error.strerror}: {error.filename}"
        raise click.ClickException(message) from None
    click.echo(f"wrote {len(KINDS)} schemas to {target}", err=True)
    return 0


def write_schemas(folder: str, target: Path) -> None:
    """Write the schemas of all kinds, with the names that the site declares; raise OSError if that fails."""
    from policypages.formats.schema import json_schema

    names = _names(folder)
    target.mkdir(parents=True, exist_ok=True)
    for each in KINDS:
        text = _text(json_schema(each, names))
        (target / f"{each}.schema.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _names(folder: str) -> dict[str, Any]:
    """Return the names that the settings declare; without a site, none."""
    from policypages.load.site import load_settings
    from policypages.sources import open_folder

    sources, _ = open_folder(Path(folder))
    return dict(load_settings(sources).names) if sources is not None else {}
