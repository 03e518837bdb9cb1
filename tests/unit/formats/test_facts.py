"""Facts files are read for legal text: rows 1, 3 and 6 to 10 of the faults that must be survived."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policypages.diagnostics import Span
from policypages.formats.facts import MAX_ALIASES, MAX_BYTES, MAX_DEPTH, _quick, _Survey, locate, read_yaml

MEMORY = 200 * 1024 * 1024


def codes(data: bytes) -> list[str]:
    """Return the codes of what is wrong with a file."""
    return [found.code for found in read_yaml("f.yaml", data)[1]]


def value_of(text: str) -> object:
    """Read a text that has nothing wrong."""
    value, found = read_yaml("f.yaml", text.encode())
    assert found == []
    return value


def in_little_memory(make_data: str, *, then: str = "") -> tuple[str, float]:
    """Read a file in a child that may use 200 MB, and return what it printed and how long it took."""
    child = f"""
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
from policypages.formats.facts import read_yaml
{then}
data = {make_data}
started = time.perf_counter()
value, found = read_yaml("bomb.yaml", data)
print(time.perf_counter() - started)
print(*sorted({{each.code for each in found}}))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", child],
        capture_output=True,
        text=True,
        timeout=10,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seconds, words = done.stdout.splitlines()
    return words, float(seconds)


# --- row 1: text stays as it was typed


@pytest.mark.parametrize(
    "text",
    [
        "NO",
        "on",
        "off",
        "Yes",
        "true",
        "01234",
        "12:30:45",
        "1_000",
        "0x1F",
        "1.10",
        "0o17",
        "1e3",
        ".5",
        "-0",
        "NULL",
        "Null",
        "2026-01-02",
        "2026-13-01",
        "=",
        "<<",
        "97702-1234",
        "a:b",
        "http://x/#y",
        "x#y",
        "-x",
    ],
)
def test_row_01_plain_scalar_is_its_source_text(text: str) -> None:
    """What YAML would make a boolean, a number or a time stays text."""
    assert value_of(f"country: {text}\n") == {"country": text}
    assert value_of(f"list:\n- {text}\n") == {"list": [text]}


def test_row_01_a_key_is_its_source_text() -> None:
    """A key such as `on`, `NO`, `null` or `1` is that text."""
    assert value_of("on: a\nNO: b\n1: c\nnull: d\n~: e\n") == {
        "on": "a",
        "NO": "b",
        "1": "c",
        "null": "d",
        "~": "e",
    }


PLAIN = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), min_size=1, max_size=30
).filter(
    lambda text: (
        text == text.strip(" ")
        and text[0] not in "-?:,[]{}#&*!|>'\"%@`\ufeff"
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
        and not text.startswith(("...", "---"))
        and text not in ("~", "null")
    )
)


@given(PLAIN)
def test_row_01_any_plain_scalar_is_its_source_text(text: str) -> None:
    """Any plain scalar but `~`, `null` and nothing equals its source text."""
    assert value_of(f"name: {text}\n") == {"name": text}


def test_only_three_spellings_are_null() -> None:
    """`~`, `null` and nothing at all are None; in quotes they are text."""
    assert value_of("a: ~\nb: null\nc:\nd: [~, null]\n") == {
        "a": None,
        "b": None,
        "c": None,
        "d": [None, None],
    }
    assert value_of("a: '~'\nb: \"null\"\nc: ''\n") == {"a": "~", "b": "null", "c": ""}


def test_blocks_and_quotes_give_their_value() -> None:
    """Quoted and block scalars are read as YAML says; comments and a modeline are skipped."""
    text = "# yaml-language-server: $schema=x\na: |\n  one\n  two\n"
    text += "b: >-\n  one\n  two\nc: 'it''s'\nd: \"\\u00e4\"\n"
    assert value_of(text) == {"a": "one\ntwo\n", "b": "one two", "c": "it's", "d": "ä"}


# --- row 3: duplicate keys


def test_row_03_duplicate_key_names_both_places() -> None:
    """A key that stands twice is an error at the second that shows the first; the first one counts."""
    value, found = read_yaml("f.yaml", b"a: 1\nb:\n  c: 1\n  'c': 2\na: 3\n")
    assert [(each.code, each.span, each.labels[0].span) for each in found] == [
        ("duplicate-key", Span("f.yaml", 4, 3, 3), Span("f.yaml", 3, 3, 1)),
        ("duplicate-key", Span("f.yaml", 5, 1, 1), Span("f.yaml", 1, 1, 1)),
    ]
    assert value == {"a": "1", "b": {"c": "1"}}


def test_row_05_several_mistakes_are_told_at_once() -> None:
    """What does not stop the parser is collected."""
    data = b"a: !x 1\n<<: {b: 1}\nc: 1\nc: 2\n? [d]\n: e\nf: *g\n'': h\n"
    assert codes(data) == ["yaml-refused", "yaml-refused", "duplicate-key", *["yaml-refused"] * 3]


# --- row 6: bombs


ANCHORS = """\
b'a0: &a0 [x, x]\\n' + b''.join(b'a%d: &a%d [*a%d, *a%d]\\n' % (i, i, i-1, i-1) for i in range(1, 30))
"""


@pytest.mark.parametrize(
    ("make_data", "code"),
    [
        (ANCHORS, "too-large"),
        ("b'a: &a [' + b'x, ' * 5000 + b']\\nb: [*a, *a, *a]\\n'", "too-large"),
        ("b'a: &a [*a]\\n'", "yaml-refused"),
        ("b'a: &a {b: {c: *a}}\\n'", "yaml-refused"),
        ("b'a: ' + b'[' * 20000", "too-large"),
        ("b'a: ' + b'[' * 20000 + b']' * 20000", "too-large"),
        ("b'a: ' + b'{a: ' * 20000", "too-large"),
        ("b''.join(b' ' * i + b'a:\\n' for i in range(1400))", "too-large"),
        ("b'- ' * 20000", "too-large"),
        ("b'? ' * 20000", "too-large"),
        ("b'a: b\\n' * (50 * 1024 * 1024 // 5)", "too-large"),
        ("b'a: [' + b'x,' * 500_000 + b']'", "too-large"),
        ("b'a: [' + b'[],' * 340_000 + b']'", "too-large"),
    ],
)
def test_row_06_bombs_are_refused_in_little_memory(make_data: str, code: str) -> None:
    """Anchors, self-reference, depth and size are refused under 200 MB, and soon."""
    words, seconds = in_little_memory(make_data)
    assert code in words.split()
    assert seconds < 5  # a second on a quiet machine


def test_row_06_limits_are_not_in_the_way() -> None:
    """A nesting at the limit, a few aliases and a file just under the limit are read."""
    deep = "a: " + "[" * (MAX_DEPTH - 1) + "x" + "]" * (MAX_DEPTH - 1)
    assert codes(deep.encode()) == []
    assert codes((deep.replace("x", "[x]")).encode()) == ["too-large"]
    few = "a: &a {b: [c]}\nd: [" + ", ".join(["*a"] * MAX_ALIASES) + "]\n"
    assert value_of(few) == {"a": {"b": ["c"]}, "d": [{"b": ["c"]}] * MAX_ALIASES}
    assert codes(few.replace("]\n", ", *a]\n").encode()) == ["too-large"]
    long = b"a: " + b"x" * (MAX_BYTES - 3)
    assert codes(long) == []
    assert codes(long + b"\n") == ["too-large"]


# --- row 7: tags


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!mine", "!!str", "!", "!<tag:x,2000:y>"])
def test_row_07_a_tag_is_an_error_and_runs_nothing(tmp_path: Path, tag: str) -> None:
    """No tag is known, whatever it asks for."""
    canary = tmp_path / "canary"
    value, found = read_yaml("f.yaml", f"a: 1\nb: {tag} ['touch {canary}']\n".encode())
    assert [(each.code, each.span.line, each.span.column) for each in found if each.span] == [
        ("yaml-refused", 2, 4)
    ]
    assert value == {"a": "1", "b": [f"touch {canary}"]}
    assert not canary.exists()


# --- row 8: encodings


@pytest.mark.parametrize(
    ("data", "code", "says", "span"),
    [
        ("a: 1\nb: caf\u00e9\n".encode("latin-1"), "invalid-encoding", "byte 11 (0xE9)", (2, 7)),
        (b"\xef\xbb\xbfa: \xff\n", "invalid-encoding", "byte 6 (0xFF)", (1, 4)),
        ("a: b\n".encode("utf-16"), "invalid-encoding", "byte 0", (1, 1)),
        ("a: b\n".encode("utf-16-be"), "invalid-encoding", "U+0000 at byte 0", (1, 1)),
        (b"a: b\nc: d\0e\n", "invalid-encoding", "U+0000 at byte 9", (2, 5)),
        (b"a: \xed\xa0\x80\n", "invalid-encoding", "byte 3 (0xED)", (1, 4)),
        (b"a: \xc2\x85b\n", "invalid-encoding", "U+0085 at byte 3", (1, 4)),
        (b"a: \x1b[1m\n", "invalid-encoding", "U+001B at byte 3", (1, 4)),
        (b"a: \x7f\n", "invalid-encoding", "U+007F at byte 3", (1, 4)),
        (b"a:\n\tb: 1\n", "yaml-syntax", "a tab stands where spaces are wanted", (2, 1)),
    ],
)
def test_row_08_encodings_are_told_with_their_byte(
    data: bytes, code: str, says: str, span: tuple[int, int]
) -> None:
    """What is not UTF-8 text is an error with its byte, line and column."""
    value, (found,) = read_yaml("f.yaml", data)
    assert (value, found.code) == ({}, code)
    assert says in found.message
    assert found.span is not None
    assert (found.span.line, found.span.column) == span


# --- row 9: line ends


def test_row_09_line_ends_and_bom_make_no_difference() -> None:
    """BOM, CRLF, CR and a missing last newline give what LF gives, values and places."""
    plain = b"a: b\nc: |\n  d\n  e\nf: [g,\n  h]\ni: j\n   k\nl: 'm\n\n  n'\n"
    expected = read_yaml("f.yaml", plain)
    assert expected[1] == []
    bom = b"\xef\xbb\xbf"
    others = [plain.replace(b"\n", b"\r\n"), plain.replace(b"\n", b"\r"), plain.removesuffix(b"\n")]
    for data in [bom + plain, *others, *(bom + other for other in others)]:
        assert read_yaml("f.yaml", data) == expected
        assert locate("f.yaml", data, ("f", 1)) == Span("f.yaml", 6, 3, 1)
        assert locate("f.yaml", data, ("a",)) == Span("f.yaml", 1, 4, 1)


# --- row 10: no mapping


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "empty-file", "is empty"),
        (b"\xef\xbb\xbf", "empty-file", "is empty"),
        (b"# only\n# comments\n", "empty-file", "is empty"),
        (b"---\n", "empty-file", "is empty"),
        (b"~\n", "empty-file", "is empty"),
        (b"- a\n- b\n", "empty-file", "a list"),
        (b"just text\n", "empty-file", "one text"),
        (b"a: 1\n---\nb: 2\n", "yaml-refused", "second document"),
        (b"a: 1\n--- # and nothing\n", "yaml-refused", "second document"),
    ],
)
def test_row_10_a_file_that_holds_no_mapping(data: bytes, code: str, says: str) -> None:
    """Empty files, comments alone, lists, text and second documents are clear errors."""
    (found,) = read_yaml("f.yaml", data)[1]
    assert found.code == code
    assert says in found.message


@pytest.mark.parametrize(
    ("data", "says", "line", "column"),
    [
        (b"a: b: c\n", "a `: ` stands where no key can be", 1, 5),
        (b"a: 'b\n", "a quote without its end", 2, 1),
        (b"a: [b\n", "a `[` list without its `]`", 2, 1),
        (b"a: {b: c\n", "a `{` mapping without its `}`", 2, 1),
        (b"a:\n  b: c\n d: e\n", "a line that is no `key: value`", 3, 2),
        (b"a: @b\n", "a character that cannot start a value", 1, 4),
        (b'a: "\\q"\n', "an unknown `\\` escape", 1, 5),
        (b"a: {{ b }}\n", "a key must be text", 1, 5),
        (b"a: *b\n", "has no anchor", 1, 4),
        (b"a: 1\nb\nc: 2\n", "a line without `:`", 3, 1),
    ],
)
def test_syntax_errors_are_in_plain_words(data: bytes, says: str, line: int, column: int) -> None:
    """What libyaml says is put in the words of a person who writes facts."""
    (found,) = read_yaml("f.yaml", data)[1]
    assert says in found.message
    assert found.span is not None
    assert (found.span.line, found.span.column) == (line, column)


def test_locate_finds_values_keys_and_the_nearest_parent() -> None:
    """A path leads to its value or its key, and a path that is not there to its deepest parent."""
    data = "ä: {b: [c, dd]}\ne: *x\nf: &x 1\n".encode()
    assert locate("f", data, ("ä", "b", 1)) == Span("f", 1, 12, 2)
    assert locate("f", data, ("ä", "b"), key=True) == Span("f", 1, 5, 1)
    assert locate("f", data, ("ä", "b", 7)) == Span("f", 1, 8, 1)
    assert locate("f", data, ("ä", "z", "y"), key=True) == locate("f", data, ("ä",), key=True)
    assert locate("f", data, ()) == Span("f", 1, 1, 1)
    assert locate("f", b"a: [", ("a",)) == Span("f")


VALUES = st.recursive(
    st.sampled_from(
        ["x", "~", "'q'", '"d"', "*a", "&a x", "!t x", "NO", "", "1: 2", "\t", "&b [x]", "\u00e4"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(
            st.tuples(st.sampled_from(["k", "l", "<<", "? k", "''", "&a k", "~"]), inner), max_size=3
        ).map(lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items) + "}"),
    ),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", "<<", "- x"]), VALUES), max_size=4))
def test_the_quick_reader_and_the_survey_agree(lines: list[tuple[str, str]]) -> None:
    """The quick reader gives up on whatever the survey complains of, and else reads the same."""
    data = "".join(f"{key}: {value}\n" for key, value in lines).encode()
    survey = _Survey("f.yaml", data)
    try:
        value = _quick(data)
    except Exception:  # noqa: BLE001 - whatever it is, the survey has to judge
        return
    assert survey.problems == []
    assert survey.root is not None
    assert survey.root.value == value


@pytest.mark.bench
def test_a_file_of_fifty_lines_is_read_soon() -> None:
    """Reading costs little more than libyaml's events do."""
    data = b"contacts:\n  privacy: {email: a@example.org}\n" + b"".join(b"k%d: v\n" % n for n in range(48))
    started = time.perf_counter()
    for _ in range(1000):
        read_yaml("f.yaml", data)
    assert time.perf_counter() - started < 0.5
