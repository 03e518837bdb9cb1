from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from policypages.redline import Change, accepted, as_text, compare, normalised_text, rejected

SPEC = Path(__file__).with_name("redline.md")


@dataclass(frozen=True)
class Case:
    """One case of the specification; `line` is that of its title."""

    line: int
    title: str
    old: str
    new: str
    expected: str


def read_cases() -> list[Case]:
    """Read the cases: a title, a dot, then old article, new article and redline, each up to a dot."""
    lines = SPEC.read_text(encoding="utf-8").split("\n")
    dots = [number for number, line in enumerate(lines) if line == "."]
    assert len(dots) % 4 == 0, "a case has four lines that hold a dot"
    return [
        Case(a, lines[a - 1], *("\n".join(lines[x + 1 : y]) for x, y in ((a, b), (b, c), (c, d))))
        for a, b, c, d in zip(*(dots[n::4] for n in range(4)), strict=True)
    ]


CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{case.line}-{case.title}" for case in CASES])
def test_a_redline_says_what_the_specification_says(case: Case) -> None:
    """Two articles give this redline, and both can be had back from it."""
    redline = compare(case.old, case.new)
    assert ("same" if redline.same else redline.html.rstrip("\n")) == case.expected
    assert normalised_text(rejected(redline.html)) == normalised_text(case.old)
    assert normalised_text(accepted(redline.html)) == normalised_text(case.new)


def test_the_specification_has_cases_enough_and_each_has_a_title_of_its_own() -> None:
    """At least 40 cases, none named as another."""
    assert len(CASES) >= 40
    assert len({case.title for case in CASES}) == len(CASES)


def changes(old: str, new: str) -> tuple[Change, ...]:
    """Return what changed between two articles."""
    return compare(f"<article>{old}</article>", f"<article>{new}</article>").changes


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<p>five years</p>", "<p>seven years</p>", Change("text", "", "five", "seven")),
        (
            "<p>a web site of ours</p>",
            "<p>a website of ours</p>",
            Change("spaces", "", " web site", " website"),
        ),
        ('<p>say "yes" now</p>', '<p>say “yes" now</p>', Change("quotes", "", '"', "“")),
        ("<p>a b</p>", "<p>a b</p><p>c d</p>", Change("added", "", "", "c d")),
        ("<p>a b</p><p>c d</p>", "<p>a b</p>", Change("removed", "", "c d", "")),
        ("<h2>Yes</h2>", "<h3>Yes</h3>", Change("attribute", "", "<h2>", "<h3>")),
        ('<p><a href="x">us</a></p>', '<p><a href="y">us</a></p>', Change("link", "", "x", "y")),
        ('<p><a href="x">us</a></p>', "<p>us</p>", Change("link", "", "x", "")),
        (
            '<section id="web-logs"><p>five years</p></section>',
            '<section id="web-logs"><p>six years</p></section>',
            Change("text", "web-logs", "five", "six"),
        ),
        (
            '<p>We keep it.</p><hr><h2 id="logs">Logs</h2><p>for five years</p>',
            '<p>We keep it.</p><hr><h2 id="logs">Logs</h2><p>for six years</p>',
            Change("text", "logs", "five", "six"),
        ),
    ],
)
def test_a_change_tells_its_kind_and_section_and_both_sides(old: str, new: str, expected: Change) -> None:
    """Each kind of change is told apart, with the anchor of its section."""
    assert changes(old, new) == (expected,)


def test_what_moved_is_told_once_with_both_texts() -> None:
    """A section of several blocks that moved is one change, and what changed within it another."""
    logs = '<section id="logs"><h2>Logs</h2><p>We keep logs for {}.</p></section>'
    rights = '<section id="rights"><h2>Rights</h2><p>You may ask us what we know of you.</p></section>'
    told = changes(logs.format("a month") + rights, rights + logs.format("a year"))
    assert told == (
        Change("moved", "logs", "Logs We keep logs for a month.", "Logs We keep logs for a year."),
        Change("text", "logs", "month", "year"),
    )


def test_a_renamed_section_is_followed_by_its_section_id() -> None:
    """`was` names section ids, whose anchors have `-` for `/`; without it the words decide."""
    old = '<section id="cookies-brief"><h2>Cookies</h2><p>We set few.</p></section>'
    new = '<section id="cookies-all"><h2>All cookies</h2><p>None at all is ever set.</p></section>'
    redline = compare(old, new, was={"cookies/brief": "cookies/all"})
    assert redline.html.count("<section") == 1
    assert compare(old, new).html.count("<section") == 2


def test_two_changes_that_differ_in_what_stands_round_them_alone_are_equal() -> None:
    """So pages of other entities, whose names stand beside a change, fall into one group."""
    one = changes("<p>Acme keeps records for five years.</p>", "<p>Acme keeps records for six years.</p>")
    other = changes(
        "<p>Globex keeps records for five years.</p>", "<p>Globex keeps records for six years.</p>"
    )
    assert one == other
    assert one[0].before != other[0].before


def test_the_text_form_has_some_words_round_each_change() -> None:
    """A line each: the section, the words before, both sides, the words behind."""
    old = (
        '<section id="logs"><p>One two three four five, six (seven) eight nine ten.</p><p>Gone.</p></section>'
    )
    new = '<section id="logs"><p>One two three four five, 6 (seven) eight nine eleven.</p></section>'
    assert as_text(compare(old, new)) == (
        "logs: two three four five, [-six-]{+6+} (seven) eight nine\n"
        "logs: 6 (seven) eight nine [-ten-]{+eleven+}.\n"
        "logs: [-Gone.-]"
    ).replace("6 (seven) eight nine [", "(seven) eight nine [")


def test_the_normalised_text_counts_words_and_addresses_and_not_white_space() -> None:
    """Blocks, line breaks and marks are nothing or one space; each address stands behind its words."""
    text = normalised_text(
        '<article lang="en"><h2>Ask\n us</h2><p>By <b>m</b>ail:<br>'
        '<a href="mailto:a@example.org">a@example.org</a>'
        ' or <a href="https://example.org/form">this form</a>.</p><p>日本 語</p></article>'
    )
    assert text == (
        "Ask us By mail: a@example.org\n<mailto:a@example.org>\n or this form\n<https://example.org/form>\n."
        " 日本語"
    ).replace(". 日", ".日")


def test_an_address_cannot_be_taken_for_words() -> None:
    """A text that looks like the canonical form of a link is another text."""
    assert normalised_text('<p><a href="x">us</a></p>') != normalised_text("<p>us &lt;x&gt;</p>")


@pytest.mark.parametrize(
    "html", ["", "   ", "<article></article>", "words", "<p>a<p>b", "</p><li>x", "\x00<b \x01=''>x"]
)
def test_html_that_is_odd_is_read_all_the_same(html: str) -> None:
    """Empty, bare, unclosed and broken HTML has a redline; it is well-formed, and the words are there."""
    redline = compare(html, f"{html}<p>more</p>")
    assert not redline.same
    assert normalised_text(accepted(redline.html)) == normalised_text(f"{html}<p>more</p>")
    assert normalised_text(rejected(redline.html)) == normalised_text(html)
