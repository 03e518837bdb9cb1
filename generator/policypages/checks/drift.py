"""Find what two clauses say in nearly the same words: one clause says it for all, and cannot drift."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from policypages.checks.alike import Finder, Match, Run, Spot, runs
from policypages.checks.kinds import ClauseText, House, Rule
from policypages.checks.tokens import BY_THE_WAY, folded
from policypages.diagnostics import Diagnostic, Label, problem

_SPOTS_SHOWN: Final = 3
_PLURAL: Final = {"quotation marks", "spaces"}
_LABELS: Final = 8
_NAMED: Final = 3
_ABOUT_A_FACT: Final = frozenset("0123456789@")

Cluster = tuple[Run, list[Match]]


def _look(house: House) -> Iterator[Diagnostic]:
    if house.limited:
        return
    locales: dict[str, list[ClauseText]] = defaultdict(list)
    for text in house.texts:
        locales[text.locale].append(text)
    wordings = tuple(house.site.settings.names.get("wording") or ())
    for texts in locales.values():
        texts.sort(key=lambda text: text.file.file)
        for clusters in _by_files(_clusters(texts)):
            yield _told(clusters, wordings)


def _clusters(texts: Sequence[ClauseText]) -> Iterator[Cluster]:
    """Yield the runs that are alike, each with those that are like it."""
    finder = Finder()
    found: dict[Run, list[Match]] = {}
    for run in runs(texts):
        like = finder.like(run)
        if like is not None:
            found.setdefault(like[0], []).append(like[1])
    yield from sorted(found.items(), key=lambda cluster: cluster[0].order)


def _by_files(clusters: Iterator[Cluster]) -> Iterator[list[Cluster]]:
    """Yield together the runs that stand in the same clauses: those are one thing to mend."""
    together: dict[tuple[str, frozenset[str]], list[Cluster]] = defaultdict(list)
    for run, matches in clusters:
        others = frozenset(match.run.text.file.file for match in matches)
        together[run.text.file.file, others].append((run, matches))
    yield from together.values()


def _told(clusters: Sequence[Cluster], wordings: Sequence[str]) -> Diagnostic:
    first, matches = clusters[0]
    files = {match.run.text.file.file: match.run.text for match in matches}
    everything = [(run, match) for run, some in clusters for match in some]
    everything.sort(key=lambda pair: not pair[1].spots)  # what shows a difference first
    spots = [spot for _, match in everything for spot in match.spots]
    others = list(files.values())
    stands = f"this {_called(first)} stands"
    if len(clusters) > 1:
        stands = f"{len(clusters)} {_called(*(run for run, _ in clusters))}s of this clause stand"
    message = f"{stands} in {_named(others)} too, {_how(spots)}"
    passage = first.passage
    labels = [_label(match, many=len(matches) > 1) for _, match in everything[:_LABELS]]
    return problem(
        "drift",
        message,
        passage.span(0, len(passage.text)),
        hint=_hint(spots, wordings, _variants(first.text, others)),
        labels=tuple(labels),
    )


def _called(*some: Run) -> str:
    return "item" if all(run.passage.kind == "item" for run in some) else "paragraph"


def _how(spots: Sequence[Spot]) -> str:
    """Say in what the texts differ: `and only case and spelling differ`."""
    if not spots:
        return "word for word"
    counts = Counter(spot.kind for spot in spots)
    if counts.keys() <= BY_THE_WAY:
        verb = "differ" if len(counts) > 1 or counts.keys() & _PLURAL else "differs"
        return f"and only {_series(sorted(counts))} {verb}"
    return "in nearly the same words"


def _label(match: Match, *, many: bool) -> Label:
    """Say at one place what is different there."""
    passage, spots = match.passage, match.spots
    if not spots:
        return Label(passage.span(0, len(passage.text)), "and here" if many else "the same words")
    text = ", ".join(f"`{spot}`" for spot in spots[:_SPOTS_SHOWN])
    if len(spots) > _SPOTS_SHOWN:
        counts = Counter(spot.kind for spot in spots)
        kinds = ", ".join(f"{count} in {kind}" for kind, count in sorted(counts.items()))
        text += f" and {len(spots) - _SPOTS_SHOWN} more: {kinds}"
    return Label(passage.span(spots[0].start, spots[0].end), text)


def _variants(text: ClauseText, others: Sequence[ClauseText]) -> bool:
    return all(other.file.id == text.file.id for other in others)


def _hint(spots: Sequence[Spot], wordings: Sequence[str], variants: bool) -> str:  # noqa: FBT001 - one caller
    """Say what one clause would take."""
    if variants:
        return "write in both texts of the clause what both say in the same way"
    if not spots:
        return "keep one clause with these words, and name it in each outline"
    printed = {name: None for spot in spots if (name := _wording(spot, wordings)) is not None}
    left = [spot for spot in spots if _wording(spot, wordings) is None]
    words = [spot for spot in left if spot.kind not in BY_THE_WAY]
    tags = [f"`{{{{ wording.{name} }}}}`" for name in printed]
    ways = [f"write {_series(tags)}"] if tags else []
    if words and all(_is_fact(spot) for spot in words):
        ways.append("print a fact of each site")
    elif words:
        ways.append("print an option, such as `{{ option.about }}`")
    if ways:
        return f"make it one clause; where the texts differ, {' or '.join(ways)}"
    spelling = any(spot.kind == "spelling" for spot in left)
    more = "; what sites spell in their own way is a wording: `{{ wording.NAME }}`" if spelling else ""
    return f"make it one clause, in one way of writing{more}"


def _wording(spot: Spot, wordings: Sequence[str]) -> str | None:
    """Return the declared wording whose name stands in what differs: `site` in `web site`."""
    if spot.kind not in {"spelling", "case", "words", "tags"}:
        return None
    words = folded(spot.before), folded(spot.after)
    if spot.kind == "words" and not all(words):
        return None
    return next((name for name in wordings if any(folded(name) in some for some in words)), None)


def _is_fact(spot: Spot) -> bool:
    """Tell whether texts differ in what is no matter of words: figures, addresses, names."""
    figures = set(spot.before + spot.after) & _ABOUT_A_FACT
    return bool(figures) or (spot.before[:1].isupper() and spot.after[:1].isupper() and bool(spot.around[0]))


def _named(texts: Sequence[ClauseText]) -> str:
    names = [f"`{text.file.id}{f'@{text.file.variant}' if text.file.variant else ''}`" for text in texts]
    return _series(names) if len(names) <= _NAMED else f"{len(names)} other clauses"


def _series(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


RULE: Final = Rule(codes=("drift",), house=_look)
