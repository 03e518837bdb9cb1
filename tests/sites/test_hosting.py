"""What hosts are told: headers, redirects, compressed copies, deployments; and nothing of it is a page."""

from __future__ import annotations

import datetime
import gzip
import json
import shutil
from pathlib import Path

import brotli
import pytest
from tests.sitecase import DAY, SETTINGS, SiteCase, make_site

from policypages import headers
from policypages.formats import record as records
from policypages.formats.record import Provenance
from policypages.verify import Folder, compare

COMMIT = Provenance("c0ffee", modified=False, as_of=DAY)
FILES = {
    "entities/acme.yaml": """\
        name: Acme
        url: https://acme.example/
        owns_root: true
        policies: {privacy: {}, cookies: {}}
        """,
    "entities/bolt.yaml": "name: Bolt\nwas: [old-bolt]\npolicies: {privacy: {}}\n",
    "policies/privacy.yaml": "title: Privacy\nwas: [data-protection]\nsections: [opening]\n",
    "policies/cookies.yaml": "title: Cookies\nsections: [opening]\n",
    "clauses/opening.md": "---\ntitle: Opening\n---\nThis is {{ name }}.\n",
    "redirects.yaml": """\
        acme/privacy.html: acme/privacy/
        acme/old & new/: https://www.acme.example/?a=$1
        acme/terms.pdf: acme/cookies/#opening
        acme/bolt/: bolt/privacy/
        gone/privacy/: acme/privacy/
        """,
}
SITES = ("acme", "bolt", "gone", "old-bolt")
CLOUDFLARE_RULES, CLOUDFLARE_LINE = 100, 2000
"""https://developers.cloudflare.com/pages/configuration/headers/"""


def settings(hosting: str) -> str:
    """Return settings that ask for something."""
    return f"{SETTINGS}hosting: {hosting}\n"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> SiteCase:
    """Build with all that can be asked for."""
    case = make_site(tmp_path_factory.mktemp("house"), FILES)
    case.change(
        "policypages.yaml",
        settings("{for: [netlify, nginx], precompress: [br, gzip], hsts: true, max_files: 50}"),
    )
    case.build(provenance=COMMIT)
    assert not case.report.failed, case.errors()
    return case


@pytest.fixture
def copy(full: SiteCase, tmp_path: Path) -> SiteCase:
    """Copy the site and its output, to be changed."""
    shutil.copytree(full.root, tmp_path / "copy", dirs_exist_ok=True)
    return SiteCase(tmp_path / "copy", dict(full.files))


def rules(text: str) -> dict[str, dict[str, str]]:
    """Read a `_headers` file as the documentation of both hosts has it."""
    out: dict[str, dict[str, str]] = {}
    pattern = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line[0].isspace():
            pattern = line
            out[pattern] = {}
        else:
            name, _, value = line.strip().partition(": ")
            out[pattern][name] = value
    return out


def test_nothing_is_made_that_nobody_asked_for(tmp_path: Path) -> None:
    """Without settings there is no file for a host, and no compressed copy."""
    tree = make_site(tmp_path, FILES).build().tree()
    assert not [path for path in tree if path.endswith((".br", ".gz", "_headers", "_redirects"))]
    assert not [path for path in tree if path.startswith("_hosting/")]


def test_headers_stand_in_each_site_and_keep_the_limits(full: SiteCase) -> None:
    """Each folder can be deployed by itself, those of old addresses too."""
    tree = full.tree()
    for site in SITES:
        text = tree[f"{site}/_headers"].decode()
        made = rules(text)
        assert len(made) <= CLOUDFLARE_RULES
        assert max(map(len, text.splitlines())) <= CLOUDFLARE_LINE
        assert all(pattern.startswith("/") and pattern.count("*") <= 1 for pattern in made)
        assert made["/*"] == {**headers.HEADERS, "Strict-Transport-Security": "max-age=31536000"}
        # rules that fit one address never give one header twice: the values would be joined
        assert {name for pattern, given in made.items() if pattern != "/*" for name in given}.isdisjoint(
            made["/*"]
        )
        assert made["/assets/*"] == {"Cache-Control": "public, max-age=31536000, immutable"}


def test_redirects_stand_in_each_site(full: SiteCase) -> None:
    """As the host of one site sees them; what leads into a site without an address is left to its page."""
    tree = full.tree()
    made = [line.split(" ") for line in tree["acme/_redirects"].decode().splitlines()[1:]]
    assert made == [
        ["/terms.pdf", "/cookies/#opening", "301!"],
        ["/data-protection/", "/privacy/", "301!"],
        ["/old%20&%20new/", "https://www.acme.example/?a=$1", "301!"],
        ["/privacy.html", "/privacy/", "301!"],
    ]
    assert "acme/bolt/index.html" in tree
    assert tree["gone/_redirects"].decode().splitlines()[1:] == [
        "/privacy/ https://acme.example/privacy/ 301!"
    ]


def test_cloudflare_refuses_the_sign_of_netlify(copy: SiteCase) -> None:
    """Where both read the file it is as Cloudflare reads it."""
    copy.change("policypages.yaml", settings("{for: [netlify, cloudflare]}")).build()
    lines = (copy.output / "acme" / "_redirects").read_text().splitlines()[1:]
    assert {line.rpartition(" ")[2] for line in lines} == {"301"}


def test_compressed_copies_hold_the_files(full: SiteCase) -> None:
    """Of each text, and of nothing else; without a name or a time in them."""
    tree = full.tree()
    texts = {path for path in tree if path.endswith((".html", ".css", ".xml", ".txt", "policy.json"))}
    texts = {path for path in texts if not path.startswith("_")}
    assert {path.removesuffix(".br") for path in tree if path.endswith(".br")} == texts
    assert {path.removesuffix(".gz") for path in tree if path.endswith(".gz")} == texts
    for path in texts:
        assert brotli.decompress(tree[f"{path}.br"]) == tree[path]
        assert gzip.decompress(tree[f"{path}.gz"]) == tree[path]
        assert tree[f"{path}.gz"][:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"


def test_incremental_equals_clean(copy: SiteCase) -> None:
    """After a new text, a changed setting, a page less: all is as a clean build makes it."""
    copy.build(provenance=COMMIT)
    assert not copy.report.written
    for path, text in (
        ("clauses/opening.md", "---\ntitle: Opening\n---\nThis was {{ name }}.\n"),
        ("redirects.yaml", "acme/older/: acme/privacy/\n"),
        ("entities/acme.yaml", FILES["entities/acme.yaml"].replace(", cookies: {}", "")),
        ("policypages.yaml", settings("{for: [cloudflare, nginx], precompress: [br]}")),
        ("policypages.yaml", SETTINGS),
    ):
        copy.change(path, text).build(provenance=COMMIT)
        assert not copy.report.failed, copy.errors()
    for hosting in ("{for: [nginx], max_files: 20}", "{for: [netlify], precompress: [gzip]}"):
        copy.change("policypages.yaml", settings(hosting)).build(provenance=COMMIT)
        copy.change("entities/bolt.yaml", f"name: Bolt{len(hosting)}\npolicies: {{privacy: {{}}}}\n")
        copy.build(provenance=COMMIT)
        clean = SiteCase(copy.root / f"clean {len(hosting)}", dict(copy.files)).build(provenance=COMMIT)
        assert not clean.report.failed, clean.errors()
        assert copy.tree() == clean.tree()


def test_a_spoilt_copy_is_made_again(copy: SiteCase) -> None:
    """A copy that is gone is made from its page, which is kept."""
    before = copy.tree()
    (copy.output / "acme" / "privacy" / "index.html.br").unlink()
    (copy.output / "_hosting" / "nginx.conf").unlink()
    copy.build(provenance=COMMIT)
    assert {path for path, _ in copy.report.stale} == {
        "acme/privacy/index.html.br",
        "_hosting/nginx.conf",
    }
    assert copy.tree() == before


def test_sites_are_put_together_as_a_host_takes_them(copy: SiteCase) -> None:
    """Each list of sites has no more files than the limit; a site that has more is refused."""
    tree = copy.tree()
    sizes = {site: sum(path.startswith(f"{site}/") for path in tree) for site in SITES}
    lists = {path: data.decode().split() for path, data in tree.items() if "/deployments/0" in path}
    assert sorted(site for ids in lists.values() for site in ids) == sorted(sizes)
    assert len(lists) > 1
    assert all(sum(sizes[site] for site in ids) + 1 <= 50 for ids in lists.values())
    assert "/:site/assets/*" in rules(tree["_hosting/deployments/_headers"].decode())
    copy.change("policypages.yaml", settings("{max_files: 5}")).build()
    assert [(one.code, one.entities) for one in copy.errors()] == [("too-many-files", ("acme",))]
    assert not copy.report.written


def test_every_folder_has_its_record(full: SiteCase) -> None:
    """The record names what is served, and apart from that what only a host reads; no compressed copy."""
    for site in SITES:
        record = records.read((full.output / site / "build.json").read_bytes())
        assert not isinstance(record, str)
        assert set(record.host_files) == {"_headers", "_redirects"} - (
            set() if (full.output / site / "_redirects").exists() else {"_redirects"}
        )
        assert not [path for path in record.files if path.endswith((".br", ".gz"))]
        assert compare(record, Folder(full.output / site)).outcomes == ()
    moved = json.loads((full.output / "acme" / "build.json").read_text())["moved"]
    assert moved == {
        "bolt/index.html": "../bolt/privacy/",
        "data-protection/index.html": "privacy/",
        "old & new/index.html": "https://www.acme.example/?a=$1",
        "privacy.html": "privacy/",
    }


@pytest.mark.parametrize("name", ["privacy/index.html.br", "index.html.gz", "_headers", "stray.html.br"])
def test_a_changed_copy_is_found(copy: SiteCase, name: str) -> None:
    """Most readers get a compressed copy: one that holds something else is not as built."""
    file = copy.output / "acme" / name
    data = b"User-agent: *\n"
    file.write_bytes(brotli.compress(data) if name.endswith(".br") else gzip.compress(data))
    record = records.read((copy.output / "acme" / "build.json").read_bytes())
    assert not isinstance(record, str)
    [outcome] = compare(record, Folder(copy.output / "acme")).outcomes
    assert name.startswith(outcome.path)


def test_another_commit_renews_records_of_old_folders_too(copy: SiteCase) -> None:
    """A folder of old addresses is of no entity, and has a record all the same."""
    later = Provenance("decade", modified=False, as_of=DAY + datetime.timedelta(1))
    copy.build(provenance=later)
    assert copy.report.made == 4
    clean = SiteCase(copy.root / "clean", dict(copy.files)).build(provenance=later)
    assert copy.tree() == clean.tree()
