"""Clauses made at random from a grammar of their structure, for which the naive reading is the right one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from hypothesis import strategies as st

T = TypeVar("T")
WORDS: Final = ("alpha", "beta", "gamma", "delta", "omega", "words", "notice", "record")
FLAGS: Final = (
    "extra.sells",
    "extra.beacons",
    "not extra.sells",
    "extra.sells and extra.beacons",
    "extra.agency",
    'extra.product == "Gadget"',
    '"hammer" in extra.tools',
    "extra.tools | length > 1",
)
PRINTS: Final = (
    "extra.product",
    "extra.product | upper",
    "extra.seats",
    'extra.tools | join(" ")',
    "extra.tools | length",
    "extra.tools | first",
    'extra.product if extra.sells else "none"',
)
LISTS: Final = ("extra.tools", "extra.places")
MARKERS: Final = ("-", "*", "+", "1.", "1)")


@dataclass
class Grammar:
    """One clause in the making; `draw` chooses. Lines have no indent of their own: what holds them adds it.

    Left out is where the two readings differ on purpose, as the language says (tests/spec/clauses.md):
    a list that is loose only because of an item that goes away, two lists with nothing between them
    once a branch has gone, a numbered list whose first item goes away, and marks of emphasis that
    would touch one another or white space once a branch has gone.
    """

    draw: Callable[[st.SearchStrategy[object]], object]
    loops: int = 0

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.some(0, len(choices) - 1)]

    def some(self, low: int, high: int) -> int:
        return cast("int", self.draw(st.integers(low, high)))

    def maybe(self) -> bool:
        return self.some(0, 2) == 0

    # ---- text

    def word(self) -> str:
        return self.pick(WORDS)

    def print(self) -> str:
        names = [*PRINTS, *(f"item{n}" for n in range(self.loops)), *(["loop.index"] if self.loops else [])]
        name = self.pick(names)
        return self.pick(("{{ %s }}", "{{%s}}", "{{\n%s\n}}")) % name

    def flag(self) -> str:
        return self.pick((*FLAGS, *(["loop.first", "not loop.last"] if self.loops else [])))

    def loop(self, body: Callable[[], T]) -> tuple[str, T]:
        opener = f"for item{self.loops} in {self.pick(LISTS)}"
        self.loops += 1
        made = body()
        self.loops -= 1
        return opener, made

    def inline(self, depth: int, parts: int = 3) -> str:
        """Return text that is never empty and has no white space at its ends."""
        out = self.part(depth)
        for _ in range(self.some(0, parts - 1)):
            out += self.joined(depth) if depth and self.maybe() else " " + self.part(depth)
        return out

    def part(self, depth: int) -> str:  # noqa: PLR0911 - one line a kind of text
        kind = self.some(0, 8 if depth else 1)
        inner = depth - 1
        match kind:
            case 0:
                return self.word()
            case 1:
                return self.print()
            case 2:
                mark = self.pick(("*", "**", "_", "__"))
                return f"{mark}{self.edge()} {self.inline(inner, 2)} {self.edge()}{mark}"
            case 3:
                return f"`{self.word()} {self.print()}`"
            case 4:
                target = self.pick(("/a", "/a?b={{ extra.seats }}&c=d", "https://x.org/{{extra.seats}}/e"))
                title = self.pick(("", ' "t {{ extra.product }}"'))
                return f"[{self.word()} {self.inline(0, 2)}]({target}{title})"
            case 5:
                return f"![{self.word()} {self.print()}](/i.png)"
            case _:
                elif_ = f"{{% elif {self.flag()} %}}{self.inline(inner, 2)}" if self.maybe() else ""
                body = self.inline(inner, 2)
                return (
                    f"{{% if {self.flag()} %}}{body}{elif_}{{% else %}}{self.inline(inner, 2)}{{% endif %}}"
                )

    def edge(self) -> str:
        """Return what begins or ends emphasis: a mark of its own there would run together with the outer."""
        choice = f"{{% if {self.flag()} %}}{self.word()}{{% else %}}{self.word()}{{% endif %}}"
        return self.pick((self.word(), self.print(), choice))

    def joined(self, depth: int) -> str:
        """Return a statement joined to the text before it, which may leave nothing."""
        if self.maybe():
            opener, body = self.loop(lambda: self.inline(depth - 1, 2))
            return f"{{% {opener} %}} {body}{{% endfor %}}"
        other = f"{{% else %}} {self.inline(depth - 1, 2)}" if self.maybe() else ""
        return f"{{% if {self.flag()} %}} {self.inline(depth - 1, 2)}{other}{{% endif %}}"

    # ---- statements on lines of their own, round any kind of lines

    def around(self, lines: Callable[[], list[str]], *, gap: list[str]) -> list[str]:
        if self.maybe():
            opener, body = self.loop(lines)
            return [f"{{% {opener} %}}", *gap, *body, *gap, "{% endfor %}"]
        out = [f"{{% if {self.flag()} %}}", *gap, *lines(), *gap]
        if self.maybe():
            out += [f"{{% elif {self.flag()} %}}", *gap, *lines(), *gap]
        if self.maybe():
            out += ["{% else %}", *gap, *lines(), *gap]
        return [*out, "{% endif %}"]

    # ---- blocks

    def blocks(self, depth: int, most: int = 3) -> list[str]:
        out: list[str] = []
        for _ in range(self.some(1, most)):
            kinds = (self.paragraph, self.heading, self.list_, self.loose, self.table, self.quote, self.fence)
            if depth and self.some(0, 3) == 0:
                block = self.around(lambda: self.blocks(depth - 1, 2), gap=[""])
            else:
                block = self.pick(kinds)(depth)
            out += ["", *block] if out else block
        return out

    def paragraph(self, depth: int) -> list[str]:
        out: list[str] = []
        for _ in range(self.some(1, 3)):
            if depth and self.maybe():
                out += self.around(lambda: self.paragraph(depth - 1), gap=[])
            else:
                out.append(self.inline(depth))
        return out

    def heading(self, depth: int) -> list[str]:
        return ["#" * self.some(1, 3) + " " + self.inline(depth)]

    def items(self, depth: int, marker: str) -> list[str]:
        out: list[str] = []
        for _ in range(self.some(1, 3)):
            if depth and self.maybe():
                out += self.around(lambda: self.items(depth - 1, marker), gap=[])
                continue
            out.append(f"{marker} {self.inline(depth)}")
            if depth and self.maybe():
                indent = " " * (len(marker) + 1)
                out += [indent + line for line in self.items(depth - 1, self.pick(MARKERS))]
        return out

    def list_(self, depth: int) -> list[str]:
        return [*self.items(depth, self.pick(MARKERS)), "", self.word()]

    def loose(self, depth: int) -> list[str]:
        marker = self.pick(MARKERS)
        indent = " " * (len(marker) + 1)
        out: list[str] = []
        for number in range(self.some(2, 3)):
            inner = self.blocks(depth - 1, 2) if depth and self.maybe() else []
            body = [self.word(), *(["", *inner] if inner else [])]
            out += ["", marker + " " + body[0]] if out else [marker + " " + body[0]]
            out += [indent + line if line else "" for line in body[1:]]
            if depth and number == 0 and self.maybe():
                out += ["", *self.around(lambda: [f"{marker} {self.inline(0)}"], gap=[])]
        return [*out, "", self.word()]

    def table(self, depth: int) -> list[str]:
        columns = self.some(1, 2)
        out = [self.row(0, columns), "|" + " --- |" * columns]
        out += self.rows(depth, columns)
        if depth and self.maybe():
            out = [f"{{% if {self.flag()} %}}", *out, "{% endif %}"]
        return out

    def row(self, depth: int, columns: int) -> str:
        return "| " + " | ".join(self.inline(depth, 2).replace("\n", " ") for _ in range(columns)) + " |"

    def rows(self, depth: int, columns: int) -> list[str]:
        out: list[str] = []
        for _ in range(self.some(1, 2)):
            if depth and self.maybe():
                out += self.around(lambda: self.rows(depth - 1, columns), gap=[])
            else:
                out.append(self.row(depth, columns))
        return out

    def quote(self, depth: int) -> list[str]:
        inner = self.blocks(max(depth - 1, 0), 2)
        return [f"> {line}".rstrip() for line in inner]

    def fence(self, depth: int) -> list[str]:
        body = [f"{self.word()} {self.print()}"]
        if depth and self.maybe():
            body += self.around(lambda: [self.word()], gap=[])
        return ["```", *body, "```"]


@st.composite
def clauses(draw: Callable[[st.SearchStrategy[object]], object]) -> str:
    """Make one clause, with statements nested two deep."""
    return "\n".join(Grammar(draw).blocks(2)) + "\n"


@st.composite
def entities(draw: Callable[[st.SearchStrategy[object]], object]) -> str:
    """Make the facts of one entity, plain words all of them."""
    sells, beacons = draw(st.booleans()), draw(st.booleans())
    tools = draw(st.sampled_from(("hammer", "hammer, saw", "saw, file, drill")))
    agency = draw(st.sampled_from(("~", "Agency")))
    product = draw(st.sampled_from(("Gadget", "Widget")))
    return (
        f"extra:\n  product: {product}\n  agency: {agency}\n  tools: [{tools}]\n  places: [north, south]\n"
        f"  seats: 12\n  sells: {'yes' if sells else 'no'}\n  beacons: {'yes' if beacons else 'no'}\n"
    )
