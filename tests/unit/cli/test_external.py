from __future__ import annotations

import contextlib
import json
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from policypages import cli
from policypages.cli.external import Answer, Asker, dead_links
from policypages.diagnostics import problem

QUICK = Asker(timeout=10, pause=0.01)


class _Host(ThreadingHTTPServer):
    """A host that answers by path, keeps what it was asked for, and how many asked at once."""

    daemon_threads = True

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), _Handler)
        self.asked: list[tuple[str, str]] = []
        self.agents: set[str] = set()
        self.times: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.inside = self.most = 0
        self.ended = False

    @property
    def origin(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet: clients that hang up are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: _Host
    is_inside = False

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_GET(self) -> None:
        self._answer("GET")

    def _answer(self, method: str) -> None:
        host = self.server
        with host.lock:
            host.asked.append((method, self.path))
            host.agents.add(self.headers["User-Agent"])
            host.times[self.path] += 1
            host.inside += 1
            self.is_inside = True
            host.most = max(host.most, host.inside)
            times = host.times[self.path]
        try:
            self._play(method, self.path.partition("?")[0], times)
        finally:
            self._leave()

    def _leave(self) -> None:
        """Count a question as answered before its answer goes out: who has it may ask the next at once."""
        with self.server.lock:
            self.server.inside -= self.is_inside
            self.is_inside = False

    def _play(self, method: str, path: str, times: int) -> None:  # noqa: C901, PLR0912 - a table
        match path.split("/")[1:]:
            case ["ok", *_]:
                self._send(200)
            case ["status", code]:
                self._send(int(code))
            case ["to", code, *rest]:
                self._send(int(code), Location="/" + "/".join(rest))
            case ["bad-location"]:
                self._send(302, Location="ftp://host.example/file")
            case ["bad-host"]:
                self._send(302, Location="http://[x")
            case ["nowhere"]:
                self._send(302)
            case ["circle"]:
                self._send(302, Location="/circle")
            case ["longer", depth]:
                self._send(302, Location=f"/longer/{int(depth) + 1}")
            case ["ill-at-first"]:
                self._send(200 if times > 2 else 500)
            case ["busy-at-first"]:
                self._send(200 if times > 1 else 429, **{"Retry-After": "0"})
            case ["get-only", code]:
                self._send(200 if method == "GET" else int(code))
            case ["slow"]:
                time.sleep(2)
                self._send(200)
            case ["endless"]:
                self._drip()
            case ["a-while", *_]:
                time.sleep(0.05)
                self._send(200)
            case ["reset"]:
                self._reset()
            case ["reset-head"]:
                if method == "HEAD":
                    self._reset()
                else:
                    self._send(200)
            case _:
                self._send(404)

    def _send(self, code: int, **headers: str) -> None:
        self._leave()
        self.send_response(code)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
        with contextlib.suppress(OSError):
            while not self.server.ended:
                self.wfile.write(b"x")
                time.sleep(0.05)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@contextmanager
def _hosting(address: str = "127.0.0.1") -> Iterator[_Host]:
    with _Host(address) as host:
        thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield host
        finally:
            host.ended = True
            host.shutdown()
        thread.join()


@pytest.fixture(name="host")
def _host() -> Iterator[_Host]:
    with _hosting() as host:
        yield host


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/ok", [("HEAD", "/ok")]),
        ("/to/302/ok", [("HEAD", "/to/302/ok"), ("HEAD", "/ok")]),
        ("/to/307/ok", [("HEAD", "/to/307/ok"), ("HEAD", "/ok")]),
        ("/get-only/405", [("HEAD", "/get-only/405"), ("GET", "/get-only/405")]),
        ("/get-only/404", [("HEAD", "/get-only/404"), ("GET", "/get-only/404")]),
        ("/get-only/503", [("HEAD", "/get-only/503"), ("GET", "/get-only/503")]),
        ("/reset-head", [("HEAD", "/reset-head"), ("GET", "/reset-head")]),
        ("/busy-at-first", [("HEAD", "/busy-at-first"), ("HEAD", "/busy-at-first")]),
        ("/ill-at-first", [("HEAD", "/ill-at-first"), ("GET", "/ill-at-first"), ("HEAD", "/ill-at-first")]),
        # a login, a guard against programs: the page is there
        ("/status/401", [("HEAD", "/status/401"), ("GET", "/status/401")]),
        ("/status/403", [("HEAD", "/status/403"), ("GET", "/status/403")]),
        ("/status/429", [("HEAD", "/status/429")] * 3),
    ],
)
def test_an_address_that_works_is_left_alone(host: _Host, path: str, asked: list[tuple[str, str]]) -> None:
    """The head is asked for, then the page where a host wants that, and both again where it is ill."""
    answer = QUICK.ask(f"{host.origin}{path}")
    assert answer.problem is None
    assert host.asked == asked


@pytest.mark.parametrize(
    ("path", "problem_", "hint"),
    [
        ("/gone", "answers 404 Not Found", "link to where the page is now, or take the link away"),
        ("/status/410", "answers 410 Gone", "link to where the page is now, or take the link away"),
        ("/status/500", "answers 500 Internal Server Error", None),
        (
            "/to/302/gone",
            "leads on to `ORIGIN/gone`, which answers 404 Not Found",
            "link to where the page is now, or take the link away",
        ),
        ("/to/301/ok", "has moved for good to `ORIGIN/ok`", "write the new address"),
        ("/to/308/to/301/ok", "has moved for good to `ORIGIN/ok`", "write the new address"),
        # what stands behind a redirect for today is not the new address
        ("/to/301/to/302/ok", "has moved for good to `ORIGIN/to/302/ok`", "write the new address"),
        ("/bad-location", "leads on to `ftp://host.example/file`, which is no page of the web", None),
        ("/bad-host", "leads on to `http://[x`, and that is no address: invalid IPv6 URL", None),
        ("/nowhere", "answers 302 Found, and does not say where to", None),
        ("/circle", "leads round in a circle", None),
        ("/longer/1", "leads on more than 10 times", None),
    ],
)
def test_an_address_that_does_not_work_is_explained(
    host: _Host, path: str, problem_: str, hint: str | None
) -> None:
    """What the host answers is said in plain words, and for good redirects where to."""
    answer = QUICK.ask(f"{host.origin}{path}")
    assert (answer.problem, answer.hint) == (problem_.replace("ORIGIN", host.origin), hint)


def test_a_slow_host_is_given_up(host: _Host) -> None:
    """A host has so much time for each answer, and is asked again."""
    answer = Asker(timeout=0.2, tries=2, pause=0.01).ask(f"{host.origin}/slow")
    assert answer.problem == "did not answer within 0.2 seconds"
    assert host.asked == [("HEAD", "/slow")] * 2


def test_a_host_that_never_ends_its_answer_is_given_up(host: _Host) -> None:
    """A byte now and then is always in time; the others are asked all the same, and the command ends."""
    addresses = [f"{host.origin}/endless", f"{host.origin}/ok"]
    answers = Asker(patience=2).ask_all(addresses)
    assert [answers[address].problem for address in addresses] == [
        "did not come to an end of its answer",
        None,
    ]


def test_a_host_that_hangs_up_is_asked_three_times(host: _Host) -> None:
    """A reset connection may be bad luck once, and is a fault when it comes each time."""
    answer = QUICK.ask(f"{host.origin}/reset")
    assert answer.problem is not None
    assert answer.problem.startswith("does not answer: ")
    assert [method for method, _ in host.asked] == ["HEAD", "GET"] * 3


def test_nobody_listens() -> None:
    """A port without a server is a host that refuses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
    assert QUICK.ask(address) == Answer("refuses to be asked", again=True)


@pytest.mark.parametrize("address", ["http://[x", "http://a b/", "http:///x", "https://\udcff.example/"])
def test_what_is_no_address_harms_nothing(host: _Host, address: str) -> None:
    """Whatever stands in a link, the other addresses are asked, and this one has a problem."""
    answers = QUICK.ask_all([address, f"{host.origin}/ok"])
    assert answers[f"{host.origin}/ok"] == Answer()
    assert answers[address].problem is not None


def test_without_a_network_no_link_is_blamed() -> None:
    """Where no host at all can be found, that is one problem, of the machine; one host alone may be gone."""
    links = [f"http://{name}.invalid/page" for name in ("first", "second")]
    found = [(link, problem("dead-link", link)) for link in links]
    assert [one.code for one in dead_links(found, QUICK)] == ["machine"]
    (one,) = dead_links(found[:1], QUICK)
    assert (one.code, one.message) == (
        "dead-link",
        "`http://first.invalid/page` is on no host that can be found",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have 127.0.0.1 alone")
def test_each_address_is_asked_once_and_few_at_a_time() -> None:
    """Two at a time for one host, eight in all, however many places link there; and who asks is said."""
    names = [f"127.0.0.{number}" for number in range(1, 7)]
    with _hosting("0.0.0.0") as host:  # noqa: S104 - one server under six names of this machine
        port = host.server_address[1]
        links = [
            f"http://{name}:{port}/a-while/{number}#{part}"
            for name in names
            for number in range(6)
            for part in ("top", "end")
        ]
        found = [(link, problem("dead-link", link)) for link in links * 3]
        seen: list[tuple[int, int]] = []
        assert list(dead_links(found, Asker(), lambda done, total: seen.append((done, total)))) == []
    assert len(host.asked) == 36
    assert seen == [(number, 36) for number in range(1, 37)]
    assert 2 < host.most <= 8
    (agent,) = host.agents
    assert agent.startswith("policypages/")


def test_one_host_is_asked_by_two_at_most(host: _Host) -> None:
    """A host that has all of the links, or to which redirects lead, is not flooded."""
    origin = host.origin
    QUICK.ask_all([f"{origin}/a-while/{number}" for number in range(8)])
    assert host.most == 2
    other = origin.replace("127.0.0.1", "localhost")
    QUICK.ask_all([f"{other}/to/302/a-while/{number}" for number in range(8)] + [f"{origin}/a-while/x"])
    assert host.most <= 4


# ------------------------------------------------------- the command

CLAUSE = """\
---
title: Opening
---
See [fine]({0}/ok), [gone]({0}/gone) and [gone again]({0}/gone#part).
Ours: [us](https://acme.example/legal/privacy/). Theirs: [them]({{{{ extra.partner }}}}).
"""


def _write(folder: Path, origin: str) -> None:
    files = {
        "policypages.yaml": "schema_version: 1\ntitle: T\nnames: {extra: {partner: text, spare: text}}\n",
        "content/policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
        "content/clauses/opening.md": CLAUSE.format(origin),
    }
    for name in ("acme", "bold"):
        files[f"content/entities/{name}.yaml"] = (
            f"name: {name}\nurl: https://{name}.example/legal/\n"
            f"extra:\n  partner: {origin}/to/301/ok\n  spare: {origin}/status/410\n"
            "policies: {privacy: {}}\n"
        )
    files["content/entities/bold.yaml"] = files["content/entities/bold.yaml"].replace(
        "https://bold.example/legal/", "https://acme.example/legal/"
    )
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def _check(folder: Path, *told: str) -> tuple[int, list[tuple[str, str, int, int, str]]]:
    arguments = ["-C", str(folder), "check", "--select", "dead-link", "--format", "json", *told]
    ran = CliRunner().invoke(cli.cli, arguments, standalone_mode=False)
    assert ran.exception is None, ran.exception
    found = json.loads(ran.stdout)["diagnostics"]
    return ran.return_value, [
        (one["severity"], one["file"], one["line"], one["column"], one["message"]) for one in found
    ]


def test_the_command_names_each_place_of_a_dead_link(tmp_path: Path, host: _Host) -> None:
    """Texts and facts, shown or not; both sites together ask for each address once, and warn."""
    _write(tmp_path, host.origin)
    code, found = _check(tmp_path, "--external")
    origin, at = host.origin, len(host.origin)
    first = len("See [fine](") + at + len("/ok), [gone](") + 1
    second = first + at + len("/gone) and [gone again](")
    gone = f"`{origin}/gone` answers 404 Not Found"
    facts = [
        ("warning", f"content/entities/{name}.yaml", line, column, message)
        for name in ("acme", "bold")
        for line, column, message in (
            (4, 12, f"`{origin}/to/301/ok` has moved for good to `{origin}/ok`"),
            (5, 10, f"`{origin}/status/410` answers 410 Gone"),
        )
    ]
    texts = [
        ("warning", "content/clauses/opening.md", 4, first, gone),
        ("warning", "content/clauses/opening.md", 4, second, gone.replace("/gone`", "/gone#part`")),
    ]
    assert (code, found) == (0, [*texts, *facts])
    heads = Counter(path for method, path in host.asked if method == "HEAD")
    assert heads == {"/ok": 2, "/gone": 1, "/to/301/ok": 1, "/status/410": 1}  # once as a redirect's end
    assert _check(tmp_path, "--external", "--strict")[0] == 1


def test_without_the_option_nobody_is_asked(tmp_path: Path, host: _Host) -> None:
    """Neither a check nor a build touches the network."""
    _write(tmp_path, host.origin)
    for told in (["check"], ["build"], ["check", "--strict"]):
        CliRunner().invoke(cli.cli, ["-C", str(tmp_path), *told], standalone_mode=False)
    assert host.asked == []
    ran = CliRunner().invoke(cli.cli, ["-C", str(tmp_path), "check", "--select", "dead-link"])
    assert "add `--external`" in ran.output


def test_an_allow_keeps_an_address_from_being_asked(tmp_path: Path, host: _Host) -> None:
    """What is allowed is not asked for; and without the option such an `allow` is not called unused."""
    _write(tmp_path, host.origin)
    clause = tmp_path / "content" / "clauses" / "opening.md"
    clause.write_text(
        clause.read_text("utf-8").replace(
            "title: Opening", "title: Opening\nallow: {dead-link: it comes back in May}"
        ),
        "utf-8",
    )
    _, found = _check(tmp_path, "--external")
    assert {file for _, file, *_ in found} == {"content/entities/acme.yaml", "content/entities/bold.yaml"}
    assert "/gone" not in host.times
    ran = CliRunner().invoke(cli.cli, ["-C", str(tmp_path), "check"], standalone_mode=False)
    assert "unused-allow" not in ran.output


def test_only_the_sites_asked_for_are_looked_at(tmp_path: Path, host: _Host) -> None:
    """`--entity` leaves the links of other sites unasked."""
    _write(tmp_path, host.origin)
    bold = tmp_path / "content" / "entities" / "bold.yaml"
    bold.write_text(bold.read_text("utf-8").replace("status/410", "status/404"), "utf-8")
    _, found = _check(tmp_path, "--external", "--entity", "acme")
    assert "content/entities/bold.yaml" not in {file for _, file, *_ in found}
    assert "/status/404" not in host.times
