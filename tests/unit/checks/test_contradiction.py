"""Clauses that cannot both be true of one page."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.factcase import alone, clause, house, marked

from policypages.checks.contradictions import PAIRS

CODE = "contradiction"
BOTH = "title: Privacy\nsections:\n  - opening\n  - logs\n"
LOGS = clause("Each line holds your number.", "tags: [logs, identifies]\n")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("We keep aggregate, anonymous data.", ["anonymous"]),
        ("Usage data is collected anonymously.", ["anonymously"]),
        ("We keep Anonymized statistics.", ["Anonymized"]),
        ("All of it is anonymised information. Words.", ["anonymised"]),
        ("- one\n- anonymous totals\n", ["anonymous"]),
        ("We keep *anonymous* records.", ["anonymous"]),
        ("The data is on an anonymous basis, so that no name is in it.", ["anonymous"]),
        ("We keep totals.", []),
        ("The data is not anonymous.", []),
        ("We never call such data anonymous.", []),
        ("It isn't anonymous data.", []),
        ("Survey data is anonymous.", []),
        ("Anonymous callers are welcome.", []),
        ("You can send feedback in anonymous form.", []),
    ],
)
def test_data_called_anonymous_beside_what_identifies(tmp_path: Path, body: str, words: list[str]) -> None:
    """The word is marked where data is called so, on a page with a clause that is tagged `identifies`."""
    files = {"policies/privacy.yaml": BOTH, "clauses/logs.md": LOGS, "clauses/opening.md": clause(body)}
    assert marked(alone(house(tmp_path, files), CODE), CODE) == words


def test_the_word_is_right_where_nothing_identifies(tmp_path: Path) -> None:
    """Without such a clause on the page, anonymous data is what it is."""
    files = {"clauses/logs.md": LOGS, "clauses/opening.md": clause("We keep anonymous data.")}
    assert marked(alone(house(tmp_path, files), CODE), CODE) == []


def test_the_word_counts_only_in_the_branch_that_is_shown(tmp_path: Path) -> None:
    """Another page's branch does not contradict this page."""
    body = "{% if short_name %}We keep anonymous data.{% else %}We keep totals.{% endif %}"
    files = {"policies/privacy.yaml": BOTH, "clauses/logs.md": LOGS, "clauses/opening.md": clause(body)}
    case = house(tmp_path, files)
    assert marked(alone(case, CODE), CODE) == []
    case.change("entities/acme.yaml", case.files["content/entities/acme.yaml"] + "short_name: A\n")
    assert marked(alone(case, CODE), CODE) == ["anonymous"]


@pytest.mark.parametrize("pair", sorted(map(sorted, PAIRS)))
def test_known_pairs_exclude_each_other_and_say_why(tmp_path: Path, pair: list[str]) -> None:
    """Both tags are shown, with both sections and a plain sentence."""
    files = {
        "policies/privacy.yaml": BOTH,
        "clauses/logs.md": clause("Words.", f"tags: [{pair[1]}]\n"),
        "clauses/opening.md": clause("Words.", f"tags:\n  - other\n  - {pair[0]}\n"),
    }
    case = alone(house(tmp_path, files), CODE)
    (one,) = case.report.diagnostics
    assert one.severity == "error"
    assert PAIRS[frozenset(pair)] in one.message
    assert marked(case, CODE) == [pair[0]]
    labels = [(label.span.file, label.span.line, label.text) for label in one.labels]
    assert labels == [
        ("content/clauses/logs.md", 3, f"the page has `{pair[1]}` here"),
        ("content/policies/privacy.yaml", 3, "the section `opening`"),
        ("content/policies/privacy.yaml", 4, "the section `logs`"),
    ]


def test_the_settings_add_pairs(tmp_path: Path) -> None:
    """A house names what excludes each other in its own words, in either order."""
    files = {
        "policies/privacy.yaml": BOTH,
        "clauses/logs.md": clause("Words.", "tags: [lasting]\n"),
        "clauses/opening.md": clause("Words.", "tags: [brief]\n"),
    }
    assert marked(alone(house(tmp_path / "a", files), CODE), CODE) == []
    case = house(tmp_path / "b", files, "checks: {contradictions: [[lasting, brief]]}\n")
    assert marked(alone(case, CODE), CODE) == ["brief"]


def test_tags_of_one_clause_may_contradict_each_other(tmp_path: Path) -> None:
    """A clause that says both is told once."""
    case = house(tmp_path, {"clauses/opening.md": clause("Words.", "tags: [anonymous, identifies]\n")})
    (one,) = alone(case, CODE).report.diagnostics
    assert "of one clause" in one.message


def test_clauses_on_different_pages_do_not_meet(tmp_path: Path) -> None:
    """Each page is looked at by itself."""
    files = {
        "entities/acme.yaml": "name: A\nurl: https://a.example/\npolicies: {privacy: {}, logs: {}}\n",
        "policies/logs.yaml": "title: Logs\nsections: [logs]\n",
        "clauses/logs.md": LOGS,
        "clauses/opening.md": clause("We keep anonymous data.", "tags: [not-kept]\n"),
    }
    assert marked(alone(house(tmp_path, files), CODE), CODE) == []
