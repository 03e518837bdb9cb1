"""What happens to a publish when the server, the network, another publisher or a signal gets in its way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.more.s3case import Bucket, Proxy, PublishedSite, proxy, s3_server, said, site

from policypages import cli
from policypages.publish import lock, objects
from policypages.publish.patience import Patience

__all__ = ["proxy", "s3_server", "site"]
pytestmark = pytest.mark.more
RECORD = ".policypages/published.json"
PACKAGES = Path(cli.__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten what one waits for; how often one tries stays as it is."""
    monkeypatch.setattr(objects, "SECONDS", 1.0)
    monkeypatch.setattr(Patience.__init__, "__defaults__", (8, 0.02, 0.2, time.sleep))


def every(n: int, fault: object) -> Callable[[int, str, str], object]:
    """Let every n-th request meet a fault."""
    return lambda number, _method, _path: fault if number % n == 0 else None


def aside(bucket: Bucket) -> list[str]:
    return [key.rpartition("/")[2] for key in bucket.listed() if "/.policypages/" in key]


@pytest.mark.parametrize("fault", [500, 503, "reset", "lost", "silent"])
@pytest.mark.parametrize("n", [3, 7])
def test_what_passes_is_tried_again(site: PublishedSite, fault: object, n: int) -> None:
    """Row 49: with every n-th request failing all is published in the end, and the next has no work."""
    site.proxy.fault = every(n, fault)
    ran = site.publish("--yes")
    assert ran.return_value == 0, ran.stderr
    output = site.output()
    assert site.bucket.pages() == sorted(output)
    assert {key: site.bucket.get(key) for key in output} == output
    assert aside(site.bucket) == ["published.json"]
    record = json.loads(site.bucket.get(RECORD))["objects"]
    assert sorted((row[0], row[3]) for row in record) == sorted(site.bucket.etags().items())
    site.proxy.fault = every(1000, None)
    assert "nothing to publish" in site.publish("--yes").stderr
    assert site.proxy.written() == []


def test_denied_access_ends_it_at_once_with_one_problem(site: PublishedSite) -> None:
    """Row 49: no number of tries helps against 403; the record is unmoved, nothing is deleted."""
    site.publish("--yes")
    record, before = site.bucket.get(RECORD), site.bucket.pages()
    site.file("content/policies/cookies.yaml", None)
    site.file("content/clauses/cookies.md", None)
    for number in range(3):
        site.file(
            f"content/entities/acme-{number}.yaml", f"name: Acme No {number}\npolicies: {{privacy: {{}}}}\n"
        )
    site.build()
    site.proxy.fault = lambda _, method, path: 403 if method == "PUT" and "privacy" in path else None
    ran = site.publish("--yes", "--max-deletes", "6")
    assert ran.return_value == 1
    assert ran.stderr.count("error[") == 1
    assert "error[machine]" in ran.stderr
    assert "access is denied: AccessDenied" in said(ran)
    tried = [path for path in site.proxy.written() if "privacy" in path]
    assert tried
    assert len(tried) == len({*tried})
    assert site.bucket.get(RECORD) == record
    assert site.bucket.pages() == before
    assert "publishing.json" not in aside(site.bucket)


def test_a_server_that_stays_broken_ends_it_and_the_next_publish_goes_on(site: PublishedSite) -> None:
    """Row 49: what was put is not put again; the record appears when all is there."""
    site.proxy.fault = lambda _, method, path: 503 if method == "PUT" and "acme-2/index" in path else None
    ran = site.publish("--yes")
    assert ran.return_value == 1
    assert "tried 8 times" in said(ran)
    there = site.bucket.pages()
    assert len(there) > 6
    assert aside(site.bucket) == ["journal.json"]
    site.proxy.fault = every(1000, None)
    assert site.publish("--yes").return_value == 0
    assert not [path for path in site.proxy.written() if any(path.endswith(f"/{key}") for key in there)]
    assert site.bucket.pages() == sorted(site.output())
    assert aside(site.bucket) == ["published.json"]


@pytest.mark.parametrize(
    ("settings", "said_of_it"),
    [
        (("s3://policy-pages", "s3://no-such-bucket"), "there is no bucket `no-such-bucket`"),
        (("us-east-1", "us-east-1"), "is in another region"),
    ],
)
def test_the_wrong_bucket_or_region_is_said_in_one_problem(
    site: PublishedSite, settings: tuple[str, str], said_of_it: str
) -> None:
    """Row 49: a name that is wrong is not tried again, and what to look at is named."""
    text = (site.root / "policypages.yaml").read_text()
    site.file("policypages.yaml", text.replace(*settings))
    if "region" in said_of_it:
        site.proxy.fault = lambda *_: 301
    ran = site.publish("--yes")
    assert ran.return_value == 1
    assert ran.stderr.count("error[") == 1
    assert said_of_it in said(ran)
    assert len(site.proxy.asked) == 1


@pytest.mark.parametrize("missing", [("AWS_ACCESS_KEY_ID",), ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")])
def test_without_credentials_one_is_told_which_to_set(
    site: PublishedSite, monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...]
) -> None:
    """Half of them, or none and no role of the machine: one problem, with the names."""
    for name in missing:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")
    ran = site.publish("--yes")
    assert ran.return_value == 1
    assert "there are no credentials, or not all of them" in said(ran)
    assert "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` in the environment" in said(ran)
    assert site.proxy.asked == []


# ---- killed, and two at once


def start(site: PublishedSite, *words: str) -> subprocess.Popen[str]:
    """Start a publish in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "policypages", "-C", str(site.root), "publish", "production", "--yes", *words],
        env={**os.environ, "PYTHONPATH": str(PACKAGES)},
        stderr=subprocess.PIPE,
        text=True,
    )


def hold_at(proxy: Proxy, part: str) -> tuple[threading.Event, threading.Event]:
    """Hold what writes a key with `part` in it; return what tells of the first, and what lets go."""
    reached, go_on = threading.Event(), threading.Event()

    def fault(_number: int, method: str, path: str) -> object:
        if method == "PUT" and part in path:
            reached.set()
            go_on.wait(60)
        return None

    proxy.fault = fault
    return reached, go_on


@pytest.mark.parametrize(
    "part", ["journal.json", "/assets/", "acme-1/privacy", "acme-1/index", "published.json"]
)
def test_a_killed_publish_is_finished_by_the_next(site: PublishedSite, part: str) -> None:
    """SIGKILL in the middle: the next takes the lock over, and nothing is lost or doubled."""
    reached, go_on = hold_at(site.proxy, part)
    process = start(site)
    assert reached.wait(60)
    process.kill()
    process.wait()
    site.proxy.fault = every(1000, None)
    go_on.set()
    if process.stderr is not None:
        process.stderr.close()
    time.sleep(0.5)  # what was on its way arrives
    assert "publishing.json" in aside(site.bucket)
    there = set(site.bucket.pages())
    ran = site.publish("--yes", "--take-over")
    assert ran.return_value == 0, ran.stderr
    output = site.output()
    assert site.bucket.pages() == sorted(output)
    assert {key: site.bucket.get(key) for key in output} == output
    assert aside(site.bucket) == ["published.json"]
    assert not [path for path in site.proxy.written() if any(path.endswith(f"/{key}") for key in there)]


def test_after_a_kill_another_build_is_published_as_well(site: PublishedSite) -> None:
    """What the killed one put is known for ours, and the next, of other sources, updates and deletes it."""
    assert site.publish("--yes").return_value == 0
    site.file("content/clauses/privacy.md", "---\ntitle: About\n---\n{{ name }} says more.\n")
    site.file("content/entities/acme-9.yaml", "name: Acme 9\npolicies: {privacy: {}, cookies: {}}\n")
    site.build()
    reached, go_on = hold_at(site.proxy, "acme-9/index")
    process = start(site)
    assert reached.wait(60)
    process.kill()
    process.communicate()
    site.proxy.fault = lambda _number, method, path: (
        403 if method == "PUT" and "acme-9/index" in path else None
    )
    go_on.set()
    time.sleep(0.5)
    site.file("content/clauses/privacy.md", "---\ntitle: About\n---\n{{ name }} says yet more.\n")
    site.file("content/entities/acme-9.yaml", None)
    site.build()
    shown = site.publish("--plan")
    assert "- acme-9/privacy/index.html" in shown.stdout
    ran = site.publish("--yes", "--take-over", "--purge-list", "-")
    assert ran.return_value == 0, ran.stderr
    output = site.output()
    there = {key for key in site.bucket.pages() if not key.startswith("acme-9/assets/")}
    assert there == set(output)
    assert {key: site.bucket.get(key) for key in output} == output
    assert "https://legal.example.org/acme-9/privacy/" in ran.stdout.split()
    assert aside(site.bucket) == ["published.json"]


def test_a_publish_that_is_told_to_stop_gives_the_lock_back(site: PublishedSite) -> None:
    """SIGTERM: exit code 143, the lock is gone, the record is not there yet."""
    reached, go_on = hold_at(site.proxy, "acme-1/privacy")
    process = start(site)
    assert reached.wait(60)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    go_on.set()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 143, errors
    assert aside(site.bucket) == ["journal.json"]


def test_two_at_once_and_the_second_is_refused(site: PublishedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 50: the second sees that the first renews its lock, and ends; the first publishes all."""
    monkeypatch.setattr(lock.Rhythm.__init__, "__defaults__", (10.0, 45.0, 0.2))
    reached, go_on = hold_at(site.proxy, "acme-1/privacy")
    first = start(site)
    assert reached.wait(60)
    shutil.copytree(site.root, site.root.with_name("clone"))
    ran = PublishedSite(site.root.with_name("clone"), site.proxy).publish("--yes")
    assert ran.return_value == 1
    assert "error[publish-locked]" in ran.stderr
    assert "is writing to s3://policy-pages/live" in said(ran)
    go_on.set()
    _, errors = first.communicate(timeout=60)
    assert first.returncode == 0, errors
    assert site.bucket.pages() == sorted(site.output())
    assert aside(site.bucket) == ["published.json"]


def test_a_lock_that_nobody_renews_is_taken_over(
    site: PublishedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule: watched for a while, a lock that does not change belongs to the dead."""
    monkeypatch.setattr(lock.Rhythm.__init__, "__defaults__", (10.0, 1.0, 0.2))
    site.bucket.put(".policypages/publishing.json", b'{"policypages": "lock", "began": "yesterday"}')
    ran = site.publish("--yes")
    assert ran.return_value == 0, ran.stderr
    assert "watching for 1 s" in ran.stderr
    assert aside(site.bucket) == ["published.json"]


def test_whoever_lost_the_lock_stops(site: PublishedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A publisher that slept while another took over notices it, and leaves record and lock to the other."""
    monkeypatch.setattr(lock.Rhythm.__init__, "__defaults__", (0.2, 45.0, 0.2))
    theirs = b'{"policypages": "lock", "began": "now", "id": "other"}'

    def fault(_number: int, method: str, path: str) -> object:
        if method == "PUT" and "/assets/" in path:
            site.bucket.put(".policypages/publishing.json", theirs)
            time.sleep(0.8)
        return None

    site.proxy.fault = fault
    ran = site.publish("--yes")
    assert ran.return_value == 1
    assert "took s3://policy-pages/live over" in said(ran)
    assert site.bucket.get(".policypages/publishing.json") == theirs
    assert "published.json" not in aside(site.bucket)
    assert not [key for key in site.bucket.pages() if key.endswith(".html")]


def test_an_object_that_changes_meanwhile_stops_it(site: PublishedSite) -> None:
    """Row 50: each object is written on the condition that it is what the plan saw."""
    site.publish("--yes")
    record = site.bucket.get(RECORD)
    site.file("content/clauses/privacy.md", "---\ntitle: About\n---\n{{ name }} says more.\n")
    site.build()

    def fault(_number: int, method: str, path: str) -> object:
        if method == "PUT" and path.endswith("journal.json"):
            site.bucket.put("acme-2/privacy/index.html", b"edited there")
        return None

    site.proxy.fault = fault
    ran = site.publish("--yes")
    assert ran.return_value == 1
    assert "acme-2/privacy/index.html` changed while it was published" in said(ran)
    assert site.bucket.get("acme-2/privacy/index.html") == b"edited there"
    assert site.bucket.get(RECORD) == record
