"""`init` and `new`: what they make is whole, checks clean, and never writes over anything."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policypages.cli import cli, scaffold, stubs
from policypages.cli.schema import KINDS
from policypages.formats.facts import read_yaml
from policypages.formats.schema import validate
from policypages.load.site import load_settings
from policypages.sources import open_folder

ROOT = Path(__file__).resolve().parents[3]
FILES_OF_THE_STARTER = {
    path.relative_to(ROOT / "starter").as_posix()
    for path in (ROOT / "starter").rglob("*")
    if path.is_file() and path.relative_to(ROOT / "starter").parts[0] not in {"output", ".policypages"}
}


def run(*words: str | Path) -> Result:
    """Call the command line in this process; the exit code is in `return_value`."""
    return CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)


def files(folder: Path) -> set[str]:
    """List a folder's files, by path below it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def text_of(result: Result) -> str:
    """Return what was printed, with the complaint that ended it."""
    return f"{result.output}{result.exception or ''}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Make a starter site."""
    assert run("init", tmp_path / "site").return_value == 0
    return tmp_path / "site"


UNUSED = "unused-clause,unused-variant,unused-fact"


def check(site: Path) -> None:
    """Assert that `check` finds no error and no warning, but that nobody uses yet what is new."""
    result = run("-C", site, "check", "--format", "short", "--ignore", UNUSED)
    assert result.return_value == 0, result.output
    assert "error" not in result.output
    assert "warning" not in result.output


# ------------------------------------------------------------------ init


def test_init_copies_the_starter_and_writes_the_schemas(tmp_path: Path) -> None:
    """The new folder holds the starter's files, byte for byte, and the schemas of all kinds."""
    result = run("init", tmp_path / "a" / "my site")
    assert result.return_value == 0
    made = tmp_path / "a" / "my site"
    schemas = {f".policypages/schema/{kind}.schema.json" for kind in KINDS}
    assert files(made) == FILES_OF_THE_STARTER | schemas
    assert all(
        (made / path).read_bytes() == (ROOT / "starter" / path).read_bytes() for path in FILES_OF_THE_STARTER
    )
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["my site"]


def test_init_says_the_next_two_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed can be pasted, whatever is in the name."""
    monkeypatch.chdir(tmp_path)
    lines = run("init", "my site").output.splitlines()
    assert lines[-3:] == ["next:", "  cd 'my site'", "  policypages build"]


@pytest.mark.parametrize("beforehand", [(), (".git",)])
def test_init_fills_the_empty_folder_in_which_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beforehand: tuple[str, ...]
) -> None:
    """`init .` works in an empty folder and in a fresh git repository, and needs no `cd`."""
    for name in beforehand:
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    result = run("init", ".")
    assert result.return_value == 0
    assert files(tmp_path) >= FILES_OF_THE_STARTER
    assert result.output.splitlines()[-2:] == ["next:", "  policypages build"]


def test_init_leaves_a_folder_with_something_in_it_alone(tmp_path: Path) -> None:
    """A folder that is not empty is refused with its name and what is in it, and stays as it was."""
    (tmp_path / "note.txt").write_text("mine")
    result = run("init", tmp_path)
    assert isinstance(result.exception, scaffold.Refusal)
    assert result.exception.exit_code == 2
    assert "is not empty, it has `note.txt`" in str(result.exception)
    assert files(tmp_path) == {"note.txt"}


def test_init_refuses_a_file(tmp_path: Path) -> None:
    """A file in the place of the folder is refused."""
    (tmp_path / "note.txt").write_text("mine")
    result = run("init", tmp_path / "note.txt")
    assert isinstance(result.exception, scaffold.Refusal)
    assert "is a file" in str(result.exception)


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_init_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, *, there: bool
) -> None:
    """A full disk or Ctrl-C in the middle leaves no folder behind, or the empty one that was there."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("policypages.cli.schema.write_schemas", fail)
    target = tmp_path / "a" / "site"
    if there:
        target.mkdir(parents=True)
    result = run("init", target)
    assert result.exception is not None
    assert list(tmp_path.rglob("*")) == ([tmp_path / "a", target] if there else [])


def test_init_takes_back_what_it_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If one part cannot be moved into the empty folder that was there, the others are taken away again."""
    rename = Path.rename

    def fail_at_the_marker(self: Path, target: Path) -> Path:
        if target.name == "policypages.yaml":
            raise OSError(13, "Permission denied", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_at_the_marker)
    result = run("init", tmp_path)
    assert "cannot be made: permission denied" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------- new


@pytest.mark.parametrize(
    ("kind", "id_", "wrote"),
    [
        ("entity", "acme", ["content/entities/acme.yaml"]),
        ("entity", "group/part/acme", ["content/entities/group/part/acme.yaml"]),
        ("clause", "web-logs", ["content/clauses/web-logs.md"]),
        ("clause", "a/b/web-logs", ["content/clauses/a/b/web-logs.md"]),
        ("clause", "cookies/about@brief", ["content/clauses/cookies/about@brief.md"]),
        ("clause", "cookies/about.de", ["content/clauses/cookies/about.de.md"]),
        ("clause", "cookies/about@brief.de", ["content/clauses/cookies/about@brief.de.md"]),
        ("policy", "terms", ["content/clauses/terms/opening.md", "content/policies/terms.yaml"]),
    ],
)
def test_new_files_check_clean(site: Path, kind: str, id_: str, wrote: list[str]) -> None:
    """Each new file is where it belongs, is told with what to do next, and brings no error and no warning."""
    before = files(site)
    result = run("-C", site, "new", kind, id_)
    assert result.return_value == 0, text_of(result)
    assert sorted(files(site) - before) == wrote
    lines = result.output.splitlines()
    assert lines[:-1] == [f"wrote {site / path}" for path in wrote]
    assert lines[-1].startswith("next: ")
    check(site)


@pytest.mark.parametrize(
    ("kind", "id_"),
    [("entity", "acme"), ("entity", "a/b/acme"), ("clause", "x/y/z"), ("clause", "x"), ("policy", "terms")],
)
def test_modelines_lead_to_the_schema(site: Path, kind: str, id_: str) -> None:
    """Whatever the depth, the path in the modeline leads from the new file to the schema of its kind."""
    before = files(site)
    run("-C", site, "new", kind, id_)
    for path in files(site) - before:
        line = re.search(r"^# yaml-language-server: \$schema=(\S+)$", (site / path).read_text(), re.MULTILINE)
        assert line is not None
        schema = (site / path).parent / line[1]
        assert schema.is_file()
        assert schema.resolve().parent == (site / ".policypages/schema").resolve()
        kinds = {"entities": "entity", "clauses": "clause", "policies": "policy"}
        assert schema.name == f"{kinds[path.split('/')[1]]}.schema.json"


def test_every_line_that_a_new_entity_suggests_is_right(site: Path) -> None:
    """With all its `#` taken away, a new entity states facts that the site declares, and checks clean."""
    settings = site / "policypages.yaml"
    declared = """\
names:
  contacts: [privacy, press]
  retention: [orders, applications]
  wording: [site]
  extra:
    delivery_services: list of text
    motto: text
    shelves: number
    since: date
    open: yes or no
    map: url
    desk: email
"""
    settings.write_text(settings.read_text().partition("names:")[0] + declared)
    run("-C", site, "new", "entity", "acme")
    path = site / "content/entities/acme.yaml"
    text = re.sub(r"^#(?! )(?!$)", "", path.read_text(), flags=re.MULTILINE)
    path.write_text(re.sub(r"^#(?=  \S)", "", text, flags=re.MULTILINE))
    raw, found = read_yaml("acme.yaml", path.read_bytes())
    assert found == []
    sources, _ = open_folder(site)
    assert sources is not None
    values, found = validate("entity", "acme.yaml", raw, path.read_bytes(), load_settings(sources).names)
    assert found == []
    assert set(values["extra"]) == {"delivery_services", "motto", "shelves", "since", "open", "map", "desk"}
    assert set(values["contacts"]) == {"privacy", "press"}
    assert values["policies"]["privacy"]["updated"] == datetime.date(2026, 1, 31)
    check(site)


def test_a_new_policy_can_be_published(site: Path) -> None:
    """What `new policy` says to do makes a page with the section of its new clause."""
    run("-C", site, "new", "policy", "terms")
    shop = site / "content/entities/acme-shop.yaml"
    shop.write_text(shop.read_text() + "  terms: {}\n")
    assert run("-C", site, "build").return_value == 0
    page = (site / "output/acme-shop/terms/index.html").read_text()
    assert '<section id="terms-opening">' in page
    assert "This section of Acme Shop is still to be written." in page
    assert "Nobody sees this comment" not in page


def test_a_new_policy_uses_the_clause_that_is_there(site: Path) -> None:
    """A clause with the id of the first section is kept as it is."""
    clause = site / "content/clauses/terms/opening.md"
    clause.parent.mkdir()
    clause.write_text("Ours.\n")
    assert run("-C", site, "new", "policy", "terms").return_value == 0
    assert clause.read_text() == "Ours.\n"


@pytest.mark.parametrize("id_", ["cookies/about@brief", "cookies/about.de"])
def test_a_variant_begins_as_a_copy(site: Path, id_: str) -> None:
    """A variant or a translation has the text of the clause to start from."""
    run("-C", site, "new", "clause", id_)
    copy = site / f"content/clauses/{id_}.md"
    assert copy.read_bytes() == (site / "content/clauses/cookies/about.md").read_bytes()


@pytest.mark.parametrize(
    ("kind", "id_", "why"),
    [
        ("entity", "Acme", "`Acme` cannot be an entity's id: an id is made of"),
        ("entity", "../acme", "cannot be an entity's id"),
        ("entity", "/etc/acme", "cannot be an entity's id"),
        ("entity", "con", "Windows keeps"),
        ("entity", "acme-shop", "the entity `acme-shop` is there already: content/entities/acme-shop.yaml"),
        ("entity", "group/acme-shop", "is there already: content/entities/acme-shop.yaml"),
        ("policy", "privacy", "the policy `privacy` is there already: content/policies/privacy.yaml"),
        ("policy", "a b", "cannot be a policy's id"),
        ("clause", "visits", "the clause `visits` is there already: content/clauses/visits.md"),
        ("clause", "../../visits", "cannot name a clause"),
        ("clause", "visits@", "cannot name a clause: an id cannot be empty"),
        ("clause", "visits.xx", "there is no locale `xx`"),
        ("clause", "a.b.c", "is no name for a clause"),
        ("clause", "visit@brief", "there is no clause `visit` to begin from; did you mean `visits`?"),
    ],
)
def test_new_refuses(site: Path, kind: str, id_: str, why: str) -> None:
    """A bad id, or one that is taken, is refused in plain words, and nothing is written."""
    before = {path: (site / path).read_bytes() for path in files(site)}
    result = run("-C", site, "new", kind, id_)
    assert isinstance(result.exception, scaffold.Refusal), text_of(result)
    assert why in str(result.exception)
    assert {path: (site / path).read_bytes() for path in files(site)} == before


def test_new_writes_over_nothing_that_came_meanwhile(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that somebody made after the folder was listed stays, and so nothing else is written either."""
    path = site / "content/policies/terms.yaml"

    def make(id_: str, *_: object) -> stubs.Made:
        path.write_text("theirs")
        return stubs.Made({f"content/clauses/{id_}.md": b"x", "content/policies/terms.yaml": b"x"}, "go on")

    monkeypatch.setattr(stubs, "new_policy", make)
    result = run("-C", site, "new", "policy", "terms")
    assert "is there already, and is not written over" in str(result.exception)
    assert path.read_text() == "theirs"
    assert not (site / "content/clauses/terms.md").exists()


def test_new_finds_the_site_from_below(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of the site, `new` writes to the site and says where as seen from here."""
    monkeypatch.chdir(site / "content" / "entities")
    result = run("new", "entity", "acme")
    assert (site / "content/entities/acme.yaml").is_file()
    assert "wrote ../../content/entities/acme.yaml" in result.output


def test_new_needs_a_site(tmp_path: Path) -> None:
    """Without a site there is nothing to add to: exit code 2, and how to get one."""
    result = run("-C", tmp_path, "new", "entity", "acme")
    assert result.return_value == 2
    assert "no-site" in result.output
    assert "policypages init DIR" in result.output
