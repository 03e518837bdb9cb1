"""The program as others meet it: exit codes, what goes to which stream, and how fast help comes."""

from __future__ import annotations

import datetime
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.terminal import on_a_terminal

from policypages import cli
from policypages.cli import build as commands
from policypages.cli import check as checking
from policypages.sources import MemorySources

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = Path(cli.__file__).resolve().parents[2]  # for a child in another folder, whatever PYTHONPATH is
HEAVY = ("pydantic", "babel", "rich", "jinja2", "markdown_it", "yaml", "num2words", "lxml", "tornado")
POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals and pipes")


def run(
    *words: str | Path, cwd: Path | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in {"SOURCE_DATE_EPOCH", "COLUMNS"}}
    return subprocess.run(
        [sys.executable, "-m", "policypages", *map(str, words)],
        cwd=cwd,
        env={**kept, "PYTHONPATH": str(PACKAGES), "PYTHONUTF8": "1", **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a starter site that no test changes."""
    folder = tmp_path_factory.mktemp("cli") / "site"
    assert run("init", folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a starter site with an unknown key, YAML that cannot be read, and an unknown clause."""
    folder = tmp_path_factory.mktemp("cli") / "broken"
    assert run("init", folder).returncode == 0
    shop = folder / "content/entities/acme-shop.yaml"
    shop.write_text(shop.read_text().replace("controller:", "controler:"))
    (folder / "content/entities/torn.yaml").write_text('name: "torn\n')
    outline = folder / "content/policies/privacy.yaml"
    outline.write_text(outline.read_text().replace("  - your-rights\n", "  - your-rihgts\n"))
    return folder


# ------------------------------------------------------------ exit codes


def test_a_good_site_ends_with_0(starter: Path, tmp_path: Path) -> None:
    """Check and build of a good site end with 0; nothing goes to stdout."""
    for words in (["check"], ["build", "--out", tmp_path / "out"]):
        ran = run("-C", starter, *words)
        assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


def test_problems_in_content_end_with_1_and_are_all_told(broken: Path) -> None:
    """Three mistakes in three files are told in one run, each with its place, and nothing is written."""
    ran = run("-C", broken, "build", "--format", "short")
    assert ran.returncode == 1
    assert "content/entities/acme-shop.yaml:6:1: error[unknown-key]: " in ran.stderr
    assert "content/policies/privacy.yaml:17:5: error[unknown-clause]: " in ran.stderr
    assert "content/entities/torn.yaml:" in ran.stderr
    assert "error[yaml-syntax]" in ran.stderr
    assert "nothing was written" in ran.stderr
    assert not any((broken / "output").glob("[!.]*"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["biuld"], "there is no command `biuld`; did you mean `build`?"),
        (["build", "--entty", "x"], "there is no option `--entty`; did you mean `--entity`?"),
        (["build", "--format", "xml"], "'xml' is not one of"),
        (["build", "--jobs", "0"], "0 is not in the range"),
        (["build", "--as-of", "2026-1-1"], "`--as-of 2026-1-1` is not a date: write YYYY-MM-DD"),
        (["build", "--as-of", "20260101"], "`--as-of 20260101` is not a date"),
        (["build", "--as-of", "2026-02-30"], "`--as-of 2026-02-30` is not a date"),
        (["build", "--entity", "acme-shpo"], "no entity is called `acme-shpo`"),
        (["build", "extra"], "unexpected extra argument"),
        (["new", "entity"], "missing argument"),
        (["new", "thing", "x"], "'thing' is not one of"),
    ],
)
def test_a_mistake_on_the_command_line_ends_with_2(starter: Path, words: list[str], says: str) -> None:
    """A wrong call ends with 2 and one clear complaint, never a traceback."""
    ran = run("-C", starter, *words)
    assert ran.returncode == 2, ran.stderr
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


def test_no_site_ends_with_2(tmp_path: Path) -> None:
    """Without a policypages.yaml here or above, the program says how to get one."""
    ran = run("build", cwd=tmp_path)
    assert ran.returncode == 2
    assert "error[no-site]: there is no `policypages.yaml` here or in a folder above" in ran.stderr
    assert "`policypages init DIR`" in ran.stderr
    assert "`-C DIR`" in ran.stderr


def test_wrong_settings_end_with_2(starter: Path, tmp_path: Path) -> None:
    """A mistake in policypages.yaml is one of settings, whatever else is wrong."""
    settings = (starter / "policypages.yaml").read_text().replace("timezone: UTC", "timezone: Mars/Olympus")
    (tmp_path / "policypages.yaml").write_text(settings)
    ran = run("-C", tmp_path, "check", "--format", "short")
    assert ran.returncode == 2
    assert "policypages.yaml:8:11: error[invalid-value]" in ran.stderr


@pytest.mark.parametrize("junk", ["", "yesterday", "1_000", " 5", "1e9", "9" * 30, "١٢٣"])
def test_a_bad_source_date_epoch_ends_with_2(starter: Path, junk: str) -> None:
    """SOURCE_DATE_EPOCH that is no number of seconds is refused, as reproducible builds want."""
    ran = run("-C", starter, "check", environment={"SOURCE_DATE_EPOCH": junk})
    assert ran.returncode == 2
    assert "SOURCE_DATE_EPOCH" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_bug_ends_with_3_and_a_short_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], starter: Path
) -> None:
    """An exception of our own is reported as a bug of ours, in three lines without paths of the machine."""

    def planted(_: object) -> None:
        message = "planted"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(checking, "open_site", planted)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as left:
        cli.main(["-C", str(starter), "check"])
    assert left.value.code == 3
    said = capsys.readouterr().err
    assert "this is a bug in policypages" in said
    assert "ZeroDivisionError: planted" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 3
    assert str(ROOT) not in said
    monkeypatch.setenv("POLICYPAGES_TRACEBACK", "1")
    with pytest.raises(SystemExit):
        cli.main(["-C", str(starter), "check"])
    assert "Traceback" in capsys.readouterr().err


# --------------------------------------------------------------- streams


@pytest.mark.parametrize("command", ["check", "build"])
@pytest.mark.parametrize("site", ["starter", "broken", "none"])
def test_json_is_all_that_goes_to_stdout(
    request: pytest.FixtureRequest, tmp_path: Path, command: str, site: str
) -> None:
    """With --format json stdout is one JSON object, whether things are well or not; stderr stays empty."""
    folder = tmp_path if site == "none" else request.getfixturevalue(site)
    ran = run("-C", folder, command, "--format", "json")
    assert ran.returncode == {"starter": 0, "broken": 1, "none": 2}[site]
    data = json.loads(ran.stdout)
    assert data["version"] == 1
    assert [one for one in data["diagnostics"] if one["severity"] == "error"] or site == "starter"
    assert ran.stderr == ""


def test_github_annotations_go_to_stdout(broken: Path) -> None:
    """With --format github a workflow reads annotations from stdout."""
    ran = run("-C", broken, "check", "--format", "github")
    assert (
        "::error file=content/entities/acme-shop.yaml,line=6,col=1,endColumn=10,title=unknown-key::"
        in ran.stdout
    )


def test_github_finds_the_files_of_a_site_below_the_checkout(broken: Path) -> None:
    """Where the site is a folder of the checkout, annotations name files from the checkout's root."""
    for checkout, way in ((broken.parent, f"{broken.name}/"), (broken, ""), (broken / "content", "")):
        ran = run(
            "-C", broken, "check", "--format", "github", environment={"GITHUB_WORKSPACE": str(checkout)}
        )
        assert f"::error file={way}content/entities/acme-shop.yaml,line=6," in ran.stdout


def test_no_colour_without_a_terminal(broken: Path) -> None:
    """What goes into a file or a pipe has no escapes."""
    ran = run("-C", broken, "check")
    assert "\x1b" not in ran.stdout + ran.stderr


@POSIX
@pytest.mark.parametrize(("environment", "colour"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_on_a_terminal_unless_refused(broken: Path, environment: dict[str, str], colour: bool) -> None:
    """On a terminal errors are red; NO_COLOR takes that away."""
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    said, _ = on_a_terminal(
        [sys.executable, "-m", "policypages", "-C", str(broken), "check"],
        {**kept, "TERM": "xterm", "COLUMNS": "80", **environment},
    )
    assert b"unknown-key" in said
    # a slow machine sees a progress bar, whose moves of the cursor are no colours
    assert (re.search(rb"\x1b\[[0-9;]*3[0-7]m", said) is not None) is colour


@POSIX
def test_a_reader_that_goes_away_is_no_bug(broken: Path) -> None:
    """`policypages … | head -0` ends quietly."""
    process = subprocess.Popen(
        [sys.executable, "-m", "policypages", "-C", str(broken), "check", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1
    process.stderr.close()


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_with_their_codes(starter: Path, tmp_path: Path, number: int, code: int) -> None:
    """Ctrl-C ends with 130, SIGTERM with 143, and neither with a traceback."""
    waiting = tmp_path / "waiting"
    script = (
        "import pathlib, time\n"
        "from policypages import cli\n"
        "from policypages.cli import check\n"
        f"check.open_site = lambda _: (pathlib.Path({str(waiting)!r}).touch(), time.sleep(60))\n"
        f"cli.main(['-C', {str(starter)!r}, 'check'])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, encoding="utf-8")
    for _ in range(300):
        if waiting.exists():
            break
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in said


# ------------------------------------------------------ finding the site


def test_the_site_is_found_from_below(starter: Path) -> None:
    """In a folder of the site, commands work on the site, and paths in messages are from its root."""
    ran = run("check", "--format", "short", cwd=starter / "content" / "clauses" / "cookies")
    assert ran.returncode == 0
    assert "checked 4 pages of 2 sites" in ran.stderr


def test_paths_in_messages_are_from_the_root_of_the_site(broken: Path) -> None:
    """Wherever one stands, a place is told as the site has it."""
    ran = run("check", "--format", "short", cwd=broken / "content" / "clauses")
    assert "\ncontent/entities/acme-shop.yaml:6:1: " in f"\n{ran.stderr}"


def test_c_takes_exactly_that_folder(starter: Path) -> None:
    """With -C nothing is searched upwards."""
    ran = run("-C", starter / "content", "check")
    assert ran.returncode == 2
    assert "no-site" in ran.stderr


# -------------------------------------------------- help and completion


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], ["build", "--help"], ["init", "--help"], ["new", "--help"], ["biuld"]],
)
def test_help_is_light(words: list[str]) -> None:
    """Help and complaints about the call import none of the heavy libraries."""
    script = (
        "import sys, contextlib\n"
        "from policypages import cli\n"
        "with contextlib.suppress(SystemExit):\n"
        f"    cli.main({words!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert ran.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", [*cli.COMMANDS])
def test_every_command_has_help_with_an_example(command: str) -> None:
    """Each command explains itself, and shows one call."""
    ran = run(command, "--help")
    assert ran.returncode == 0
    assert f"policypages {command}" in ran.stdout.split("Example")[1]


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("policypages ", {"init", "new", "check", "build", "schema"}),
        ("policypages b", {"build"}),
        ("policypages new ", {"entity", "clause", "policy", "theme"}),
        ("policypages build --form", {"--format"}),
        ("policypages build --format ", {"full", "short", "json", "github"}),
        ("policypages diff --format ", {"full", "json", "markdown", "html"}),
        ("policypages build --entity ", {"acme-shop", "acme-careers"}),
        ("policypages build --entity acme-s", {"acme-shop"}),
    ],
)
def test_the_shell_completes(starter: Path, typed: str, offers: set[str]) -> None:
    """Commands, options, choices and the ids of the site's entities are offered to bash."""
    completing = {
        "_POLICYPAGES_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split(" ")) - 1),
    }
    ran = run(cwd=starter / "content", environment=completing)
    offered = {line.partition(",")[2] for line in ran.stdout.splitlines()}
    assert offered >= offers
    assert offered == offers or typed.endswith("policypages ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_given(shell: str) -> None:
    """The script that docs/completion.md names is printed for each shell."""
    ran = run(environment={"_POLICYPAGES_COMPLETE": f"{shell}_source"})
    assert "_POLICYPAGES_COMPLETE" in ran.stdout
    assert f"_POLICYPAGES_COMPLETE={shell}_source" in (ROOT / "docs" / "completion.md").read_text("utf-8")


def test_row_39_without_a_date_today_is_the_sites_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset, the day is that of the settings' time zone: 26 hours apart, two sites never have the same."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    days = {}
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        sources = MemorySources({"policypages.yaml": f"title: T\ntimezone: {zone}\n"}, default_theme=False)
        before = datetime.datetime.now(ZoneInfo(zone)).date()
        days[zone] = commands.chosen_day(None, sources)
        after = datetime.datetime.now(ZoneInfo(zone)).date()
        assert before <= days[zone] <= after
    assert days["Pacific/Kiritimati"] > days["Etc/GMT+12"]
    sources = MemorySources({"policypages.yaml": "title: T\n"}, default_theme=False)
    before = datetime.datetime.now(datetime.UTC).date()
    assert before <= commands.chosen_day(None, sources) <= datetime.datetime.now(datetime.UTC).date()
