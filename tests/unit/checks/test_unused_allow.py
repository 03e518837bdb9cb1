"""Permissions that silence nothing any more, wherever they may stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.factcase import ACME, PRIVACY, clause, codes, house, marked
from tests.sitecase import DAY

from policypages import build as pipeline
from policypages.build.checking import check
from policypages.checks.kinds import Choice
from policypages.sources import MemorySources

CODE = "unused-allow"
DEAD, FINE = "Encrypted by SSL.", "Encrypted on its way."
ALLOW = "allow: {dead-term: agreed}"
ADJUSTED = ACME.replace("privacy: {}", f"privacy: {{adjust: {{opening: {{{ALLOW}}}}}}}")
IN_LOCALE = f"{PRIVACY}in:\n  en: {{adjust: {{opening: {{{ALLOW}}}}}}}\n"
OWN = f"privacy: {{sections: [{{clause: opening, {ALLOW}}}]}}"
OVER = f"policies: {{privacy: {{adjust: {{opening: {{{ALLOW}}}}}}}}}"
PLACES = {
    "adjust": {"entities/acme.yaml": ADJUSTED},
    "outline": {"policies/privacy.yaml": f"title: P\nsections:\n  - {{clause: opening, {ALLOW}}}\n"},
    "own outline": {
        "entities/acme.yaml": ACME.replace(
            "privacy: {}", f"privacy: {{sections: [{{clause: opening, {ALLOW}}}]}}"
        )
    },
    "clause": {"clauses/opening.md": clause(DEAD, f"{ALLOW}\n")},
    "policy in a locale": {"policies/privacy.yaml": IN_LOCALE},
    "entity in a locale": {"entities/acme.yaml": f"{ACME}in:\n  en: {{{OVER}}}\n"},
    "group": {
        "entities/group.yaml": f"publish: false\n{ADJUSTED}",
        "entities/acme.yaml": f"extends: group\n{ACME}",
    },
}


@pytest.mark.parametrize("place", PLACES)
def test_it_silences_while_there_is_something_and_is_told_after(tmp_path: Path, place: str) -> None:
    """At a section, in an outline or a clause, for a locale or handed down: used, then left behind."""
    case = house(tmp_path, {"clauses/opening.md": clause(DEAD), **PLACES[place]}).check()
    assert codes(case) == []
    text = case.files["content/clauses/opening.md"].replace(DEAD, FINE)
    case.change("clauses/opening.md", text).check()
    assert codes(case) == [CODE]
    assert marked(case, CODE) == ["dead-term"]


def test_it_silences_facts_in_the_file_that_states_them(tmp_path: Path) -> None:
    """In a file of facts it is for that file's facts; without them it is left behind."""
    names = "names:\n  extra: {note: text}\n"
    files = {"clauses/opening.md": clause("{{ name }}{% if extra.note %} {{ extra.note }}{% endif %}")}
    stated = f"extra: {{note: by SSL}}\n{ALLOW}\n{ACME}"
    assert codes(house(tmp_path / "a", {**files, "entities/acme.yaml": stated}, names).check()) == []
    left = house(tmp_path / "b", {**files, "entities/acme.yaml": f"{ALLOW}\n{ACME}"}, names).check()
    assert codes(left) == [CODE]


def test_a_text_is_not_silenced_by_the_allow_of_a_file_of_facts(tmp_path: Path) -> None:
    """A finding in a text wants its permission at the section; the other is told to be of no use."""
    files = {"entities/acme.yaml": f"{ALLOW}\n{ACME}", "clauses/opening.md": clause(DEAD)}
    assert sorted(codes(house(tmp_path, files).check())) == ["dead-term", CODE]


def test_handed_down_it_is_used_when_one_child_needs_it(tmp_path: Path) -> None:
    """Of two children one has the dead term: the group's permission is of use."""
    edits = "{privacy: {adjust: {opening: {edits: {on its way: by SSL}, because: test}}}}"
    files = {
        **PLACES["group"],
        "entities/beta.yaml": f"extends: group\nname: B\nurl: https://b.example/\npolicies: {edits}\n",
        "clauses/opening.md": clause(FINE),
    }
    case = house(tmp_path, files).check()
    assert codes(case) == []
    assert codes(case.change("entities/beta.yaml", None).check()) == [CODE]


@pytest.mark.parametrize(
    "choice",
    [
        Choice(select=frozenset(["review-overdue"])),
        Choice(select=frozenset([CODE])),
        Choice(ignore=frozenset(["dead-term"])),
        Choice(ignore=frozenset(["unused-fact"])),
        Choice(severity={"dead-term": "off"}),
    ],
)
def test_who_asks_for_some_rules_is_told_of_no_permission(tmp_path: Path, choice: Choice) -> None:
    """When not all rules look, nobody can tell."""
    assert codes(house(tmp_path, {"entities/acme.yaml": ADJUSTED}).check(choice)) == []


def test_who_asks_for_some_sites_is_told_of_no_permission(tmp_path: Path) -> None:
    """The sites that were not looked at may need it."""
    case = house(tmp_path, {"entities/acme.yaml": ADJUSTED})
    found = check(MemorySources(case.files), pipeline.Options(DAY, ("acme",)), Choice(), DAY).diagnostics
    assert found == []


def test_rules_that_the_settings_leave_out_are_not_judged(tmp_path: Path) -> None:
    """A permission for a rule that the settings ignore may wait; the others are told."""
    settings = "checks: {ignore: [dead-term]}\n"
    both = ADJUSTED.replace("{dead-term: agreed}", "{dead-term: agreed, contradiction: agreed}")
    case = house(tmp_path, {"entities/acme.yaml": both}, settings).check()
    assert marked(case, CODE) == ["contradiction"]


def test_while_something_is_broken_no_permission_is_judged(tmp_path: Path) -> None:
    """A clause that does not compile may have what is allowed in it."""
    files = {"entities/acme.yaml": ADJUSTED, "clauses/opening.md": clause("{{ naem }} SSL")}
    assert codes(house(tmp_path, files).check()) == ["unknown-fact"]


def test_null_takes_an_inherited_permission_out_and_is_none_itself(tmp_path: Path) -> None:
    """`~` is no permission: it is neither told, nor does it silence."""
    none = "policies: {privacy: {adjust: {opening: {allow: {dead-term: ~}}}}}\n"
    files = {
        **PLACES["group"],
        "entities/beta.yaml": f"extends: group\nname: B\nurl: https://b.example/\n{none}",
        "clauses/opening.md": clause(DEAD),
    }
    case = house(tmp_path, files).check()
    assert [(one.code, one.entities) for one in case.report.diagnostics] == [("dead-term", ("beta",))]
