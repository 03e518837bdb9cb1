"""Build the site as one does by hand: Jinja fills in a page of Markdown, then markdown-it-py renders it."""

# ruff: noqa: INP001 - a script of its own, as one writes it by hand

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markdown_it import MarkdownIt


def main(out: Path) -> None:
    """Build all pages of the folder this file stands in, one after the other."""
    here = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(here),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["series"] = lambda items: f"{', '.join(items[:-1])}, and {items[-1]}"
    environment.filters["dial"] = lambda phone: "".join(one for one in phone if one.isdigit() or one == "+")
    environment.filters["day"] = lambda date: f"{date:%B} {date.day}, {date.year}"
    environment.filters["called"] = _called
    markdown = MarkdownIt("commonmark", {"html": True})
    outline = json.loads((here / "outline.json").read_text(encoding="utf-8"))
    page, index, sitemap = map(environment.get_template, ("page.html", "index.html", "sitemap.xml"))
    for file in sorted((here / "entities").iterdir()):
        entity = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        facts = {**entity, "sections": _called(outline, entity["extra"])}
        folder = out / file.stem
        (folder / "privacy").mkdir(parents=True, exist_ok=True)
        html = markdown.render(page.render(facts))
        (folder / "privacy" / "index.html").write_text(html, encoding="utf-8")
        (folder / "index.html").write_text(index.render(facts), encoding="utf-8")
        (folder / "sitemap.xml").write_text(sitemap.render(facts), encoding="utf-8")


def _called(sections: list[dict[str, Any]], extra: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in sections if not one["flag"] or extra.get(one["flag"])]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
