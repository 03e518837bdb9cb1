"""The server as a whole: how it starts and ends, what it shows of errors, and that it writes nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.servecase import PATIENCE, REPO, Line, Server, copy_site, plain, serving, start, stop, told
from tornado.netutil import bind_sockets

from policypages.preview import server as binding

PAGE = "/kp-careers/privacy/"
CLAUSE = "content/clauses/children.md"
ENTITY = "content/entities/kp-careers.yaml"
POLICY = "content/policies/privacy.yaml"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPO / "generator")}


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run another command."""
    return subprocess.run(
        [sys.executable, "-m", "policypages", *words],
        capture_output=True,
        encoding="utf-8",
        env={**ENVIRONMENT, **environment},
        timeout=60,
        check=False,
    )


def indexing(site: Path) -> bool:
    """Tell whether there is a process that plans the entities of a site."""
    command = ["ps", "-eww", "-o", "args"]
    listed = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    return f"policypages.preview.index {site}" in listed


# ---- start and end


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it(number: int, code: int, site: Path) -> None:
    """With pages open and the index under way it ends, all its processes with it."""
    for at in range(1000):
        (site / "content" / "entities" / f"many-{at}.yaml").write_text("extends: kp-careers\n")
    server = start(site)
    server.line(PAGE)
    server.until(lambda: indexing(site))
    assert stop(server, number) == code
    assert "Traceback" not in server.text
    assert not indexing(site)


def test_the_index_ends_when_the_server_is_killed(site: Path) -> None:
    """No process is left behind by SIGKILL."""
    for at in range(3000):
        (site / "content" / "entities" / f"many-{at}.yaml").write_text("extends: kp-careers\n")
    server = start(site)

    server.until(lambda: indexing(site))
    stop(server, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while indexing(site):
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_port_that_is_taken(site: Path) -> None:
    """The next free port is used, and both are named."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving(site, port=port) as server:
            assert server.port > port
            assert f"port {port} is taken" in server.text
            assert server.get(PAGE).status == 200


def test_both_kinds_of_addresses_are_served(server: Server) -> None:
    """Browsers try ::1 first for localhost, where this machine has it."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return  # this machine has no IPv6, and serving at 127.0.0.1 was seen
    with socket.create_connection(("::1", server.port), timeout=5):
        pass


def test_a_machine_with_ipv6_alone(site: Path) -> None:
    """Where 127.0.0.1 cannot be bound, ::1 is."""

    def bind(port: int, address: str) -> list[socket.socket]:
        if address == "127.0.0.1":
            raise OSError(99, "Cannot assign requested address")
        return bind_sockets(port, address)

    del site
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(binding, "bind_sockets", bind)
        try:
            sockets, port = binding.bind(binding.Place(0))
        except OSError:
            return  # no IPv6 here either: there is nothing to bind
    with suppress(OSError), socket.create_connection(("::1", port), timeout=5):
        pass
    assert {one.getsockname()[0] for one in sockets} == {"::1"}
    for one in sockets:
        one.close()


def test_no_browser_is_no_error(site: Path) -> None:
    """`--open` where there is none says so, and serves."""
    with serving(
        site, "--open", environment={"PATH": "/nowhere", "BROWSER": "/nowhere/browser", "DISPLAY": ""}
    ) as server:
        server.until(lambda: "no browser could be opened" in server.text)
        assert server.get(PAGE).status == 200


def test_what_cannot_be_served_at_all(tmp_path: Path) -> None:
    """No site, an unknown entity, a date that is none, an address of another machine: one line each."""
    (tmp_path / "empty").mkdir()
    ran = run("-C", str(tmp_path / "empty"), "serve", "--port", "0")
    assert (ran.returncode, "no-site" in ran.stderr) == (2, True), ran.stderr
    ran = run("-C", str(REPO), "serve", "--port", "0", "--entity", "kp-carers")
    assert ran.returncode == 2
    assert "did you mean `kp-careers`?" in ran.stderr
    ran = run("-C", str(REPO), "serve", "--as-of", "tomorrow")
    assert ran.returncode == 2
    ran = run("-C", str(REPO), "serve", "--host", "203.0.113.7")
    assert ran.returncode == 1
    assert "cannot serve at 203.0.113.7:8000" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_it_says_what_to_open_in_one_line(server: Server) -> None:
    """The address stands in the first and only line."""
    assert server.text == f"serving 5 entities: open http://localhost:{server.port}/ (Ctrl-C ends it)\n"


# ---- addresses


def test_addresses(server: Server) -> None:
    """The root leads to the overview, a folder without its slash to the folder, by path and by host."""
    host = f"kp-careers.localhost:{server.port}"
    for path, name, leads in (
        ("/", None, "/_overview/"),
        ("/kp-careers", None, "kp-careers/"),
        ("/kp-careers/privacy", None, "privacy/"),
        ("/privacy", host, "privacy/"),
    ):
        answer = server.get(path, name)
        assert (answer.status, answer.headers.get("Location")) == (302, leads), path
    assert plain(server.get("/", host).body) == plain(server.get("/kp-careers/").body)
    assert server.get(PAGE, method="HEAD").body == b""
    assert server.get("/_overview/").status == 200
    assert server.get("/nobody/").status == 404
    assert b"There is no entity nobody" in server.get("/nobody/").body
    assert server.get("/", f"nobody.localhost:{server.port}").status == 404


def test_a_sites_own_page_for_what_is_not_there(site: Path) -> None:
    """An entity that owns its root shows its 404 page, with the status of one."""
    entity = site / ENTITY
    entity.write_text(entity.read_text() + "\nowns_root: true\n")
    with serving(site) as server:
        host = f"kp-careers.localhost:{server.port}"
        answer = server.get("/nothing/here/", host)
        assert answer.status == 404
        assert plain(answer.body) == plain(server.get("/404.html", host).body)
        assert b"Kaiser Permanente Careers" in answer.body
        assert server.get("/robots.txt", host).headers["Content-Type"].startswith("text/plain")


def test_only_some_entities(site: Path) -> None:
    """With --entity the others are not served, and the overview does not list them."""
    with serving(site, "--entity", "kp-*") as server:
        assert server.get(PAGE).status == 200
        answer = server.get("/communication-partners/privacy/")
        assert answer.status == 404
        assert b"--entity" in answer.body
        part = json.loads(server.get("/_preview/index").body)
        assert [one["id"] for one in part["sites"]] == ["kp-businessnet", "kp-careers", "kp-employees"]


# ---- the overview's data


def index(server: Server, query: str = "") -> dict[str, Any]:
    """Return the index when it is complete."""

    def done() -> bool:
        part = json.loads(server.get("/_preview/index").body)
        return bool(part["done"] == part["total"])

    server.until(done)
    return dict(json.loads(server.get(f"/_preview/index?{query}").body))


def test_the_index(site: Path, server: Server) -> None:
    """It has all sites with names and pages, in parts and filtered, and knows who uses a clause."""
    whole = index(server)
    assert [one["id"] for one in whole["sites"]] == [
        "communication-partners",
        "kp-businessnet",
        "kp-careers",
        "kp-employees",
    ]
    assert whole["sites"][2] == {
        "id": "kp-careers",
        "name": "Kaiser Permanente Careers",
        "sample": True,
        "indexed": True,
        "pages": [{"title": "Privacy Statement", "path": PAGE, "locale": "en"}],
    }
    part = index(server, "from=1&count=2")
    assert (part["count"], [one["id"] for one in part["sites"]]) == (4, ["kp-businessnet", "kp-careers"])
    assert [one["id"] for one in index(server, "q=PERMANENTE+careers")["sites"]] == ["kp-careers"]
    assert index(server, "q=nobody")["count"] == 0
    using = [
        id_
        for id_ in ("communication-partners", "kp-businessnet", "kp-careers", "kp-employees")
        if b'id="children"' in server.get(f"/{id_}/privacy/").body
    ]
    assert using
    assert [one["id"] for one in index(server, "uses=clause:children")["sites"]] == using
    # an entity that is renamed, added, taken away is so here, too
    entity = site / ENTITY
    entity.write_text(entity.read_text().replace("name: Kaiser Permanente Careers", "name: New Name", 1))
    (site / "content" / "entities" / "added.yaml").write_text("extends: kp-careers\nname: Added\n")
    (site / "content" / "entities" / "kp-employees.yaml").unlink()
    server.until(lambda: index(server, "q=new+name")["count"] == 1)
    server.until(lambda: [one["name"] for one in index(server, "q=added")["sites"]] == ["Added"])
    server.until(lambda: index(server, "q=kp-employees")["count"] == 0)
    # what they inherit: the group's own file
    group = site / "content" / "entities" / "kaiser-permanente.yaml"
    policy = site / POLICY
    policy.write_text(policy.read_text().replace("title: Privacy Statement", "title: Privacy Notice", 1))
    server.until(lambda: titles(index(server, "q=added")) == ["Privacy Notice"])
    assert group.exists()


def titles(answer: dict[str, Any]) -> list[str]:
    """Return the titles of all pages in an answer of the index, which may be empty while it is made anew."""
    return [page["title"] for one in answer["sites"] for page in one["pages"]]


# ---- errors


BROKEN: dict[str, tuple[str, Callable[[str], str] | None, str]] = {
    "yaml": (ENTITY, lambda text: text + "\nname: [\n", "yaml-syntax"),
    "clause": (CLAUSE, lambda text: text + "\n{{ nothing.such }}\n", "unknown-fact"),
    "front": (CLAUSE, lambda text: text.replace("---\n", "---\ntitel: x\n", 1), "unknown-key"),
    "missing fact": (CLAUSE, lambda text: text + "\n{{ site_url }}\n", "missing-fact"),
    "template": ("themes/default/templates/page.html", lambda text: text + "{% if %}", "theme-template"),
    "settings": ("policypages.yaml", lambda text: text + "\nthema: x\n", "unknown-key"),
    "policy": (POLICY, lambda text: text + "\n  - no-such-clause\n", "unknown-clause"),
    "no clause": (CLAUSE, None, "unknown-clause"),
    "no entity": (ENTITY, None, "unknown-entity"),
    "no settings": ("policypages.yaml", None, "no-site"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve one site that is broken and mended again and again, without a restart."""
    with serving(
        copy_site(tmp_path_factory.mktemp("broken") / "site"), environment={"COLUMNS": "100"}
    ) as server:
        yield server


@pytest.mark.parametrize("case", BROKEN)
def test_an_error_leaves_the_last_good_page_and_is_gone_when_mended(case: str, broken: Server) -> None:
    """The open page is told what the terminal says, keeps its bytes, and is told when it is mended."""
    server = broken
    name, breaks, code = BROKEN[case]
    good = plain(server.get(PAGE).body)
    line = server.line(PAGE)
    before = len(server.text)
    path = server.folder / name
    text = path.read_text()
    if breaks is None:
        path.unlink()
    else:
        path.write_text(breaks(text))
    message = line.wait("problems")
    assert code in [one["code"] for one in message["problems"]], message
    assert f"error[{code}]" in message["text"]
    answer = server.get(PAGE)
    assert answer.status == (404 if case == "no entity" else 200)
    assert plain(answer.body) == good
    assert told(answer.body)["text"] == message["text"]
    # a line that opens now is told the same
    assert server.line(PAGE).wait("problems")["text"] == message["text"]
    path.write_text(text)
    line.wait("mended")
    answer = server.get(PAGE)
    assert (answer.status, plain(answer.body)) == (200, good)
    assert told(answer.body)["problems"] == []
    assert line.kinds() == ["hello", "problems", "mended"]
    # the terminal said it once, in the same words, and that it is mended
    server.until(lambda: "mended" in server.text[before:])
    said = server.text[before:]
    assert said.count(f"error[{code}]") == 1, said
    assert message["text"] in said


def test_a_page_that_was_never_good_shows_its_problems(site: Path) -> None:
    """It is a page with the status of a fault, escaped, and becomes the page itself when that is mended."""
    path = site / CLAUSE
    text = path.read_text()
    path.write_text(text + '\n{{ nothing["<script>alert(1)</script>"] }}\n')
    with serving(site) as server:
        answer = server.get(PAGE)
        assert answer.status == 500
        assert b"content/clauses/children.md" in answer.body
        assert b"<script>alert" not in answer.body
        assert b"&lt;script&gt;alert" in answer.body
        line = server.line(PAGE)
        path.write_text(text)
        line.wait("reload")
        assert server.get(PAGE).status == 200


def test_a_site_that_starts_with_broken_settings_is_mended_without_a_restart(site: Path) -> None:
    """Whatever is wrong at the start, the server runs and shows it."""
    settings = site / "policypages.yaml"
    text = settings.read_text()
    settings.write_text("title: [\n")
    with serving(site) as server:
        assert server.get(PAGE).status == 500
        assert "yaml-syntax" in server.text
        settings.write_text(text)
        server.says(PAGE, "Kaiser Permanente Careers")


def test_pages_without_the_clause_are_left_alone(site: Path, server: Server) -> None:
    """An error in a clause is no matter of pages that do not use it, nor is its edit."""
    other = "/communication-partners/privacy/"
    assert b'id="children"' not in server.get(other).body
    line, mine = server.line(other), server.line(PAGE)
    text = (site / CLAUSE).read_text()
    (site / CLAUSE).write_text(text + "\n{{ nothing.such }}\n")
    mine.wait("problems")
    (site / CLAUSE).write_text(text + "\nMore words.\n")
    mine.wait("reload")
    time.sleep(0.3)
    assert line.kinds() == ["hello"]
    assert mine.kinds() == ["hello", "problems", "mended", "reload"]


# ---- what changes what


def test_an_ancestor_reaches_all_below_it(site: Path, server: Server) -> None:
    """A fact of a group changes the pages of its entities, and theirs alone."""
    group = site / "content" / "entities" / "kaiser-permanente.yaml"
    assert "extends: kaiser-permanente" in (site / ENTITY).read_text()
    line, other = server.line(PAGE), server.line("/communication-partners/privacy/")
    text = group.read_text()
    assert "Kaiser Permanente" in text
    group.write_text(text.replace("Kaiser Permanente", "Emperor Permanente"))
    line.wait("reload")
    assert b"Emperor Permanente" in server.get(PAGE).body
    assert other.kinds() == ["hello"]


def test_a_stylesheet_is_swapped_without_a_reload(site: Path, server: Server) -> None:
    """The page is told which address takes the place of which, and the new one is served."""
    line = server.line(PAGE)
    second = server.line(PAGE)
    new = ""
    sheet = next((site / "themes" / "default" / "assets").glob("*.css"))
    sheet.write_text(sheet.read_text() + "\nbody { color: red }\n")
    for one in (line, second):
        ((old, new),) = one.wait("styles")["swap"].items()
        assert old != new
    answer = server.get(f"{PAGE}{new}".replace("privacy/../", ""))
    assert answer.status == 200
    assert b"color: red" in answer.body
    assert line.kinds() == ["hello", "styles"]
    # the page knows what it shows now: the next change is a reload
    (site / CLAUSE).write_text((site / CLAUSE).read_text() + "\nMore words.\n")
    line.wait("reload")


def test_the_last_good_page_keeps_its_stylesheet(site: Path, server: Server) -> None:
    """Beneath an error a page looks as it did, though the theme has other styles by now."""
    page = server.get(PAGE).body
    sheet = next((site / "themes" / "default" / "assets").glob("*.css"))
    name = page.split(b'rel="stylesheet" href="')[1].split(b'"')[0].decode().replace("../", "/kp-careers/")
    assert server.get(name).status == 200
    (site / CLAUSE).write_text((site / CLAUSE).read_text() + "\n{{ nothing.such }}\n")
    line = server.line(PAGE)
    line.wait("problems")
    sheet.write_text(sheet.read_text() + "\nbody { color: red }\n")
    time.sleep(0.3)
    assert server.get(name).status == 200


def test_a_page_that_lost_its_line_is_told_what_it_missed(site: Path, server: Server) -> None:
    """Who opens a line with bytes of old is told to reload; who has the new ones is left alone."""
    made = told(server.get(PAGE).body)["made"]
    (site / CLAUSE).write_text((site / CLAUSE).read_text() + "\nMissed words.\n")
    server.says(PAGE, "Missed words")

    late = Line(server.port, PAGE, made)
    server.lines.append(late)
    late.wait("reload")
    assert server.line(PAGE).kinds() == ["hello"]


def test_edits_in_a_row_end_on_the_last(site: Path, server: Server) -> None:
    """An edit every 200 ms for ten seconds: words never go back, and the last are shown at the end."""
    line = server.line(PAGE)
    text = (site / CLAUSE).read_text()
    seen = []
    for turn in range(50):
        (site / CLAUSE).write_text(f"{text}\nTurn {turn:03}.\n")
        time.sleep(0.2)
        page = plain(server.get(PAGE).body)
        at = page.find(b"Turn ")
        if at >= 0:
            seen.append(int(page[at + 5 : at + 8]))
    server.says(PAGE, "Turn 049.")
    assert seen == sorted(seen)
    server.line(PAGE)
    assert server.lines[-1].kinds() == ["hello"]  # what was served last is what is
    assert line.kinds().count("reload") >= 25


# ---- beside a build


def test_serve_writes_nothing_and_a_build_runs_beside_it(site: Path) -> None:
    """A build while serving works, twice, and serving leaves the folder as it was."""

    def tree() -> dict[str, tuple[int, int]]:
        return {
            str(path.relative_to(site)): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in site.rglob("*")
            if path.is_file()
        }

    before = tree()
    with serving(site) as server:
        for path in (PAGE, "/_overview/", "/_preview/index", "/kp-careers/"):
            server.get(path)
        assert tree() == before
        line = server.line(PAGE)
        for _ in range(2):
            ran = run("-C", str(site), "build")
            assert ran.returncode == 0, ran.stderr
        assert (site / "output" / "kp-careers" / "privacy" / "index.html").read_bytes() == plain(
            server.get(PAGE).body
        )
        built = tree()
        (site / CLAUSE).write_text((site / CLAUSE).read_text() + "\nMore words.\n")
        line.wait("reload")
        after = tree()
        assert {name for name in after if after[name] != built.get(name)} == {CLAUSE}
        assert after.keys() == built.keys()
        assert line.kinds() == ["hello", "reload"]
