"""What `uses` says of a fact, against pages that are made with it as it is and with another value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lxml import html
from tests.properties.test_one_fact import GROUP
from tests.properties.test_one_fact import _files as files_of_one_fact

from policypages.build.repository import Repository, read_repository
from policypages.diagnostics import has_errors
from policypages.formats.facts import read_yaml
from policypages.inquiry.pages import pages_of
from policypages.inquiry.question import Question, read_question
from policypages.inquiry.uses import FactFinder, Use
from policypages.load.entity import EntityLoader
from policypages.render.article import render_article
from policypages.sources import MemorySources

ROOT = Path(__file__).resolve().parents[2]
FACTS = frozenset(
    "name short_name controller url site_url audience contacts cookies retention wording extra".split()
)
OF_PAGE = frozenset({"title", "updated", "reviewed"})
# of each of these the schema takes the ones that a fact may have
VALUES: tuple[Any, ...] = (
    "Zqa other",
    "Zqb quite another, and longer",
    "zqa@example.org",
    "zqb@example.org",
    "https://zqa.example.org/x",
    "https://zqb.example.org/y/",
    ["Zqa one"],
    ["Zqb one", "Zqb two", "Zqb three"],
    "yes",
    "no",
    "11 weeks",
    "1 year",
    "2001-02-03",
    "2002-03-04",
    "session",
    "persistent",
    "necessary",
    "marketing",
    {"type": "persistent", "purpose": "Zqa purpose"},
    {"type": "session", "purpose": "Zqb purpose"},
    None,
)


@cache
def sites() -> dict[str, Mapping[str, bytes | str]]:
    """Return the files of each site."""
    return {
        "checkout": _folder(ROOT),
        "starter": _folder(ROOT / "starter"),
        "locales": _folder(ROOT / "examples" / "languages"),
        "one-fact": {
            path if path == "policypages.yaml" else f"content/{path}": text
            for path, text in files_of_one_fact(GROUP).items()
        },
        "dense": _folder(ROOT / "tests" / "sites" / "dense"),
    }


def _folder(top: Path) -> dict[str, bytes | str]:
    files = [top / "policypages.yaml", *(top / "content").rglob("*"), *(top / "themes").rglob("*")]
    return {file.relative_to(top).as_posix(): file.read_bytes() for file in files if file.is_file()}


@cache
def repository_of(site: str) -> Repository:
    """Read what the entities of a site share."""
    repository, found = read_repository(
        MemorySources(sites()[site]), compile_all=True, watched=lambda one: one
    )
    assert repository is not None
    assert not has_errors(found), found
    return repository


def with_value(site: str, file: str, path: tuple[str, ...], value: Any) -> Repository:
    """Return the site as it is with another value at a path of an entity's file."""
    tree = raw(site, file)
    at: Any = tree
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    repository = repository_of(site)
    sources = MemorySources({**sites()[site], file: json.dumps(tree)})
    return repository._replace(loader=EntityLoader(repository.site, sources))


def raw(site: str, file: str) -> dict[str, Any]:
    """Return what a file says, before anybody has looked at it."""
    data = sites()[site][file]
    value, _ = read_yaml(file, data.encode() if isinstance(data, str) else data)
    assert isinstance(value, dict)
    return deepcopy(value)


def leaves(tree: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the keys that lead to each value."""
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*above, key))
        else:
            yield (*above, key)


def stated_facts(site: str) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield every fact that a file of the site states: the file, the keys, and the path to ask for."""
    for file in repository_of(site).site.entities.values():
        for keys in leaves(raw(site, file)):
            path = keys[2:] if keys[0] == "in" else keys
            of_page = path[0] == "policies" and path[2:] and path[2] in OF_PAGE
            if path[0] in FACTS or of_page:
                yield file, keys, ".".join(path)


class Made(NamedTuple):
    """The pages of an entity: the HTML of each section without those inside it, and of the rest."""

    sections: dict[tuple[str, str], str]
    facts: dict[str, Mapping[str, Any]]


def made(repository: Repository, id_: str) -> Made | None:
    """Render the pages of an entity; None where there is an error."""
    pages, found = pages_of(repository, id_)
    out = Made({}, {})
    for page in pages:
        article, more = render_article(page.task)
        found += more
        out.facts[page.address] = page.task.facts
        tree = html.fromstring(article.html)
        inner: list[html.HtmlElement] = [
            one
            for one in tree.iter("section", "div")
            if one.tag == "section" or "section" in one.get("class", "")
        ]
        for element in reversed(inner):  # from the inside to the outside
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
            element.tail = None
            out.sections[page.address, element.get("id", "")] = html.tostring(element, encoding="unicode")
        out.sections[page.address, ""] = html.tostring(tree, encoding="unicode")
    return None if has_errors(found) else out


@cache
def before(site: str) -> dict[str, Made]:
    """Return the pages of each entity as the files have it."""
    repository = repository_of(site)
    out = {}
    for id_ in repository.site.entities:
        as_it_is = made(repository, id_)
        assert as_it_is is not None, id_
        out[id_] = as_it_is
    return out


@cache
def uses_of(site: str, path: str, id_: str) -> tuple[Use, ...]:
    """Ask for the uses of a fact on the pages of an entity."""
    repository = repository_of(site)
    question = read_question(path, repository.site)
    assert isinstance(question, Question), question
    return tuple(FactFinder(question).uses(pages_of(repository, id_)[0]))


def outcomes(site: str, file: str, keys: tuple[str, ...]) -> Iterator[tuple[str, Made]]:
    """Yield for each entity and each value that the fact may have what becomes of its pages."""
    for value in VALUES:
        changed = with_value(site, file, keys, value)
        for id_ in before(site):
            loaded, found = changed.loader.load(id_)
            after = None if file not in loaded.files or has_errors(found) else made(changed, id_)
            if after is not None:
                yield id_, after


def fact(facts: Mapping[str, Any], path: str) -> str:
    """Return what tells a value of a fact from others."""
    at: Any = facts
    names = path.split(".")
    for name in ["policy", names[2]] if names[0] == "policies" else names:
        at = at.get(name) if isinstance(at, Mapping) else None
    return repr(at)


CASES = [(site, *stated) for site in sites() for stated in stated_facts(site)]
NAMES = [f"{site}-{file.rpartition('/')[2]}-{'.'.join(keys)}" for site, file, keys, _ in CASES]


@pytest.mark.parametrize(("site", "file", "keys", "path"), CASES, ids=NAMES)
def test_uses_is_complete_and_sound(site: str, file: str, keys: tuple[str, ...], path: str) -> None:
    """What another value changes is named, and what is said to print it says of each value something else."""
    texts: dict[tuple[str, str], dict[str, str]] = {}
    tried = 0
    for id_, after in outcomes(site, file, keys):
        was = before(site)[id_]
        tried += 1
        uses = uses_of(site, path, id_)
        named = {(use.page, use.section.replace("/", "-")) for use in uses}
        places = was.sections.keys() | after.sections.keys()
        differ = {place for place in places if was.sections.get(place) != after.sections.get(place)}
        assert differ <= named, (sorted(differ - named), sorted(named))
        for use in uses:
            place = (use.page, use.section.replace("/", "-"))
            if use.role == "prints" and place in after.sections:
                value = fact(after.facts[use.page], path)
                if value != "None":
                    texts.setdefault(place, {})[value] = after.sections[place]
    assert tried > 1
    for place, known in texts.items():
        assert len(set(known.values())) == len(known), (place, known)


def test_there_is_something_to_print_and_to_test() -> None:
    """The sites of this test have facts of every role, so that the test above is of something."""
    roles = {
        (use.role, use.via in {None, "title", "number"})
        for site, file, _, path in CASES
        for id_ in before(site)
        for use in uses_of(site, path, id_)
        if file
    }
    assert roles >= {("prints", True), ("tests", True), ("reached", True), ("reached", False)}
