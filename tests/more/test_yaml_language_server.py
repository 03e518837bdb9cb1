"""The real yaml-language-server reads our schemas: right about good files, and about bad ones."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

pytestmark = [pytest.mark.more]

ROOT = Path(__file__).resolve().parents[2]
SERVER = Path(__file__).parent / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
KINDS = ("settings", "entity", "policy", "clause")
SECONDS = 30.0


class Server:
    """A language server on its standard streams, spoken to in JSON-RPC."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        self._heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self._sent = 0
        threading.Thread(target=self._listen, daemon=True).start()
        settings = {"yaml": {"validate": True, "schemaStore": {"enable": False}, "format": {"enable": False}}}
        self._settings = settings["yaml"]
        self._ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
        self._say("initialized", {})
        self._say("workspace/didChangeConfiguration", {"settings": settings})

    def diagnose(self, file: Path) -> list[dict[str, Any]]:
        """Open a file as an editor does and return what is underlined."""
        self._sent += 1  # the server remembers what it parsed by address and version
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": self._sent}
        self._say("textDocument/didOpen", {"textDocument": document | {"text": file.read_text("utf-8")}})
        told = self._published(file)
        self._say("textDocument/didClose", {"textDocument": {"uri": document["uri"]}})
        assert self._published(file) == [], "closing a file takes its marks away"
        return told

    def _published(self, file: Path) -> list[dict[str, Any]]:
        while True:
            message = self._next()
            if message.get("method") != "textDocument/publishDiagnostics":
                continue
            if message["params"]["uri"] == file.as_uri():
                return list(message["params"]["diagnostics"])

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    def _ask(self, method: str, params: dict[str, Any]) -> None:
        self._sent += 1
        number = self._sent
        self._write({"id": number, "method": method, "params": params})
        while self._next().get("id") != number:
            pass

    def _say(self, method: str, params: dict[str, Any]) -> None:
        self._write({"method": method, "params": params})

    def _next(self) -> dict[str, Any]:
        message = self._heard.get(timeout=SECONDS)
        if "method" in message and "id" in message:
            self._answer(message)
        return message if "method" in message or "result" in message else {}

    def _answer(self, message: dict[str, Any]) -> None:
        asked = message["params"].get("items", []) if message["method"] == "workspace/configuration" else []
        result = [self._settings if item.get("section") == "yaml" else {} for item in asked]
        self._write({"id": message["id"], "result": result or None})

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        stream = self._process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        stream.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while (message := _receive(stream)) is not None:
            self._heard.put(message)


def _receive(stream: IO[bytes]) -> dict[str, Any] | None:
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return dict(json.loads(stream.read(length))) if length else None


def _policypages(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "policypages", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy our own site and write its schemas."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "policypages.yaml", folder)
    shutil.copytree(ROOT / "content", folder / "content")
    _policypages("-C", folder, "schema")
    for kind in KINDS:
        assert (folder / ".policypages" / "schema" / f"{kind}.schema.json").is_file()
    return folder


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the starter site and write its schemas."""
    folder = tmp_path_factory.mktemp("starter") / "site"
    _policypages("init", folder)
    _policypages("-C", folder, "schema")
    return folder


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    """Start one language server for all files."""
    running = Server(site)
    yield running
    running.close()


def _modeline(file: Path) -> Path:
    first = file.read_text("utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema="), f"{file} does not open with the modeline"
    return (file.parent / first.partition("=")[2].strip()).resolve()


def _front_matter(clause: Path, schema: Path, folder: Path) -> Path | None:
    lines = clause.read_text("utf-8").splitlines()
    if not lines or lines[0] != "---":
        return None
    body = lines[1 : lines.index("---", 1)]
    file = folder / (clause.stem.replace("@", "-") + ".yaml")
    file.write_text("\n".join([f"# yaml-language-server: $schema={schema.as_uri()}", *body, ""]), "utf-8")
    return file


@pytest.mark.parametrize("name", ["site", "starter"])
def test_every_yaml_file_of_a_site_is_fine(server: Server, name: str, request: pytest.FixtureRequest) -> None:
    """Our own content and the starter open with a modeline to a schema, and nothing is underlined."""
    folder: Path = request.getfixturevalue(name)
    files = [folder / "policypages.yaml", *sorted((folder / "content").rglob("*.yaml"))]
    assert len(files) > 3
    schemas = {_modeline(file) for file in files}
    assert all(schema.is_file() for schema in schemas)
    assert {schema.name for schema in schemas} >= {f"{kind}.schema.json" for kind in KINDS[:3]}
    found = {file.relative_to(folder).as_posix(): server.diagnose(file) for file in files}
    assert {file: told for file, told in found.items() if told} == {}


@pytest.mark.parametrize("name", ["site", "starter"])
def test_every_front_matter_is_fine(
    server: Server, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The front matter of every clause fits the clause schema."""
    folder: Path = request.getfixturevalue(name)
    schema = folder / ".policypages" / "schema" / "clause.schema.json"
    seen = 0
    for number, clause in enumerate(sorted((folder / "content" / "clauses").rglob("*.md"))):
        (scratch := tmp_path / str(number)).mkdir()
        if file := _front_matter(clause, schema, scratch):
            seen += 1
            assert server.diagnose(file) == [], clause
    assert seen


GOOD = [
    ("entity", "name: NO\nshort_name: 1.10\n"),
    ("entity", "name: 97702\nsample: true\nurl: https://example.org/legal/\n"),
    ("entity", "name: 2023-01-24\naudience: 12:30:45\nsite_url: ~\n"),
    ("entity", "extends: group\npolicies:\n  privacy: {updated: 2023-01-24, adjust: {a: {omit: yes}}}\n"),
    ("entity", "extends: [group, other]\npolicies: {privacy: ~}\ncookies: {sid: ~}\n"),
    ("policy", "title: Privacy\nsections:\n  - one\n  - {clause: two, sections: [three, {clause: four}]}\n"),
]


@pytest.mark.parametrize(("kind", "text"), GOOD)
def test_legal_text_as_typed_is_fine(
    server: Server, site: Path, tmp_path: Path, kind: str, text: str
) -> None:
    """Names and numbers that YAML would take for something else are not underlined, nor is `~`."""
    schema = site / ".policypages" / "schema" / f"{kind}.schema.json"
    file = tmp_path / "good.yaml"
    file.write_text(f"# yaml-language-server: $schema={schema.as_uri()}\n{text}", "utf-8")
    assert server.diagnose(file) == []


BAD = [
    ("settings", "an unknown key", "title: Policies\ntitel: Policies\n", 2, "titel"),
    ("settings", "a type that extra does not have", "names:\n  extra: {browsers: list of numbers}\n", 2, ""),
    ("settings", "a schema version of the future", "title: x\nschema_version: 99\n", 2, ""),
    ("entity", "an unknown key", "name: Acme\nnmae: Acme\n", 2, "nmae"),
    ("entity", "a list where text is wanted", "name: Acme\naudience: [one, two]\n", 2, "string"),
    ("entity", "a word where yes or no is wanted", "sample: perhaps\n", 1, ""),
    ("entity", "a date in another manner", "policies:\n  privacy: {updated: Jan 24 2023}\n", 2, ""),
    ("entity", "a month without a zero", "policies:\n  privacy:\n    updated: 2023-1-24\n", 3, ""),
    (
        "entity",
        "a contact that is not declared",
        "contacts:\n  pirvacy: {email: a@b.example}\n",
        2,
        "pirvacy",
    ),
    ("entity", "an unknown key of a contact", "contacts:\n  privacy: {mail: a@b.example}\n", 2, "mail"),
    ("entity", "a cookie type that there is not", "cookies:\n  sid: {type: eternal, purpose: x}\n", 2, ""),
    ("entity", "a duration that is none", "retention:\n  client_contact: a while\n", 2, ""),
    ("entity", "an address that is not of the web", "url: ftp://example.org/\n", 1, ""),
    ("entity", "an unknown key of an adjustment", "policies:\n  p: {adjust: {s: {titel: x}}}\n", 2, "titel"),
    ("policy", "an unknown key", "title: Privacy\npaht: privacy\n", 2, "paht"),
    ("policy", "a heading that there is not", "sections:\n  - {clause: a, heading: big}\n", 2, ""),
    ("policy", "a mapping where a list is wanted", "sections: {clause: a}\n", 1, ""),
    ("clause", "an unknown key", "title: Cookies\noption: {}\n", 2, "option"),
    ("clause", "choices that are not a list", "options:\n  about: {choices: 3}\n", 2, ""),
]


@pytest.mark.parametrize(("kind", "what", "text", "line", "word"), BAD, ids=[f"{k}: {w}" for k, w, *_ in BAD])
def test_a_bad_file_is_underlined(
    server: Server, site: Path, tmp_path: Path, kind: str, what: str, text: str, line: int, word: str
) -> None:
    """An editor underlines the mistake, on its line, before anything is built."""
    schema = site / ".policypages" / "schema" / f"{kind}.schema.json"
    file = tmp_path / "bad.yaml"
    file.write_text(f"# yaml-language-server: $schema={schema.as_uri()}\n{text}", "utf-8")
    told = server.diagnose(file)
    assert told, f"{what} is not underlined"
    assert line in {one["range"]["start"]["line"] for one in told}, told
    assert any(word in one["message"] for one in told), told
