"""Load one entity: its own file, its ancestors, the facts that follow from them, in each of its locales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policypages.diagnostics import Diagnostic, Label, Span, did_you_mean, problem
from policypages.formats import language
from policypages.formats.catalogue import core_strings
from policypages.formats.facts import locate
from policypages.formats.vocabulary import CONTACT, COOKIE
from policypages.load.inherit import disagreements, for_locale, inherited, merge
from policypages.load.site import load_file
from policypages.model import Entity, Site, SourceFile, Sources
from policypages.values import Duration, Term, Worded

_TEXTS = ("name", "short_name", "controller", "url", "site_url", "audience")
_CHANNELS = (
    ("address", "channel_post"),
    ("email", "channel_email"),
    ("phone", "channel_phone"),
    ("form", "channel_form"),
)
_TYPES = ("session", "persistent")
MAX_ANCESTORS = 50


@dataclass(frozen=True, slots=True)
class Loaded:
    """An entity in each of its locales, the first first; a group has none."""

    id: str
    file: str
    views: tuple[Entity, ...]


class EntityLoader:
    """Loads entities of one site, and keeps the ancestors that they share."""

    def __init__(self, site: Site, sources: Sources) -> None:
        self._site = site
        self._sources = sources
        self._ancestors: dict[str, tuple[SourceFile, list[Diagnostic]]] = {}

    def load(self, id_: str) -> tuple[Loaded, list[Diagnostic]]:
        """Load one entity; problems are those of its own file, not of its ancestors'."""
        path = self._site.entities[id_]
        own, found = self._source(id_, keep=False)
        values, lineage, more = self._resolve(own, ())
        found = [*found, *more]
        if own.values.get("publish") is False or not own.data:
            return Loaded(id_, path, ()), found
        if not values.get("name"):
            found.append(
                problem(
                    "missing-key",
                    "`name` is missing",
                    Span(path),
                    hint="say what the site is called: `name: Example Careers`",
                    entities=(id_,),
                )
            )
        views = []
        locales = tuple(values.get("locales") or ()) or (self._site.settings.locale,)
        for locale in locales:
            in_locale = for_locale(values, locale, first=locale == locales[0])
            facts, more = self._facts(id_, own, in_locale, locale)
            found += more
            views.append(Entity(id_, path, locale, in_locale, facts, lineage))
        return Loaded(id_, path, tuple(views)), found

    def _source(self, id_: str, *, keep: bool) -> tuple[SourceFile, list[Diagnostic]]:
        known = self._ancestors.get(id_)
        if known is None:
            names = self._site.settings.names
            known = load_file(self._sources, "entity", id_, self._site.entities[id_], names)
            if keep:
                self._ancestors[id_] = known
        return known

    def _resolve(
        self, own: SourceFile, below: tuple[str, ...]
    ) -> tuple[dict[str, Any], tuple[SourceFile, ...], list[Diagnostic]]:
        """Merge a file with its ancestors; `below` are the ids that were come through."""
        extends = own.values.get("extends") or ()
        parents = (extends,) if isinstance(extends, str) else tuple(extends)
        found: list[Diagnostic] = []
        trees: list[tuple[str, dict[str, Any]]] = []
        lineage: list[SourceFile] = [own]
        for index, parent in enumerate(parents):
            place = ("extends",) if isinstance(extends, str) else ("extends", index)
            if parent not in self._site.entities:
                hint = did_you_mean(parent, self._site.entities) or f"make `content/entities/{parent}.yaml`"
                span = locate(own.file, own.data, place)
                found.append(problem("unknown-entity", f"there is no entity `{parent}`", span, hint=hint))
                continue
            if parent in (own.id, *below) or len(below) > MAX_ANCESTORS:
                if not below or parent == own.id:
                    span = locate(own.file, own.data, place)
                    way = " → ".join([own.id, parent] if parent == own.id else [*below, own.id, parent])
                    found.append(problem("inheritance-cycle", f"`{own.id}` extends itself: {way}", span))
                elif parent == below[0]:
                    first, _ = self._source(below[0], keep=True)
                    way = " → ".join([*below, own.id, parent])
                    span = locate(first.file, first.data, ("extends",))
                    found.append(problem("inheritance-cycle", f"`{below[0]}` extends itself: {way}", span))
                continue
            above, _ = self._source(parent, keep=True)
            tree, line, more = self._resolve(above, (*below, own.id))
            found += [one for one in more if one.code == "inheritance-cycle"]
            trees.append((parent, inherited(tree)))
            lineage += [file for file in line if file not in lineage]
        if not below:
            found += self._disagree(own, trees)
        values: dict[str, Any] = {}
        for _, tree in trees:
            values = merge(values, tree)
        return merge(values, own.values), tuple(lineage), found

    def _disagree(self, own: SourceFile, trees: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Diagnostic]:
        found = []
        for path, left, right in disagreements(trees, own.values):
            spans = []
            for id_ in (left, right):
                parent, _ = self._source(id_, keep=True)
                spans.append(Label(locate(parent.file, parent.data, path), f"`{id_}` says this"))
            name = ".".join(path)
            found.append(
                problem(
                    "parents-disagree",
                    f"`{left}` and `{right}` give `{name}` different values",
                    locate(own.file, own.data, ("extends",)),
                    hint=f"set `{name}` in `{own.file}`",
                    labels=tuple(spans),
                    entities=(own.id,),
                )
            )
        return found

    # ---- facts

    def _facts(
        self, id_: str, own: SourceFile, values: Mapping[str, Any], locale: str
    ) -> tuple[dict[str, Any], list[Diagnostic]]:
        """Return all that clauses may read, with null for what nobody set."""
        if not language.known_locale(locale):
            span = locate(own.file, own.data, ("locales",))
            return {}, [problem("invalid-value", f"there is no locale `{locale}`", span, entities=(id_,))]
        names = self._site.settings.names
        strings = core_strings(locale, values.get("strings") or {}, self._site.settings.fallback)
        if strings is None:
            hint = "add a `fallback` for it to policypages.yaml"
            span = locate(own.file, own.data, ("locales",))
            return {}, [problem("missing-strings", f"there are no labels for `{locale}`", span, hint=hint)]
        cookies = {key: _cookie(key, given, strings) for key, given in _given(values, "cookies").items()}
        types = {cookie["type"] for cookie in cookies.values()}
        contacts = _given(values, "contacts")
        retention = _given(values, "retention")
        wording = _given(values, "wording")
        extra = _given(values, "extra")
        facts = {
            **{name: values.get(name) for name in _TEXTS},
            "id": id_,
            "locale": locale,
            "sample": bool(values.get("sample")),
            "contacts": {
                name: _contact(name, contacts.get(name), strings) for name in names.get("contacts") or ()
            },
            "cookies": cookies,
            "cookie_types": [Term.of(kind, strings[f"type_{kind}"]) for kind in _TYPES if kind in types],
            "retention": {
                name: _duration(retention.get(name), locale) for name in names.get("retention") or ()
            },
            "wording": {name: wording.get(name) for name in names.get("wording") or ()},
            "extra": {name: extra.get(name) for name in names.get("extra") or {}},
        }
        return facts, []


def _given(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return values.get(name) or {}


def _entry(fields: Mapping[str, Any], key: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**dict.fromkeys(fields), **(given or {}), "id": key}


def _cookie(key: str, given: Mapping[str, Any] | None, strings: Mapping[str, str]) -> dict[str, Any]:
    cookie = _entry(COOKIE.fields, key, given)
    cookie["name"] = cookie["name"] or key
    for field in ("type", "category"):
        if cookie[field]:
            cookie[field] = Term.of(cookie[field], strings[f"{field}_{cookie[field]}"])
    return cookie


def _contact(name: str, given: Mapping[str, Any] | None, strings: Mapping[str, str]) -> dict[str, Any] | None:
    if not given or not any(value is not None for value in given.values()):
        return None
    contact = _entry(CONTACT.fields, name, given)
    contact["channels"] = [strings[word] for field, word in _CHANNELS if contact[field]]
    return contact


def _duration(given: Duration | None, locale: str) -> Worded | None:
    if given is None:
        return None
    words = language.duration_words(given.count, given.unit, locale)
    return Worded(words, {"count": given.count, "unit": language.unit_word(given.count, given.unit, locale)})
