"""Opening a line in an editor: which commands are run and which links are given, and for whom."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servecase import Answer, Server, copy_site, serving, told

from policypages.preview.editor import NoEditorError, choose, place_in

FILE = "content/clauses/web-logs.md"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("code", ["code", "--goto", "/x/a b.md:7:3"]),
        ("code -g", ["code", "--goto", "/x/a b.md:7:3"]),
        ("/usr/bin/codium --wait --goto", ["/usr/bin/codium", "--wait", "--goto", "/x/a b.md:7:3"]),
        ("vim", ["vim", "+7", "/x/a b.md"]),
        ("emacsclient -n", ["emacsclient", "-n", "+7", "/x/a b.md"]),
        ("subl", ["subl", "/x/a b.md:7:3"]),
        ("kate", ["kate", "--line", "7", "/x/a b.md"]),
        ("'my editor' --new", ["my editor", "--new", "/x/a b.md"]),
        ("ed --at={line},{column} {file}", ["ed", "--at=7,3", "/x/a b.md"]),
        ("ed; rm -rf $HOME", ["ed;", "rm", "-rf", "$HOME", "/x/a b.md"]),
    ],
)
def test_a_command_is_told_the_line_in_its_own_way(given: str, words: list[str]) -> None:
    """The words of each editor's manual; no shell ever reads them."""
    assert choose(given, {}).words("/x/a b.md", 7, 3) == words


def test_what_a_file_is_called_is_not_read_again() -> None:
    """A name with braces in it is a name."""
    assert choose("ed {file} {line}", {}).words("/x/{line}.md", 7, 3) == ["ed", "/x/{line}.md", "7"]


@pytest.mark.parametrize(
    ("environment", "terminal", "name"),
    [
        ({}, True, "VS Code"),
        ({"EDITOR": "vim"}, True, "vim"),
        ({"EDITOR": "vim"}, False, "VS Code"),
        ({"EDITOR": "gvim"}, False, "gvim"),
        ({"EDITOR": "vim", "VISUAL": "code -w"}, False, "code"),
        ({"EDITOR": "emacsclient -n"}, False, "emacsclient"),
        ({"POLICYPAGES_EDITOR": "zed", "VISUAL": "code"}, False, "zed"),
        ({"EDITOR": "'"}, True, "VS Code"),
        ({"EDITOR": "  "}, True, "VS Code"),
    ],
)
def test_the_editor_is_that_of_the_machine(environment: dict[str, str], terminal: bool, name: str) -> None:
    """Ours, then VISUAL, then EDITOR; one that needs a terminal is left out where none is."""
    assert choose(None, environment, terminal=terminal).name == name


@pytest.mark.parametrize("given", ["http://x/{file}", "javascript://x", "file://{file}", "'"])
def test_what_is_no_editor_is_refused(given: str) -> None:
    """An address must have a scheme of its own, and a place for the file."""
    with pytest.raises(NoEditorError):
        choose(given, {})


def test_links_name_the_place() -> None:
    """The folder is part of the link, encoded; the page puts in file, line and column."""
    link = "vscode://file/my%20site/{file}:{line}:{column}"
    assert choose("vscode", {}).told("/my site") == {"name": "VS Code", "link": link}
    assert choose("ed://{file}", {}).told("/s")["link"] == "ed:///s/{file}"


def test_a_command_that_fails_says_so(tmp_path: Path) -> None:
    """Not found, or ended with an exit code at once; one that runs on is well."""
    gone = choose(f"{tmp_path}/no-such-editor", {})
    assert "no such file" in asyncio.run(gone.open("/x", 1, 1))
    bad = choose(f"'{sys.executable}' -c 'import sys; sys.exit(3)'", {})
    assert asyncio.run(bad.open("/x", 1, 1)).endswith("ended with exit code 3")
    good = choose(f"'{sys.executable}' -c 'import time; time.sleep(1.2)'", {})

    async def opened() -> str:
        why = await good.open("/x", 1, 1)
        (rest,) = asyncio.all_tasks() - {asyncio.current_task()}
        assert await rest == 0  # it ran on, and is waited for
        return why

    assert asyncio.run(opened()) == ""


def test_a_place_is_a_plain_file_of_the_folder(tmp_path: Path) -> None:
    """Nothing above it, nothing through a link that leaves it, no folder."""
    (tmp_path / "site/content").mkdir(parents=True)
    (tmp_path / "site/content/a.md").write_text("x")
    (tmp_path / "secret").write_text("x")
    (tmp_path / "site/content/b.md").symlink_to(tmp_path / "secret")
    root = str(tmp_path / "site")
    assert place_in(root, "content/a.md") == str((tmp_path / "site/content/a.md").resolve())
    for file in ("content/b.md", "content", "../secret", str(tmp_path / "secret"), "content/none.md", ""):
        assert place_in(root, file) is None, file


# ---- over HTTP


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that the editor of these tests writes."""
    return tmp_path_factory.mktemp("opened") / "asked"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, opened: Path) -> Iterator[Server]:
    """Serve the example sites with an editor that writes down what it was asked."""
    script = "import sys; open(sys.argv[1], 'w').write(' '.join(sys.argv[2:]))"
    command = f"""'{sys.executable}' -c "{script}" '{opened}' {{file}} {{line}}"""
    with serving(copy_site(tmp_path_factory.mktemp("open") / "site"), "--editor", command) as server:
        (server.folder / "notes.txt").write_text("not a source")
        yield server


def post(server: Server, body: object, **headers: str) -> Answer:
    """Ask as a page of the preview does, but for some headers."""
    sent = {"Origin": server.origin, "Content_Type": "application/json", **headers}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"POST /_preview/open HTTP/1.1\r\nHost: localhost:{server.port}\r\nContent-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in sent.items() if value]
    head, _, rest = server.raw("\r\n".join([*lines, "Connection: close\r\n\r\n"]).encode() + data).partition(
        b"\r\n\r\n"
    )
    return Answer(int(head.split()[1]), {}, rest)


def test_a_source_is_opened_at_its_line(server: Server, opened: Path) -> None:
    """The command runs, and the answer says that nothing went wrong."""
    assert json.loads(post(server, {"file": FILE, "line": 15, "column": 2}).body) == {"why": ""}
    server.until(opened.exists)
    server.until(lambda: opened.read_text() == f"{(server.folder / FILE).resolve()} 15")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"file": "../secret", "line": 1}, 404),
        ({"file": "/etc/passwd", "line": 1}, 404),
        ({"file": "notes.txt", "line": 1}, 404),
        ({"file": "content/clauses", "line": 1}, 404),
        ({"file": FILE + "/../web-logs.md", "line": 1}, 404),
        ({"file": FILE, "line": "1; rm -rf"}, 400),
        ({"file": FILE, "line": -1}, 400),
        ({"file": FILE, "line": True}, 400),
        ({"file": [FILE], "line": 1}, 400),
        ({"file": "a\0b", "line": 1}, 400),
        ([], 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"", 400),
    ],
    ids=str,
)
def test_nothing_else_is_opened(body: object, status: int, server: Server, opened: Path) -> None:
    """Only sources of the folder, at a line that is a number."""
    opened.unlink(missing_ok=True)
    assert post(server, body).status == status
    assert not opened.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": ""},
    ],
    ids=str,
)
def test_no_other_page_opens_anything(headers: dict[str, str], server: Server, opened: Path) -> None:
    """Neither a page elsewhere nor a form, which needs nobody's leave to be sent."""
    opened.unlink(missing_ok=True)
    assert post(server, {"file": FILE, "line": 1}, **headers).status in {400, 403}
    assert not opened.exists()
    assert server.get("/_preview/open").status == 405


def test_a_page_knows_the_editor(server: Server) -> None:
    """Its name, and no link where a command is run."""
    page = told(server.get("/kp-careers/privacy/").body)
    assert page["editor"]["link"] == ""
    assert page["editor"]["name"].startswith("python")
