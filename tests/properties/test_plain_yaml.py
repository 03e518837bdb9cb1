"""What the plain reader takes, libyaml takes too, and both give the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policypages.formats.facts import _quick, read_yaml
from policypages.formats.facts_plain import NotPlainError, read_plain

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    file
    for folder in ("content", "starter", "tests/sites", "tests/spec", "themes")
    for file in (ROOT / folder).rglob("*.y*ml")
)
WORDS = (
    "a",
    "b-c",
    "d/e",
    "007",
    "1.50",
    "null",
    "~",
    "true",
    "é",
    "y z",
    "https://a.b/c",
    "Mills & Sons",
    "x's",
)
SIGNS = (
    *(
        " ",
        "  ",
        "\n",
        "\n  ",
        ": ",
        ":",
        " #",
        "#",
        "- ",
        "-",
        "? ",
        "|",
        ">",
        "&a ",
        "*a",
        "!t ",
        "<<: ",
        "%",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        ", ",
        ",",
        "'",
        '"',
        "\\",
        "\t",
        "\r",
        "---",
        "...",
        "@",
        "`",
        "\x00",
        "\x85",
        "\xa0",
    ),
    *("\u2028", "\ufeff", "\ud7ff", "\U0001f600", "~", "''", '""', "[]", "{}", "$", "(", ")", "+", "=", ";"),
)
WORD = st.sampled_from(WORDS)
FLAT = (
    WORD
    | st.lists(WORD, max_size=3).map(lambda words: f"[{', '.join(words)}]")
    | st.lists(st.tuples(WORD, WORD), max_size=3).map(
        lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
    )
    | WORD.map(lambda word: f"'{word}'")
    | WORD.map(lambda word: f'"{word}"')
    | st.sampled_from(["", " ", "|", "a: b", "a #b", "a#b", "['b, c', d]", '{a: "b: c, d: e"}'])
)
LINE = st.builds(
    lambda indent, form, key, value: " " * indent + form.format(key, value),
    st.sampled_from([0, 0, 0, 1, 2, 2, 2, 4]),
    st.sampled_from(["{}: {}", "{}: {}", "{}:", "- {1}", "- {}: {}", "# {}", ""]),
    st.sampled_from(["a", "b", "c", "d", "e", "f", "cookies/x", "g_h", "0", "null", "*", "a b"]),
    FLAT,
)
TEXT = st.lists(LINE, max_size=8).map("\n".join)
EDITS = st.lists(st.tuples(st.integers(0, 200), st.sampled_from(SIGNS)), max_size=3)


def same(text: str) -> bool:
    """Tell whether the plain reader takes a text; if so, libyaml makes the same of it, in the same order."""
    data = text.encode()
    try:
        plain = read_plain(data)
    except NotPlainError:
        return False
    assert repr(plain) == repr(_quick(data))
    return True


@given(TEXT, EDITS)
@example("a: b\n  c\n", [])
@example("a: b\n  c: d\n", [])
@example("a:\n- b\n  c\n", [])
@example("a:\n  - b\n - c\n", [])
@example("a:\n    - b\n  c: d\n", [])
@example("a: b\na: c\n", [])
@example("a: {b: c, b: d}\n", [])
@example("a: b c: d\n", [])
@example("a: null\n", [])
@example("a: [b, 'c, d', \"e\" , ~]\n", [])
@example("a: [b, ]\n", [])
@example("a: b:\n", [])
@example("a: [b, c: d]\n", [])
@example("a: [b,, c]\n", [])
@example("a: 'b''c'\n", [])
@example('a: "b" c\n', [])
@example('a: "b"#c\n', [])
@example("a: #b\n", [])
@example("a:#b\n", [])
@example("a: ['b, c', \"d: e\", f]\n", [])
@example("a: {b: 'c, d: e', f: 'g'}\n", [])
@example("a: b # c\n  d\n", [])
@example("a: b\x85c\n", [])
@example("a:\tb\n", [])
@example("a:\n\n# x\n  b: c\n", [])
def test_what_is_plain_is_what_libyaml_reads(text: str, edits: list[tuple[int, str]]) -> None:
    """Lines in any order and depth, with signs put anywhere: no text is read otherwise than by libyaml."""
    for at, sign in edits:
        text = text[:at] + sign + text[at:]
    same(text)


@given(st.sampled_from(FILES), st.integers(0, 100), EDITS)
def test_files_that_people_wrote_are_read_as_by_libyaml(
    file: Path, skipped: int, edits: list[tuple[int, str]]
) -> None:
    """The sites of this repository, whole or in part, and with mistakes."""
    lines = file.read_text("utf-8", "replace").split("\n")
    text = "\n".join(lines[skipped % len(lines) :])
    for at, sign in edits:
        text = text[:at] + sign + text[at:]
    same(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n",
        "# c\na:\n  b: c  \n\n  d:\n    - e\n    - 'f: g'\nh: [i, \"j k\", ~]\nl: {m: n, o: 'p'}\nq:\n",
        "a: Mills & Sons (Books): the shop\n".replace("): ", ") - "),
        "url: https://example.org:8080/?x=1&y=2\n",
        "a: é – “quoted”…\n",
    ],
)
def test_plain_files_are_taken(text: str) -> None:
    """Keys, values, lists and comments, as most entities have them, do not need libyaml."""
    assert same(text)


def test_what_a_starter_site_holds_is_plain() -> None:
    """The reader takes the entities that a newcomer is given, comments and all."""
    entities = sorted((ROOT / "starter" / "content" / "entities").rglob("*.yaml"))
    assert entities
    assert all(same(file.read_text("utf-8")) for file in entities)


@pytest.mark.parametrize("piece", [" ", "a ", "a:b", "[", "[a, ", "{a: b, ", '"', "' ", "- ", "a: ", ": "])
def test_no_line_takes_for_ever(piece: str) -> None:
    """However long a line that is not plain after all, it is given up in time that grows with its length."""
    for text in (
        f"a: {piece * 8000}\x00",
        f"a: [{piece * 8000}\x00",
        f"{piece * 8000}\x00",
        f"#{piece * 8000}\x00",
    ):
        with pytest.raises(NotPlainError):
            read_plain(text.encode())


def test_what_is_not_utf_8_is_told_by_its_byte() -> None:
    """The plain reader leaves what it cannot decode to the one that says where it is."""
    assert [one.code for one in read_yaml("f.yaml", b"a: \xff\n")[1]] == ["invalid-encoding"]
