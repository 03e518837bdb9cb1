from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from tests.clausecase import compiled, facts_of, run

TAG = re.compile(r"\{[{%#]")


@pytest.fixture(scope="session")
def commonmark(shared: Path) -> Path:
    """Return the folder of the examples, or skip: a plain clone does not have it."""
    folder = shared / "data" / "commonmark"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data/commonmark, which is not here")
    return folder


def _as_clause(markdown: str) -> str:
    """Write Markdown so that a clause shows it: what opens a tag prints itself."""
    return TAG.sub(lambda match: f'{{{{ "{match.group()}" }}}}', markdown)


def _html(markdown: str) -> str:
    clause, found = compiled("---\n---\n" + _as_clause(markdown), check_links=False)
    assert clause is not None, (markdown, found)
    outcome = run(clause, facts_of(""), level=0)
    assert not outcome.problems
    return outcome.html


def _differ(examples: list[str]) -> list[tuple[str, str, str]]:
    reader = MarkdownIt("js-default")
    out = []
    for markdown in examples:
        expected, got = reader.render(markdown), _html(markdown)
        if got != expected:
            out.append((markdown, expected, got))
    return out


def test_every_commonmark_example_reads_as_markdown_alone_reads_it(commonmark: Path) -> None:
    """All 652 examples, as clause bodies, give byte for byte what markdown-it-py gives."""
    examples = json.loads((commonmark / "commonmark-0.31.2.json").read_text(encoding="utf-8"))
    assert len(examples) == 652
    assert _differ([one["markdown"] for one in examples]) == []


def test_every_gfm_table_example_reads_as_markdown_alone_reads_it(commonmark: Path) -> None:
    """The table examples, as clause bodies, give byte for byte what markdown-it-py gives."""
    text = (commonmark / "gfm-tables.md").read_text(encoding="utf-8")
    parts = re.split(r"^\.\n", text, flags=re.MULTILINE)
    examples = parts[1::3]
    assert len(examples) >= 25
    assert _differ(examples) == []


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_the_newlines_of_any_machine_give_the_same_page(newline: str) -> None:
    """A clause saved with CRLF or CR reads as with LF."""
    body = (
        "# Title\n\nText {{ name }}\nmore.\n\n- a\n{% if sample %}\n- b\n{% endif %}\n- c\n\n```\ncode\n```\n"
    )
    source = f"---\ntitle: T\n---\n{body}"
    first, second = compiled(source)[0], compiled(source.replace("\n", newline).encode())[0]
    assert first is not None
    assert second is not None
    assert run(second, facts_of("")) == run(first, facts_of(""))
