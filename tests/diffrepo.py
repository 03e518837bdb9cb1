"""A site in a repository of git, edited and compared by `policypages diff` as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from policypages.cli import cli

FILES = {
    "policypages.yaml": (
        "schema_version: 1\ntitle: Test\nnames: {contacts: [privacy], extra: {shop: yes or no}}\n"
    ),
    "content/entities/house.yaml": "publish: false\ncontacts:\n  privacy:\n    phone: 800-555-0100\n",
    "content/entities/acme.yaml": (
        "extends: house\nname: Acme\nsample: true\nextra: {shop: yes}\npolicies: {privacy: {}, cookies: {}}\n"
    ),
    "content/entities/beta.yaml": "extends: house\nname: Beta\nsample: true\npolicies: {privacy: {}}\n",
    "content/entities/gamma.yaml": (
        "name: Gamma\nsample: true\ncontacts:\n  privacy: {phone: 800-555-0199}\npolicies: {privacy: {}}\n"
    ),
    "content/policies/privacy.yaml": (
        "title: Privacy\nsections:\n  - opening\n  - {clause: orders, when: extra.shop}\n  - contact\n"
    ),
    "content/policies/cookies.yaml": "title: Cookies\nsections: [about]\n",
    "content/clauses/opening.md": (
        "---\ntitle: Opening\noptions: {about: {default: you}}\n---\n"
        "{{ name }} learns little about {{ option.about }}.\n\n"
        "We recieve what you send. See {{ ref('contact') }}.\n"
    ),
    "content/clauses/orders.md": "---\ntitle: Orders\n---\nWe keep orders.\n",
    "content/clauses/contact.md": "---\ntitle: Contact\nshows: contacts.privacy\n---\nWrite to us.\n",
    "content/clauses/about.md": "---\ntitle: About\n---\n{{ name }} sets no cookies.\n",
}
OPENING = "content/clauses/opening.md"
PRIVACY = ["acme/privacy", "beta/privacy", "gamma/privacy"]
WHO = {"NAME": "Kim", "EMAIL": "kim@example.org", "DATE": "2026-03-02T12:00:00Z"}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody whose own settings do not matter."""
    who = {f"GIT_{one}_{what}": value for one in ("AUTHOR", "COMMITTER") for what, value in WHO.items()}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **who},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(folder: Path, message: str = "change") -> str:
    """Commit all files, and return the id of the commit."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8", newline="")


def change(folder: Path, path: str, old: str, new: str) -> None:
    """Put other words in the place of those that a file has once."""
    text = (folder / path).read_text("utf-8")
    assert text.count(old) == 1
    (folder / path).write_text(text.replace(old, new), "utf-8", newline="")


def diff(site: Path, *words: str, code: int = 0) -> Result:
    """Run the command in this process."""
    ran = CliRunner().invoke(cli, ["-C", str(site), "diff", *words], standalone_mode=False)
    ended = getattr(ran.exception, "exit_code", None) if ran.exception is not None else ran.return_value
    assert ended == code, (ran.output, ran.exception)
    return ran


def data(site: Path, *words: str) -> dict[str, Any]:
    """Return what the command tells programs."""
    found = json.loads(diff(site, *words, "--format", "json").stdout)
    assert isinstance(found, dict)
    assert found["version"] == 1
    return found


def told(found: dict[str, Any]) -> list[tuple[list[str], list[str], list[tuple[str, str]]]]:
    """Return of each group its pages, the places of its causes, and the words."""
    return [
        (
            [page["address"] for page in group["pages"]],
            [f"{one['kind']} {one['name']} {one['file']}:{one['line']}" for one in group["causes"]],
            [(one["old"], one["new"]) for one in group["changes"]],
        )
        for group in found["groups"]
    ]


def begin(folder: Path) -> Path:
    """Make a repository with one commit on `main`, and a branch `work` on which we are."""
    write(folder, FILES)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first")
    git(folder, "switch", "-qc", "work")
    return folder
