"""Write the thirty clauses of the logical site: our own words, put together the same way each time."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

WORDS_A_CLAUSE: Final = 208


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: `flag` is the fact that puts it on a page, None where every page has it.

    `body` is Markdown with tags of our clause language. `shared` are the facts it reads when none of them
    is an entity's alone, so that a peer may keep the result; None where it must be made for each entity.
    """

    id: str
    title: str
    flag: str | None
    body: str
    shared: tuple[str, ...] | None


_PATH: Final = re.compile(r"\{[{%]\s*(?:if |for item in )?([a-z][a-z_.]*)")
_SHARED: Final = frozenset(
    {"audience", "wording.site", "extra.minimum_age", "extra.region", "retention.logs", "retention.orders"}
)
_WORDS: Final = tomllib.loads((Path(__file__).parent / "topics.toml").read_text(encoding="utf-8"))
_TOPICS: Final = _WORDS["topic"]
FLAGS: Final = tuple(topic["id"].replace("-", "_") for topic in _TOPICS if not topic.get("always"))


def clauses() -> tuple[Clause, ...]:
    """Return all clauses, those of every page first."""
    return tuple(_clause(topic) for topic in _TOPICS)


def _clause(topic: Mapping[str, Any]) -> Clause:
    chance = random.Random(topic["id"])  # noqa: S311 - the same words each time, not a secret
    bank = list(_WORDS["plain"])
    chance.shuffle(bank)
    for at, sentence in enumerate(_more(topic["opening"])):
        bank.insert(3 * at + 1, sentence)
    paragraphs = [topic["opening"]]
    count = len(topic["opening"].split())
    while count < WORDS_A_CLAUSE:
        taken, bank = bank[:4], bank[4:]
        text = " ".join(_fill(one, topic, chance) for one in taken)
        count += len(text.split())
        paragraphs.append(text)
    body = "\n\n".join(paragraphs) + "\n"
    reads = _reads(body)
    keepable = all(path in _SHARED or path.removeprefix("extra.") in FLAGS for path in reads)
    flag = None if topic.get("always") else topic["id"].replace("-", "_")
    return Clause(topic["id"], topic["title"], flag, body, tuple(sorted(reads)) if keepable else None)


def _more(opening: str) -> list[str]:
    """Return the sentences with facts that suit a clause: none, shared ones, or any."""
    reads = _reads(opening)
    if not reads:
        return []
    if all(path in _SHARED or path.startswith("extra.") for path in reads):
        return list(_WORDS["shared"])
    return [*_WORDS["shared"], *_WORDS["own"]]


def _fill(sentence: str, topic: Mapping[str, Any], chance: random.Random) -> str:
    filled = sentence.replace("{t}", chance.choice(topic["things"]))
    filled = filled.replace("{p}", chance.choice(topic["purposes"]))
    return filled[0].upper() + filled[1:]


def _reads(body: str) -> set[str]:
    return set(_PATH.findall(body)) - {"else", "endif", "endfor", "item", "ref"}
