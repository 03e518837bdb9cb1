"""The commands `explain` and `uses`: what they show on terminals and in pipes, and what they refuse."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import click
import pytest
from tests.terminal import on_a_terminal

from policypages import cli
from policypages.cli.excerpt import cells

ROOT = Path(__file__).resolve().parents[3]
SITE = ROOT / "tests" / "sites" / "dense"
GOLDEN = Path(__file__).parent / "golden"
PACKAGES = Path(cli.__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX terminal")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PACKAGES), "PYTHONUTF8": "1", "TERM": "xterm"}
ENVIRONMENT.pop("NO_COLOR", None)
SHOWN = {
    "explain-page": ("explain", "acme/privacy"),
    "explain-german": ("explain", "beta/de/privacy"),
    "uses-product": ("uses", "extra.product"),
    "uses-contacts": ("uses", "contacts"),
    "uses-title": ("uses", "wording.statement"),
    "uses-clause": ("uses", "clause:asked"),
    "uses-policy": ("uses", "policy:privacy"),
    "uses-entity": ("uses", "entity:house"),
}


def run(*words: str, site: Path = SITE) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, as into a pipe."""
    out, err = StringIO(), StringIO()
    told = ["-C", str(site), *words]
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        cli.main(told)
    code = ended.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(told, code, out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Put back what `main` sets for the whole process."""
    known = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, known)


def data(*words: str, site: Path = SITE) -> Any:
    """Run the command for its JSON."""
    ran = run(*words, "--format", "json", site=site)
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


def on_terminal(name: str, **more: str) -> str:
    """Run a command on a terminal of its own, and return what stands there, escapes and all."""
    command = [sys.executable, "-m", "policypages", "-C", str(SITE), *SHOWN[name]]
    said, code = on_a_terminal(command, {**ENVIRONMENT, **more})
    assert code == 0
    return said.decode().replace("\r\n", "\n")


@POSIX
@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize("name", SHOWN)
def test_a_terminal_shows_what_was_reviewed(name: str, columns: str, *, regen: bool) -> None:
    """Each answer is as its golden file has it, in colours, and no line is wider than the terminal."""
    said = on_terminal(name, COLUMNS=columns)
    text = click.unstyle(said)
    assert text != said
    assert max(map(cells, text.splitlines())) <= int(columns)
    file = GOLDEN / f"{name}-{columns}.txt"
    if regen:
        file.write_text(text, "utf-8", newline="\n")
    assert text == file.read_text("utf-8")


@POSIX
@pytest.mark.parametrize("name", ["explain-german", "uses-title"])
def test_no_color_takes_the_colours_away(name: str) -> None:
    """With NO_COLOR a terminal shows the same, without escapes."""
    said = on_terminal(name, COLUMNS="80", NO_COLOR="1")
    assert said == (GOLDEN / f"{name}-80.txt").read_text("utf-8")


@pytest.mark.parametrize("name", SHOWN)
def test_into_a_pipe_nothing_is_cut(name: str) -> None:
    """Without a terminal there are no colours, no text is shortened, and all is said in stdout."""
    ran = run(*SHOWN[name])
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\x1b" not in ran.stdout
    assert "…" not in ran.stdout


@pytest.mark.parametrize(
    "asked",
    [
        "acme/privacy",
        "acme/privacy/",
        "acme/privacy/index.html",
        "output/acme/privacy/index.html",
        "/some/folder/output/acme/privacy/index.html",
        "https://acme.example/legal/privacy/",
        "http://acme.example/legal/privacy/index.html?from=mail",
    ],
)
@pytest.mark.parametrize("section", ["", "#motto"])
def test_a_page_has_many_names(asked: str, section: str) -> None:
    """A page is found by its policy, its file, and its address; one section by what stands behind `#`."""
    page = data("explain", asked + section)
    assert (page["version"], page["page"], page["output"]) == (1, "acme/privacy", "acme/privacy/index.html")
    ids = [one["id"] for one in page["sections"]]
    assert ids == (["motto"] if section else ["about", "table", "how-long", "links"])


def test_a_section_that_is_left_out_can_be_asked_for() -> None:
    """Asked for it, one is told why it is not there."""
    page = data("explain", "beta/privacy#tools")
    assert page["sections"] == []
    assert [(one["id"], one["why"], one["because"]) for one in page["left_out"]] == [
        ("tools", "omitted", "none here")
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("explain", "amce/privacy"), "there is no entity `amce`; did you mean `acme`?"),
        (("explain", "acme/privcy"), "`acme` has no page `privcy`; did you mean `acme/privacy`?"),
        (("explain", "acme"), "`acme` has several pages; there is `acme/privacy`, `acme/terms`"),
        (("explain", "house/privacy"), "`house` has no pages of its own"),
        (("explain", "acme/privacy#mott"), "`acme/privacy` has no section `mott`; did you mean `motto`?"),
        (("explain", "https://other.example/privacy"), "no entity has a `url`"),
        (("explain", ""), "a page is written `entity/policy`"),
        (("uses", "contacts.privacy.fone"), "no fact is called `contacts.privacy.fone`; did you mean"),
        (("uses", "phone"), "no fact is called `phone`; did you mean `contacts.press.phone`?"),
        (("uses", "extra.moto"), "no fact is called `extra.moto`; did you mean `extra.motto`?"),
        (("uses", "option.how"), "no fact is called `option.how`"),
        (("uses", "cookies.syd"), "no entity has a cookie `syd`; did you mean `sid`?"),
        (("uses", "clause:abuot"), "there is no clause `abuot`; did you mean `about`?"),
        (("uses", "clause:about@brief"), "the clause `about` has no variant `brief`"),
        (("uses", "policy:privcy"), "there is no policy `privcy`; did you mean `privacy`?"),
        (("uses", "entity:hous"), "there is no entity `hous`; did you mean `house`?"),
        (("uses", "claus:about"), "`claus:` is nothing that can be asked for; did you mean `clause`?"),
        (("uses", "name", "--entity", "gama"), "no entity is called `gama`"),
    ],
)
def test_what_nobody_can_answer_ends_with_2(words: tuple[str, ...], says: str) -> None:
    """A slip is answered with the nearest name, and nothing goes to stdout."""
    ran = run(*words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert says in ran.stderr


def test_without_a_site_there_is_nothing_to_ask(tmp_path: Path) -> None:
    """In a folder that is no site both say so, and end as a build does."""
    for words in (("explain", "acme/privacy"), ("uses", "name")):
        ran = run(*words, site=tmp_path)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert "no-site" in ran.stderr


def test_a_site_with_errors_is_asked_all_the_same(tmp_path: Path) -> None:
    """What can be said is said, with a warning that something may lack."""
    for file in SITE.rglob("*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(SITE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    clause = tmp_path / "content" / "clauses" / "tools.md"
    clause.write_text(clause.read_text("utf-8") + "\n{{ nobody }}\n", "utf-8")
    for words in (("explain", "acme/privacy"), ("uses", "audience")):
        ran = run(*words, site=tmp_path)
        assert ran.returncode == 0
        assert "content/clauses/about.md" in ran.stdout
        assert "warning: the site has errors" in ran.stderr


def test_an_entity_that_cannot_be_read_says_what_is_wrong(tmp_path: Path) -> None:
    """Where errors leave no page to explain, they are shown, and the exit code is that of a check."""
    (tmp_path / "policypages.yaml").write_text("schema_version: 1\ntitle: T\n", "utf-8")
    entity = tmp_path / "content" / "entities" / "acme.yaml"
    entity.parent.mkdir(parents=True)
    entity.write_text("name: Acme\nname: Acme\nextends: nobody\nlocales: [xx-nowhere]\n", "utf-8")
    ran = run("explain", "acme/privacy", site=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "content/entities/acme.yaml:2:1: error[duplicate-key]" in ran.stderr


def test_a_fact_that_nobody_reads_says_so() -> None:
    """A declared fact that no text names is answered, and is no error."""
    ran = run("uses", "contacts.privacy.label")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "no section of any page prints or tests it (of 6 pages)" in ran.stdout
    assert data("uses", "contacts.privacy.label")["uses"] == []


def test_only_some_sites_can_be_asked() -> None:
    """`--entity` looks at those that its globs name."""
    pages = {page for use in data("uses", "controller")["uses"] for page in use["pages"]}
    assert {page.partition("/")[0] for page in pages} == {"acme", "beta"}
    some = data("uses", "controller", "--entity", "b*")
    assert {page.partition("/")[0] for use in some["uses"] for page in use["pages"]} == {"beta"}
    assert some["pages_looked_at"] == 4


PLACE = {"file": str, "line": int, "column": int}
STATED = {"path": str, "value": (str, type(None)), "at": PLACE, "by": str, "inherited": bool}
FACT = {
    "path": str,
    "value": (str, type(None)),
    "printed": bool,
    "in_title": bool,
    "read_at": [PLACE],
    "stated": [STATED],
    "follows_from": [str],
}
WHEN = {"source": str, "holds": bool, "at": PLACE, "facts": [FACT]}
MAYBE = (str, type(None))
SECTION: dict[str, Any] = {
    "id": str,
    "anchor": str,
    "number": MAYBE,
    "title": str,
    "heading": str,
    "clause": MAYBE,
    "variant": MAYBE,
    "locale": MAYBE,
    "text": (PLACE, None),
    "outline": PLACE,
    "outline_by": str,
    "because": MAYBE,
    "adjusted": [{"keys": [str], "at": PLACE, "by": str, "because": MAYBE}],
    "edits": [{"old": str, "new": str, "at": PLACE}],
    "when": (WHEN, None),
    "options": [{"name": str, "value": MAYBE, "default": bool, "at": PLACE, "by": str}],
    "shows": MAYBE,
    "facts": [FACT],
    "references": [{"target": str, "part": str, "shows": str, "at": PLACE}],
}
SECTION["sections"] = [SECTION]
PAGE = {
    "version": int,
    "page": str,
    "output": str,
    "entity": str,
    "name": str,
    "policy": str,
    "locale": str,
    "title": str,
    "sections": [SECTION],
    "left_out": [
        {"id": str, "why": str, "because": MAYBE, "at": PLACE, "when": (WHEN, None), "below": [str]}
    ],
}
USES = {
    "version": int,
    "asked": {"kind": str, "text": str},
    "values": [{"value": str, "at": PLACE, "by": str, "pages": int}],
    "uses": [
        {
            "role": str,
            "via": MAYBE,
            "at": PLACE,
            "source": str,
            "on_page": bool,
            "sections": [str],
            "pages": [str],
        }
    ],
    "in_frame": bool,
    "pages_looked_at": int,
    "entities_with_errors": [str],
}


def fits(value: Any, shape: Any) -> bool:
    """Tell whether JSON has exactly the keys and types that the documents promise."""
    if isinstance(shape, tuple) and shape[-1] is None:
        return value is None or fits(value, shape[0])
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(one, shape[0]) for one in value)
    if isinstance(shape, dict):
        return value.keys() == shape.keys() and all(fits(value[key], each) for key, each in shape.items())
    return isinstance(value, shape)


@pytest.mark.parametrize("site", ["tests/sites/dense", "starter", "."])
def test_the_json_has_the_shape_that_is_documented(site: str) -> None:
    """Every key is there, of its type, on each page and for each kind of question."""
    folder = ROOT / site
    pages = {page for use in data("uses", "policy:privacy", site=folder)["uses"] for page in use["pages"]}
    for page in sorted(pages)[:3]:
        assert fits(data("explain", page, site=folder), PAGE)
    for asked in ("name", "contacts", "policies.privacy.title", "cookie_types", "policy:privacy"):
        assert fits(data("uses", asked, site=folder), USES)


def test_the_documents_name_every_key_of_the_json() -> None:
    """The page on both commands speaks of each key that a program may find."""
    page = (ROOT / "docs" / "explain.md").read_text("utf-8")
    for shape in (PAGE, USES, SECTION, FACT, STATED, WHEN, PLACE):
        assert [key for key in shape if f"`{key}`" not in page] == []


@pytest.mark.parametrize("word", ["explain", "uses"])
def test_help_has_an_example(word: str) -> None:
    """`--help` says how it is called, with examples that run."""
    told = run(word, "--help").stdout
    assert f"  policypages {word} " in told
    for example in re.findall(rf"^  policypages ({word} .*)$", told, re.MULTILINE):
        words = [each.strip("'") for each in example.split()]
        assert run(*words, site=ROOT / "starter").returncode == 0, example
