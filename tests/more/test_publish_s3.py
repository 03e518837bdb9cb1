"""Publishing to a real S3 server: what is written, in which order and how, and what is left alone."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import brotli
import pytest
from tests.more.s3case import BUCKET, Proxy, PublishedSite, proxy, s3_server, said, site

__all__ = ["proxy", "s3_server", "site"]
pytestmark = pytest.mark.more
RECORD = ".policypages/published.json"


def test_a_first_publish_puts_every_file_and_the_record_last(site: PublishedSite) -> None:
    """The bucket holds the output bit by bit; assets come first, and what lists pages after them."""
    ran = site.publish("--yes")
    assert ran.return_value == 0, ran.stderr
    output = site.output()
    assert site.bucket.pages() == sorted(output)
    assert {key: site.bucket.get(key) for key in output} == output
    keys = [path.removeprefix(f"/{BUCKET}/live/") for path in site.proxy.written()]
    assert keys[0].endswith("publishing.json")
    assert keys[1].endswith("journal.json")
    assert keys.index(RECORD) > max(keys.index(key) for key in output)
    assets, pages, indexes = (
        [at for at, key in enumerate(keys) if test(key)]
        for test in (
            lambda key: "/assets/" in key,
            lambda key: key.count("/") == 2 and key.endswith("index.html"),
            lambda key: key.count("/") == 1 and key.endswith("/index.html"),
        )
    )
    assert len(assets) == len(indexes) == 3
    assert len(pages) == 6
    assert max(assets) < min(pages) < max(pages) < min(indexes)
    assert [key for key in site.bucket.listed() if ".policypages" in key] == [f"live/{RECORD}"]


def test_publishing_again_writes_nothing(site: PublishedSite) -> None:
    """One listing and the record are read; no request changes anything."""
    site.publish("--yes")
    ran = site.publish("--yes")
    assert ran.return_value == 0
    assert dict(site.proxy.count()) == {"GET": 2}
    assert "nothing to publish" in ran.stderr


def test_a_changed_page_is_exactly_its_objects(site: PublishedSite) -> None:
    """One entity's edit writes its page and its index, and the addresses to purge are theirs."""
    site.publish("--yes")
    before = site.bucket.etags()
    site.file("content/entities/acme-1.yaml", "name: Acme One\npolicies: {privacy: {}, cookies: {}}\n")
    site.build()
    ran = site.publish("--yes", "--purge-list", "-")
    assert ran.return_value == 0, ran.stderr
    after = site.bucket.etags()
    changed = {key for key in after if after[key] != before.get(key)}
    pages = {
        f"acme-1/{page}/{name}" for page in ("privacy", "cookies") for name in ("index.html", "policy.json")
    }
    assert changed == {"acme-1/index.html", *pages}
    assert after.keys() == before.keys()
    at = "https://legal.example.org/acme-1/"
    data = [f"{at}{page}/policy.json" for page in ("privacy", "cookies")]
    assert ran.stdout.split() == sorted([at, f"{at}cookies/", f"{at}privacy/", *data])
    written = {
        path.removeprefix(f"/{BUCKET}/live/") for path in site.proxy.written() if "?delete" not in path
    }
    assert {key for key in written if not key.startswith(".policypages")} == changed


def test_a_page_that_is_gone_is_deleted_and_a_foreign_object_is_not(site: PublishedSite) -> None:
    """Row 41: what is published is what is built; what somebody else put there stays."""
    site.bucket.put("acme-1/notes.txt", b"mine")
    site.bucket.put("elsewhere/index.html", b"mine, too")
    site.publish("--yes")
    site.file("content/entities/acme-1.yaml", "name: Acme 1\npolicies: {privacy: {}}\n")
    site.build()
    plan = site.publish("--plan").stdout
    assert "  - acme-1/cookies/index.html\n" in plan
    ran = site.publish("--yes")
    assert ran.return_value == 0, ran.stderr
    foreign = {"acme-1/notes.txt", "elsewhere/index.html"}
    assert set(site.bucket.pages()) == {*site.output(), *foreign}
    assert site.bucket.get("acme-1/notes.txt") == b"mine"


def test_an_object_in_the_way_is_refused_by_name_and_nothing_is_written(site: PublishedSite) -> None:
    """Whoever put it there decides, not we."""
    site.bucket.put("acme-2/privacy/index.html", b"mine")
    ran = site.publish("--yes")
    assert ran.return_value == 1
    assert "foreign-object" in ran.stderr
    assert f"`s3://{BUCKET}/live/acme-2/privacy/index.html` is in the way" in said(ran)
    assert site.proxy.written() == []
    assert site.bucket.get("acme-2/privacy/index.html") == b"mine"


def test_a_published_object_that_somebody_changed_is_not_overwritten(site: PublishedSite) -> None:
    """The record has another ETag: by whom it was changed nobody knows."""
    site.publish("--yes")
    site.bucket.put("acme-2/privacy/index.html", b"edited there")
    ran = site.publish("--yes")
    assert ran.return_value == 1
    assert "was changed by somebody else" in said(ran)
    assert site.bucket.get("acme-2/privacy/index.html") == b"edited there"


@pytest.mark.parametrize("encoding", ["none", "gzip", "br"])
def test_headers_and_bytes_read_back_are_those_of_the_plan(
    tmp_path: Path, proxy: Proxy, encoding: str
) -> None:
    """Row 51: type, charset, lifetime and encoding of every object, as any client sees them."""
    site = PublishedSite(tmp_path / "site", proxy, encoding).write(entities=1)
    site.build()
    assert site.publish("--yes").return_value == 0
    undo = {"none": bytes, "gzip": gzip.decompress, "br": brotli.decompress}[encoding]
    text = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8"}
    types = {**text, "json": "application/json"}
    for key, data in site.output().items():
        head = site.bucket.head(key)
        assert head["ContentType"] == types[key.rpartition(".")[2]]
        assert head.get("ContentEncoding", "none") == encoding
        lasts = "immutable" if "/assets/" in key else "max-age=300"
        assert lasts in head["CacheControl"]
        assert undo(site.bucket.get(key)) == data
    assert dict((site.publish("--yes").return_value and {}) or site.proxy.count()) == {"GET": 2}
    site.encoding = "br" if encoding == "gzip" else "gzip"
    site.write(entities=1)
    ran = site.publish("--yes")
    assert ran.return_value == 0, ran.stderr
    assert f"{len(site.output())} updated" in ran.stderr


def test_a_kept_plan_is_what_is_published_and_refused_once_the_target_moved(site: PublishedSite) -> None:
    """Row 50: between looking and publishing nothing may have changed, there or here."""
    kept = site.root / "plan.json"
    assert site.publish("-o", str(kept)).return_value == 0
    assert site.proxy.written() == []
    planned = json.loads(kept.read_bytes())["places"][0]["changes"]
    assert sorted(one["key"] for one in planned) == sorted(site.output())
    assert site.publish(target=str(kept)).return_value == 0
    assert site.bucket.pages() == sorted(site.output())
    again = site.publish(target=str(kept))
    assert again.return_value == 1
    assert "changed since the plan was made" in again.stderr
    site.publish("-o", str(kept))
    site.file("content/clauses/cookies.md", "---\ntitle: About\n---\n{{ name }} sets none.\n")
    site.build()
    late = site.publish(target=str(kept))
    assert late.return_value == 1
    assert "built again since the plan" in late.stderr


def test_many_deletions_are_refused_until_they_are_meant(tmp_path: Path, proxy: Proxy) -> None:
    """Row 50: six of ten sites gone is more likely a mistake than a wish."""
    site = PublishedSite(tmp_path / "site", proxy).write(entities=10)
    site.build()
    site.publish("--yes")
    for number in range(6):
        site.file(f"content/entities/acme-{number}.yaml", None)
    site.build()
    before = site.bucket.listed()
    ran = site.publish("--yes")
    assert ran.return_value == 1
    assert "30 of 60 published objects would be deleted" in said(ran)
    assert site.bucket.listed() == before
    assert site.publish("--yes", "--max-deletes", "30").return_value == 0
    assert {key.partition("/")[0] for key in site.bucket.pages() if "/assets/" not in key} == {
        f"acme-{number}" for number in range(6, 10)
    }


def test_each_site_may_have_a_bucket_of_its_own(site: PublishedSite) -> None:
    """With `{entity}` in `to`, keys begin at the site, and each bucket has a record of its own."""
    client = site.bucket.client
    for number in range(3):
        client.create_bucket(Bucket=f"acme-{number}-pages")
    settings = (site.root / "policypages.yaml").read_text()
    site.file("policypages.yaml", settings.replace(f"s3://{BUCKET}/live", "s3://{entity}-pages"))
    assert site.publish("--yes", "--entity", "acme-[01]").return_value == 0
    for number, there in enumerate((True, True, False)):
        listed = client.list_objects_v2(Bucket=f"acme-{number}-pages").get("Contents", ())
        keys = [one["Key"] for one in listed]
        assert ("privacy/index.html" in keys) is there
        assert (RECORD in keys) is there
