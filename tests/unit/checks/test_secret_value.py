"""Facts that look like a password or a key; what stands in this file is made up, and cut in two."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.factcase import ACME, alone, clause, house, marked

from policypages.checks.secret_value import what_secret

CODE = "secret-value"
RANDOM = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5"
SECRETS = {
    "an AWS access key": "AKIA" + "Q7XW2LMZ5RTN4BKC",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a GitHub token": "ghp_" + RANDOM,
    "a GitLab token": "glpat-" + "x1Y2z3A4b5C6d7E8f9G0",
    "a Slack token": "xoxb-" + "123456789012-abcdefABCDEF",
    "a Slack webhook": "https://hooks.slack.com/" + "services/T00000000/B00000000/XXXXXXXX",
    "a Stripe key": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "a Google API key": "AIza" + "SyD3x4mpl3K3y0000000000000000000abc",
    "a SendGrid key": "SG." + "a" * 22 + "." + "b" * 43,
    "an npm token": "npm_" + RANDOM,
    "a JSON web token": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "an address with a password": "postgres://kim:" + "hunter2@db.example/acme",
    "a password": "password: " + "tr33house!",
    "a key, since it is long and without any order": RANDOM,
}


@pytest.mark.parametrize("what", SECRETS)
def test_a_secret_is_known_by_its_look(what: str) -> None:
    """Each kind is called by its name, with other words round it, too."""
    assert what_secret(SECRETS[what]) == what
    assert what_secret(f"see ({SECRETS[what]}) there") == what


@pytest.mark.parametrize(
    "value",
    [
        "800-555-0100",
        "privacy@acme.example",
        "https://acme.example/legal/a-very-long-address-with-many-words-and-2026-in-it/",
        "https://docs.google.com/forms/d/e/1FAIpQLSf9aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5/viewform",
        "Southern-California-Permanente-Medical-Group-SCPMG",
        "123e4567-e89b-12d3-a456-426614174000",
        "00000000000000000000000000000000",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "We never ask for your password: write to us if somebody does",
        "Password: a word that you choose",
        "remembers your session token",
        "_ga_AB12CD34EF",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA1",
        "個人情報保護方針とクッキーについての説明はこちらです",
        "sk_live_",
    ],
)
def test_facts_of_a_policy_page_are_no_secrets(value: str) -> None:
    """Addresses, numbers, names and sentences of policy pages are left alone."""
    assert what_secret(value) is None


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("api_key", "hunter22", True),
        ("db_password", "tr33house", True),
        ("password_rules", "at least 12 signs", False),
        ("secretary", "Kim", False),
        ("client_secret", "2026-01-02", False),
        ("product", "hunter22", False),
    ],
)
def test_a_name_may_say_what_a_short_value_is(tmp_path: Path, name: str, value: str, *, told: bool) -> None:
    """One word with a digit in it, under a name for passwords, is one."""
    entity = f"{ACME}extra:\n  {name}: {value}\n"
    case = house(tmp_path, {"entities/acme.yaml": entity}, f"names:\n  extra: {{{name}: text}}\n")
    assert marked(alone(case, CODE), CODE) == ([value] if told else [])


def test_the_value_is_marked_and_never_printed(tmp_path: Path) -> None:
    """The place and the path are told; the value stands in no message, hint or label."""
    secret = SECRETS["a GitHub token"]
    case = house(
        tmp_path,
        {"entities/acme.yaml": f"{ACME}extra:\n  product: {secret}\n"},
        "names:\n  extra: {product: text}\n",
    )
    assert marked(alone(case, CODE), CODE) == [secret]
    assert "`extra.product`" in case.report.diagnostics[0].message
    assert secret[4:] not in repr(case.report.diagnostics)


@pytest.mark.parametrize("form", ["full", "short", "json", "github"])
def test_no_format_of_the_command_prints_a_secret(tmp_path: Path, form: str) -> None:
    """Neither the excerpt of its own finding nor that of another on the same line shows it."""
    secret = SECRETS["a Stripe key"]
    for path, text in {
        "policypages.yaml": "title: T\nnames:\n  extra: {product: text, note: text}\n",
        "content/entities/acme.yaml": f"{ACME}extra: {{note: {secret}, product: {secret}}}\n",
        "content/policies/privacy.yaml": "title: P\nsections: [opening]\n",
        "content/clauses/opening.md": clause("Words."),
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "policypages", "-C", str(tmp_path), "check", "--format", form],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "120", "PYTHONUTF8": "1"},
        check=False,
    )
    said = ran.stdout + ran.stderr
    assert CODE in said
    assert "unused-fact" in said
    assert secret not in said
    assert secret[8:] not in said


def test_a_secret_in_a_locale_or_a_list_is_found(tmp_path: Path) -> None:
    """Every text of a file is looked at, wherever it stands in it."""
    entity = f"{ACME}in:\n  de:\n    extra:\n      tools: [a, {RANDOM}]\n"
    case = house(tmp_path, {"entities/acme.yaml": entity}, "names:\n  extra: {tools: list of text}\n")
    assert marked(alone(case, CODE), CODE) == [RANDOM]
