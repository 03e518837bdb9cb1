"""What the names of a template stand for at one place of it, as Jinja scopes them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from policypages.formats.templates.quick.code import Block


class Uncovered(Exception):  # noqa: N818 - it is no error: stock Jinja runs instead
    """A template has something that we write no code for."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: the function it became, and its parameters with their defaults, as code."""

    function: str
    parameters: tuple[str, ...]
    defaults: Mapping[str, ast.expr]


@dataclass(slots=True)
class Loop:
    """The loop that `loop` means: locals with its count and its length; a recursive one is a function."""

    index: str
    length: str
    function: str | None
    used: bool = False


@dataclass(slots=True)
class Frame:
    """Names that one part of a template binds, as Jinja scopes them; `set` names may change."""

    parent: Frame | None
    top: Block
    names: dict[str, str | Macro] = field(default_factory=dict)
    changing: set[str] = field(default_factory=set)

    def find(self, name: str) -> str | Macro | None:
        """Return the local or the macro that a name stands for, or None if it is the scope's."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.parent
        return None
