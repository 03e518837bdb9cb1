r"""Find characters in facts that are not seen and were written as escapes: `"\u202E"`.

What stands in a file as itself is found where files are read, in clauses and facts alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from policypages.checks.kinds import FactsFile, Rule
from policypages.diagnostics import Diagnostic
from policypages.formats.facts import locate
from policypages.formats.unseen import CODE, unseen, unseen_problem


def _facts(facts: FactsFile) -> Iterable[Diagnostic]:
    file = facts.file
    if b"\\" not in file.data:
        return
    for path, value in facts.leaves.items():
        for match in unseen(value) if isinstance(value, str) else ():
            if match.group().encode() not in file.data:
                yield unseen_problem(match.group(), locate(file.file, file.data, path))


RULE: Final = Rule(codes=(CODE,), facts=_facts)
