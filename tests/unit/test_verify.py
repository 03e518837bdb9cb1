"""A site is held against the record of its build: in a folder, and as it is served."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import brotli
import pytest
from click.testing import CliRunner
from tests.sitecase import DAY, make_site

from policypages.cli import cli
from policypages.formats import record as records
from policypages.formats.encoding import DecodingError, decoded_digest
from policypages.formats.record import Content, Provenance
from policypages.verify import Served, compare

FILES = {
    "entities/acme.yaml": "name: Acme\nurl: https://acme.example/\npolicies: {privacy: {}}\n",
    "entities/bolt.yaml": "name: Bolt\nurl: https://bolt.example/\npolicies: {privacy: {}}\n",
    "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
    "clauses/opening.md": "---\ntitle: Opening\n---\n{{ name }} keeps nothing.\n",
}
COMMIT = Provenance("c0ffee", modified=False, as_of=DAY)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build two sites with their records."""
    case = make_site(tmp_path_factory.mktemp("house"), FILES).build(provenance=COMMIT)
    assert not case.report.failed, case.report.diagnostics
    return case.output


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    """Copy one site, to be spoilt."""
    return Path(shutil.copytree(built / "acme", tmp_path / "acme"))


class _Ran(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


def _verify(*told: str | Path) -> _Ran:
    ran = CliRunner().invoke(cli, ["verify", *map(str, told)], standalone_mode=False)
    assert ran.exception is None, ran.exception
    return _Ran(ran.return_value, ran.stdout, ran.stderr)


def _spoil(site: Path, how: str) -> str:
    page = site / "privacy" / "index.html"
    match how:
        case "differs":
            data = bytearray(page.read_bytes())
            data[len(data) // 2] ^= 1
            page.write_bytes(data)
        case "missing":
            page.unlink()
        case "extra":
            page = site / "privacy" / "more.html"
            page.write_text("We sell everything.")
    return page.relative_to(site).as_posix()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve folders, each at an origin of its own."""
    hosts: list[ThreadingHTTPServer] = []

    def begin(folder: Path, handler: type[SimpleHTTPRequestHandler] = _Quiet) -> str:
        host = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
        threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01}).start()
        hosts.append(host)
        return f"http://127.0.0.1:{host.server_port}/"

    yield begin
    for host in hosts:
        host.shutdown()
        host.server_close()


def test_what_was_built_is_verified(built: Path) -> None:
    """Each site of an output folder says how many files it has, and from which commit and day."""
    ran = _verify(built)
    assert ran.exit_code == 0, ran.stderr
    assert [line.partition(" (")[0] for line in ran.stdout.splitlines()] == [
        f"{built / 'acme'}: 5 files, all as built",
        f"{built / 'bolt'}: 5 files, all as built",
    ]
    assert f"(commit c0ffee; as of {DAY}; policypages " in ran.stdout


@pytest.mark.parametrize("how", ["differs", "missing", "extra"])
def test_one_file_that_is_not_as_built_is_named(site: Path, how: str) -> None:
    """One bit, one file less, one file more: the command says which, and fails."""
    path = _spoil(site, how)
    ran = _verify(site)
    assert ran.exit_code == 1
    assert ran.stderr.count("error[") == 1
    assert f"{site.name}/{path}`" in ran.stderr
    data = json.loads(_verify(site, "--format", "json").stdout)
    assert [(one["path"], one["state"]) for one in data["sites"][0]["files"]] == [(path, how)]
    assert data["diagnostics"][0]["code"] == "not-as-built"
    assert not data["sites"][0]["verified"]


@pytest.mark.parametrize("how", ["differs", "missing"])
def test_a_served_copy_is_verified_too(site: Path, serve: Callable[[Path], str], how: str) -> None:
    """The same over HTTP, by the addresses that readers know; what else a host has it does not say."""
    address = serve(site)
    assert _verify(address).exit_code == 0
    path = _spoil(site, how)
    (site / "more.html").write_text("not seen")
    ran = _verify(address)
    assert (ran.exit_code, ran.stderr.count("error[")) == (1, 1)
    assert f"`{address}{path}`" in ran.stderr


def test_a_record_that_was_kept_tells_what_a_new_one_hides(
    built: Path, site: Path, serve: Callable[[Path], str]
) -> None:
    """Who changes a page and its record passes, but not against the record that counsel has kept."""
    path = _spoil(site, "differs")
    kept = built / "acme" / "build.json"
    page = (site / path).read_bytes()
    record = records.read(kept.read_bytes())
    assert not isinstance(record, str)
    (site / "build.json").write_text(
        kept.read_text().replace(record.files[path].sha256, decoded_digest([page], None, most=9**9)[1])
    )
    address = serve(site)
    assert _verify(address).exit_code == 0
    assert _verify(address, "--against", kept).exit_code == 1
    assert _verify(site, "--against", kept).exit_code == 1


class _Compressing(_Quiet):
    """Sends all compressed, asked or not: an object store has nothing else to send."""

    def do_GET(self) -> None:
        place = Path(self.translate_path(self.path))
        data = (place / "index.html" if place.is_dir() else place).read_bytes()
        self.send_response(200)
        if "br" in self.headers["Accept-Encoding"] and self.path != "/":
            data = brotli.compress(data)
            self.send_header("Content-Encoding", "br")
        else:
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def test_what_is_sent_compressed_is_read(site: Path, serve: Callable[..., str]) -> None:
    """Digests are of what is in an answer, however it was sent."""
    address = serve(site, _Compressing)
    assert _verify(address).exit_code == 0
    _spoil(site, "differs")
    assert _verify(address).exit_code == 1


class _Hostile(_Quiet):
    """Leads to another host, sends less than it says, or sends a bomb."""

    def do_GET(self) -> None:
        if self.path == "/":
            self.send_response(302)
            self.send_header("Location", "https://elsewhere.example/")
            self.end_headers()
            return
        self.send_response(200)
        if self.path == "/privacy/":
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"x")
            self.close_connection = True
            return
        data = gzip.compress(bytes(50_000_000), 1) if self.path.startswith("/assets") else b"no gzip"
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def test_a_hostile_host_is_told_and_ends(built: Path, serve: Callable[..., str]) -> None:
    """Whatever a host sends is an answer in words about that file."""
    record = records.read((built / "acme" / "build.json").read_bytes())
    assert not isinstance(record, str)
    outcomes = compare(record, Served(serve(built, _Hostile), timeout=5)).outcomes
    said = {one.path.partition("-")[0]: one.why for one in outcomes}
    assert said.pop("assets/style").startswith("has ")
    assert said == {
        "index.html": "is not there: the host leads on to `https://elsewhere.example/`",
        "privacy/index.html": "was cut short: 999,999 bytes are missing",
        "privacy/policy.json": "cannot be decoded as the host says",
        "sitemap.xml": "cannot be decoded as the host says",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"policypages": "build", "version": 2}',
        "[" * 100_000,
        '{"policypages": "build", "version": 1, "commit": null}',
    ],
)
def test_what_is_no_record_is_refused(site: Path, text: str) -> None:
    """A record comes from anywhere: what cannot be read is said, and nothing passes."""
    (site / "build.json").write_text(text)
    ran = _verify(site)
    assert (ran.exit_code, ran.stderr.count("error[no-record]")) == (1, 1)


@pytest.mark.parametrize("path", ["../privacy/index.html", "/etc/passwd", "privacy/../../x", "a\\b"])
def test_a_record_leads_nowhere_else(site: Path, path: str) -> None:
    """No path of a record leaves the folder of its site."""
    kept = (site / "build.json").read_text()
    (site / "build.json").write_text(kept.replace('"privacy/index.html": {', f"{json.dumps(path)}: {{"))
    ran = _verify(site)
    assert (ran.exit_code, ran.stderr.count("error[no-record]")) == (1, 1)


def test_what_a_record_makes_too_large_is_not_unpacked(built: Path, serve: Callable[..., str]) -> None:
    """Whoever can change a record could have us unpack a bomb for years."""
    record = records.read((built / "acme" / "build.json").read_bytes())
    assert not isinstance(record, str)
    style = next(path for path in record.files if path.startswith("assets/"))
    record = record._replace(files={style: Content(10**15, "0" * 64)})
    (outcome,) = compare(record, Served(serve(built, _Hostile), timeout=5)).outcomes
    assert outcome.why == "is not asked for: by the record it has more than 64,000,000 bytes"


@pytest.mark.parametrize(
    "address", ["https://kim:secret@acme.example/", "https://acme.example/?a", "http://a/#b"]
)
def test_an_address_that_is_of_no_folder_is_refused(address: str) -> None:
    """And no password is printed."""
    ran = CliRunner().invoke(cli, ["verify", address])
    assert ran.exit_code == 2
    assert "the address of a folder is wanted" in " ".join(ran.output.split())
    assert "secret" not in ran.output


def test_a_site_that_is_gone_as_a_whole_does_not_pass(built: Path, tmp_path: Path) -> None:
    """Where the output has the manifest of its build; a copy without it cannot know."""
    copy = Path(shutil.copytree(built, tmp_path / "output"))
    shutil.rmtree(copy / "bolt")
    ran = _verify(copy)
    assert (ran.exit_code, ran.stderr.count("error[no-record]")) == (1, 1)
    assert "bolt/build.json` is not there, and other sites have one" in " ".join(ran.stderr.split())


def test_a_site_in_a_folder_of_its_own_has_the_record_of_a_publish(site: Path) -> None:
    """That one is no extra file; anything beside it is."""
    (site / ".policypages").mkdir()
    (site / ".policypages" / "published.json").write_text("{}")
    assert _verify(site).exit_code == 0
    (site / ".policypages" / "more.html").write_text("We sell everything.")
    assert _verify(site).exit_code == 1


def test_a_site_whose_record_was_taken_away_does_not_pass(built: Path, tmp_path: Path) -> None:
    """In an output folder each site needs its record."""
    copy = Path(shutil.copytree(built, tmp_path / "output"))
    (copy / "bolt" / "build.json").unlink()
    ran = _verify(copy)
    assert (ran.exit_code, ran.stderr.count("error[no-record]")) == (1, 1)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_encoded_bytes_are_read_whole_or_refused(encoding: str) -> None:
    """What was cut short, or goes on for ever, is told from the file."""
    data = bytes(range(256)) * 4000
    packed = brotli.compress(data) if encoding == "br" else gzip.compress(data)
    pieces = [packed[at : at + 1000] for at in range(0, len(packed), 1000)]
    assert decoded_digest(pieces, encoding, most=len(data)) == decoded_digest([data], None, most=len(data))
    with pytest.raises(DecodingError):
        decoded_digest([packed[:-5]], encoding, most=len(data))
    assert decoded_digest(pieces, encoding, most=10)[0] < len(data)
    with pytest.raises(DecodingError):
        decoded_digest([zlib.compress(data)], encoding, most=len(data))
