"""Which rules look, and how severe they are: by options, by settings, and by an `allow` on the record."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from policypages import cli

SETTINGS = "schema_version: 1\ntitle: Test site\n"
FILES = {
    "policypages.yaml": SETTINGS,
    "content/entities/acme.yaml": "name: Acme\nurl: https://acme.example/legal/\npolicies:\n  privacy: {}\n",
    "content/entities/beta.yaml": "name: Beta\nurl: https://beta.example/legal/\npolicies:\n  privacy: {}\n",
    "content/policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
    "content/clauses/opening.md": "---\ntitle: Opening\n---\nWe <b>never</b> sell it.\n",
}
ALLOWED = "{privacy: {adjust: {opening: {allow: {html-as-text: 'it shows how a tag looks'}}}}}"
Check = Callable[..., tuple[int, list[dict[str, object]]]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Return a function that checks the site, some files changed: the exit code, and what was found."""

    def run(*options: str, more: Sequence[str] = (), **changes: str) -> tuple[int, list[dict[str, object]]]:
        like_acme = {f"content/entities/{id_}.yaml": FILES["content/entities/acme.yaml"] for id_ in more}
        for path, text in {**FILES, **like_acme}.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(changes.get(file.stem, text), "utf-8")
        monkeypatch.chdir(tmp_path)
        ran = CliRunner().invoke(cli.cli, ["check", "--format", "json", *options], standalone_mode=False)
        assert ran.exception is None, ran.exception
        return int(ran.return_value), json.loads(ran.stdout)["diagnostics"]

    return run


def _codes(found: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(one["code"], one["severity"]) for one in found]


@pytest.mark.parametrize(
    ("options", "settings", "code", "found"),
    [
        ((), "", 0, [("html-as-text", "warning")]),
        (("--strict",), "", 1, [("html-as-text", "error")]),
        (("--ignore", "html-as-text"), "", 0, []),
        (("--select", "unused-allow"), "", 0, []),
        (("--select", "unused-allow,html-as-text"), "", 0, [("html-as-text", "warning")]),
        (("--select", "all"), "", 0, [("html-as-text", "warning")]),
        (("--severity", "html-as-text=error"), "", 1, [("html-as-text", "error")]),
        (("--severity", "html-as-text=note", "--strict"), "", 0, [("html-as-text", "note")]),
        (("--severity", "html-as-text=off"), "", 0, []),
        ((), "checks: {ignore: [html-as-text]}\n", 0, []),
        ((), "checks: {select: [unused-allow]}\n", 0, []),
        ((), "checks: {severity: {html-as-text: error}}\n", 1, [("html-as-text", "error")]),
        ((), "checks: {severity: {html-as-text: off}}\n", 0, []),
        (
            ("--select", "html-as-text"),
            "checks: {ignore: [html-as-text]}\n",
            0,
            [("html-as-text", "warning")],
        ),
        (
            ("--severity", "html-as-text=note"),
            "checks: {severity: {html-as-text: error}}\n",
            0,
            [("html-as-text", "note")],
        ),
    ],
)
def test_rules_are_chosen_for_one_run_or_for_everybody(
    check: Check, options: tuple[str, ...], settings: str, code: int, found: list[tuple[str, str]]
) -> None:
    """Settings hold for everybody, and what is asked for on the command line wins."""
    left, told = check(*options, policypages=SETTINGS + settings)
    assert (left, _codes(told)) == (code, found)


def test_one_fault_of_a_clause_is_told_once_with_the_sites_that_it_hits(check: Check) -> None:
    """Rules look at a text once, and say who uses it; of few sites those are named that were looked at."""
    assert [one["entities"] for one in check()[1]] == [["acme", "beta"]]
    assert [one["entities"] for one in check("--entity", "b*")[1]] == [["beta"]]


def test_an_allow_silences_one_code_where_it_stands(check: Check) -> None:
    """One site may keep what the other is told of; when both do, nobody is."""
    acme = FILES["content/entities/acme.yaml"].replace("\n  privacy: {}", f" {ALLOWED}")
    beta = FILES["content/entities/beta.yaml"].replace("\n  privacy: {}", f" {ALLOWED}")
    assert [one["entities"] for one in check(acme=acme)[1]] == [["beta"]]
    assert check(acme=acme, beta=beta)[1] == []
    clause = FILES["content/clauses/opening.md"].replace("---\nWe", "allow: {html-as-text: shown}\n---\nWe")
    assert check(opening=clause)[1] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--select", "html-as-txt"), "did you mean `html-as-text`?"),
        (("--ignore", "missing-fact"), "no build survives it"),
        (("--severity", "html-as-text=loud"), "write CODE=error"),
    ],
)
def test_what_is_no_rule_is_said(check: Check, options: tuple[str, ...], said: str) -> None:
    """A wrong code ends with a usage error that helps."""
    ran = CliRunner().invoke(cli.cli, ["check", *options])
    assert ran.exit_code == 2
    assert said in ran.output
    assert check()[0] == 0


def test_each_process_tells_what_it_finds_once(check: Check) -> None:
    """With many sites and several processes the finding is one, and hits all."""
    many = [f"e{number:03}" for number in range(100)]
    told = check("--jobs", "2", more=many)[1]
    assert [one["entities"] for one in told] == [["acme", "beta", *many]]
