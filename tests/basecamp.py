"""A company's real policies as a site: each file a policy, each part of it a clause; for looking at rules."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "basecamp-policies"
_NOT_POLICIES: Final = {"README.md", "LICENSE.md", "SOURCE.md", "index.md"}
_HEADING: Final = re.compile(r"^(#{1,6}) +(.*?) *#*$")
_FRONT: Final = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
SETTINGS: Final = "schema_version: 1\ntitle: Policies of a company\n"
ENTITY: Final = "name: Company\nurl: https://company.example.org/policies/\naudience: customers\npolicies:\n"


def site() -> dict[str, str]:
    """Return the files of the site: path, text."""
    files = {"policypages.yaml": SETTINGS}
    entity = ENTITY
    for source in sorted(FOLDER.rglob("*.md")):
        relative = source.relative_to(FOLDER)
        if (
            source.name in _NOT_POLICIES - {"index.md"}
            or relative.parts[0] == "history"
            or len(relative.parts) == 1
        ):
            continue
        id_ = _slug("-".join(relative.with_suffix("").parts).removesuffix("-index"))
        title, parts = _parts(_FRONT.sub("", source.read_text("utf-8")))
        outline = []
        for slug, heading, body in parts:
            clause = f"{id_}/{slug}"
            files[f"content/clauses/{clause}.md"] = f"---\ntitle: {_quoted(heading)}\n---\n{body}"
            outline.append(f"  - {{clause: {clause}, id: {slug}}}\n")
        if outline:
            files[f"content/policies/{id_}.yaml"] = (
                f"title: {_quoted(title)}\npath: {id_}\nsections:\n{''.join(outline)}"
            )
            entity += f"  {id_}: {{}}\n"
    files["content/entities/company.yaml"] = entity
    return files


def _parts(text: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Cut a text at its headings of the second level: an id, a heading, and the Markdown below it."""
    title = "Policy"
    parts: list[tuple[str, str, list[str]]] = [("opening", "Opening", [])]
    for line in _plain(text).split("\n"):
        heading = _HEADING.match(line)
        if heading and len(heading[1]) == 1:
            title = heading[2]
        elif heading and len(heading[1]) == 2:
            parts.append((_slug(heading[2]), heading[2], []))
        elif heading:
            parts[-1][2].append("#" * min(4, len(heading[1]) - 2) + " " + heading[2])
        else:
            parts[-1][2].append(line)
    return title, list(
        _distinct((slug, words, "\n".join(lines).strip() + "\n") for slug, words, lines in parts)
    )


def _distinct(parts: Iterator[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    seen: dict[str, int] = {}
    for slug, heading, body in parts:
        if not body.strip():
            continue
        seen[slug] = seen.get(slug, 0) + 1
        yield (slug if seen[slug] == 1 else f"{slug}-{seen[slug]}"), heading, body


def _plain(text: str) -> str:
    """Drop HTML, which a clause does not have, and put an address for each tag: all stand for one."""
    text = re.sub(r"<[^>\n]+>", "", text.replace("\r\n", "\n"))
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "support@company.example.org", text)


def _slug(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "part"


def _quoted(words: str) -> str:
    return "'" + re.sub(r"\{[{%#]", "", words).replace("'", "''") + "'"


def write(folder: Path) -> None:
    """Write the site into a folder."""
    for path, text in site().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
