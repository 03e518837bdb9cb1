"""What strangers may ask of the server: nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servecase import Line, Server, copy_site, serving

PAGE = "/kp-careers/privacy/"
CANARY = "canary-3f9c"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the example sites, with things beside them that nobody may read."""
    site = copy_site(tmp_path_factory.mktemp("safety") / "site")
    for beside in (site / "secret.txt", site.parent / "secret.txt", site.parent / "site-leak" / "index.html"):
        beside.parent.mkdir(exist_ok=True)
        beside.write_text(CANARY)
    for name in ("output", "_site-leak", "kp-careers-leak"):
        (site / name).mkdir()
        (site / name / "index.html").write_text(CANARY)
    (site / "output" / "kp-careers").mkdir()
    (site / "output" / "kp-careers" / "stray.html").write_text(CANARY)
    (site / "output" / "kp-careers" / "link.html").symlink_to(site.parent / "secret.txt")
    (site / "content" / "entities" / "leak.yaml").symlink_to(site.parent / "secret.txt")
    with serving(site) as server:
        yield server


TRAVERSALS = [
    b"/../secret.txt",
    b"/..%2fsecret.txt",
    b"/..%2Fsecret.txt",
    b"/%2e%2e/secret.txt",
    b"/%2e%2e%2fsecret.txt",
    b"/%252e%252e/secret.txt",
    b"/%252e%252e%252fsecret.txt",
    b"/kp-careers/../../secret.txt",
    b"/kp-careers/..%5c..%5csecret.txt",
    b"/kp-careers\\..\\..\\secret.txt",
    b"/kp-careers/%00",
    b"/kp-careers/\x00",
    b"/kp-careers/privacy/%00.html",
    b"/%",
    b"/%zz",
    b"/%c0%ae%c0%ae/secret.txt",
    b"/%ff",
    b"/\xff",
    b"//secret.txt",
    b"///etc/passwd",
    b"/etc/passwd",
    b"/file:///etc/passwd",
    b"/_site-leak/",
    b"/kp-careers-leak/",
    b"/../site-leak/index.html",
    b"/site-leak/",
    b"/output/kp-careers/stray.html",
    b"/kp-careers/stray.html",
    b"/kp-careers/link.html",
    b"/leak/",
    b"/leak/privacy/",
    b"/content/entities/kp-careers.yaml",
    b"/policypages.yaml",
    b"/secret.txt",
    b"/.policypages/manifest",
    b"/kaiser-permanente/",
    b"/_preview/../handlers.py",
    b"/_preview/handlers.py",
    b"/_preview/client.js/",
    b"/_preview/",
    b"/kp-careers/assets/",
    b"/kp-careers/privacy/" + b"a" * 65_536,
    b"/" + b"a/" * 32_768,
    b"/_preview/index/" + b"a" * 65_536,
    b"http://evil.example/",
    b"*",
    b"kp-careers/privacy/",
]


@pytest.mark.parametrize("target", TRAVERSALS, ids=lambda one: repr(one[:40]))
def test_nothing_but_planned_output_is_served(target: bytes, server: Server) -> None:
    """Sent as raw bytes, such an address is answered with 4xx, and the process lives."""
    host = f"localhost:{server.port}".encode()
    answer = server.raw(b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert answer[:10] == b"HTTP/1.1 4", answer[:200]
    assert CANARY.encode() not in answer
    assert b"root:" not in answer
    assert server.get("/communication-partners/privacy/").status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
    ],
    ids=lambda one: repr(one[:30]),
)
def test_what_is_no_request_of_a_browser_is_no_harm(sent: bytes, server: Server) -> None:
    """It is answered with 4xx, or with nothing at all."""
    answer = server.raw(sent, 2)
    assert answer == b"" or answer[:10] == b"HTTP/1.1 4", answer[:200]
    assert server.get("/communication-partners/privacy/").status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "192.168.0.1", "x.y.localhost"])
@pytest.mark.parametrize("path", ["/", PAGE, "/_overview/", "/_preview/index", "/_preview/client.js"])
def test_a_foreign_host_is_refused(path: str, host: str, server: Server) -> None:
    """A name that somebody points at this machine does not open it."""
    answer = server.get(path, f"{host}:{server.port}")
    assert answer.status == 403
    assert b"Kaiser" not in answer.body


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "https://localhost:{port}"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Host": "evil.example", "Origin": "http://evil.example"},
        {"Host": "evil.example:{port}", "Origin": "http://localhost:{port}"},
    ],
    ids=lambda one: ",".join(one.values()) or "none",
)
def test_a_foreign_page_gets_no_socket(headers: dict[str, str], server: Server) -> None:
    """The socket is for pages of this server alone."""
    line = Line(server.port, PAGE, headers={k: v.format(port=server.port) for k, v in headers.items()})
    line.close()
    assert line.status == 403


def test_a_page_of_ours_gets_one(server: Server) -> None:
    """By path and by the name of the entity."""
    server.line(PAGE)
    host = f"kp-careers.localhost:{server.port}"
    line = Line(server.port, "/privacy/", headers={"Host": host, "Origin": f"http://{host}"})
    assert line.wait("hello")["state"] >= 1
    line.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_is_done_for_a_foreign_page(method: str, server: Server) -> None:
    """Other methods are for pages of ours, and there are none that pages have."""
    assert server.get(PAGE, method=method, Origin="http://evil.example").status == 403
    assert server.get(PAGE, method=method, Origin=server.origin).status == 405


def test_a_page_may_load_from_here_alone(server: Server) -> None:
    """The policy of a page is the site's, and room for our own script and socket."""
    answer = server.get(PAGE)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "script-src": "'self'",
        "connect-src": f"'self' ws://localhost:{server.port}",
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Server" not in answer.headers


def test_only_this_machine_is_listened_to(server: Server) -> None:
    """Of the addresses of this machine, only those of loopback answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5):
        pass
    with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
        socket.create_connection(("127.0.0.2", server.port), timeout=5)


def test_another_address_is_warned_of_loudly(tmp_path: Path) -> None:
    """With --host others can read along, and that is said; foreign names are refused still."""
    any_address = "0.0.0.0"  # noqa: S104 - this is what is warned of
    with serving(copy_site(tmp_path / "site"), "--host", any_address) as server:
        assert "warning:" in server.text
        assert "everybody" in server.text
        assert server.get(PAGE, f"127.0.0.1:{server.port}").status == 200
        assert server.get(PAGE, f"10.0.0.1:{server.port}").status == 200
        assert server.get(PAGE, f"evil.example:{server.port}").status == 403
