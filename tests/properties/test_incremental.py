"""Whatever is edited, added, renamed or taken away: a build into yesterday's output equals a clean one."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.sitecase import SiteCase

from policypages.diagnostics import Diagnostic

Texts = st.SearchStrategy[str]


def _yaml(values: st.SearchStrategy[Any]) -> Texts:
    """Write values as JSON, which is YAML with the strings quoted, one key a line."""
    return values.map(lambda tree: json.dumps(tree, indent=1))


def _one(*choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(choices)


# ---------------------------------------------------------------- settings

NAMES = {
    "contacts": ["privacy"],
    "retention": ["records"],
    "wording": ["site"],
    "extra": {"product": "text", "tools": "list of text"},
}
SETTINGS = _yaml(
    st.fixed_dictionaries(
        {
            "schema_version": st.just(1),
            "title": _one("House", "Policies of the house"),
            "theme": _one("own", "own", "default"),
            "names": _one(NAMES, NAMES, {**NAMES, "wording": ["site", "statement"]}),
        },
        optional={"fallback": st.just({"de": "en"}), "locale": st.just("en")},
    )
)

# ------------------------------------------------------------------- facts

CONTACT = st.fixed_dictionaries(
    {"email": _one("a@example.org", "b@example.org")},
    optional={"phone": st.just("800-555-0100"), "address": st.just(["1 Main Street", "Bend"])},
)
COOKIE = st.fixed_dictionaries(
    {"type": _one("session", "persistent"), "purpose": _one("keeps you signed in", "counts <visits>")},
    optional={"duration": st.just("1 day"), "provider": st.just("first party")},
)
ADJUST = st.fixed_dictionaries(
    {},
    optional={
        "cookies": _one(
            {"variant": "brief", "because": "agreed"}, {"title": "Crumbs"}, {"heading": "run-in"}, None
        ),
        "rights": _one({"with": {"about": "a job"}}, {"omit": True, "because": "none here"}, None),
        "commitment": _one({"numbered": True}, {"edits": {"take": "take great"}, "because": "counsel"}),
        "contact": _one({"before": "commitment"}, {"after": "commitment", "heading": "none"}),
    },
)
POLICIES = st.fixed_dictionaries(
    {
        "privacy": st.fixed_dictionaries(
            {},
            optional={
                "adjust": ADJUST,
                "updated": _one("2023-01-24", "2024-02-29"),
                "title": st.just("Privacy here"),
                "path": _one("privacy", "data/privacy"),
                "summary": st.just("What we do."),
            },
        )
    },
    optional={"cookies": _one({}, {"reviewed": "2025-05-05"}), "terms": _one({}, {"publish": False}, None)},
)
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "controller": _one("Acme Inc", "Beta Ltd"),
    "contacts": st.one_of(CONTACT.map(lambda given: {"privacy": given}), _one({"privacy": None}, {})),
    "cookies": st.dictionaries(_one("sid", "lang", "seen"), st.one_of(COOKIE, COOKIE, st.none()), max_size=2),
    "retention": _one({"records": "7 years"}, {"records": "1 day"}, {"records": None}),
    "wording": _one({"site": "website"}, {"site": "site"}),
    "extra": _one({}, {"product": "The Plan"}, {"product": None}, {"tools": ["Hammer"]}, {"tools": []}),
    "strings": _one({"updated": "As of"}, {"skip": None}, {"cookie_type": "Sort"}),
    "sample": st.booleans(),
    "policies": POLICIES,
}
SITE_FACTS = {
    **FACTS,
    "extends": _one("house", "house", ["house", "branch"], ["branch", "house"]),
    "url": _one("https://a.example.org/legal/", "https://b.example.org"),
    "was": _one(["zeta"], ["zeta", "eta"]),
    "site_url": st.just("https://www.example.org/"),
    "owns_root": st.booleans(),
    "locales": _one(["en"], ["en", "de"], ["de", "en"]),
    "in": _one(
        {"de": {"name": "Acht"}},
        {"de": {"policies": {"privacy": {"title": "Datenschutz", "path": "datenschutz"}}}},
    ),
}
HIDDEN = (False,)
GROUP = _yaml(st.fixed_dictionaries({"publish": _one(*HIDDEN)}, optional=FACTS))
ENTITY = _yaml(
    st.fixed_dictionaries({"name": _one("Acme", "Acme & Co", "Zeta"), "extends": st.just("house")}).flatmap(
        lambda base: st.fixed_dictionaries({}, optional=SITE_FACTS).map(lambda more: {**base, **more})
    )
)

# ------------------------------------------------------- clauses, outlines

PARAGRAPHS = (
    "Plain words, *set* well.",
    "{{ name }} runs this {{ wording.site }}.",
    "{% if extra.product %}\n\n- It comes with {{ extra.product }}.\n\n{% endif %}\n\nAnd more.",
    "{% if extra.tools %}Use {{ extra.tools | series('or') }}.{% else %}Use your hands.{% endif %}",
    "{% if cookies %}{% for c in cookies %}{{ c.id }} {{ c.purpose }}. {% endfor %}{% else %}No.{% endif %}",
    "{% if retention.records %}Kept {{ retention.records }}.{% else %}Not kept.{% endif %}",
    "{% if contacts.privacy %}By {{ contacts.privacy.channels | series('or') }}.{% else %}Not.{% endif %}",
    "{% if 'session' in cookie_types %}A session.{% else %}No session.{% endif %}",
    "{% if policy.updated %}Of {{ policy.updated | date }}.{% else %}Undated.{% endif %}",
    "See {{ ref('contact') }}.",
    "Read {{ link('privacy') }} or [that]({{ link('privacy#contact') }}).",
    "## A heading\n\nwith words under it.",
    "{{ controller | upper }} answers for it.",
)
CARE = "We take *care*."
FRONT = _one("title: A title", "title: The {{ wording.site }}", "title: Of {{ name }}\nsummary: Short.")
ABOUT = "options: {about: {default: you}}"


def _clause(first: str, *more: str) -> Texts:
    body = st.lists(_one(*PARAGRAPHS), max_size=3, unique=True)
    return st.tuples(FRONT, body).map(
        lambda drawn: "\n".join(["---", drawn[0], *more, "---", first, "", "\n\n".join(drawn[1]), ""])
    )


SECTIONS: tuple[Any, ...] = (
    "rights",
    {"clause": "cookies", "id": "crumbs", "variant": "brief", "because": "twice on the page"},
    {"clause": "cookies", "id": "again", "edits": {"Cookies": "Crumbs"}, "because": "edited"},
    {"id": "general", "title": "General of {{ name }}", "sections": ["tools"]},
    {"clause": "tools", "id": "when-tools", "when": "extra.tools", "shows": "cookies"},
    {"clause": "rights", "id": "kept", "title": "Kept", "shows": "retention", "with": {"about": "us"}},
)
CONTACT_SECTIONS = _one("contact", {"clause": "contact", "numbered": True, "sections": ["tools"]})


def _outline(title: str, path: str) -> Texts:
    more = st.lists(_one(*SECTIONS), max_size=4, unique_by=str)
    head = st.tuples(_one("commitment", {"clause": "commitment", "heading": "none"}), CONTACT_SECTIONS)
    return _yaml(
        st.tuples(head, more, _one(title, f"{title}!")).map(
            lambda drawn: {
                "title": drawn[2],
                "path": path,
                "sections": [drawn[0][0], "cookies", *drawn[1], drawn[0][1]],
            }
        )
    )


PAGE = _one(
    "{% extends 'policypages/page.html' %}{% block top %}{% include 'part.html' %}{% endblock %}",
    "{% extends 'policypages/page.html' %}{% block banner %}{{ site.name }}{% endblock %}",
    "{% extends 'layout.html' %}{% block main %}{% include ['part-' ~ lang ~ '.html', 'part.html'] %}"
    "{{ page.article }}{% endblock %}",
    "<!doctype html><title>{{ page.title }}</title>{% include 'part.html' %}{{ page.article }}",
)
PART = _one(
    "<p>{{ strings.top }}</p>",
    "<p>{{ lang }}</p>",
    "<p>{{ site.policies | length }}</p>",
    "<p>{{ assets['style.css'] }}</p>",
    "<p>{{ assets | length }}</p>",
)
FRAME = _one(
    "<!doctype html><title>{{ lang }}</title>",
    "<!doctype html><title>{{ lang }}</title>{% include 'part.html' %}",
)

FILES: Mapping[str, Texts] = {
    "policypages.yaml": SETTINGS,
    "content/entities/house.yaml": GROUP,
    "content/entities/branch.yaml": GROUP,
    "content/entities/acme.yaml": ENTITY,
    "content/entities/beta.yaml": ENTITY,
    "content/entities/more/gamma.yaml": ENTITY,
    "content/policies/privacy.yaml": _outline("Privacy", "privacy"),
    "content/policies/cookies.yaml": _outline("Cookies", "cookies"),
    "content/policies/terms.yaml": _outline("Terms", "terms"),
    "content/clauses/commitment.md": _clause(CARE),
    "content/clauses/cookies.md": _clause("Cookies are small."),
    "content/clauses/cookies@brief.md": _clause("Small."),
    "content/clauses/cookies.de.md": _clause("Kekse."),
    "content/clauses/contact.md": _clause("Write.", "shows: contacts.privacy"),
    "content/clauses/rights.md": _clause("For {{ option.about }}.", ABOUT),
    "content/clauses/tools.md": _clause("Tools."),
    "content/redirects.yaml": _one(
        "acme/old/: acme/privacy/\nacme/older.html: acme/old/\n",
        "acme/old/: beta/privacy/\nzeta/a/: https://example.org/\n",
        "zeta/: beta/\nbeta/cookies/: acme/privacy/\n",
    ),
    "themes/own/theme.yaml": _one("name: own\n", "name: own\ndescription: Ours.\n"),
    "themes/own/templates/page.html": PAGE,
    "themes/own/templates/index.html": FRAME,
    "themes/own/templates/404.html": FRAME,
    "themes/own/templates/overview.html": FRAME,
    "themes/own/templates/part.html": PART,
    "themes/own/templates/part-en.html": PART,
    "themes/own/assets/style.css": _one("p {}", "p { color: red }"),
    "themes/own/assets/img/logo.svg": _one("<svg/>", "<svg></svg>"),
    "themes/own/strings/en.yaml": _one("top: Up\n", "skip: Go on\nupdated: Changed\n"),
    "themes/own/strings/de.yaml": _one("top: Hoch\n", "skip: Weiter\n"),
}
BASE: Mapping[str, str] = {
    "policypages.yaml": json.dumps({"theme": "own", "names": NAMES, "fallback": {"de": "en"}}),
    "content/entities/house.yaml": json.dumps(
        {
            "publish": False,
            "controller": "House Inc",
            "contacts": {"privacy": {"email": "house@example.org"}},
            "cookies": {"sid": {"type": "session", "purpose": "keeps you signed in"}},
            "wording": {"site": "website"},
            "extra": {"product": "The Plan", "tools": ["Saw", "Plane"]},
            "policies": {"privacy": {"adjust": {"rights": {"with": {"about": "members"}}}}, "cookies": {}},
        },
        indent=1,
    ),
    "content/entities/branch.yaml": json.dumps({"publish": False, "retention": {"records": "7 years"}}),
    "content/entities/acme.yaml": json.dumps({"name": "Acme", "extends": "house"}),
    "content/entities/beta.yaml": json.dumps(
        {"name": "Beta", "extends": ["house", "branch"], "url": "https://beta.example.org/legal/"}
    ),
    "content/policies/privacy.yaml": json.dumps(
        {"title": "Privacy", "path": "privacy", "sections": ["commitment", "cookies", *SECTIONS, "contact"]},
        indent=1,
    ),
    "content/policies/cookies.yaml": json.dumps(
        {"title": "Cookies", "path": "cookies", "sections": ["cookies", "contact"]}, indent=1
    ),
    **{
        f"content/clauses/{name}.md": f"---\ntitle: {name.title()}\n{more}---\n{first}\n\n{PARAGRAPHS[at]}\n"
        for at, (name, first, more) in enumerate(
            (
                ("commitment", CARE, ""),
                ("cookies", "Cookies are small.", ""),
                ("cookies@brief", "Small.", ""),
                ("contact", "Write.", "shows: contacts.privacy\n"),
                ("rights", "For {{ option.about }}.", f"{ABOUT}\n"),
                ("tools", "Tools.", ""),
            )
        )
    },
    "themes/own/theme.yaml": "name: own\n",
    "themes/own/templates/part.html": "<p>{{ strings.top }}</p>",
    "themes/own/templates/page.html": "{% extends 'policypages/page.html' %}"
    "{% block top %}{% include 'part.html' %}{% endblock %}",
    "themes/own/assets/style.css": "p {}",
    "themes/own/strings/en.yaml": "top: Up\n",
}
OPTIONAL = (
    "content/entities/more/gamma.yaml",
    "content/policies/terms.yaml",
    "content/clauses/cookies.de.md",
    "themes/own/templates/part-en.html",
    "themes/own/templates/index.html",
    "themes/own/templates/404.html",
    "themes/own/templates/overview.html",
    "themes/own/assets/style.css",
    "themes/own/assets/img/logo.svg",
    "themes/own/strings/de.yaml",
)
BROKEN = {
    ".yaml": ("title: [", "colour: red\n", "", "name: A\nname: B\n"),
    ".md": ("{% if cookies %}open", "{{ nothing }}", "---\ntitle: [\n---\nText.", "{{ extra.product }} {{ x"),
    ".html": ("{% if %}", "{{ nothing }}", "{% include 'none.html' %}"),
    ".css": ("",),
    ".svg": ("",),
}
RENAMES = (
    ("content/entities/acme.yaml", "content/entities/acme-two.yaml"),
    ("content/entities/more/gamma.yaml", "content/entities/gamma.yaml"),
    ("content/clauses/cookies@brief.md", "content/clauses/cookies@short.md"),
    ("content/clauses/rights.md", "content/clauses/legal/rights.md"),
    ("content/policies/terms.yaml", "content/policies/use.yaml"),
    ("themes/own/assets/style.css", "themes/own/assets/css/style.css"),
    ("themes/own/templates/part-en.html", "themes/own/templates/part-de.html"),
)
WORDS = (("house", "home"), ("brief", "short"), ("terms", "use"), ("A title", "Another title"))
Edit = tuple[str, str | None]
EDIT = st.sampled_from(sorted(FILES)).flatmap(lambda path: st.tuples(st.just(path), FILES[path]))
FACT_FILES = [path for path in sorted(FILES) if path.startswith("content/") and path.endswith(".yaml")]
CLAUSE_FILES = [path for path in sorted(FILES) if path.endswith(".md")]
EDIT_YAML = st.sampled_from(FACT_FILES).flatmap(lambda path: st.tuples(st.just(path), FILES[path]))
GONE = st.sampled_from(sorted(FILES)).map(lambda path: (path, None))
TAKEN = st.sampled_from(OPTIONAL).map(lambda path: (path, None))
BREAK = st.sampled_from(sorted(FILES)).flatmap(
    lambda path: st.tuples(st.just(path), st.sampled_from(BROKEN["." + path.rpartition(".")[2]]))
)


def _manifest(folder: Path) -> bytes | None:
    file = folder / ".policypages" / "manifest"
    return file.read_bytes() if file.exists() else None


def _is_in(path: str, only: str, files: Mapping[str, str]) -> bool:
    """Tell whether a file of the output is of a site that a glob asks for."""
    site = path.partition("/")[0]
    return fnmatchcase(site, only) and any(file.endswith(f"/{site}.yaml") for file in files)


class Incremental(RuleBasedStateMachine):
    """One output folder lives through all edits; after each, it is compared with a fresh one."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="policypages-incremental-"))
        self.files: dict[str, str] = {}
        self.kept = SiteCase(self.root, self.files)

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @initialize(edits=st.lists(EDIT, max_size=2))
    def begin(self, edits: list[Edit]) -> None:
        """Begin with a site that is fine, and change it a little."""
        self.files.update(BASE)
        self.compare()
        assert not self.kept.report.failed, self.kept.report.diagnostics
        self.change(edits, stay=False)

    @rule(edits=st.lists(EDIT, min_size=1, max_size=3), stay=st.booleans())
    def edit(self, edits: list[Edit], *, stay: bool) -> None:
        """Edit or add some files."""
        self.change(edits, stay=stay)

    @rule(edit=EDIT_YAML, index=st.integers(0, 1000), stay=st.booleans())
    def edit_one_key(self, edit: tuple[str, str], index: int, *, stay: bool) -> None:
        """Set, change or take away one key of a YAML file."""
        path, text = edit
        if path in self.files and self.files[path].startswith("{"):
            old, new = json.loads(self.files[path]), json.loads(text)
            differ = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
            if differ:
                key = differ[index % len(differ)]
                old[key] = new.get(key)
                tree = {name: value for name, value in old.items() if name != key or key in new}
                self.change([(path, json.dumps(tree, indent=1))], stay=stay)

    @rule(path=st.sampled_from(CLAUSE_FILES), number=_one(1, 2, 3))
    def reword(self, path: str, number: int) -> None:
        """Change words of a clause, and nothing that it reads."""
        if path in self.files:
            text = self.files[path].partition("\n\nIn other words")[0]
            self.change([(path, f"{text}\n\nIn other words: {number}.\n")], stay=False)

    @rule(edit=st.one_of(TAKEN, TAKEN, GONE))
    def delete(self, edit: Edit) -> None:
        """Take a file away, for good where the site can do without it."""
        self.change([edit], stay=edit[0] in OPTIONAL)

    @rule(names=st.sampled_from(RENAMES), stay=st.booleans())
    def rename(self, names: tuple[str, str], *, stay: bool) -> None:
        """Rename a file, there or back."""
        here = names if names[0] in self.files else names[::-1]
        if here[0] in self.files:
            self.change([(here[0], None), (here[1], self.files[here[0]])], stay=stay)

    @rule(words=st.sampled_from(WORDS), back=st.booleans())
    def rename_everywhere(self, words: tuple[str, str], *, back: bool) -> None:
        """Rename an id where it is named: file names and texts alike."""
        old, new = words[::-1] if back else words
        moved = {path.replace(old, new): text.replace(old, new) for path, text in self.files.items()}
        self.change([*((path, None) for path in self.files), *moved.items()], stay=True)

    @rule(edit=BREAK)
    def break_and_mend(self, edit: Edit) -> None:
        """Make a mistake in one file, build, and take it back."""
        self.change([edit], stay=False)

    @rule(index=st.integers(0, 1000))
    def lose(self, index: int) -> None:
        """Somebody removes a file of the output."""
        published = sorted(self.kept.tree())
        if published:
            (self.kept.output / published[index % len(published)]).unlink()
            self.compare()

    @rule(edit=EDIT, only=_one("acme", "b*", "*", "_*", "nobody"))
    def build_some(self, edit: Edit, only: str) -> None:
        """Build a part of the sites with an edit, then all of them without it."""
        before = dict(self.files)
        self.files[edit[0]] = str(edit[1])
        others = {path: data for path, data in self.kept.tree().items() if not _is_in(path, only, self.files)}
        self.kept.build(only=(only,))
        after = self.kept.tree()
        assert others == {path: data for path, data in after.items() if not _is_in(path, only, self.files)}
        self.files.clear()
        self.files.update(before)
        self.compare()

    @precondition(lambda self: not self.kept.report.failed)
    @rule()
    def again(self) -> None:
        """Build again with nothing changed: nothing is made and nothing is written."""
        times = {path: path.stat().st_mtime_ns for path in self.kept.output.rglob("index.html")}
        self.kept.build()
        assert (self.kept.report.stale, self.kept.report.written) == ([], False)
        assert times == {path: path.stat().st_mtime_ns for path in times}

    # ---- what the rules share

    def change(self, edits: list[Edit], *, stay: bool) -> None:
        """Carry out edits and compare; where the site is broken by them and may not stay so, go back."""
        before = dict(self.files)
        for path, text in edits:
            self.files.pop(path, None)
            if text is not None:
                self.files[path] = text
        self.compare()
        if self.kept.report.failed and not stay:
            self.files.clear()
            self.files.update(before)
            self.compare()

    def compare(self) -> None:
        """Build into the kept output and into a fresh one, and hold them side by side."""
        before = (self.kept.tree(), _manifest(self.kept.output))
        found = self._build(self.kept)
        fresh = SiteCase(self.root / "fresh", self.files)
        fresh.root.mkdir()
        assert found == self._build(fresh)
        event(f"failed: {self.kept.report.failed}")
        assert self.kept.report.failed == fresh.report.failed
        if fresh.report.failed:
            assert (self.kept.tree(), _manifest(self.kept.output)) == before
            assert fresh.tree() == {}
        else:
            assert self.kept.tree() == fresh.tree()
            assert _manifest(self.kept.output) == _manifest(fresh.output)
            assert (self.kept.report.sites, self.kept.report.pages) == (
                fresh.report.sites,
                fresh.report.pages,
            )
        assert not list(self.kept.output.glob(".staging*"))
        shutil.rmtree(fresh.root)

    def _build(self, case: SiteCase) -> list[Diagnostic]:
        return case.build().report.diagnostics


_PLACES = [0, 0.05, 0.3, 0.5, 0.8, 0.999]
_HARMS = ["flip", "cut", "drop", "other version"]


@pytest.mark.parametrize("at", _PLACES)
@pytest.mark.parametrize("harm", _HARMS)
def test_row_35_a_harmed_manifest_is_not_believed(tmp_path: Path, harm: str, at: float) -> None:
    """A manifest with one bit or byte gone, torn, or of another version: a note, and the output is right."""
    case = SiteCase(tmp_path, dict(BASE)).build()
    right, whole = case.tree(), _manifest(case.output)
    assert whole is not None
    (case.output / ".policypages" / "manifest").write_bytes(_harmed(whole, harm, at))
    case.build()
    assert not case.errors()
    assert "cache-ignored" in [one.code for one in case.report.diagnostics]
    assert (case.tree(), _manifest(case.output)) == (right, whole)


@pytest.mark.parametrize("at", _PLACES)
@pytest.mark.parametrize("harm", _HARMS)
@pytest.mark.parametrize("name", ["state", "trace"])
def test_row_35_what_was_known_is_not_believed_when_harmed(
    tmp_path: Path, name: str, harm: str, at: float
) -> None:
    """What a build kept to save time, harmed in any way: the next build takes longer, and is right."""
    case = SiteCase(tmp_path, dict(BASE)).build()
    manifest, kept = _manifest(case.output), case.output / ".policypages" / name
    whole = kept.read_bytes()
    harmed = _harmed(whole, harm, at)
    kept.write_bytes(harmed)
    case.build()
    codes = [one.code for one in case.report.diagnostics]
    assert (not case.errors(), "cache-ignored" in codes) == (True, name == "state" and harmed != whole)
    assert _manifest(case.output) == manifest
    edited = next(path for path, text in sorted(BASE.items()) if path.startswith("content/clauses/") and text)
    case.change(edited, f"{BASE[edited]}\nMore is said here.\n").build()
    clean = SiteCase(tmp_path / "clean", dict(case.files)).build()
    assert (case.tree(), _manifest(case.output)) == (clean.tree(), _manifest(clean.output))


def _harmed(whole: bytes, harm: str, at: float) -> bytes:
    place = int(len(whole) * at)
    return {
        "flip": whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
        "cut": whole[:place],
        "drop": whole[:place] + whole[place + 1 :],
        "other version": re.sub(rb'"version": ?\d+', b'"version": 99', whole, count=1),
    }[harm]


class LongIncremental(Incremental):
    """The same for `make soak`."""


_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
TestIncremental = pytest.mark.timeout(300)(Incremental.TestCase)
TestIncremental.settings = settings(max_examples=8, stateful_step_count=14, suppress_health_check=_SLOW)
TestLong = pytest.mark.soak(LongIncremental.TestCase)
TestLong.settings = settings(max_examples=40, stateful_step_count=30, suppress_health_check=_SLOW)
