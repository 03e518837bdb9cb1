"""The reference of the clause language: made from the specification, with an introduction that is tried."""

from __future__ import annotations

import re
from pathlib import Path

from tests.clausecase import CLAUSE, SETTINGS, outcome
from tests.sitecase import make_site
from tests.spec import reference

from policypages.formats.templates.filters import FILTERS
from policypages.formats.vocabulary import vocabulary

PAGE = Path(__file__).resolve().parents[2] / "docs" / "clauses.md"


def test_the_page_is_current(tmp_path: Path, *, regen: bool) -> None:
    """The committed page is what the specification and its introduction give, with today's messages."""
    groups = reference.read(reference.SPEC.read_text("utf-8"))
    introduction = reference.INTRODUCTION.read_text("utf-8")
    assert SETTINGS.partition("names:")[2].rstrip("\n") in introduction
    made = reference.reference(groups, introduction, lambda case: _message(case, tmp_path / str(case.line)))
    if regen:
        PAGE.write_text(made, "utf-8")
    else:
        assert PAGE.read_text("utf-8") == made, "run `make regen`"


def test_every_case_is_on_the_page() -> None:
    """No case of the specification is lost on the way, and each group says something of itself first."""
    groups = reference.read(reference.SPEC.read_text("utf-8"))
    dots = reference.SPEC.read_text("utf-8").split("\n").count(".")
    assert sum(len(group.cases) for group in groups) * 4 == dots
    page = PAGE.read_text("utf-8")
    assert page.count("<p><strong>") >= dots / 4
    assert [group.heading for group in groups if group.cases and not "".join(group.prose).strip()] == []


def _message(case: reference.Case, folder: Path) -> str:
    """Return what `check` says of a clause that is refused: all lines, each with its place."""
    found = [one for one in outcome(case.clause, case.facts).found if one.severity == "error"]
    if not found:  # then it is a page that cannot be made
        entity = case.facts if case.facts.startswith("name:") else f"name: Acme\n{case.facts}"
        use = "clause" if "\ntitle:" in case.clause else "{clause: clause, heading: none}"
        files = {
            "policypages.yaml": SETTINGS,
            "entities/acme.yaml": f"{entity}\npolicies: {{privacy: {{}}}}\n",
            "policies/privacy.yaml": f"title: Privacy\npath: privacy\nsections: [{use}]\n",
            "clauses/clause.md": case.clause + "\n",
        }
        found = [
            one for one in make_site(folder, files).build().errors() if one.span and one.span.file == CLAUSE
        ]
    said = {}
    for one in found:
        assert one.span
        place = f"{one.code} {one.span.line}:{one.span.column}"
        hint = f"\nhint: {one.hint}" if one.hint else ""
        said[place] = (
            f"line {one.span.line}, column {one.span.column}: error[{one.code}]:\n{one.message}{hint}"
        )
    places = [line.removeprefix("error ") for line in case.gives.split("\n")]
    assert set(places) <= said.keys(), f"{case.title}: the program says {sorted(said)}"
    return "\n\n".join(said[place] for place in places)


def _rows(heading: str) -> list[list[str]]:
    part = reference.INTRODUCTION.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        re.split(r"(?<!\\) \| ", line.strip("| ")) for line in part.splitlines() if line.startswith("| `")
    ]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in rows]


def test_each_filter_gives_what_the_introduction_says(tmp_path: Path) -> None:
    """The table of filters lists every filter once, and each example gives its words on a real page."""
    rows = _rows("Filters")
    assert sorted(name.strip("`") for name, _, _ in rows) == sorted(FILTERS)
    found = re.search(r"```yaml\n(.*?)```", reference.INTRODUCTION.read_text("utf-8"), re.DOTALL)
    assert found
    examples = [f"{index}: {example.strip('`')}." for index, (_, example, _) in enumerate(rows)]
    site = make_site(
        tmp_path,
        {
            "entities/fern.yaml": "name: Fern\n" + found[1],
            "policies/privacy.yaml": "title: Privacy\npath: privacy\nsections: [words]\n",
            "clauses/words.md": "---\ntitle: Words\n---\n" + "\n\n".join(examples) + "\n",
        },
    ).build()
    for index, (_, _, gives) in enumerate(rows):
        shown = re.sub(r"(\\?)\*", lambda star: "*" if star[1] else "", gives)
        site.says("/fern/privacy/", f"{index}: {shown}.")


def test_each_name_that_a_clause_may_begin_with_is_listed() -> None:
    """The table of names has every root, and `ref` and `link` stand in the table above it."""
    listed = set(re.findall(r"`([a-z_]+)[.`]", " ".join(name for name, _ in _rows("Names"))))
    assert listed == {*vocabulary({}, {}).fields}
    assert {"ref", "link"} <= set(
        re.findall(r"\b([a-z]+)\(", " ".join(write for write, _ in _rows("In short")))
    )
