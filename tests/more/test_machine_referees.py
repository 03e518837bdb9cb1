"""Referees of what machines read: schema.org's types, Lighthouse, and checkers over frameless pages."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.browser.conftest import QUIET, _chromium, serving
from tests.more.test_page_referees import AXE, JAR, MODULES, WAYS

from policypages.headers import HEADERS

pytestmark = [pytest.mark.more, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
FRAGMENT = '{% extends "bare/layout.html" %}\n{% block document %}\n{{ self.fragment() }}\n{% endblock %}\n'
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
AS_ROOT = "--headless=new --no-sandbox" if hasattr(os, "geteuid") and os.geteuid() == 0 else "--headless=new"


def _policypages(*told: str | Path, **environment: str) -> None:
    command = [sys.executable, "-m", "policypages", *map(str, told)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})


def _starter(folder: Path, *, theme: str | None = None, releases: bool = False) -> Path:
    """Make the starter site a real one, at the root of its host; build it, and return its output."""
    _policypages("init", folder)
    entities = sorted((folder / "content/entities").glob("*.yaml"))
    for file in entities:
        text = re.sub(r"(?m)^sample: true.*$", "sample: false", file.read_text("utf-8"))
        file.write_text(f"{text}\nowns_root: true\nurl: https://{file.stem}.example/\n", "utf-8")
    if theme is not None:
        settings = folder / "policypages.yaml"
        settings.write_text(f"{settings.read_text('utf-8')}\ntheme: {theme}\n", "utf-8")
    shop = folder / "content/entities/acme-shop.yaml"
    for day, years in (("1767700000", "7 years"), ("1769900000", "10 years")) if releases else ():
        shop.write_text(shop.read_text("utf-8").replace("7 years", years), "utf-8")
        told = ("release", "acme-shop/*", "--summary", f"We keep orders for {years}", "--material")
        _policypages("-C", folder, *told, SOURCE_DATE_EPOCH=day)
    _policypages("-C", folder, "build", "--as-of", "2026-02-10")
    return folder / "output"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the starter with two releases in both themes, side by side: every kind of page."""
    top = tmp_path_factory.mktemp("machines")
    for theme in ("default", "bare"):
        output = _starter(tmp_path_factory.mktemp(theme) / "site", theme=theme, releases=True)
        shutil.copytree(output, top / theme, ignore=shutil.ignore_patterns(".policypages"))
        assert len([*(top / theme).rglob("*.html")]) == 15
    kinds = {path.parent.name for path in (top / "bare/acme-shop").rglob("*.html")}
    assert kinds == {"acme-shop", "privacy", "cookies", "versions", "2026-01-06", "2026-01-31", "changes"}
    return top


# ---- the Nu checker and axe


def _messages(folder: Path) -> list[tuple[str, str, int, str]]:
    """Return all that the Nu checker says of the pages below a folder: errors, warnings and remarks."""
    java = shutil.which("java")
    assert java, "Java is not here: install a Java runtime, 11 or newer"
    pages = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.html"))
    told = [java, "-jar", str(JAR), "--format", "json", "--stdout", "--exit-zero-always", *pages]
    done = subprocess.run(told, cwd=folder, capture_output=True, text=True, check=True)
    return [
        (one.get("subType", one["type"]), one["url"].rpartition("/")[2], one["lastLine"], one["message"])
        for one in json.loads(done.stdout)["messages"]
    ]


def test_the_html_checker_has_nothing_to_say(built: Path) -> None:
    """Every kind of page, in both of our themes: no error, and no warning either."""
    assert _messages(built) == []


def test_a_fragment_makes_a_whole_page_of_somebody_elses_frame(tmp_path: Path) -> None:
    """What `bare` prints as a fragment has no document round it, and is right inside one."""
    _policypages("init", tmp_path / "site")
    for path, text in {
        "themes/house/theme.yaml": "name: House\nextends: bare\n",
        "themes/house/templates/layout.html": FRAGMENT,
    }.items():
        file = tmp_path / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    settings = tmp_path / "site/policypages.yaml"
    settings.write_text(f"{settings.read_text('utf-8')}\ntheme: house\n", "utf-8")
    _policypages("-C", tmp_path / "site", "build")
    fragment = (tmp_path / "site/output/acme-shop/privacy/index.html").read_text("utf-8")
    assert "<html" not in fragment
    assert fragment.rstrip().endswith("</article>")
    whole = tmp_path / "whole"
    whole.mkdir()
    frame = f"<!doctype html><html lang=en><title>Acme</title><main>\n{fragment}</main></html>"
    (whole / "page.html").write_text(frame, "utf-8")
    assert _messages(whole) == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        arguments = [*QUIET, *(["--no-sandbox"] if root else [])]
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=arguments)
        yield chromium
        chromium.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_page_without_a_frame_is_no_barrier(built: Path, browser: Browser, way: str) -> None:
    """Every kind of page of `bare`, by every rule of WCAG 2.2 that axe has; nothing scrolls sideways."""
    options: dict[str, Any] = {"reduced_motion": "reduce", "bypass_csp": True, **WAYS[way]}
    context = browser.new_context(**options)
    page, script = context.new_page(), AXE.read_text("utf-8")
    found: dict[str, Any] = {}
    for site in ("acme-shop", "acme-careers", "."):  # each at the root of its host, and the overview of all
        folder = built / "bare" / site
        pages = [folder / "_overview/index.html"] if site == "." else sorted(folder.rglob("*.html"))
        with serving(folder) as origin:
            for file in pages:
                name = file.relative_to(folder).as_posix()
                page.goto(f"{origin}/{name}", wait_until="load")
                page.evaluate(script)
                told = page.evaluate("() => axe.run(document, {rules: {'target-size': {enabled: true}}})")
                assert told["passes"]
                if told["violations"]:
                    found[f"{site}/{name}"] = [
                        (one["id"], node["html"][:100]) for one in told["violations"] for node in one["nodes"]
                    ]
                if page.evaluate(SIDEWAYS) > 0:
                    found[f"{site}/{name} scrolls"] = page.evaluate(SIDEWAYS)
    context.close()
    assert found == {}


# ---- schema.org


def _types(folder: Path, blocks: Mapping[str, str]) -> list[str]:
    """Hold blocks of JSON-LD against the types of schema.org, and return what does not fit."""
    lines = ['import type {WebPage, WithContext} from "schema-dts";']
    lines += [
        f"export const page{at}: WithContext<WebPage> = {text};" for at, text in enumerate(blocks.values())
    ]
    (folder / "pages.ts").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "node_modules").symlink_to(MODULES)
    told = ["node", str(MODULES / "typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck", "pages.ts"]
    done = subprocess.run(told, cwd=folder, capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if "error" in line]


def test_json_ld_is_of_the_types_of_schema_org(built: Path, tmp_path: Path) -> None:
    """Every name and value of every block, with and without a release; a planted mistake is found."""
    blocks: dict[str, str] = {}
    for file in sorted((built / "default").rglob("*.html")):
        for block in re.findall(
            r'<script type="application/ld\+json">(.*?)</script>', file.read_text("utf-8")
        ):
            blocks[str(file)] = block
    assert len(blocks) == 4
    assert any('"version"' in block for block in blocks.values())
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()
    assert _types(tmp_path / "right", blocks) == []
    broken = {"a": next(iter(blocks.values())).replace("inLanguage", "inLangauge")}
    assert len(_types(tmp_path / "wrong", broken)) == 1


# ---- Lighthouse


@contextmanager
def _hosts(output: Path, headers: Mapping[str, str]) -> Iterator[list[str]]:
    """Serve each site of an output at an origin of its own, and give the addresses of its pages."""
    with serving(output / "acme-shop", headers) as shop, serving(output / "acme-careers", headers) as careers:
        yield [f"{origin}/{path}" for origin in (shop, careers) for path in ("", "privacy/", "cookies/")]


def _lighthouse(address: str, folder: Path, *categories: str) -> dict[str, Any]:
    """Run Lighthouse on one page, and return its report."""
    report = folder / "report.json"
    told = ["node", str(MODULES / "lighthouse/cli/index.js"), address, "--quiet", "--output", "json"]
    told += ["--output-path", str(report), f"--chrome-flags={AS_ROOT}"]
    told += ["--only-categories", ",".join(categories)]
    environment = {**os.environ, "CHROME_PATH": _chromium()}
    done = _run(told, environment)
    if done.returncode != 0:  # it loses its Chromium now and then, and says so
        done = _run(told, environment)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return made


def _run(told: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(told, capture_output=True, check=False, env=environment, text=True, timeout=120)


def _scores(report: Mapping[str, Any]) -> dict[str, float]:
    return {name: one["score"] * 100 for name, one in report["categories"].items()}


def _failed(report: Mapping[str, Any]) -> set[str]:
    return {name for name, one in report["audits"].items() if one["score"] == 0}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the starter as somebody would publish it."""
    return _starter(tmp_path_factory.mktemp("real") / "site")


def test_lighthouse_has_no_complaint(real: Path, tmp_path: Path) -> None:
    """Accessibility, best practices and SEO are 100 on every page of the starter, under our headers.

    Lighthouse asks for robots.txt from inside of the page, which `default-src 'none'` forbids it as it
    forbids all (https://github.com/GoogleChrome/lighthouse/issues/4386): for that audit alone it is let.
    """
    with _hosts(real, HEADERS) as addresses:
        for address in addresses:
            report = _lighthouse(address, tmp_path, "accessibility", "best-practices", "seo")
            scores = _scores(report)
            assert scores.pop("seo") >= 90, address
            assert scores == {"accessibility": 100, "best-practices": 100}, (address, _failed(report))
            assert _failed(report) <= {"robots-txt"}, address
    csp = "Content-Security-Policy"
    with _hosts(real, {**HEADERS, csp: f"{HEADERS[csp]}; connect-src 'self'"}) as addresses:
        for address in addresses:
            report = _lighthouse(address, tmp_path, "seo")
            assert _scores(report) == {"seo": 100}, (address, _failed(report))


def test_performance_is_reported(real: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The median of five on a phone with a slow line; said, and judged only where something is broken."""
    with _hosts(real, HEADERS) as addresses:
        scores = [
            _scores(_lighthouse(addresses[1], tmp_path, "performance"))["performance"] for _ in range(5)
        ]
    with capsys.disabled():
        sys.stdout.write(f"\nLighthouse, performance: median {statistics.median(scores):.0f} of {scores}\n")
    assert all(score > 0 for score in scores)
