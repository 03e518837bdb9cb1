"""The pages on diagnostic codes: each code has one, and each example is what the program makes of it."""

from __future__ import annotations

import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest
from tests.rulecase import FOLDER, ROOT, Example, base, checked, example, part, typed

from policypages.diagnostics import CODES, GROUPS, SEVERITIES
from policypages.formats.clauses import tags
from policypages.formats.clauses.shapes import MAX_NESTED
from policypages.formats.facts import MAX_BYTES, MAX_DEPTH, MAX_NODES
from policypages.load.site import MAX_CLAUSE
from policypages.publish.folder import FolderStore
from policypages.publish.lock import Lock, Rhythm
from policypages.publish.patience import Patience, PatientStore
from policypages.write import open_output

BEGIN, END = "<!-- index: begin -->", "<!-- index: end -->"
PAGES: Final = sorted(path.stem for path in FOLDER.glob("*.md") if path.name != "README.md")
# what neither files nor commands can bring about: the program is run in the situation itself
SITUATIONS: Final = ("dead-link", "output-locked", "publish-locked", "source-changed", "worker-lost")
NOT_RAISED: Final[set[str]] = set()
SHOWN: Final = sorted(set(PAGES) - set(SITUATIONS) - NOT_RAISED)
LINUX: Final = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
_CHECK: Final = ("policypages check",)
_PRINTED = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _page(code: str) -> str:
    return (FOLDER / f"{code}.md").read_text("utf-8")


def _example(code: str, heading: str) -> Example:
    text = part(_page(code), heading)
    assert text is not None, f"{code} has no `## {heading}`"
    shown = example(text)
    assert shown.rest == "", f"{code}: `## {heading}` holds more than files and commands"
    assert shown.files or shown.commands
    return shown


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    """Nobody adds a code without saying what it means, or leaves the page of one that has gone."""
    assert set(PAGES) == set(CODES)


@pytest.mark.parametrize("code", PAGES)
def test_a_page_says_what_and_why(code: str) -> None:
    """A page begins with the code, its severity and its meaning as registered, then says why it matters."""
    severity = SEVERITIES.get(code, "error").capitalize()
    assert _page(code).startswith(
        f"# {code}\n\n**{severity}:** {CODES[code].summary}.\n\n## Why it matters\n\n"
    )
    why = part(_page(code), "Why it matters")
    assert why is not None
    assert why.count(".") >= 2
    assert len(_page(code).splitlines()) <= 80


@pytest.mark.parametrize("code", SHOWN)
def test_the_failing_example_fails_and_the_passing_one_passes(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, regen: bool
) -> None:
    """The first gives this code and no other, printed as the page has it; the second gives nothing at all."""
    fails, passes = _example(code, "Fails"), _example(code, "Passes")
    base().write(tmp_path / "site")
    fails.write(tmp_path / "site")
    if fails.commands or passes.commands:
        if os.name == "nt":
            pytest.skip("needs a POSIX shell")
        found, printed = typed(tmp_path / "site", fails.commands or _CHECK, tmp_path / "bin")
        passes.write(tmp_path / "site")
        left, more = typed(tmp_path / "site", passes.commands or _CHECK, tmp_path / "bin")
    else:
        found, printed = checked(tmp_path / "site", monkeypatch)
        passes.write(tmp_path / "site")
        left, more = checked(tmp_path / "site", monkeypatch)
    assert set(found) == {code}, printed
    assert (left, more) == ([], "")
    _compare(code, printed, regen=regen)


def _compare(code: str, printed: str, *, regen: bool) -> None:
    page = _page(code)
    shown = _PRINTED.search(part(page, "As printed") or "")
    assert shown is not None, f"{code} has no `## As printed`"
    if regen:
        page = page.replace(f"## As printed\n\n{shown[0]}", f"## As printed\n\n```text\n{printed}\n```")
        (FOLDER / f"{code}.md").write_text(page, "utf-8", newline="\n")
    else:
        assert shown[1] == f"{printed}\n", "run pytest with --regen, and read the diff"


# ----------------------------------------------------------- situations

_DYING = """
import os
from policypages.load.entity import EntityLoader
real = EntityLoader.load
def dies(loader, id_):
    if id_ == "acme-070":
        os.kill(os.getpid(), 9)
    return real(loader, id_)
EntityLoader.load = dies
"""
_EDITED = """
import pathlib
from policypages.load.entity import EntityLoader
real = EntityLoader.read_ahead
def edited(loader, ids):
    with pathlib.Path("content/entities/acme.yaml").open("a") as file:
        file.write("# edited meanwhile\\n")
    return real(loader, ids)
EntityLoader.read_ahead = edited
"""


@LINUX
def test_a_second_build_is_refused_as_the_page_says(tmp_path: Path, *, regen: bool) -> None:
    """While one build holds the output, another ends at once."""
    base().write(tmp_path)
    output, _ = open_output(tmp_path, tmp_path / "output")
    assert output is not None
    with output:
        found, printed = typed(tmp_path, ("policypages build",), tmp_path / "bin")
    assert found == ["output-locked"]
    _compare("output-locked", printed.replace(f"process {os.getpid()}", "process 4711"), regen=regen)
    assert typed(tmp_path, ("policypages build",), tmp_path / "bin") == ([], "")


@LINUX
def test_a_dead_worker_is_told_as_the_page_says(tmp_path: Path, *, regen: bool) -> None:
    """A worker that is killed takes its share with it, and nothing is written."""
    base().write(tmp_path)
    entity = tmp_path / "content" / "entities" / "acme.yaml"
    for number in range(100):
        entity.with_stem(f"acme-{number:03}").write_bytes(entity.read_bytes())
    entity.unlink()
    found, printed = typed(tmp_path, ("policypages build --jobs 2",), tmp_path / "bin", before=_DYING)
    assert found == ["worker-lost"]
    _compare("worker-lost", printed, regen=regen)
    assert typed(tmp_path, ("policypages build --jobs 2",), tmp_path / "bin") == ([], "")


@LINUX
def test_an_edit_during_a_build_is_told_as_the_page_says(tmp_path: Path, *, regen: bool) -> None:
    """A file that is saved while the build reads is named, and the next build is quiet."""
    base().write(tmp_path)
    found, printed = typed(tmp_path, ("policypages build",), tmp_path / "bin", before=_EDITED)
    assert found == ["source-changed"]
    _compare("source-changed", printed, regen=regen)
    assert typed(tmp_path, ("policypages build",), tmp_path / "bin") == ([], "")


_TARGET: Final = "title: Examples\nnames: {contacts: [privacy]}\ntargets: {folder: {to: ./public}}\n"


@LINUX
def test_a_second_publish_is_refused_as_the_page_says(tmp_path: Path, *, regen: bool) -> None:
    """While one publish renews its lock, another ends; when it has ended, the other is welcome."""
    base().write(tmp_path)
    (tmp_path / "policypages.yaml").write_text(_TARGET, "utf-8")
    store = PatientStore(FolderStore(str(tmp_path / "public")), Patience())
    with Lock(store, "2026-11-22T10:00:00+00:00", rhythm=Rhythm(renew=0.05)):
        commands = ("policypages build", "policypages publish folder --yes")
        found, printed = typed(tmp_path, commands, tmp_path / "bin")
    assert found == ["publish-locked"]
    _compare("publish-locked", printed, regen=regen)
    assert typed(tmp_path, commands, tmp_path / "bin") == ([], "")


class _Partner(BaseHTTPRequestHandler):
    """Plays the proxy through which `partner.example` is asked: it has one page."""

    def do_HEAD(self) -> None:
        self.send_response(200 if self.path == "http://partner.example/about/terms" else 404)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 - so named by the library

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@LINUX
def test_a_dead_link_is_told_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, regen: bool
) -> None:
    """The partner's host answers that there is no such page, and then that there is."""
    fails, passes = _example("dead-link", "Fails"), _example("dead-link", "Passes")
    base().write(tmp_path / "site")
    fails.write(tmp_path / "site")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Partner) as host:
        threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01}).start()
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{host.server_port}")
        monkeypatch.setenv("no_proxy", "")
        found, printed = typed(tmp_path / "site", fails.commands, tmp_path / "bin")
        passes.write(tmp_path / "site")
        left = typed(tmp_path / "site", passes.commands, tmp_path / "bin")
        host.shutdown()
    assert found == ["dead-link"]
    _compare("dead-link", printed, regen=regen)
    assert left == ([], "")


def test_a_code_that_nothing_gives_says_so() -> None:
    """A page without an example is that of a code which no module gives, and it says that."""
    sources = [path for path in (ROOT / "generator").rglob("*.py") if path.name != "diagnostics.py"]
    text = "".join(path.read_text("utf-8") for path in sources)
    for code in NOT_RAISED:
        assert f'"{code}"' not in text, f"give the page of {code} its examples"
        assert "nothing gives this code" in _page(code)
    assert {code for code in PAGES if part(_page(code), "As printed") is None} == NOT_RAISED


# ------------------------------------------------- the index, and links


def test_the_index_lists_every_code_in_its_group(*, regen: bool) -> None:
    """The index has what the registry has, each code with its meaning and a link to its page."""
    index = FOLDER / "README.md"
    before, _, rest = index.read_text("utf-8").partition(f"{BEGIN}\n")
    after = rest.partition(f"{END}\n")[2]
    wanted = f"{before}{BEGIN}\n{_index()}{END}\n{after}"
    if regen:
        index.write_text(wanted, "utf-8", newline="\n")
    assert index.read_text("utf-8") == wanted, "run pytest with --regen"


def _index() -> str:
    out = ""
    for group, codes in GROUPS.items():
        out += f"\n## {group}\n\n| code | means |\n|---|---|\n"
        for one in codes:
            severity = SEVERITIES.get(one.name)
            means = one.summary + (f" ({severity})" if severity else "")
            out += f"| [{one.name}]({one.name}.md) | {means} |\n"
    return f"{out}\n"


def test_every_link_leads_to_a_page() -> None:
    """Links of the pages and of the index lead to files of the checkout."""
    for page in FOLDER.glob("*.md"):
        text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (FOLDER / target).is_file(), f"{page.name}: {target}"


def test_the_limits_that_a_page_names_are_those_of_the_program() -> None:
    """Figures in words are compared with the constants."""
    page = " ".join(_page("too-large").split())
    assert f"{MAX_BYTES:,} bytes, {MAX_NODES:,} values and {MAX_DEPTH} levels" in page
    assert f"{MAX_CLAUSE:,} bytes, {tags.MAX_TAGS:,} tags, and tags within tags {MAX_NESTED} deep" in page
