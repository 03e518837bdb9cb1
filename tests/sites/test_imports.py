"""What was published before us, taken over as history: in its order, of one page, before our own releases."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from tests.releasecase import release
from tests.sitecase import SiteCase, make_site

from policypages.history.acts import Act, seal
from policypages.history.importing import prepare_import
from policypages.sources import MemorySources

FILES = {
    "entities/acme.yaml": """\
        name: Acme
        sample: true
        locales: [en, de]
        policies: {privacy: {}, cookies: {}}
        """,
    "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
    "policies/cookies.yaml": "title: Cookies\npath: biscuits\nsections: [opening]\n",
    "clauses/opening.md": "---\ntitle: Opening\n---\nThis is {{ name }}.\n",
    "clauses/opening.de.md": "---\ntitle: Anfang\n---\nDas ist {{ name }}.\n",
}
OLD = b"<h1>Old words</h1><h2>Opening</h2><p>This was Acme.</p><script>x</script>"


@pytest.fixture
def case(tmp_path: Path) -> SiteCase:
    """Make a site of two policies in two locales."""
    return make_site(tmp_path, FILES)


def take(case: SiteCase, glob: str, day: str, data: bytes = OLD) -> str | None:
    """Take a page over, and return what was wrong, if anything."""
    act = Act(datetime.date.fromisoformat(day), "Old", source="https://acme.example/old")
    taken, found = prepare_import(MemorySources(case.files), act, [glob], data, "old.html")
    if found:
        assert {one.code for one in found} == {"release-refused"}
        return found[0].message
    assert taken.left_out == {"script": 1}
    seal(act, taken.made, case.files)
    for path, made in [*taken.made.objects.items(), taken.made.ledger]:
        case.files[path] = made.decode()
    return None


def test_versions_are_taken_over_in_their_order_before_our_own(case: SiteCase) -> None:
    """The oldest first; the first release of our own follows them, and ends it."""
    assert take(case, "acme/privacy/en", "2019-05-25") is None
    assert "is not after 2019-05-25" in str(take(case, "acme/privacy/en", "2019-05-25"))
    assert "is not after 2019-05-25" in str(take(case, "acme/privacy/en", "2018-01-01"))
    assert take(case, "acme/privacy/en", "2020-01-01", OLD.replace(b"was", b"used to be")) is None
    assert take(case, "acme/cookies/de", "2019-05-25") is None
    release(case, "2026-01-01", summary="Ours")
    assert "a release of its own, 2026-01-01" in str(take(case, "acme/privacy/en", "2021-01-01"))
    case.build()
    assert not case.report.failed, case.report.diagnostics
    assert case.text("/acme/privacy/versions/").count("2019-05-25") == 1
    case.says("/acme/privacy/versions/2019-05-25/", "This was Acme.")
    case.says("/acme/privacy/versions/2020-01-01/changes/", "This was used to be Acme.")
    case.says("/acme/privacy/versions/2026-01-01/changes/", "This used to be is Acme.")
    case.says("/acme/de/biscuits/versions/2019-05-25/", "This was Acme.")
    old, new = (
        case.markup("/acme/privacy/versions/2019-05-25/"),
        case.markup("/acme/privacy/versions/2026-01-01/"),
    )
    assert 'published at <a href="https://acme.example/old">https://acme.example/old</a>' in old
    assert "published at" not in new


@pytest.mark.parametrize(
    ("glob", "words"),
    [
        ("acme/privacy", "these are 2: `acme/privacy/en`, `acme/privacy/de`"),
        ("acme/terms", "`acme/terms` has no page to release"),
    ],
)
def test_one_page_is_taken_over_at_a_time(case: SiteCase, glob: str, words: str) -> None:
    """A name that fits several, or none, is refused with what it fits."""
    assert words in str(take(case, glob, "2019-05-25"))


def test_a_page_without_words_is_refused(case: SiteCase) -> None:
    """What a script would have written cannot be taken over."""
    assert "has no words" in str(take(case, "acme/privacy/en", "2019-05-25", b"<script>x</script>"))
