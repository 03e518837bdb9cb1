"""What each rule finds in a company's real policies, to be read and judged by a person; run it by hand.

`python tests/precision.py [CODE …]` says for each code how many it found, and shows the first thirty.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "generator")]  # a script by itself; pytest knows both from its settings

from tests import basecamp  # noqa: E402 - found where the line above says

from policypages.build import Options  # noqa: E402
from policypages.build.checking import check  # noqa: E402
from policypages.checks.kinds import Choice  # noqa: E402
from policypages.cli.report import full  # noqa: E402
from policypages.diagnostics import RULES, Diagnostic  # noqa: E402
from policypages.sources import MemorySources  # noqa: E402

DAY: Final = datetime.date(2026, 11, 22)
FIRST: Final = 30


def findings(codes: Sequence[str], files: Mapping[str, str]) -> list[Diagnostic]:
    """Return what the rules of some codes find, those that are off by default with them."""
    report = check(MemorySources(files), Options(DAY), Choice(frozenset(codes)), DAY)
    return [one for one in report.diagnostics if one.code in codes]


def say(text: str) -> None:
    """Print a line: all there is to a script is what it prints."""
    sys.stdout.write(f"{text}\n")


def main(codes: Sequence[str]) -> int:
    """Show what is found; without codes, of every rule."""
    unknown = sorted(set(codes) - RULES)
    if unknown:
        say(f"no rule gives {', '.join(unknown)}; there are: {', '.join(sorted(RULES))}")
        return 2
    if not basecamp.FOLDER.is_dir():
        say("left out: needs ../shared/data/basecamp-policies, which is not here")
        return 0
    files = basecamp.site()
    codes = list(codes) or sorted(RULES)
    found = findings(codes, files)
    say(f"{len(files)} files")
    for code in codes:
        of_code = [one for one in found if one.code == code]
        say(f"\n======== {code}: {len(of_code)} found")
        for number, one in enumerate(of_code[:FIRST], 1):
            say(f"\n-- {code} {number}")
            say(click.unstyle(full(one, files.__getitem__, 140)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
