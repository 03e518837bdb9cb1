"""Write one logical site of N entities for policypages and for each of its peers."""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.words import FLAGS, Clause, clauses

HERE: Final = Path(__file__).parent
TOOLS: Final = ("ours", "hugo", "eleventy", "byhand")
ENTITIES: Final = {
    "ours": "content/entities",
    "hugo": "data/entities",
    "eleventy": "entities",
    "byhand": "entities",
}
CLAUSES: Final = {
    "ours": "content/clauses/{}.md",
    "hugo": "layouts/_partials/clauses/{}.html",
    "eleventy": "_includes/clauses/{}.md",
    "byhand": "clauses/{}.md",
}
COLLECTED: Final = 13  # so many of the sections stand below the numbered one
THIRD: Final = "web-logs"  # the clause that a third of the entities use
_NUMBERED: Final = "collecting"
_LAST: Final = ("cookies", "contact")
_TREES: Final = "Aspen Birch Cedar Dogwood Elm Fir Ginkgo Hazel Juniper Larch Oak Pine Rowan Yew".split()
_TRADES: Final = "Books Clinics Credit Gardens Hotels Insurance Lines Mills Papers Schools Works".split()
_AUDIENCES: Final = ("customers", "members", "guests", "patients", "readers", "applicants")
_WORDINGS: Final = ("website", "site", "service", "shop")
_REGIONS: Final = ("the European Union", "Canada", "the United States", "Switzerland")
_TERMS: Final = ("90 days", "18 months", "7 years", "10 years")
_COOKIES: Final = (
    ("basket", "persistent", "keeps what you want to buy", "preferences", "30 days"),
    ("consent", "persistent", "keeps your answer about cookies", "necessary", "12 months"),
    ("counter", "persistent", "counts visits without names", "statistics", "90 days"),
    ("lang", "persistent", "remembers your language", "preferences", "12 months"),
    ("route", "session", "finds the same server again", "necessary", "until you leave"),
    ("sid", "session", "keeps you signed in", "necessary", "until you leave"),
    ("source", "persistent", "tells which campaign led here", "marketing", "60 days"),
)


def entity_id(at: int) -> str:
    """Return the id of the entity of this number."""
    first = _TREES[at % len(_TREES)]
    return f"{first}-{_TRADES[at % len(_TRADES)]}-{at:06}".lower()


def entity(at: int) -> str:
    """Return the YAML of one entity: the same text for every tool."""
    chance = random.Random(f"entity {at}")  # noqa: S311 - the same site each time, not a secret
    first, last = _TREES[at % len(_TREES)], _TRADES[at % len(_TRADES)]
    other = chance.choice(_TREES)
    flags = {*chance.sample(FLAGS[1:], chance.randint(4, 9)), *(FLAGS[:1] if at % 3 == 0 else ())}
    partners = chance.sample(_TRADES, chance.randint(3, 5))
    lines = [
        f"name: {first} & {other} {last} {at}",
        f"short_name: {first} {at}",
        f"controller: {other} {last} Company {at} of {chance.choice(_TREES)}",
        f"url: https://{entity_id(at)}.example/legal/",
        f"site_url: https://{entity_id(at)}.example/",
        f"audience: {chance.choice(_AUDIENCES)}",
        f"wording: {{site: {chance.choice(_WORDINGS)}}}",
        "contacts:",
        "  privacy:",
        f"    organisation: Privacy desk of {first} {at}",
        f'    address: [{chance.randint(1, 999)} {other} Street, "Springfield {10000 + at % 89999}"]',
        f"    email: privacy@{entity_id(at)}.example",
        f"    phone: {_phone(at, 0)}",
        "cookies:",
    ]
    for name, kind, purpose, category, term in sorted(chance.sample(_COOKIES, chance.randint(2, 6))):
        lines += [f"  {name}:", f"    type: {kind}", f"    purpose: {purpose}"]
        lines += [f"    category: {category}", f"    duration: {term}"]
    lines += ["retention:", f"  logs: {chance.choice(_TERMS[:2])}", f"  orders: {chance.choice(_TERMS[2:])}"]
    lines += ["extra:", *(f"  {flag}: true" for flag in FLAGS if flag in flags)]
    lines += [f"  minimum_age: {chance.choice((13, 14, 16))}", f"  region: {chance.choice(_REGIONS)}"]
    lines += [f"  companions: [{', '.join(f'{other} {partner}' for partner in partners)}]"]
    lines += ["policies:", "  privacy:", f"    updated: 2026-{1 + at % 9:02}-{1 + at % 28:02}"]
    return "\n".join(lines) + "\n"


def _phone(at: int, turn: int) -> str:
    return f"800-{(at + turn) % 900 + 100}-{(at * 7 + turn) % 9000 + 1000}"


def outline() -> list[dict[str, Any]]:
    """Return the outline as data: id, title, the fact that calls for it, and the sections below."""
    by_id = {clause.id: _node(clause) for clause in clauses()}
    optional = [node for node in by_id.values() if node["flag"]]
    numbered = by_id[_NUMBERED] | {"numbered": True, "sections": optional[:COLLECTED]}
    opening = by_id["opening"] | {"heading": "none"}
    tail = [by_id[_LAST[0]] | {"shows": "cookies"}, *optional[COLLECTED:]]
    return [opening, numbered, *tail, by_id[_LAST[1]] | {"shows": "contact"}]


def _node(clause: Clause) -> dict[str, Any]:
    shared = None if clause.shared is None else [path.split(".") for path in clause.shared]
    return {"id": clause.id, "title": clause.title, "flag": clause.flag, "shared": shared}


# ---------------------------------------------------------------- the clause in the language of each tool


def clause_text(tool: str, clause: Clause) -> str:
    """Return a clause as the tool wants it."""
    if tool == "ours":
        shows = {"cookies": "shows: cookies\n", "contact": "shows: contacts.privacy\n"}.get(clause.id, "")
        return f"---\ntitle: {clause.title}\n{shows}---\n{clause.body}"
    titles = {one.id: one.title for one in clauses()}
    text = re.sub(r'\{\{ ref\("([a-z-]+)"\) \}\}', lambda m: f"[{titles[m[1]]}](#{m[1]})", clause.body)
    return _go(text) if tool == "hugo" else text


def _go(text: str) -> str:
    """Turn our tags into those of Go templates; `$` is the entity."""
    rules = (
        (r"\{\{ (\S+) \| length \}\}", r"{{ len $.\1 }}"),
        (r"\{\{ (\S+) \| series \}\}", r'{{ delimit $.\1 ", " ", and " }}'),
        (r"\{\{ item \}\}", r"{{ . }}"),
        (r"\{\{ ([a-z][\w.]*) \}\}", r"{{ $.\1 }}"),
        (r"\{% for item in (\S+) %\}", r"{{ range $.\1 -}}"),
        (r'\{% if (\S+) == ("[a-z]+") %\}', r"{{ if eq $.\1 \2 }}"),
        (r"\{% if (\S+) %\}", r"{{ if $.\1 }}"),
        (r"\{% else %\}", r"{{ else }}"),
        (r"\{% end(?:if|for) %\}", r"{{ end }}"),
    )
    for pattern, by in rules:
        text = re.sub(pattern, by, text)
    return text


# ---------------------------------------------------------------- writing


def write(tool: str, count: int, folder: Path, *, theme: str = "bench") -> None:
    """Write the site of so many entities for one tool into a folder, which is emptied first.

    `theme` is for policypages alone: `bench` has the layout that the peers have, `default` is ours.
    """
    shutil.rmtree(folder, ignore_errors=True)
    source = HERE / "ours" if tool == "ours" else HERE / "peers" / tool
    if source.is_dir():
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    entities = folder / ENTITIES[tool]
    entities.mkdir(parents=True, exist_ok=True)
    for at in range(count):
        (entities / f"{entity_id(at)}.yaml").write_text(entity(at), encoding="utf-8")
    for clause in clauses():
        file = folder / CLAUSES[tool].format(clause.id)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(clause_text(tool, clause), encoding="utf-8")
    if tool == "ours":
        (folder / "policypages.yaml").write_text(_settings(theme), encoding="utf-8")
        (folder / "content/policies").mkdir(parents=True)
        (folder / "content/policies/privacy.yaml").write_text(_policy(), encoding="utf-8")
    else:
        name = {"hugo": "data/outline.json", "eleventy": "_data/outline.json"}.get(tool, "outline.json")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(outline()), encoding="utf-8")


def _settings(theme: str) -> str:
    flags = "".join(f"    {flag}: yes or no\n" for flag in FLAGS)
    data = "yes" if theme == "default" else "no"  # no peer writes such a file
    return (
        f"schema_version: 1\ntitle: Benchmark\nlocale: en\ntimezone: UTC\ntheme: {theme}\n"
        f"policy_json: {data}\n"
        "names:\n  contacts: [privacy]\n  retention: [logs, orders]\n  wording: [site]\n"
        f"  extra:\n{flags}    minimum_age: number\n    region: text\n    companions: list of text\n"
    )


def _policy() -> str:
    return "".join(
        (
            "title: Privacy statement\npath: privacy\nsummary: What we learn about you, and why.\n",
            "sections:\n",
            *_sections(outline(), "  "),
        )
    )


def _sections(nodes: list[dict[str, Any]], indent: str) -> Iterator[str]:
    for node in nodes:
        yield f"{indent}- clause: {node['id']}\n"
        if node["flag"]:
            yield f"{indent}  when: extra.{node['flag']}\n"
        if "heading" in node:
            yield f"{indent}  heading: {node['heading']}\n"
        if "numbered" in node:
            yield f"{indent}  numbered: true\n{indent}  sections:\n"
            yield from _sections(node["sections"], indent + "    ")


# ---------------------------------------------------------------- edits


def edit_entity(tool: str, folder: Path, *, at: int, turn: int) -> str:
    """Change one fact of one entity, another way each turn; return a text that one page must then show."""
    file = folder / ENTITIES[tool] / f"{entity_id(at)}.yaml"
    phone = _phone(at, turn)
    text = re.sub(r"phone: .*", f"phone: {phone}", file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    return phone


def edit_clause(tool: str, folder: Path, *, turn: int) -> str:
    """Change one clause that a third of the entities use; return a text that their pages must then show."""
    file = folder / CLAUSES[tool].format(THIRD)
    text = file.read_text(encoding="utf-8")
    mark = f"This is wording number {turn}."
    text = re.sub(r"\n*(This is wording number \d+\.\n)?$", f"\n\n{mark}\n", text, count=1)
    file.write_text(text, encoding="utf-8")
    return mark


def main() -> None:
    """Write a site from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", choices=TOOLS, default="ours")
    parser.add_argument("--entities", type=int, default=100)
    parser.add_argument("--theme", choices=("bench", "default"), default="bench")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    write(given.tool, given.entities, given.out, theme=given.theme)


if __name__ == "__main__":
    main()
