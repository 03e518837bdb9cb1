"""How diagnostics are shown: golden files for a fixed set, and what must hold of any of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from policypages.cli import report
from policypages.cli.excerpt import cells
from policypages.diagnostics import Diagnostic, Label, Span, problem

GOLDEN = Path(__file__).parent / "golden"
LONG = "word " * 40 + "{{ retention.orders }} " + "word " * 40
FILES = {
    "content/clauses/orders.md": "---\ntitle: Orders\n---\nWe keep the order for {{ retention.orders }}.\n",
    "content/entities/acme.yaml": "name: Acme\naudience: readers\nretention:\n  visits: 1 year\nname: Acme\n",
    "content/entities/top.yaml": "# yaml-language-server: $schema=x\nextends: acme\n",
    "content/clauses/long.md": f"{LONG}\n",
    "content/clauses/wide.md": "個人情報\t{{ nmae }} 個人情報\n",
    "content/clauses/evil.md": "a\u202eb\x1b[31mc {{ x }}\n",
}
CHAIN = (
    "entity `acme` (content/entities/acme.yaml)",
    "policy `privacy`",
    "section `collecting/orders`",
    "clause `content/clauses/orders.md`",
)
FOUND = [
    problem("no-site", "there is no `policypages.yaml` here", hint="`policypages init DIR` makes a site"),
    problem(
        "missing-fact",
        "`retention.orders` is printed here, and is not set",
        Span("content/clauses/orders.md", 4, 23, 22),
        hint="add `orders:` under `retention` in content/entities/acme.yaml, or put "
        "`{% if retention.orders %}` round what prints it",
        labels=(Label(Span("content/entities/acme.yaml", 3, 1, 9), "`orders` is missing here"),),
        chain=CHAIN,
        entities=("acme", "acme-careers"),
    ),
    problem(
        "duplicate-key",
        "`name` stands here twice",
        Span("content/entities/acme.yaml", 5, 1, 4),
        labels=(Label(Span("content/entities/acme.yaml", 1, 1, 4), "the first is here"),),
        entities=("acme",),
    ),
    problem(
        "unknown-fact", "there is no fact `retention.orders`", Span("content/clauses/long.md", 1, 201, 22)
    ),
    problem(
        "unknown-fact",
        "there is no fact `nmae`",
        Span("content/clauses/wide.md", 1, 6, 10),
        hint="did you mean `name`?",
    ),
    problem(
        "suspicious-character",
        "U+202E changes the order in which `\u202eb` is read\x1b[31m",
        Span("content/clauses/evil.md", 1, 2, 1),
    ),
    problem("missing-key", "`name` is missing", Span("content/entities/top.yaml"), entities=("top",)),
    problem("yaml-syntax", "a quote without its end", Span("content/entities/acme.yaml", 99, 1)),
    problem("unreadable-file", "`gone.yaml` cannot be read", Span("gone.yaml", 3, 4, 5)),
    problem(
        "no-address",
        "no `url`: 100% of the site, has no sitemap\nand no canonical addresses",
        entities=tuple(f"site-{n}" for n in range(1, 9)),
    ),
    problem("invalid-value", "two, odd: names", Span("a,b:c%.yaml", 1, 1)),
]


def read(path: str) -> str:
    """Read one of the files above as the program reads a site's."""
    if path not in FILES:
        raise FileNotFoundError(path)
    return FILES[path]


def shown(capsys: pytest.CaptureFixture[str], form: str, found: list[Diagnostic] = FOUND) -> tuple[str, str]:
    """Show diagnostics, and return what came to stdout and stderr."""
    report.show(found, form, read)
    out, err = capsys.readouterr()
    return out, err


@pytest.mark.parametrize(
    ("form", "columns", "file"),
    [
        ("full", "100", "full.txt"),
        ("full", "50", "full-narrow.txt"),
        ("full", "", "full-piped.txt"),
        ("short", "100", "short.txt"),
        ("json", "100", "json.json"),
        ("github", "100", "github.txt"),
    ],
)
def test_the_formats_are_as_reviewed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    columns: str,
    file: str,
    *,
    regen: bool,
) -> None:
    """Each format shows the fixed set as its golden file has it."""
    monkeypatch.setenv("COLUMNS", columns)
    out, err = shown(capsys, form)
    assert not (out and err)
    text = out + err
    if regen:
        (GOLDEN / file).write_text(text, "utf-8", newline="\n")
    assert text == (GOLDEN / file).read_text("utf-8")


@pytest.mark.parametrize("columns", ["40", "60", "100", "140"])
def test_no_excerpt_is_wider_than_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    """Lines of sources and the marks below them are cut to the width, so that no terminal wraps them."""
    monkeypatch.setenv("COLUMNS", columns)
    _, err = shown(capsys, "full")
    rows = [line for line in err.splitlines() if re.match(r"\s*\d* \|", line)]
    assert len(rows) > 10
    assert max(map(cells, rows)) <= int(columns)


@pytest.mark.parametrize("columns", ["50", "70", "100", "140", "1000", ""])
@pytest.mark.parametrize(
    ("index", "words"), [(1, "{{ retention.orders }}"), (3, "{{ retention.orders }}"), (4, "{{ nmae }}")]
)
def test_the_carets_stand_under_what_is_meant(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str, index: int, words: str
) -> None:
    """Whatever the width of the terminal and of the characters before, `^^^` covers the words of the span."""
    monkeypatch.setenv("COLUMNS", columns)
    _, err = shown(capsys, "full", [FOUND[index]])
    lines = err.splitlines()
    at = next(number for number, line in enumerate(lines) if re.fullmatch(r"\s+\|\s+\^+.*", line))
    left = lines[at].index("^")
    line = next(lines[at - 1][:n] for n in range(len(lines[at - 1]) + 1) if cells(lines[at - 1][:n]) == left)
    rest = lines[at - 1][len(line) :]
    assert rest.startswith(words)
    assert lines[at].count("^") == len(words)


def test_a_command_in_a_hint_is_not_broken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in backticks stays on one line, so that it can be copied."""
    monkeypatch.setenv("COLUMNS", "60")
    _, err = shown(capsys, "full", [FOUND[1]])
    assert "`{% if retention.orders %}`" in err


@pytest.mark.parametrize("form", report.FORMATS)
def test_nothing_in_a_file_can_command_the_terminal(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """Escapes and direction marks out of content are shown as characters of no effect."""
    out, err = shown(capsys, form)
    text = out + err if form != "github" else ""  # a log of a workflow is no terminal
    assert [char for char in text if not (char.isprintable() or char == "\n")] == []


def test_no_more_than_fifty_of_a_code_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """In full, a flood of one code is cut at fifty, and its size is said; short shows all."""
    flood = [problem("unknown-key", f"unknown key `k{n}`", Span("x.yaml", n, 1)) for n in range(1, 61)]
    other = problem("missing-fact", "`name` is printed here, and is not set")
    _, err = shown(capsys, "full", [*flood, other])
    assert err.count("error[unknown-key]") == 50
    assert "10 more of `unknown-key` are not shown" in err
    assert "error[missing-fact]" in err
    _, err = shown(capsys, "short", [*flood, other])
    assert len(err.splitlines()) == 61


def test_github_gets_ten_of_a_kind(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten errors and ten warnings are annotated, which is what one step may have; the rest is counted."""
    errors = [problem("unknown-key", f"key {n}", Span("x.yaml", n, 1)) for n in range(1, 13)]
    warnings = [problem("suspicious-character", f"char {n}", Span("x.md", n, 1)) for n in range(1, 12)]
    out, _ = shown(capsys, "github", [*errors, *warnings])
    lines = out.splitlines()
    assert [line.startswith("::error ") for line in lines].count(True) == 10
    assert [line.startswith("::warning ") for line in lines].count(True) == 10
    assert lines[-2:] == [
        "2 more of the kind `error` are not annotated",
        "1 more of the kind `warning` are not annotated",
    ]


def test_json_is_the_documented_object(capsys: pytest.CaptureFixture[str]) -> None:
    """One object with a version and the diagnostics, absent parts null."""
    out, _ = shown(capsys, "json")
    data = json.loads(out)
    assert set(data) == {"version", "diagnostics"}
    assert data["version"] == 1
    assert len(data["diagnostics"]) == len(FOUND)
    first, second = data["diagnostics"][:2]
    assert (first["code"], first["file"], first["line"]) == ("no-site", None, None)
    assert (second["file"], second["line"], second["column"]) == ("content/clauses/orders.md", 4, 23)
    assert second["severity"] == "error"
    assert second["entities"] == ["acme", "acme-careers"]
    assert second["chain"] == list(CHAIN)
    assert second["labels"][0]["file"] == "content/entities/acme.yaml"


def test_problems_are_counted_by_severity() -> None:
    """The summary counts errors, warnings and notes in the number that language asks for."""
    assert report.tally(FOUND) == "9 errors, 1 warning, 1 note"
    assert report.tally([]) == ""
