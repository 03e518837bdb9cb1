"""The reference of the facts files: every key of the schema, with an example that the program reads."""

from __future__ import annotations

import re
from pathlib import Path

from tests.spec import reference_facts

from policypages.formats.facts import read_yaml
from policypages.formats.schema import validate

PAGE = Path(__file__).resolve().parents[2] / "docs" / "facts.md"
_FIELDS = {
    "text": "name: {}",
    "yes or no": "sample: {}",
    "a date": "policies: {{privacy: {{updated: {}}}}}",
    "a duration": "retention: {{orders: {}}}",
    "a web address": "url: {}",
    "an id": "policies: {{privacy: {{path: {}}}}}",
    "a list": "locales: {}",
    "nothing": "name: {}",
}


def test_the_tables_are_current(*, regen: bool) -> None:
    """The committed tables are what the schema and the examples give."""
    page = PAGE.read_text("utf-8")
    made = reference_facts.regenerated(page)
    if regen:
        PAGE.write_text(made, "utf-8")
    else:
        assert page == made, "run pytest with --regen"


def test_every_kind_and_shape_has_a_table_once() -> None:
    """No shape of the schema is left out, and none is listed twice."""
    blocks = reference_facts.blocks(PAGE.read_text("utf-8"))
    assert len(blocks) == len(set(blocks))
    assert set(blocks) == reference_facts.wanted()


def test_every_link_to_a_shape_has_its_heading() -> None:
    """A type that is a link leads to a heading of the page."""
    page = PAGE.read_text("utf-8")
    anchors = {
        line.lstrip("# ").lower().replace(" ", "-") for line in page.splitlines() if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


def test_what_the_types_say_may_be_written_is_read_and_the_rest_refused() -> None:
    """Each example in the table of types is tried on a field of that type."""
    types = PAGE.read_text("utf-8").partition("## Settings")[0]
    tried = 0
    for kind, write, refused in re.findall(r"^\| ([a-z ]+) \| (`.*) \| (.*) \|$", types, re.MULTILINE):
        right_ones = write.partition(":")[0] if kind == "an id" else write
        for examples, right in ((right_ones, True), (refused, False)):
            for example in re.findall(r"`([^`]+)`", examples):
                if kind in _FIELDS and not example.startswith("- "):
                    assert _reads(_FIELDS[kind].format(example)) is right, (kind, example)
                    tried += 1
    assert tried >= 20


def _reads(text: str) -> bool:
    data = text.encode()
    raw, found = read_yaml("example.yaml", data)
    _, more = validate("entity", "example.yaml", raw, data, None)
    return not found and not more
