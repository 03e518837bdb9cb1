"""linkinator follows the links of made pages: it finds those broken that `policypages check` finds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from tests.browser.conftest import serving

pytestmark = [pytest.mark.more, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).parent / "linkinator.mjs"
SITE = {
    "policypages.yaml": """\
title: Planted faults
theme: house
locale: en
names: {extra: {where: text, slug: text}}
""",
    "content/entities/acme.yaml": """\
name: Acme
url: ORIGIN/acme/
locales: [en, de]
owns_root: true
extra: {where: ../from-a-fact/, slug: in-a-tag}
policies: {privacy: {}, cookies: {}}
""",
    "content/policies/privacy.yaml": "title: Privacy\nsections: [opening, closing]\n",
    "content/policies/cookies.yaml": "title: Cookies\nsections: [small]\n",
    "content/clauses/opening.md": """\
---
title: Opening
---
Fine: [a](#closing), [b](../cookies/#small), [c](../cookies), [d](ORIGIN/acme/cookies/#page-main),
[e](../de/privacy/#opening), [f](../cookies/?a=b#small), [g](#cl%6fsing), [h](../),
{{ link("cookies#small") }}.

Broken: [a](#closign), [b](../cookis/), [c](../cookies/#smal), [d](ORIGIN/acme/nothing/),
[e](../de/cookies/#closing), [f]({{ extra.where }}), [g](../{{ extra.slug }}/), [h](cookies/),
[i](../Cookies/),
[j](ORIGIN/acme/cookies/#nope), ![k](../photo.png), [l](../cookies/#Small).
""",
    "content/clauses/closing.md": "---\ntitle: Closing\n---\nBroken: [a](#opnening), [b](../cookies.html).\n",
    "content/clauses/small.md": "---\ntitle: Small\n---\nBroken: [a](#closing), [b](../privacy/#small).\n",
    "content/clauses/opening.de.md": """\
---
title: Anfang
---
Kaputt: [a](../cookies/#x), [b](../../datenschutz/).
""",
    "content/clauses/closing.de.md": """\
---
title: Ende
---
Heil: [a](#opening), [b](../../privacy/#closing).
""",
    "content/clauses/small.de.md": "---\ntitle: Klein\n---\nWorte.\n",
    "themes/house/templates/index.html": """\
{% extends "policypages/index.html" %}
{% block top %}
<!-- <a href="hidden/">no</a> -->
<p><a href="imprint/">Imprint</a> <a href='#page-mian'>Main</a> <a href="privacy/#page-main">Privacy</a></p>
{% endblock %}
""",
}
_ADDRESS = re.compile(r"`([^`]+)` leads to ")
_BECOMES = re.compile(r"it becomes `([^`]+)`")


def _policypages(*told: str | Path, status: int = 0) -> str:
    command = [sys.executable, "-m", "policypages", *map(str, told)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == status, ran.stderr
    return ran.stdout


def _linkinator(origin: str, folder: Path) -> dict[str, set[str]]:
    """Return the broken addresses of each page that has any, as linkinator finds them."""
    # 404.html is for the root of a host, and none of these stands there
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("index.html"))
    addresses = [f"{origin}/{page.removesuffix('index.html')}" for page in pages]
    told = ["node", str(DRIVER), origin, *addresses]
    ran = subprocess.run(told, cwd=DRIVER.parent, check=True, capture_output=True, text=True)
    return {page: set(broken) for page, broken in json.loads(ran.stdout).items() if broken}


@pytest.mark.parametrize("which", ["examples", "starter", "locales"])
def test_row_54_nothing_is_broken(tmp_path: Path, which: str) -> None:
    """No page of the example sites, the starter and the site in two languages has a broken link."""
    site = {"examples": ROOT, "locales": ROOT / "examples" / "languages"}.get(which, tmp_path / "site")
    if which == "starter":
        _policypages("init", site)
    _policypages("-C", site, "build", "--out", tmp_path / "out", "--as-of", "2026-11-21")
    assert len([*(tmp_path / "out").rglob("*.html")]) >= 5
    codes = "broken-link,duplicate-id"
    found = json.loads(_policypages("-C", site, "check", "--select", codes, "--format", "json"))
    assert [one for one in found["diagnostics"] if one["code"] in codes] == []
    with serving(tmp_path / "out") as origin:
        assert _linkinator(origin, tmp_path / "out") == {}


def test_row_54_both_find_the_same_planted_faults(tmp_path: Path) -> None:
    """Of one site with every kind of broken link, page by page the same addresses are found."""
    out = tmp_path / "out"
    out.mkdir()
    with serving(out) as origin:
        for path, text in SITE.items():
            file = tmp_path / "site" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("ORIGIN", origin), "utf-8")
        _policypages("-C", tmp_path / "site", "build", "--out", out)
        told = ("check", "--select", "broken-link", "--format", "json")
        found = json.loads(_policypages("-C", tmp_path / "site", *told, status=1))["diagnostics"]
        theirs = _linkinator(origin, out)
    ours: dict[str, set[str]] = {}
    for one in found:
        page, address = _broken(one, f"{origin}/acme/")
        ours.setdefault(page, set()).add(address)
    # the list of policies exists twice, and its template is one finding
    assert theirs.pop(f"{origin}/acme/de/") == {f"{origin}/acme/de/imprint/", f"{origin}/acme/de/#page-mian"}
    assert ours == theirs
    assert sorted(map(len, ours.values())) == [2, 2, 2, 14]


def _broken(one: dict[str, Any], home: str) -> tuple[str, str]:
    """Return the page of a finding, and the full address to which its link leads."""
    chain = " ".join(one["chain"])
    folder = "de/" if ".de.md" in (one["file"] or "") else ""
    policy = re.search(r"policy `(\w+)`", chain)
    page = re.search(r"page `(.*?)`", chain)
    place = f"{folder}{policy[1]}/" if policy else page[1].lstrip("/") if page else ""
    becomes = _BECOMES.search(one["hint"] or "")
    address = becomes or _ADDRESS.match(one["message"])
    assert address is not None, one
    return home + place, urljoin(home + place, address[1])
