"""How diagnostics are shown: golden files for a fixed set, and what must hold of any of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from policypages.cli import report
from policypages.cli.excerpt import cells
from policypages.cli.forms import FORMATS
from policypages.diagnostics import Diagnostic, Label, Span, gather, problem

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


@pytest.mark.parametrize("form", FORMATS)
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


@pytest.mark.parametrize(
    ("errors", "warnings", "notes", "last"),
    [
        (10, 10, 10, None),
        (12, 11, 0, "2 more errors, 1 more warning: `policypages check --format short` shows all"),
        (11, 0, 10, "1 more error, 1 more note: `policypages check --format short` shows all"),
        (0, 0, 1200, "1,191 more notes: `policypages check --format short` shows all"),
    ],
)
def test_github_gets_ten_of_a_kind(
    capsys: pytest.CaptureFixture[str], errors: int, warnings: int, notes: int, last: str | None
) -> None:
    """A step may have ten of each kind: the first are annotated, the rest is counted in the last notice."""
    found = [problem("unknown-key", f"key {n}", Span("x.yaml", n, 1)) for n in range(errors)]
    found += [problem("suspicious-character", f"char {n}", Span("x.md", n, 1)) for n in range(warnings)]
    found += [problem("no-address", f"no `url` {n}", entities=(f"e{n}",)) for n in range(notes)]
    out, _ = shown(capsys, "github", found)
    lines = out.splitlines()
    kinds = [line[2:].partition(" ")[0] for line in lines]
    assert kinds.count("error") == min(errors, 10)
    assert kinds.count("warning") == min(warnings, 10)
    assert kinds.count("notice") == min(notes + bool(last), 10)
    assert len(lines) == sum(map(kinds.count, ("error", "warning", "notice")))
    if last is None:
        assert "more" not in out
    else:
        assert lines[-1] == f"::notice title=policypages::{last}"


def test_github_is_told_of_a_shared_fault_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A clause that hits three hundred sites is one annotation, with their number and the first of them."""
    sites = tuple(f"site-{n}" for n in range(1, 301))
    found = [
        problem("unknown-fact", "nothing is called `nmae`", Span("c.md", 4, 2, 4), entities=(site,))
        for site in sites
    ]
    out, _ = shown(capsys, "github", gather(found))
    assert out == (
        "::error file=c.md,line=4,col=2,endColumn=6,title=unknown-fact::nothing is called `nmae`"
        " (300 entities: site-1, site-10, site-100, site-101, site-102 and 295 more)\n"
    )


def test_a_fault_of_a_template_marks_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a template the line is known and no more: all its words are marked, not the space before them."""
    found = problem("theme-template", "there is nothing called `nmae`", Span("themes/a/page.html", 2))
    report.show([found], "full", lambda _: "<p>\n  {{ site.nmae }}\n</p>\n")
    assert "2 |   {{ site.nmae }}\n  |   ^^^^^^^^^^^^^^^\n" in capsys.readouterr().err


def test_a_mark_on_one_letter_of_a_word_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """What is said of a file as such names the file, and marks no letter of its first word."""
    for label in ((), (Label(Span("a.yaml"), "`name` is missing here"),)):
        span = Span("c.md", 1, 1, 2) if label else Span("a.yaml")
        one = problem("missing-key", "`name` is missing", span, labels=label)
        report.show([one], "full", {"a.yaml": "url: x\n", "c.md": "ab\n"}.__getitem__)
    err = capsys.readouterr().err
    assert "url" not in err
    assert "\n --> a.yaml\n" in err
    assert "\n ::: a.yaml: `name` is missing here\n" in err


def test_where_there_is_more_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Below all diagnostics in full stands one line on `rule`; other formats are data and have none."""
    one = FOUND[1]
    for found, says in (([one, one], "missing-fact"), (FOUND, "CODE")):
        out, err = shown(capsys, "full", found)
        assert err.endswith(f"\n\nfor more on a code: policypages rule {says}\n\n")
        assert (out + err).count("policypages rule") == 1
    assert shown(capsys, "full", []) == ("", "")
    for form in ("short", "json", "github"):
        assert "policypages rule" not in "".join(shown(capsys, form))


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
