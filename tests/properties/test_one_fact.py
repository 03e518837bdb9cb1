"""One changed fact makes those pages again that read it, and no others; and it is said which fact it was."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from tests.sitecase import SiteCase, make_site

SETTINGS = {
    "schema_version": 1,
    "title": "House",
    "names": {
        "contacts": ["privacy", "press"],
        "retention": ["records", "logs"],
        "wording": ["site", "statement"],
        "extra": {"product": "text", "tools": "list of text", "surveys": "yes or no", "motto": "text"},
    },
}
GROUP: dict[str, Any] = {
    "publish": False,
    "controller": "House Inc",
    "audience": "members",
    "contacts": {
        "privacy": {
            "email": "privacy@example.org",
            "phone": "800-555-0100",
            "address": ["1 Main St", "Bend"],
        },
        "press": {"email": "press@example.org"},
    },
    "cookies": {"sid": {"type": "session", "purpose": "keeps you signed in"}},
    "retention": {"records": "7 years", "logs": "90 days"},
    "wording": {"site": "website", "statement": "Statement"},
    "extra": {"product": "The Plan", "tools": ["Saw", "Plane"], "surveys": True, "motto": "Onward"},
}
SITES: dict[str, dict[str, Any]] = {
    "acme": {"name": "Acme", "extends": "house", "policies": {"privacy": {}, "cookies": {}, "terms": {}}},
    "beta": {
        "name": "Beta",
        "extends": "house",
        "controller": "Beta Ltd",
        "policies": {
            "privacy": {"adjust": {"tools": {"omit": True, "because": "none"}}},
            "terms": {"adjust": {"about": {"variant": "brief", "because": "short"}}},
        },
    },
    "gamma": {"name": "Gamma", "extends": "house", "policies": {"cookies": {}}},
}
OUTLINES: dict[str, list[Any]] = {
    "privacy": ["about", "tools", "kept", "contact"],
    "cookies": ["cookies", {"clause": "asked", "when": "extra.surveys"}],
    "terms": [
        "about",
        {"id": "us", "title": "Press, {{ short_name or controller }}", "sections": ["links"]},
    ],
}
CLAUSES = {
    "about": "{{ controller }} runs this {{ wording.site }} for {{ audience }}.",
    "about@brief": "This {{ wording.site }} is for {{ audience }}.",
    "tools": "{{ extra.tools | series('or') }}{% if extra.product %} with {{ extra.product }}{% endif %}.",
    "kept": "Records are kept {{ retention.records }}, logs {{ retention.logs.count }}.",
    "contact": "Write to us{% if contacts.press %} or to {{ contacts.press.email }}{% endif %}.",
    "cookies": "{% for cookie in cookies %}{{ cookie.purpose }} {% endfor %}",
    "asked": "We ask {{ audience }}.",
    "links": "See [us](https://example.org).",
}
SHOWS = {"contact": "contacts.privacy", "cookies": "cookies"}
# a fact by its path in the group's file, and another value for it
CHANGES: tuple[tuple[str, Any], ...] = (
    ("controller", "House Limited"),
    ("audience", "visitors"),
    ("contacts.privacy.email", "new@example.org"),
    ("contacts.privacy.phone", None),
    ("contacts.privacy.address", ["2 Side St"]),
    ("contacts.press.email", "news@example.org"),
    ("contacts.press.phone", "800-555-0199"),
    ("cookies.sid.purpose", "remembers you"),
    ("cookies.sid.type", "persistent"),
    ("cookies.lang", {"type": "persistent", "purpose": "keeps your language"}),
    ("retention.records", "1 year"),
    ("retention.logs", "30 days"),
    ("wording.site", "site"),
    ("wording.statement", "Notice"),
    ("extra.product", "The Other Plan"),
    ("extra.product", None),
    ("extra.tools", ["Hammer"]),
    ("extra.surveys", False),
    ("extra.motto", "Backward"),
    ("short_name", "House"),
)
NAMED = re.compile(r"\b(?:contacts|cookies|cookie_types|retention|wording|extra)(?:\.\w+)*|\b\w+\b")
TAG = re.compile(r"{[{%](.*?)[}%]}")


def _files(group: Mapping[str, Any]) -> dict[str, str]:
    return {
        "policypages.yaml": json.dumps(SETTINGS),
        "entities/house.yaml": json.dumps(group, indent=1),
        **{f"entities/{id_}.yaml": json.dumps(values) for id_, values in SITES.items()},
        **{f"policies/{id_}.yaml": _outline(id_) for id_ in OUTLINES},
        **{f"clauses/{id_}.md": _clause(id_) for id_ in CLAUSES},
    }


def _outline(id_: str) -> str:
    return json.dumps({"title": id_.title(), "path": id_, "sections": OUTLINES[id_]})


def _clause(id_: str) -> str:
    shows = f"shows: {SHOWS[id_]}\n" if id_ in SHOWS else ""
    return f"---\ntitle: Of {id_.partition('@')[0]}\n{shows}---\n{CLAUSES[id_]}\n"


def _sections(sections: Any) -> Iterator[dict[str, Any]]:
    for section in sections:
        values = {"clause": section} if isinstance(section, str) else section
        yield values
        yield from _sections(values.get("sections", []))


def _texts(site: str, policy: str) -> Iterator[str]:
    """Yield what a page's outline and clauses say between tags, and what they show: a grep of sources."""
    adjust = SITES[site]["policies"][policy].get("adjust", {})
    for section in _sections(OUTLINES[policy]):
        change = adjust.get(section.get("id") or section.get("clause"), {})
        if change.get("omit"):
            continue
        yield from TAG.findall(section.get("title", ""))
        yield section.get("when", "")
        if "clause" in section:
            id_ = section["clause"] + (f"@{change['variant']}" if "variant" in change else "")
            yield from TAG.findall(CLAUSES[id_])
            yield SHOWS.get(id_, "")


def _readers(path: str, group: Mapping[str, Any]) -> set[str]:
    """Return the pages with a text that names the fact, a group that holds it, or a part of it."""
    pages = set()
    for site, values in SITES.items():
        if path.partition(".")[0] in values:
            continue  # the site states the fact itself
        for policy in values["policies"]:
            texts = [re.sub(r"'[^']*'", "", text) for text in _texts(site, policy)]
            if policy == "cookies" and not group["extra"]["surveys"]:
                texts.remove("We ask {{ audience }}.")
            named = {name for text in texts for name in NAMED.findall(text)}
            if any(_overlap(name, path) for name in named):
                pages.add(f"{site}/{policy}/index.html")
    return pages


def _overlap(name: str, path: str) -> bool:
    return f"{name}.".startswith(f"{path}.") or f"{path}.".startswith(f"{name}.")


def _set(group: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = deepcopy(dict(group))
    at = changed
    *above, last = path.split(".")
    for name in above:
        at = at[name]
    at[last] = value
    return changed


def _pages(case: SiteCase, folder: Path | None = None) -> dict[str, bytes]:
    names = ("index.html", "policy.json")
    return {path: data for path, data in case.tree(folder).items() if path.endswith(names)}


OF_OUTLINES = {"short_name", "extra.surveys"}


@pytest.mark.parametrize(("path", "value"), CHANGES)
def test_a_changed_fact_makes_its_readers_again(tmp_path: Path, path: str, value: Any) -> None:
    """The pages made again are those whose sources name the fact; the rest is as a clean build has it."""
    case = make_site(tmp_path, _files(GROUP)).build()
    assert not case.report.failed, case.report.diagnostics
    case.change("entities/house.yaml", json.dumps(_set(GROUP, path, value), indent=1)).build()
    assert not case.report.failed, case.report.diagnostics
    made = dict(case.report.stale)
    readers = _readers(path, GROUP)
    assert set(made) == readers | {page.replace("index.html", "policy.json") for page in readers}
    clean = tmp_path / "clean"
    assert _pages(case) == _pages(case.build(out=clean), clean)
    for because in (made[page] for page in readers):
        named = re.findall(r"the fact `([\w.]+)`", because)
        told = any(_overlap(name, path) for name in named)
        # a fact that a title or a condition reads shows in which sections there are, and in their titles
        assert told or (path in OF_OUTLINES and because.startswith("the outline changed")), because


def test_a_fact_nobody_reads_makes_nothing_again(tmp_path: Path) -> None:
    """A declared fact that no text names leaves every page as it is."""
    assert _readers("extra.motto", GROUP) == set()
    case = make_site(tmp_path, _files(GROUP)).build()
    case.change("entities/house.yaml", json.dumps(_set(GROUP, "extra.motto", "New"))).rebuilds()
    assert not case.report.written


def test_a_fact_of_the_frame_makes_the_site_again_and_no_other(tmp_path: Path) -> None:
    """The name of a site stands on all its pages, its index and the overview, and on no other site."""
    case = make_site(tmp_path, _files(GROUP)).build()
    case.change("entities/acme.yaml", json.dumps({**SITES["acme"], "name": "Acme Two"}))
    case.rebuilds("/acme/", "/acme/privacy/", "/acme/cookies/", "/acme/terms/")
    assert {"the site's name changed"} <= {because for _, because in case.report.stale}


def test_a_title_is_told_to_the_pages_that_cite_it(tmp_path: Path) -> None:
    """A page that links to a section of another policy is made again when that section's title changes."""
    files = _files(GROUP)
    files["clauses/links.md"] = "---\ntitle: Links\n---\nSee {{ link('privacy#kept') }}.\n"
    case = make_site(tmp_path, files).build()
    assert not case.report.failed, case.report.diagnostics
    case.change("clauses/kept.md", files["clauses/kept.md"].replace("Of kept", "How long"))
    case.rebuilds("/acme/privacy/", "/acme/terms/", "/beta/privacy/", "/beta/terms/")
    case.says("/acme/terms/", "See How long.")


def test_every_text_of_a_page_counts(tmp_path: Path) -> None:
    """A clause that a page uses twice, as two variants, makes the page again when either is edited."""
    files = _files(GROUP)
    brief = {"clause": "about", "variant": "brief", "id": "short", "because": "twice"}
    edited = {"clause": "about", "id": "edited", "edits": {"runs": "keeps"}, "because": "thrice"}
    for order in ([brief, edited, "about"], ["about", brief, edited], [edited, "about", brief]):
        case = make_site(tmp_path / str(order.index("about")), files)
        case.change("policies/privacy.yaml", json.dumps({"title": "Privacy", "sections": order}))
        case.change("entities/beta.yaml", json.dumps({**SITES["beta"], "policies": {}})).build()
        assert not case.report.failed, case.report.diagnostics
        case.change("clauses/about@brief.md", files["clauses/about@brief.md"] + "\nAnd brief.\n")
        case.rebuilds("/acme/privacy/").says("/acme/privacy/", "And brief.")
        case.change(
            "policies/privacy.yaml", case.files["content/policies/privacy.yaml"].replace("keeps", "holds")
        )
        case.rebuilds("/acme/privacy/").says("/acme/privacy/", "House Inc holds this")


def test_a_template_that_is_named_on_each_page_counts(tmp_path: Path) -> None:
    """A part that a theme includes by a name it works out makes the pages again when it is edited."""
    files = _files(GROUP) | {
        "policypages.yaml": json.dumps({**SETTINGS, "theme": "own"}),
        "themes/own/templates/page.html": "{% extends 'policypages/page.html' %}"
        "{% block top %}{% include 'part-' ~ lang ~ '.html' %}{% endblock %}",
        "themes/own/templates/part-en.html": "<p>One</p>",
    }
    case = make_site(tmp_path, files).build()
    assert "<p>One</p>" in case.markup("/acme/privacy/")
    case.change("themes/own/templates/part-en.html", "<p>Two</p>").build()
    assert "<p>Two</p>" in case.markup("/acme/privacy/")


@pytest.mark.parametrize("content_hash", [False, True])
def test_row_34_times_and_sizes_do_not_hide_an_edit(tmp_path: Path, *, content_hash: bool) -> None:
    """An edit that keeps a file's size and time, or gives it an older time, makes its page again."""
    site = tmp_path / "site"
    for path, text in _files(GROUP).items():
        file = site / (path if path == "policypages.yaml" else f"content/{path}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    command = [sys.executable, "-m", "policypages", "-C", str(site), "build"]
    command += ["--content-hash"] if content_hash else []
    subprocess.run(command, check=True, capture_output=True)
    clause = site / "content/clauses/about.md"
    for word, shift in (("holds", 0), ("leads", -86_400), ("lends", 86_400)):
        before = clause.stat()
        clause.write_text(re.sub("runs|holds|leads|lends", word.ljust(4), clause.read_text("utf-8")), "utf-8")
        os.utime(clause, ns=(before.st_atime_ns, before.st_mtime_ns + shift * 10**9))
        subprocess.run(command, check=True, capture_output=True)
        assert f"House Inc {word} this" in (site / "output/acme/privacy/index.html").read_text("utf-8")


def test_explain_stale_names_the_fact(tmp_path: Path, root: Path) -> None:
    """`build --explain-stale` says for each file made again which fact changed, and nothing of the others."""
    site = tmp_path / "site"
    site.mkdir()
    shutil.copy(root / "policypages.yaml", site)
    shutil.copytree(root / "content", site / "content")
    command = [sys.executable, "-m", "policypages", "-C", str(site), "build", "--explain-stale"]
    subprocess.run(command, check=True, capture_output=True)
    entity = site / "content/entities/kp-careers.yaml"
    entity.write_text(entity.read_text("utf-8").replace("kp-hires@kp.org", "hires@example.org"), "utf-8")
    told = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stderr
    reasons = dict(re.findall(r"^(\S+/\S+): (.*)$", told, re.MULTILINE))
    assert reasons == {
        "kp-careers/privacy/index.html": "the fact `contacts.privacy` changed",
        "kp-careers/privacy/policy.json": "the page changed",
    }
    again = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stderr
    assert "the fact" not in again
    assert "nothing changed" in again
