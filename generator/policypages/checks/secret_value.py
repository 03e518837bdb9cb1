"""Find facts that look like a password or a key; the value itself is never told."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from policypages.checks.kinds import FactsFile, Path, Rule
from policypages.checks.secrets_known import KNOWN, LONG, MIN_BASE64, MIN_HEX, NAMED
from policypages.diagnostics import Diagnostic, problem
from policypages.formats.facts import locate

CODE: Final = "secret-value"
_PATTERNS: Final = tuple((what, re.compile(pattern)) for what, pattern in KNOWN)
_ANY: Final = re.compile("|".join(f"(?:{pattern})" for _, pattern in KNOWN) + f"|{LONG}")
_LONG: Final = re.compile(LONG)
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_MIXED: Final = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]")))
_NAMED: Final = re.compile(NAMED)
_ONE_WORD: Final = re.compile(r"(?=\S*\d)(?!\d{4}-\d\d)\S{6,}")
_ADDRESS: Final = re.compile(r"https?://\S+")


def what_secret(value: str) -> str | None:
    """Say what a text looks like, or None where it is no secret."""
    for what, pattern in _PATTERNS:
        if pattern.search(value):
            return what
    if any(_is_random(word) for word in _LONG.findall(_ADDRESS.sub(" ", value))):
        return "a key, since it is long and without any order"
    return None


def _by_name(path: Path, value: str) -> str | None:
    """Say what a fact is whose name says it, if it is one word with a digit in it."""
    names = [key for key in path if isinstance(key, str)]
    if _NAMED.search(names[-1]) and _ONE_WORD.fullmatch(value):
        return "a password, by its name"
    return None


def _is_random(word: str) -> bool:
    if _HEX.fullmatch(word):
        return _entropy(word) > MIN_HEX and any(c.isdigit() for c in word) and not word.isdigit()
    return all(kind.search(word) for kind in _MIXED) and _entropy(word) > MIN_BASE64


def _entropy(word: str) -> float:
    """Return Shannon's entropy in bits a character."""
    counts = Counter(word).values()
    return -sum(count / len(word) * math.log2(count / len(word)) for count in counts)


def _facts(facts: FactsFile) -> Iterable[Diagnostic]:
    texts = [(path, value) for path, value in facts.leaves.items() if isinstance(value, str)]
    named = any(_NAMED.search(key) for path, _ in texts for key in path[-1:] if isinstance(key, str))
    if not named and _ANY.search("\n".join([value for _, value in texts])) is None:
        return
    for path, value in texts:
        what = what_secret(value) or _by_name(path, value)
        if what is not None:
            yield problem(
                CODE,
                f"the value of `{_name(path)}` looks like {what}",
                locate(facts.file.file, facts.file.data, path),
                hint="take it out of the files and of their history, and have a new one made",
            )


def _name(path: Path) -> str:
    return ".".join(key for key in path if isinstance(key, str))


RULE: Final = Rule(codes=(CODE,), facts=_facts)
