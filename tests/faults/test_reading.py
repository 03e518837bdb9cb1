"""Files as people and machines leave them: read as typed, or refused at their place, by the real command."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faults.case import ENTITY, GOOD, SETTINGS, build, digest, pages, places, problems, write

ACME = "content/entities/acme.yaml"
SHOWN = ["NO", "on", "01234", "12:30:45", "1_000", "0x1F", "1.10", "yes", "2023-01-24", "1e3", ".inf"]


def test_row_01_plain_scalars_stand_on_the_page_as_typed(tmp_path: Path) -> None:
    """What YAML takes for a boolean, a number or a time is the text that was typed, on the page."""
    entities = {
        f"content/entities/e{at}.yaml": f"name: {text}\npolicies: {{privacy: {{}}}}\n"
        for at, text in enumerate(SHOWN)
    }
    site = write(tmp_path, entities)
    assert build(site).returncode == 0
    for at, text in enumerate(SHOWN):
        page = (site / f"output/e{at}/privacy/index.html").read_text("utf-8")
        assert f"<p>{text} says what it does.</p>" in page


def test_row_02_bad_dates_are_told_in_one_run(tmp_path: Path) -> None:
    """A month 13, a month of one digit, a 30th of February: each at its line and column."""
    dates = {"a": "2026-13-01", "b": "2026-1-2", "c": "2026-02-30"}
    for name, date in dates.items():
        text = f"name: {name}\npolicies:\n  privacy: {{updated: {date}}}\n"
        write(tmp_path, {f"content/entities/{name}.yaml": text})
    assert places(problems(tmp_path)) == [
        ("invalid-value", f"content/entities/{name}.yaml", 3, 22) for name in dates
    ]


def test_row_03_a_duplicate_key_names_both_lines(tmp_path: Path) -> None:
    """The error stands at the second and shows the first."""
    (found,) = problems(write(tmp_path, {ACME: ENTITY + "name: Again\n"}))
    assert places([found]) == [("duplicate-key", ACME, 7, 1)]
    assert [(one["file"], one["line"]) for one in found["labels"]] == [(ACME, 1)]


def test_row_04_an_unknown_key_is_told_with_what_was_meant(tmp_path: Path) -> None:
    """`kolor` stands nowhere; `audiense` comes with did-you-mean."""
    found = problems(write(tmp_path, {ACME: ENTITY + "kolor: red\naudiense: all\n"}))
    assert places(found) == [("unknown-key", ACME, 7, 1), ("unknown-key", ACME, 8, 1)]
    assert "`audience`" in found[1]["hint"]


def test_row_07_a_tag_runs_nothing_in_a_build(tmp_path: Path) -> None:
    """The command of a tag leaves no trace, and the tag is an error at its place."""
    canary = tmp_path / "canary"
    text = f"name: !!python/object/apply:os.system ['touch {canary}']\n"
    found = problems(write(tmp_path / "site", {ACME: text}))
    assert ("yaml-refused", ACME, 1, 7) in places(found)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("name: café\n".encode("latin-1"), "invalid-encoding"),
        ("name: x\n".encode("utf-16"), "invalid-encoding"),
        (b"name: a\0b\n", "invalid-encoding"),
        (b"name: x\npolicies:\n\tprivacy: {}\n", "yaml-syntax"),
    ],
)
def test_row_08_other_encodings_are_errors(tmp_path: Path, data: bytes, code: str) -> None:
    """Latin-1, UTF-16, a NUL and a tab are told in the file, and nothing is written."""
    found = problems(write(tmp_path, {ACME: data}))
    assert (found[0]["code"], found[0]["file"]) == (code, ACME)


def test_row_08_a_file_name_that_is_no_text_is_shown_escaped(tmp_path: Path) -> None:
    """A name with a lone byte is printed so that any terminal can show it."""
    site = write(tmp_path)
    name = os.fsencode(site) + b"/content/entities/caf\xe9.yaml"
    try:
        Path(os.fsdecode(name)).write_text("name: x\n")
    except OSError:
        return  # this file system refuses such names, as macOS does
    assert "caf\\xe9.yaml" in build(site, "--format", "short").stderr
    assert pages(site / "output") == {}


def test_row_09_line_ends_and_a_bom_make_no_difference(tmp_path: Path) -> None:
    """BOM, CRLF, CR and no last newline, in every file at once, give the bytes that LF gives."""
    texts = {
        **GOOD,
        "content/clauses/opening.md": GOOD["content/clauses/opening.md"] + "\n- a\n- b\n\nEnd.\n",
    }
    assert build(write(tmp_path / "lf", texts)).returncode == 0
    right = pages(tmp_path / "lf" / "output")
    changes: dict[str, Callable[[bytes], bytes]] = {
        "bom": lambda data: b"\xef\xbb\xbf" + data,
        "crlf": lambda data: data.replace(b"\n", b"\r\n"),
        "cr": lambda data: data.replace(b"\n", b"\r"),
        "bare": lambda data: data.rstrip(b"\n"),
    }
    for name, change in changes.items():
        site = write(tmp_path / name, {path: change(text.encode()) for path, text in texts.items()})
        done = build(site)
        assert done.returncode == 0, (name, done.stderr)
        assert pages(site / "output") == right, name


@pytest.mark.parametrize("text", ["", "# nothing\n", "name: a\n---\nname: b\n", "- name\n", "just words\n"])
def test_row_10_a_file_without_a_mapping_is_one_clear_error(tmp_path: Path, text: str) -> None:
    """Empty, only comments, two documents, a list, plain words: told in the file that is so."""
    found = problems(write(tmp_path, {ACME: text}))
    assert {one["file"] for one in found} == {ACME}
    assert found[0]["code"] in {"empty-file", "yaml-refused"}


def test_row_11_two_normal_forms_on_disk_are_errors(tmp_path: Path) -> None:
    """Where the file system keeps both names apart, they are one id; where not, the name is refused."""
    site = write(tmp_path)
    for name in ("caf\u00e9", "cafe\u0301"):
        write(site, {f"content/entities/{name}.yaml": ENTITY})
    codes = {one["code"] for one in problems(site)}
    assert codes & {"collision", "invalid-id"}
    if len(list((site / "content/entities").iterdir())) == 3:
        assert "collision" in codes


def test_row_12_ids_that_differ_by_case_are_a_collision_on_disk(tmp_path: Path) -> None:
    """`Acme` and `acme` in two folders, which every file system keeps apart, are one id."""
    other = "content/entities/more/Acme.yaml"
    found = [one for one in problems(write(tmp_path, {other: ENTITY})) if one["code"] == "collision"]
    assert len(found) == 1
    assert {found[0]["file"], *(label["file"] for label in found[0]["labels"])} == {ACME, other}


def test_row_13_an_id_counts_in_bytes(tmp_path: Path) -> None:
    """A name of 201 letters is refused before a file system refuses the page that would be made of it."""
    name = "a" * 201
    found = problems(write(tmp_path, {f"content/entities/{name}.yaml": ENTITY}))
    assert [(one["code"], one["file"]) for one in found] == [("invalid-id", f"content/entities/{name}.yaml")]


@pytest.mark.parametrize(
    ("changes", "files"),
    [
        ({"content/entities/more/acme.yaml": ENTITY}, {ACME, "content/entities/more/acme.yaml"}),
        (
            {
                "content/policies/terms.yaml": "title: T\npath: privacy\nsections: [opening]\n",
                ACME: ENTITY + "  terms: {}\n",
            },
            {"content/policies/terms.yaml", ACME},
        ),
        (
            {
                "content/policies/terms.yaml": "title: T\npath: privacy/index.html\nsections: [opening]\n",
                ACME: ENTITY + "  terms: {}\n",
            },
            {"content/policies/terms.yaml"},
        ),
        (
            {
                "content/policies/terms.yaml": "title: T\npath: sitemap.xml\nsections: [opening]\n",
                ACME: ENTITY + "  terms: {}\n",
            },
            {"content/policies/terms.yaml"},
        ),
    ],
)
def test_row_14_two_claims_on_one_path_name_both_and_change_nothing(
    tmp_path: Path, changes: dict[str, str], files: set[str]
) -> None:
    """One id twice, two pages on one path, a page where a file stands: errors; the output as it was."""
    site = write(tmp_path)
    assert build(site).returncode == 0
    before = digest(site / "output")
    found = problems(write(site, changes))
    assert {one["code"] for one in found} <= {"collision", "invalid-id"}
    assert {one["file"] for one in found} | {
        label["file"] for one in found for label in one["labels"]
    } == files
    assert digest(site / "output") == before


@pytest.mark.parametrize("path", ["../../x", "/etc/x", "%2e%2e/x", "a\\..\\x", "a/../../x", "..", "./x"])
def test_row_16_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    """No spelling of "upwards" becomes a page, and nothing stands outside the output."""
    site = write(
        tmp_path / "site", {"content/policies/privacy.yaml": f"title: P\npath: '{path}'\nsections: []\n"}
    )
    assert [(one["code"], one["line"]) for one in problems(site)] == [("invalid-id", 2)]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_row_17_nothing_outside_the_root_reaches_a_page(tmp_path: Path) -> None:
    """Links out, as a file, a folder and a template: errors each, and the canary is nowhere in the output."""
    canary = tmp_path / "secret"
    canary.mkdir()
    for name in ("opening.md", "page.html", "leak.yaml"):
        (canary / name).write_text("canary-from-outside\n")
    site = write(tmp_path / "site", {"policypages.yaml": SETTINGS + "theme: house\n"})
    write(site, {"themes/house/theme.yaml": "name: House\n", "themes/house/templates/x.html": "x"})
    assert build(site).returncode == 0
    (site / "content/clauses/opening.md").unlink()
    (site / "content/clauses/opening.md").symlink_to(canary / "opening.md")
    (site / "content/entities/more").symlink_to(canary)
    (site / "themes/house/templates/page.html").symlink_to(canary / "page.html")
    (site / "content/entities/loop").symlink_to("loop")
    found = [one for one in problems(site) if one["code"] == "outside-root"]
    assert [one["file"] for one in found] == [
        "content/clauses/opening.md",
        "content/entities/loop",
        "content/entities/more",
        "themes/house/templates/page.html",
    ]
    assert not any(b"canary" in data for data in pages(site / "output").values())
    (site / "shared").mkdir()
    write(site, {"shared/opening.md": "---\ntitle: Opening\n---\nFrom within.\n"})
    for path in ("content/clauses/opening.md", "content/entities/more", "themes/house/templates/page.html"):
        (site / path).unlink()
    (site / "content/entities/loop").unlink()
    (site / "content/clauses/opening.md").symlink_to("../../shared/opening.md")
    assert build(site).returncode == 0
    assert b"From within." in pages(site / "output")["acme/privacy/index.html"]


def test_row_25_a_missing_clause_or_translation_is_an_error_unless_a_fallback_is_set(tmp_path: Path) -> None:
    """A clause that is nowhere; one without German where German is published; then German falls back."""
    policy = "content/policies/privacy.yaml"
    missing = {policy: "title: P\nsections:\n  - opening\n  - gone\n"}
    assert places(problems(write(tmp_path / "a", missing))) == [("unknown-clause", policy, 4, 5)]
    german = {ACME: ENTITY + "locales: [en, de]\n"}
    site = write(tmp_path / "b", german)
    found = problems(site)
    assert [(one["code"], one["file"]) for one in found] == [("missing-locale", policy)]
    assert "opening.de.md" in found[0]["hint"]
    assert (
        build(write(site, {**german, "policypages.yaml": SETTINGS + "fallback: {de: en}\n"})).returncode == 0
    )
    assert b"says what it does" in pages(site / "output")["acme/de/privacy/index.html"]


def test_row_26_one_of_six_hundred_fails_and_nothing_changes(tmp_path: Path) -> None:
    """With errors in many of 600 sites all are counted, fifty of a code are shown, and exit is 1."""
    site = write(tmp_path, {f"content/entities/e{at}.yaml": ENTITY for at in range(600)})
    out = site / "output"
    assert build(site, "--entity", "e1*").returncode == 0
    before = digest(out)
    for at in range(600):
        write(site, {f"content/entities/e{at}.yaml": ENTITY.replace("Acme", "Changed")})
    write(site, {"content/entities/e77.yaml": ENTITY + "kolor: red\n"})
    assert places(problems(site)) == [("unknown-key", "content/entities/e77.yaml", 7, 1)]
    for at in range(120):
        write(site, {f"content/entities/e{at}.yaml": ENTITY + "kolor: red\n"})
    done = build(site)
    assert done.returncode == 1
    assert done.stderr.count("error[unknown-key]") == 50
    assert "70 more of `unknown-key` are not shown" in done.stderr
    assert "nothing was written: 120 errors" in done.stderr
    assert digest(out) == before
