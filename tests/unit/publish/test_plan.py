"""What a plan says of a target: create, update, delete, keep, retire; in which order; what to purge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypages.diagnostics import Diagnostic
from policypages.formats.published import Intent, Journal, Object
from policypages.publish.address import address_of
from policypages.publish.places import roots_of
from policypages.publish.plan import Place, Plan, Remote, Same, Wanted, allowed_deletions, plan_publish
from policypages.publish.store import Found

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STYLE, NEW_STYLE = "acme/assets/style-0123456789.css", "acme/assets/style-abcdef0123.css"
PLACE = Place("s3://pages", purge="https://legal.example.org/")


def want(path: str, digest: str = "1", meta: str = "m") -> Wanted:
    """Return a file that is to be published."""
    return Wanted(path, path, 10, digest, meta)


def have(digest: str = "1", meta: str = "m", retired: str = "") -> Object:
    """Return a published object."""
    return Object(10, digest, f"etag-{digest}", meta, retired)


def remote(record: dict[str, Object]) -> Remote:
    """Return a target that has what its record says."""
    return Remote({key: Found(one.size, one.etag) for key, one in record.items()}, record, record_etag="r")


def plan(
    wanted: list[Wanted], there: Remote, *, only: str = "", now: datetime = NOW, most: int | None = 99
) -> tuple[Plan, list[Diagnostic]]:
    """Plan with room for deletions."""
    return plan_publish(
        PLACE, wanted, there, in_scope=lambda site: only in {"", site}, now=now, max_deletes=most
    )


def done(one: Plan) -> list[tuple[str, str]]:
    """Return what a plan does."""
    return [(change.kind, change.key) for change in one.changes]


def test_each_object_meets_its_fate() -> None:
    """New is created, other bytes or other headers are updated, the same is kept, what is gone is deleted."""
    record = {
        "a/x/index.html": have("1"),
        "a/y/index.html": have("1"),
        "a/z/index.html": have("1"),
        "a/w/index.html": have(),
    }
    wanted = [
        want("a/n/index.html"),
        want("a/x/index.html", "2"),
        want("a/y/index.html", meta="other"),
        want("a/z/index.html"),
    ]
    made, found = plan(wanted, remote(record))
    assert not found
    assert done(made) == [
        ("create", "a/n/index.html"),
        ("update", "a/x/index.html"),
        ("update", "a/y/index.html"),
        ("delete", "a/w/index.html"),
    ]
    assert [one.etag for one in made.changes] == ["", "etag-1", "etag-1", "etag-1"]
    assert made.kept == {"a": 1}
    assert set(made.stays) == {"a/z/index.html"}


def test_the_order_is_assets_new_pages_changed_pages_lists_proof_deletions() -> None:
    """Whoever reads meanwhile finds what a page names, and no list names what is not there."""
    old = {
        "acme/privacy/index.html": have("0"),
        "acme/index.html": have("0"),
        "acme/old/index.html": have("0"),
    }
    paths = [
        "acme/build.json",
        "acme/index.html",
        "acme/sitemap.xml",
        "acme/privacy/index.html",
        "acme/terms/index.html",
        "acme/privacy/index.html.br",
        "acme/de/index.html",
        "acme/de/terms/index.html",
        "acme/terms/policy.json",
        f"{STYLE}.br",
        STYLE,
    ]
    made, _ = plan([want(path) for path in paths], remote(old))
    assert [change.key for change in made.changes] == [
        STYLE,
        f"{STYLE}.br",
        "acme/terms/policy.json",
        "acme/de/terms/index.html",
        "acme/de/index.html",
        "acme/privacy/index.html.br",
        "acme/terms/index.html",
        "acme/privacy/index.html",
        "acme/index.html",
        "acme/sitemap.xml",
        "acme/build.json",
        "acme/old/index.html",
    ]


def test_the_record_of_a_build_goes_up_with_something_else_alone() -> None:
    """A later commit that changes no file of a site writes nothing; other headers are written."""
    record = {"a/build.json": have("1"), "a/x/index.html": have("1"), "b/build.json": have("1")}
    page, other = want("a/x/index.html"), want("b/build.json", "2")
    made, _ = plan([want("a/build.json", "2"), page, other], remote(record))
    assert done(made) == []
    assert made.is_empty
    assert made.kept == {"a": 2, "b": 1}
    made, _ = plan([want("a/build.json", "2"), want("a/x/index.html", "2"), other], remote(record))
    assert done(made) == [("update", "a/x/index.html"), ("update", "a/build.json")]
    made, _ = plan([want("a/build.json", "2"), other], remote(record))
    assert done(made) == [("update", "a/build.json"), ("delete", "a/x/index.html")]
    made, _ = plan([want("a/build.json", meta="n"), page, other], remote(record))
    assert done(made) == [("update", "a/build.json")]


def test_the_record_of_a_build_follows_pages_that_a_broken_publish_wrote() -> None:
    """A publish ended between a page and `build.json`: the next finds the page done, and the record not."""
    record = {"a/build.json": have("1"), "a/x/index.html": have("1"), "b/build.json": have("1")}
    there = remote(record)
    found = {**there.found, "a/x/index.html": Found(10, '"md5"')}
    journal = Journal((Intent("a/x/index.html", "2", "md5", "m"), Intent("a/build.json", "2", "md6", "m")))
    broken = Remote(found, record, journal, record_etag="r", journal_etag="j")
    wanted = [want("a/build.json", "2"), want("a/x/index.html", "2"), want("b/build.json", "2")]
    made, _ = plan(wanted, broken)
    assert done(made) == [("update", "a/build.json")]
    other, _ = plan(wanted[2:], broken, only="b")  # it ends what was broken, and leaves `a` as it is
    assert not other.changes
    made, _ = plan(wanted, replace(there, found=found, record=other.stays))
    assert done(made) == [("update", "a/build.json")]


def test_the_addresses_to_purge_are_those_whose_content_changed() -> None:
    """What is new was in no cache; an index is its folder's address; an odd letter is escaped."""
    record = {
        "a/index.html": have("0"),
        "a/old/index.html": have(),
        "a/sitemap.xml": have("0"),
        "index.html": have("0"),
    }
    wanted = [want("a/index.html"), want("a/sitemap.xml"), want("a/new/index.html"), want("index.html")]
    made, _ = plan(wanted, remote(record))
    at = "https://legal.example.org/"
    assert made.purge == (at, f"{at}a/", f"{at}a/old/", f"{at}a/sitemap.xml")
    assert Place("s3://pages").address_of("a/é/index.html") == "/a/%C3%A9/"


def test_an_asset_that_no_page_uses_is_deleted_a_day_later() -> None:
    """Caches hold pages that name it; once it is used again, it is not retired any more."""
    first, _ = plan([want(NEW_STYLE)], remote({STYLE: have()}))
    assert done(first) == [("create", NEW_STYLE)]
    assert first.unused == (STYLE,)
    retired = first.stays[STYLE]
    assert retired.retired == "2026-11-22T12:00:00+00:00"
    there = remote({STYLE: retired, NEW_STYLE: have()})
    soon, _ = plan([want(NEW_STYLE)], there, now=NOW + timedelta(hours=23))
    assert soon.is_empty
    later, _ = plan([want(NEW_STYLE)], there, now=NOW + timedelta(hours=24))
    assert done(later) == [("delete", STYLE)]
    back, _ = plan([want(STYLE), want(NEW_STYLE)], there, now=NOW + timedelta(hours=24))
    assert not back.changes
    assert back.stays[STYLE].retired == ""


def test_what_is_not_ours_is_in_the_way_or_left_alone() -> None:
    """A foreign object where a page is to be is named; so is one of ours that somebody changed."""
    there = Remote(
        {
            "a/x": Found(1, "theirs"),
            "a/y": Found(1, "edited"),
            "a/z": Found(1, "edited"),
            "b/q": Found(1, "?"),
        },
        {"a/y": have(), "a/z": have()},
    )
    made, found = plan([want("a/x"), want("a/y")], there)
    assert not made.changes
    assert [one.code for one in found] == ["foreign-object", "foreign-object", "kept-file"]
    assert "`s3://pages/a/x` is in the way: it was not published by policypages" in found[0].message
    assert "`s3://pages/a/y` is in the way: it was changed by somebody else" in found[1].message
    assert "a/z" in found[2].message
    assert "a/z" not in made.stays


def test_only_the_sites_in_scope_are_touched() -> None:
    """Objects of other sites stay in the record as they are, gone or not."""
    record = {"a/index.html": have(), "b/index.html": have()}
    there = Remote({"a/index.html": Found(10, "etag-1")}, record, listed=lambda key: key.startswith("a/"))
    made, _ = plan([], there, only="a")
    assert done(made) == [("delete", "a/index.html")]
    assert made.stays == {"b/index.html": have()}


@pytest.mark.parametrize(("published", "allowed"), [(0, 5), (40, 5), (60, 6), (1000, 100)])
def test_a_tenth_or_five_deletions_need_no_word(published: int, allowed: int) -> None:
    """One more is refused, with the number that would allow it."""
    assert allowed_deletions(published) == allowed
    record = {f"a/{n}/index.html": have() for n in range(published)}
    gone = min(allowed + 1, published)
    kept = [want(key) for key in [*record][gone:]]
    made, found = plan(kept, remote(record), most=None)
    assert made.deletions == gone
    assert [one.code for one in found] == (["publish-refused"] if gone > allowed else [])
    assert not plan(kept, remote(record), most=gone)[1]


def test_what_a_publish_that_broke_off_wrote_is_known_by_its_journal() -> None:
    """By the digest in the ETag, or by reading it; anything else at its place is somebody else's."""
    journal = (Intent("a/x", "1", "md5x", "m"), Intent("a/y", "1", "", "m"), Intent("a/z", "1", "md5z", "m"))
    there = Remote(
        {"a/x": Found(1, '"md5x"'), "a/y": Found(1, "e"), "a/z": Found(1, "theirs")},
        {},
        Journal(journal, ("https://legal.example.org/before/",)),
        journal_etag="j",
        same={"a/y": Same("1", "m"), "a/z": Same("9", "m")},
    )
    made, found = plan([want("a/x"), want("a/y"), want("a/z")], there)
    assert [one.message.partition("`")[2].partition("`")[0] for one in found] == ["s3://pages/a/z"]
    assert set(made.stays) == {"a/x", "a/y"}
    assert made.purge == ("https://legal.example.org/before/",)
    assert not made.is_empty


def test_headers_that_nobody_can_be_sure_of_are_written_again() -> None:
    """The broken publish was to change headers alone: the bytes, and so the ETag, are the same."""
    record = {"a/x": Object(1, "1", '"md5"', "old")}
    there = Remote({"a/x": Found(1, '"md5"')}, record, Journal((Intent("a/x", "1", "md5", "new"),)), "r", "j")
    for meta in ("old", "new"):
        made, _ = plan([want("a/x", meta=meta)], there)
        assert done(made) == [("update", "a/x")]


NAMES = st.sampled_from(["a/index.html", "a/p/index.html", "b/p/index.html", STYLE, "b/build.json"])
DIGESTS = st.sampled_from("12")


@settings(max_examples=25)
@given(
    st.dictionaries(NAMES, DIGESTS),
    st.dictionaries(NAMES, DIGESTS),
    st.dictionaries(st.sampled_from(["c/mine", "a/index.html"]), DIGESTS),
)
def test_carried_out_it_leaves_what_is_wanted_and_what_is_foreign(
    wanted: dict[str, str], published: dict[str, str], foreign: dict[str, str]
) -> None:
    """Whatever stood there: where nothing was in the way, all is there that is wanted or not ours."""
    record = {key: have(digest) for key, digest in published.items()}
    found = {key: Found(1, f"foreign-{digest}") for key, digest in foreign.items() if key not in record}
    found |= {key: Found(one.size, one.etag) for key, one in record.items()}
    made, said = plan([want(key, digest) for key, digest in wanted.items()], Remote(found, record))
    assert bool(said) == any(key in wanted and key not in record for key in foreign)
    if said:
        return
    after = dict(found)
    for one in made.changes:
        if one.kind == "delete":
            del after[one.key]
        else:
            assert after.get(one.key, Found(0, "")).etag == one.etag
            after[one.key] = Found(one.size, f"etag-{one.sha256}")
    meant = dict(wanted)
    proof, page = "b/build.json", "b/p/index.html"
    if proof in wanted and proof in published and wanted.get(page) == published.get(page):
        meant[proof] = published[proof]  # the record of a build that made nothing else
    assert {key: one.etag for key, one in after.items() if key in wanted} == {
        key: f"etag-{digest}" for key, digest in meant.items()
    }
    assert {key for key in after if key not in wanted} == {
        key for key in found if key not in wanted and (key not in record or key == STYLE)
    }


def test_a_target_has_one_root_or_one_for_each_site() -> None:
    """With `{entity}` keys begin at the site; one that was named is looked at though built no more."""
    one = address_of({"to": "s3://pages/live/", "purge": "https://legal.example.org"})
    assert [(root.place.name, root.sites) for root in roots_of(one, ["a", "b"], [])] == [
        ("s3://pages/live", None)
    ]
    assert [root.sites for root in roots_of(one, ["a"], ["a", "gone"])] == [["a", "gone"]]
    assert [root.sites for root in roots_of(one, ["a"], ["a*"])] == [None]
    each = address_of({"to": "s3://{entity}-pages/x", "purge": "https://{entity}.example.org/"})
    roots = roots_of(each, ["a"], ["a", "gone"])
    assert [(root.address.bucket, root.place.purge) for root in roots] == [
        ("a-pages", "https://a.example.org/"),
        ("gone-pages", "https://gone.example.org/"),
    ]
    assert roots[0].place.key_of("a/privacy/index.html") == "privacy/index.html"
    assert roots[0].place.path_of("privacy/index.html") == "a/privacy/index.html"
