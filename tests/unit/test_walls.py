"""The walls between the parts: layers, rooms, purity, and a code map that tells the truth."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "generator" / "policypages"
FILES = sorted(PACKAGE.rglob("*.py"))
CORE = (
    "load",
    "compile",
    "plan",
    "render",
    "redline",
    "formats",
    "model",
    "values",
    "paths",
    "headers",
    "diagnostics",
)
# what import-linter cannot see, because it needs no import or hides in a method of an allowed one
# docs/decisions/0011: what it runs is a tree made of nodes, and it runs it in one place
RUNS_TREES = {"policypages.formats.templates.quick": ["exec()"]}
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__", "breakpoint"})
IMPURE_METHODS = frozenset(
    {"now", "today", "utcnow", "read_text", "read_bytes", "write_text", "write_bytes", "import_module"}
)
BEGIN, END = "<!-- code map: begin -->", "<!-- code map: end -->"
# libraries are there already, so that a fork for each module costs what the module itself does
ALONE = """
import os, sys
import click, jinja2.sandbox, lxml.html, markdown_it, pydantic, rich.console
import tornado.web, watchdog.observers, yaml
assert not [name for name in sys.modules if name.startswith("policypages")]
for name in sys.argv[1:]:
    sys.stdout.flush()
    child = os.fork()
    if not child:
        __import__(name)
        sys.stdout.flush()
        os._exit(0)
    print(f"{name}: {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")
"""
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def _module(file: Path) -> str:
    parts = ("policypages", *file.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_core(file: Path) -> bool:
    return file.relative_to(PACKAGE).with_suffix("").parts[0] in CORE


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder / "generator"), "PYTHONIOENCODING": "utf-8"}
    environment |= {"COLUMNS": "200", "NO_COLOR": "1"}
    command = [sys.executable, "-c", LINT, "--no-cache", "--no-logo", "--config", "pyproject.toml"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def test_the_contracts_are_kept() -> None:
    """Import-linter finds no import that goes upward, across, round or into another library's room."""
    ran = _lint(ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("load.py", "import os", "touches no disk"),
        ("formats/facts.py", "import subprocess", "touches no disk"),
        ("plan.py", "import policypages.render", "imports go downward"),
        ("model/files.py", "import policypages.build", "imports go downward"),
        ("render.py", "import yaml", "PyYAML lives in"),
        ("build.py", "import click", "click and rich live in"),
        ("formats/language.py", "import jinja2", "Jinja lives in"),
        ("brand_new.py", "import yaml", "imports go downward"),
    ],
)
def test_a_planted_import_is_caught(tmp_path: Path, file: str, line: str, contract: str) -> None:
    """Each kind of wall fails when somebody walks through it."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "generator" / "policypages", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    target = tmp_path / "generator" / "policypages" / file
    before = target.read_text("utf-8") if target.exists() else ""
    target.write_text(f"{before}\n{line}\n", "utf-8")
    ran = _lint(tmp_path)
    broken = [text for text in ran.stdout.splitlines() if " BROKEN" in text]
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert any(contract in text for text in broken), ran.stdout


def test_every_module_can_be_imported_alone() -> None:
    """Every module is importable first, in an interpreter that has none of ours yet, and prints nothing."""
    ran = subprocess.run(
        [sys.executable, "-c", ALONE, *map(_module, FILES)], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    assert ran.stdout == "".join(f"{_module(file)}: 0\n" for file in FILES)


@pytest.mark.parametrize("file", [file for file in FILES if _is_core(file)], ids=_module)
def test_the_core_is_pure_beyond_its_imports(file: Path) -> None:
    """The core opens no file, prints nothing, asks no clock and runs no text as code."""
    source = file.read_text("utf-8")
    found = [one.partition(": ")[2] for one in _impure(source)]
    assert found == RUNS_TREES.get(_module(file), [])
    if found:
        assert not any(name in source for name in ("ast.parse", "unparse", "literal_eval")), (
            "no text, only nodes"
        )


def _impure(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                found.append(f"line {node.lineno}: {name}()")
            case ast.Call(func=ast.Attribute(attr=name)) if name in IMPURE_METHODS:
                found.append(f"line {node.lineno}: .{name}()")
            case ast.Name(id=name, ctx=ast.Load()) if name in {"open", "print"}:
                found.append(f"line {node.lineno}: {name}")
            case _:
                pass
    return sorted(set(found))


@pytest.mark.parametrize(
    "source",
    ["open('x')", "f = open", "date.today()", "datetime.datetime.now(tz)", "print(1)", "p.read_text()"],
)
def test_impure_code_is_caught(source: str) -> None:
    """The check for impure code fails on impure code."""
    assert _impure(source)


def test_only_the_command_line_prints() -> None:
    """No module outside cli calls print or writes to a standard stream."""
    printers = []
    for file in FILES:
        if file.relative_to(PACKAGE).parts[0] in {"cli", "__main__.py"}:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="print")):
                    printers.append(f"{_module(file)}:{node.lineno}")
                case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"):
                    printers.append(f"{_module(file)}:{node.lineno}")
                case _:
                    pass
    assert printers == []


def test_no_file_is_too_long() -> None:
    """A module has at most 400 lines: a longer one is two modules."""
    lengths = {_module(file): len(file.read_text("utf-8").splitlines()) for file in FILES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_the_code_map_is_the_modules_own_words(regen: bool) -> None:
    """ARCHITECTURE.md lists every module with the first paragraph of its docstring."""
    document = ROOT / "ARCHITECTURE.md"
    text = document.read_text("utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    wanted = f"{before}{BEGIN}\n\n{_code_map()}\n\n{END}{after}"
    if regen:
        document.write_text(wanted, "utf-8", newline="\n")
    assert document.read_text("utf-8") == wanted, "say `make regen`, and read the diff"


def _code_map() -> str:
    lines = {}
    for file in FILES:
        docstring = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
        sentence = " ".join(docstring.split("\n\n")[0].split())
        assert sentence.endswith("."), f"{_module(file)} does not open with one sentence that says its job"
        name = file.relative_to(PACKAGE.parent).as_posix().removesuffix("__init__.py")
        lines[name] = f"- `{name}`: {sentence}"
    return "\n".join(lines[name] for name in sorted(lines))
