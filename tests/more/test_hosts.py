"""A real nginx with our directives, and the parsers of Netlify and Cloudflare, over one built site."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import brotli
import pytest
from click.testing import CliRunner
from tests.releasecase import release
from tests.sitecase import SETTINGS, SiteCase, make_site
from tests.sites.test_hosting import COMMIT, FILES

from policypages import headers
from policypages.cli import cli

pytestmark = [pytest.mark.more, pytest.mark.timeout(300)]

HERE = Path(__file__).parent
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
MOVED = {
    "/data-protection/": "/privacy/",
    "/old%20&%20new/": "https://www.acme.example/?a=$1",
    "/privacy.html": "/privacy/",
    "/terms.pdf": "/cookies/#opening",
}
CONF = """\
{modules}
{user}
daemon off;
worker_processes 1;
error_log {prefix}/error.log;
pid {prefix}/nginx.pid;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {prefix}/body;
  proxy_temp_path {prefix}/proxy;
  fastcgi_temp_path {prefix}/fastcgi;
  uwsgi_temp_path {prefix}/uwsgi;
  scgi_temp_path {prefix}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {output}/acme;
    include {hosting}/nginx.conf;
    include {hosting}/redirects/acme.*;
  }}
  server {{
    listen 127.0.0.1:{other};
    root {output}/bolt;
    include {hosting}/nginx.conf;
    include {hosting}/redirects/bolt-has-none.*;
  }}
}}
"""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Host(NamedTuple):
    """Two sites as nginx serves them."""

    site: Path
    port: int
    other: int

    def get(self, path: str, *, port: int = 0, **sent: str) -> Answer:
        """Ask for a path as it stands, without a client that tidies it."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        given = {name.replace("_", "-"): value for name, value in sent.items()}
        connection.request("GET", path, headers=given)
        answer = connection.getresponse()
        found = Answer(answer.status, dict(answer.getheaders()), answer.read())
        connection.close()
        return found


def _settings(hosts: str) -> str:
    return f"{SETTINGS}hosting: {{for: [{hosts}], precompress: [br, gzip], hsts: true}}\n"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> SiteCase:
    """Build two sites, one of them with a release and so with a feed."""
    case = make_site(tmp_path_factory.mktemp("house"), FILES)
    case.change("policypages.yaml", _settings("netlify, nginx"))
    release(case, "2026-01-31", "acme")
    case.build(provenance=COMMIT)
    assert not case.report.failed, case.errors()
    return case


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def host(case: SiteCase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Start nginx with the directives that the build wrote."""
    assert NGINX is not None, "nginx is not here: `make setup-more` says what to do"
    prefix = tmp_path_factory.mktemp("nginx")
    hosting = shutil.copytree(case.output / "_hosting", prefix / "hosting")
    conf = hosting / "nginx.conf"
    if BROTLI.exists():
        conf.write_text(conf.read_text().replace("#brotli_static on;", "brotli_static on;"))
    port, other = _free_port(), _free_port()
    text = CONF.format(
        modules=f"load_module {BROTLI};" if BROTLI.exists() else "",
        user="user root;" if os.geteuid() == 0 else "",
        prefix=prefix,
        output=case.output,
        hosting=hosting,
        port=port,
        other=other,
    )
    (prefix / "test.conf").write_text(text)
    command = [NGINX, "-p", str(prefix), "-c", str(prefix / "test.conf")]
    tried = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr, tried.stderr
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield Host(case.output / "acme", port, other)
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not answer")


def _served(site: Path) -> list[str]:
    paths = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*")) if path.is_file()]
    return [path for path in paths if not path.endswith((".br", ".gz")) and not path.startswith("_")]


def _address(path: str) -> str:
    return "/" + (path.removesuffix("index.html") if f"/{path}".endswith("/index.html") else path)


def test_nginx_sends_every_file_with_its_headers(host: Host) -> None:
    """At its clean address each file has all headers that `headers.of` gives, and its own bytes."""
    looked = []
    for path in _served(host.site):
        address = _address(path).replace(" ", "%20")
        if address in MOVED:
            continue
        answer = host.get(address)
        assert answer.status == 200, path
        wanted = headers.of(path, hsts=True)
        assert {name: answer.headers.get(name) for name in wanted} == wanted, path
        assert answer.body == (host.site / path).read_bytes()
        looked.append(path)
    for name in ("feed.xml", "robots.txt", "sitemap.xml", "build.json", "privacy/index.html", "404.html"):
        assert name in looked
    assert any(path.startswith("privacy/versions/2026-01-31/") for path in looked)
    assert any(path.startswith("assets/") for path in looked)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing/",
        "/assets/style-0000000000.css",
        "/_headers",
        "/_redirects",
        "/index.html.br",
        "/privacy/index.html.gz",
        "/.git/config",
        "/privacy/.env",
    ],
)
def test_nginx_says_what_is_not_there(host: Host, path: str) -> None:
    """The page for that has all headers but a lifetime of a year; files for other hosts are not there."""
    answer = host.get(path)
    assert answer.status == 404
    assert answer.body == (host.site / "404.html").read_bytes()
    assert answer.headers["Content-Security-Policy"] == headers.HEADERS["Content-Security-Policy"]
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_nginx_has_one_address_for_each_page(host: Host) -> None:
    """Without the slash and with the file's name one is led to the folder's; the query goes along."""
    for asked, wanted in (
        ("/privacy", "/privacy/"),
        ("/privacy/index.html", "/privacy/"),
        ("/index.html?a=b", "/?a=b"),
        ("/privacy/versions/2026-01-31/index.html", "/privacy/versions/2026-01-31/"),
    ):
        answer = host.get(asked)
        assert (answer.status, answer.headers["Location"]) == (301, wanted)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/index.html",
        "/\\evil.example/index.html",
        "///evil.example//index.html",
        "/privacy/..//evil.example/index.html",
        "//evil.example/privacy",
        "/%0d%0aSet-Cookie:%20a=b/index.html",
    ],
)
def test_nginx_leads_to_no_other_host(host: Host, path: str) -> None:
    """No address of ours can be made to send a browser elsewhere, nor to write a header."""
    answer = host.get(path)
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "Set-Cookie" not in answer.headers


def test_nginx_redirects_old_addresses(host: Host) -> None:
    """As the sources say, with the status of an address that moved for good."""
    for asked, wanted in MOVED.items():
        answer = host.get(asked)
        assert (answer.status, answer.headers["Location"]) == (301, wanted.replace("$", "%24"))
        assert answer.headers["Referrer-Policy"] == headers.HEADERS["Referrer-Policy"]
    assert host.get("/terms.pdf", port=host.other).status == 404


def test_nginx_sends_what_was_compressed(host: Host) -> None:
    """Page, stylesheet and feed go out as the build compressed them, and caches are told of it."""
    encoding, ending = ("br", ".br") if BROTLI.exists() else ("gzip", ".gz")
    asset = next((host.site / "assets").glob("*.css")).name
    for path in ("privacy/index.html", f"assets/{asset}", "feed.xml"):
        answer = host.get(_address(path), Accept_Encoding=f"gzip, {encoding}")
        assert answer.headers["Content-Encoding"] == encoding
        assert answer.body == (host.site / f"{path}{ending}").read_bytes()
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["Content-Type"] == headers.of(path)["Content-Type"]
        plain = brotli.decompress(answer.body) if encoding == "br" else gzip.decompress(answer.body)
        assert plain == (host.site / path).read_bytes()


def test_what_nginx_serves_is_verified(host: Host) -> None:
    """Redirects, compression and clean addresses do not get in the way; a changed byte does."""

    def verify() -> tuple[int, str]:
        address = f"http://127.0.0.1:{host.port}/"
        ran = CliRunner().invoke(cli, ["verify", address], standalone_mode=False)
        return ran.return_value, ran.stderr

    assert verify() == (0, "")
    page = host.site / "cookies" / "index.html"
    before = page.read_bytes()
    copies = [Path(f"{page}{ending}") for ending in (".br", ".gz")]
    compressed = [one.read_bytes() for one in copies]
    try:
        page.write_bytes(before.replace(b"This is", b"That is"))
        for one in copies:
            one.unlink()
        code, said = verify()
        assert (code, said.count("error[")) == (1, 1)
        assert "cookies/index.html" in said
    finally:
        page.write_bytes(before)
        for one, data in zip(copies, compressed, strict=True):
            one.write_bytes(data)


def _referee(*words: str | Path) -> Any:
    command = ["node", str(HERE / "hosts.mjs"), *map(str, words)]
    ran = subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True)
    return json.loads(ran.stdout.splitlines()[-1])


def test_netlify_reads_headers_and_redirects(case: SiteCase) -> None:
    """Its own parsers find no fault, and read what was meant; a redirect goes before the page there."""
    found = _referee("netlify", case.output / "acme")
    assert found["errors"] == []
    by_pattern = {one["for"]: one["values"] for one in found["headers"]}
    wanted = dict([headers.HSTS])
    assert by_pattern["/*"] == {**headers.HEADERS, **wanted}
    assert by_pattern["/assets/*"] == {"Cache-Control": headers.FOR_EVER}
    moved = {one["from"]: (one["to"], one["status"], one["force"]) for one in found["redirects"]}
    assert moved == {old: (new, 301, True) for old, new in MOVED.items()}


def test_cloudflare_redirects(case: SiteCase, tmp_path: Path) -> None:
    """Cloudflare's own reading of the file sends each old address on, and leaves pages alone."""
    house = SiteCase(tmp_path, dict(case.files)).change("policypages.yaml", _settings("cloudflare"))
    house.build()
    found = _referee("cloudflare", house.output / "acme", *MOVED, "/privacy/", "/old")
    assert found == {**{old: [301, new] for old, new in MOVED.items()}, "/privacy/": None, "/old": None}
