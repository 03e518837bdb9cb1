"""Read a question: the page, the fact, the clause, the policy or the entity that somebody asks about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from policypages.diagnostics import did_you_mean
from policypages.formats.vocabulary import Shape, declared, vocabulary
from policypages.inquiry.pages import Page, omitted_from
from policypages.model import Site
from policypages.plan.tree import walk_nodes

Kind = Literal["fact", "clause", "policy", "entity"]
_NO_FACTS: Final = frozenset({"option", "sections"})
_INDEX: Final = "index.html"
_OF_PAGE: Final = frozenset({"title", "updated", "reviewed"})


@dataclass(frozen=True, slots=True)
class Question:
    """What `uses` was asked: a fact by its path, or a clause, policy or entity by its id.

    `policy` confines a fact of a page, such as `policies.privacy.updated`, to that policy's pages.
    """

    kind: Kind
    text: str
    path: tuple[str, ...]
    variant: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A question that nobody can answer: why, and what may have been meant."""

    message: str
    hint: str | None


def read_question(text: str, site: Site) -> Question | Refused:
    """Read what `uses` is asked, and look whether the site has it."""
    kind, colon, name = text.partition(":")
    if not colon:
        return _fact(text, site)
    known: Mapping[str, Iterable[str]] = {
        "clause": site.clauses,
        "policy": site.policies,
        "entity": site.entities,
    }
    if kind not in known:
        hint = (
            did_you_mean(kind, known) or "write `clause:ID`, `policy:ID`, `entity:ID`, or the path of a fact"
        )
        return Refused(f"`{kind}:` is nothing that can be asked for", hint)
    id_, at, variant = name.removesuffix(".md").partition("@") if kind == "clause" else (name, "", "")
    if id_ not in known[kind]:
        return Refused(f"there is no {kind} `{id_}`", did_you_mean(id_, known[kind]) or _listed(known[kind]))
    if at and variant not in {file.variant for file in site.clauses[id_]}:
        variants = [file.variant for file in site.clauses[id_] if file.variant]
        return Refused(f"the clause `{id_}` has no variant `{variant}`", did_you_mean(variant, variants))
    return Question(kind, text, (id_,), variant or None)  # type: ignore[arg-type]  # one of the three


def _fact(text: str, site: Site) -> Question | Refused:
    path = (*text.split("."),)
    if path[0] == "policies" and len(path) == 3 and path[2] in _OF_PAGE:  # noqa: PLR2004 - policies.ID.title
        if path[1] not in site.policies:
            return Refused(f"there is no policy `{path[1]}`", did_you_mean(path[1], site.policies))
        return Question("fact", text, ("policy", path[2]), policy=path[1])
    words = vocabulary(site.settings.names, {})
    shape: Shape | None = words
    for name in path:
        shape = declared(shape, name) if shape is not None else None
    if shape is None or path[0] in _NO_FACTS:
        return Refused(f"no fact is called `{text}`", _near(text, words))
    return Question("fact", text, path)


def _near(text: str, words: Shape) -> str | None:
    paths = sorted(_paths(words, ()))
    hint = did_you_mean(text, paths)
    if hint is None:
        last = text.rpartition(".")[2]
        near = [path for path in paths if path.rpartition(".")[2] == last]
        hint = f"did you mean `{near[0]}`?" if near else None
    return hint or _listed(name for name in words.fields if name not in _NO_FACTS)


def _paths(shape: Shape, above: tuple[str, ...]) -> Iterator[str]:
    for name, below in shape.fields.items():
        if above or name not in _NO_FACTS:
            yield ".".join((*above, name))
            yield from _paths(below, (*above, name))


def _listed(names: Iterable[str]) -> str | None:
    known = sorted(names)
    most = 12
    more = ", …" if len(known) > most else ""
    return f"there is {', '.join(f'`{name}`' for name in known[:most])}{more}" if known else None


# ---------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class Address:
    """A page as somebody names it: an entity, the path of a page below its site, a section."""

    entity: str
    path: str
    section: str | None


def read_address(text: str, site: Site, urls: Mapping[str, str]) -> Address | Refused:
    """Read the address of a page; `urls` are those of the entities, for an address on the web."""
    where, _, section = text.partition("#")
    if "://" in where:
        return _on_the_web(where, section or None, urls)
    parts = [part for part in where.replace("\\", "/").split("/") if part not in {"", "."}]
    # the path of an output file may begin with any folder; the entity is the first part that is one
    at = next((index for index, part in enumerate(parts) if part in site.entities), None)
    if at is None:
        named = parts[1] if parts[:1] == ["output"] and parts[1:] else "".join(parts[:1])
        hint = did_you_mean(named, site.entities) or _listed(site.entities)
        message = f"there is no entity `{named}`" if named else "a page is written `entity/policy`"
        return Refused(message, hint)
    path = "/".join(parts[at + 1 :]).removesuffix(_INDEX).strip("/")
    return Address(parts[at], path, section or None)


def _on_the_web(url: str, section: str | None, urls: Mapping[str, str]) -> Address | Refused:
    fits = [id_ for id_, base in urls.items() if _below(url, base) is not None]
    if not fits:
        hint = did_you_mean(url, urls.values())
        return Refused(f"no entity has a `url` that `{url}` begins with", hint)
    id_ = max(fits, key=lambda each: len(urls[each]))
    path = _below(url, urls[id_]) or ""
    return Address(id_, path.partition("?")[0].removesuffix(_INDEX).strip("/"), section)


def _below(url: str, base: str) -> str | None:
    """Return the rest of an address below another, whatever its scheme."""
    here, there = url.partition("://")[2], base.partition("://")[2].rstrip("/")
    return here[len(there) :] if here == there or here.startswith(f"{there}/") else None


def find_page(address: Address, pages: Sequence[Page]) -> Page | Refused:
    """Find the page of an entity by its path, by the id of its policy, or as the only one."""
    if not pages:
        why = "ask for a page of an entity that extends it"
        return Refused(f"`{address.entity}` has no pages of its own", why)
    known = {page.address.partition("/")[2]: page for page in pages}
    for page in reversed(pages):
        known.setdefault(page.task.policy, page)
    found = known.get(address.path) or (pages[0] if not address.path and len(pages) == 1 else None)
    if found is not None:
        return found
    addresses = [page.address for page in pages]
    if not address.path:
        return Refused(f"`{address.entity}` has several pages", _listed(addresses))
    hint = did_you_mean(f"{address.entity}/{address.path}", addresses) or _listed(addresses)
    return Refused(f"`{address.entity}` has no page `{address.path}`", hint)


def find_section(name: str, page: Page) -> str | Refused:
    """Find a section of a page by its id or anchor, among those left out, too."""
    for part in page.every():
        if name in {part.id, part.settled.anchor, *part.settled.was}:
            return part.id
    omitted = {each.id for node in omitted_from(page) for each in walk_nodes([node])}
    if name in omitted:
        return name
    known = {part.id for part in page.every()} | omitted
    return Refused(f"`{page.address}` has no section `{name}`", did_you_mean(name, known) or _listed(known))
