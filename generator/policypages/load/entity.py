"""Load one entity: its own file, its ancestors, the facts that follow from them, in each of its locales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from policypages.diagnostics import Diagnostic, Label, Span, did_you_mean, problem
from policypages.formats import language
from policypages.formats.catalogue import core_strings
from policypages.formats.facts import locate, may_state
from policypages.formats.vocabulary import CONTACT, COOKIE
from policypages.load.inherit import disagreements, for_locale, inherited, merge
from policypages.load.listing import ENTITIES
from policypages.load.site import load_entities, load_file
from policypages.model import Entity, Site, SourceFile, Sources
from policypages.values import Duration, Term, Worded, why_not_id

if TYPE_CHECKING:
    from policypages.load.brand import BrandLoader

_TEXTS = ("name", "short_name", "controller", "url", "site_url", "audience")
_CHANNELS = (
    ("address", "channel_post"),
    ("email", "channel_email"),
    ("phone", "channel_phone"),
    ("form", "channel_form"),
)
_TYPES = ("session", "persistent")
_NOWHERE = object()
_NOTHING: Mapping[str, Any] = {}
_MANY = 4096
MAX_ANCESTORS = 50

_Cookies = tuple[dict[str, dict[str, Any]], list[Term]]


class Loaded(NamedTuple):
    """An entity in each of its locales, the first first; a group has none.

    `files` are the sources that state its facts: its own, which is `own`, then its ancestors'.
    """

    id: str
    files: tuple[str, ...]
    views: tuple[Entity, ...]
    own: SourceFile


class _Merged(NamedTuple):
    """A file with all it inherits; `lineage` is the file itself, then its ancestors, nearest first."""

    values: Mapping[str, Any]
    lineage: tuple[SourceFile, ...]
    found: tuple[Diagnostic, ...]


class EntityLoader:
    """Loads entities of one site, and keeps the ancestors that they share."""

    def __init__(self, site: Site, sources: Sources) -> None:
        self._site = site
        self._sources = sources
        self._ancestors: dict[str, _Merged] = {}
        self._ahead: dict[str, tuple[SourceFile, list[Diagnostic]] | None] = {}
        self._brands: BrandLoader | None = None
        self._core: dict[str, Mapping[str, str] | None] = {}
        self._no_extra: dict[str, Any] = dict.fromkeys(site.settings.names.get("extra") or ())
        # by identity of what a file states, which lasts since it is held: the labels, and what follows
        self._cookies: dict[int, tuple[Mapping[str, Any], Mapping[str, str], _Cookies]] = {}

    def read_ahead(self, ids: Sequence[str]) -> None:
        """Read the files of entities that are loaded next."""
        self._ahead = {**load_entities(self._sources, ids, self._site.entities, self._site.settings.names)}

    def load(self, id_: str) -> tuple[Loaded, list[Diagnostic]]:
        """Load one entity; the problems of its ancestors are among those of its own."""
        path = self._site.entities[id_]
        merged = self._merge(id_, ())
        own, values, lineage = merged.lineage[0], merged.values, merged.lineage
        found = list(merged.found)
        files = tuple([file.file for file in lineage])
        if own.values.get("publish") is False or why_not_id(id_) or not (own.values or len(lineage) > 1):
            return Loaded(id_, files, (), own), found
        if not values.get("name") and not may_state(lineage, ("name",)):
            hint = "say what the site is called: `name: Example Careers`"
            found.append(problem("missing-key", "`name` is missing", Span(path), hint=hint, entities=(id_,)))
        views = []
        locales = tuple(dict.fromkeys(values.get("locales") or (self._site.settings.locale,)))
        for locale in locales:
            in_locale = for_locale(values, locale, first=locale == locales[0])
            facts, more = self._facts(id_, lineage, in_locale, locale)
            found += more
            if facts:
                view = Entity(id_, path, locale, in_locale, facts, lineage)
                if in_locale.get("brand"):
                    brand, more = self._brand_loader().load(view)
                    found += more
                    view = view._replace(brand=brand)
                views.append(view)
        return Loaded(id_, files, tuple(views), own), found

    def url_of(self, id_: str) -> str | None:
        """Return the address that an entity states for its site, if it has one."""
        url: str | None = self._merge(id_, ()).values.get("url")
        return url

    def _brand_loader(self) -> BrandLoader:
        if self._brands is None:
            from policypages.load.brand import BrandLoader  # noqa: PLC0415 - colours and pictures, for few

            self._brands = BrandLoader(self._sources, self._site.theme)
        return self._brands

    # ---- inheritance

    def _merge(self, id_: str, below: tuple[str, ...]) -> _Merged:
        """Merge a file with its ancestors; `below` are the ids that were come through."""
        if id_ in self._ancestors:
            return self._ancestors[id_]
        names = self._site.settings.names
        ahead = self._ahead.pop(id_, None)
        own, found = ahead or load_file(self._sources, "entity", id_, self._site.entities[id_], names)
        way = (*below, id_)
        parents: list[tuple[str, _Merged]] = []
        for index, parent in enumerate(own.values.get("extends") or ()):
            wrong = self._wrong_parent(own, parent, index, way)
            if wrong is None:
                parents.append((parent, self._merge(parent, way)))
            else:
                found.append(wrong)
        if len(parents) > 1:
            found += self._disagree(own, parents)
        values: Mapping[str, Any] = {}
        lineage = [own]
        for _, above in parents:
            values = merge(values, inherited(above.values))
            lineage += [file for file in above.lineage if file not in lineage]
            found += above.found
        values = merge(values, own.values) if parents else own.values
        merged = _Merged(values, tuple(lineage), tuple(found))
        if below and not any(one.code == "inheritance-cycle" for one in found):
            self._ancestors[id_] = merged
        return merged

    def _wrong_parent(
        self, own: SourceFile, parent: str, index: int, way: tuple[str, ...]
    ) -> Diagnostic | None:
        if parent not in self._site.entities:
            hint = did_you_mean(parent, self._site.entities) or f"make `{ENTITIES}{parent}.yaml`"
            span = locate(own.file, own.data, ("extends", index))
            return problem("unknown-entity", f"there is no entity `{parent}`", span, hint=hint)
        if parent in way:
            return self._cycle(way[way.index(parent) :])
        if len(way) > MAX_ANCESTORS:
            span = locate(own.file, own.data, ("extends", index))
            return problem("too-large", f"more than {MAX_ANCESTORS} entities extend one another", span)
        return None

    def _cycle(self, ids: tuple[str, ...]) -> Diagnostic:
        """Speak of a cycle at the first of its entities, so that all who meet it say the same."""
        at = ids.index(min(ids))
        ring = (*ids[at:], *ids[: at + 1])
        path = self._site.entities[ring[0]]
        own, _ = load_file(self._sources, "entity", ring[0], path, self._site.settings.names)
        extends = own.values.get("extends") or ()
        span = locate(path, own.data, ("extends", extends.index(ring[1]) if ring[1] in extends else 0))
        way = " → ".join(f"`{id_}`" for id_ in ring)
        return problem("inheritance-cycle", f"`{ring[0]}` extends itself: {way}", span)

    def _disagree(self, own: SourceFile, parents: list[tuple[str, _Merged]]) -> list[Diagnostic]:
        found = []
        trees = [(id_, inherited(above.values)) for id_, above in parents]
        lineages = {id_: above.lineage for id_, above in parents}
        for path, left, right in disagreements(trees, own.values):
            labels = [Label(_place_in(lineages[id_], path), f"`{id_}` says this") for id_ in (left, right)]
            name = ".".join(path)
            found.append(
                problem(
                    "parents-disagree",
                    f"`{left}` and `{right}` give `{name}` different values",
                    locate(own.file, own.data, ("extends",)),
                    hint=f"set `{name}` in `{own.file}`",
                    labels=tuple(labels),
                    entities=(own.id,),
                )
            )
        return found

    # ---- facts

    def _strings(self, locale: str, own: Mapping[str, str] | None) -> Mapping[str, str] | None:
        """Return the core's labels for a locale; those of entities without words of their own are kept."""
        fallback = self._site.settings.fallback
        if own:
            return core_strings(locale, own, fallback)
        if locale not in self._core:
            self._core[locale] = core_strings(locale, {}, fallback)
        return self._core[locale]

    def _facts(
        self, id_: str, lineage: tuple[SourceFile, ...], values: Mapping[str, Any], locale: str
    ) -> tuple[dict[str, Any], list[Diagnostic]]:
        """Return all that clauses may read, with null for what nobody set."""
        names = self._site.settings.names
        if not language.known_locale(locale):
            # what the settings say of a locale that there is not was said when they were read
            message = f"there is no locale `{locale}`"
            span = self._asks_for(locale, lineage)
            stated = span.file != self._site.settings_file.file
            return {}, [problem("invalid-value", message, span, entities=(id_,))] if stated else []
        strings = self._strings(locale, values.get("strings"))
        if strings is None:
            message = f"there are no labels for `{locale}`: for contacts, cookies and the like"
            hint = f"say in policypages.yaml whose to use: `fallback: {{{locale}: en}}`"
            span = self._asks_for(locale, lineage)
            return {}, [problem("missing-strings", message, span, hint=hint, entities=(id_,))]
        cookies, types = self._cookies_of(_given(values, "cookies"), strings)
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
            "cookie_types": types,
            "retention": {
                name: _duration(retention.get(name), locale) for name in names.get("retention") or ()
            },
            "wording": {name: wording.get(name) for name in names.get("wording") or ()},
            "extra": {**self._no_extra, **extra},  # a file that names others was refused
        }
        return facts, []

    def _cookies_of(self, given: Mapping[str, Any], strings: Mapping[str, str]) -> _Cookies:
        """Return cookies by name, and the types that there are of them; many entities state the same."""
        known = self._cookies.get(id(given))
        if known is not None and known[0] is given and known[1] is strings:
            return known[2]
        cookies = {key: _cookie(key, each, strings) for key, each in given.items()}
        kinds = {cookie["type"] for cookie in cookies.values()}
        types = [Term.of(kind, strings[f"type_{kind}"]) for kind in _TYPES if kind in kinds]
        if len(self._cookies) >= _MANY:
            self._cookies.clear()
        self._cookies[id(given)] = given, strings, (cookies, types)
        return cookies, types

    def _asks_for(self, locale: str, lineage: tuple[SourceFile, ...]) -> Span:
        """Find what states that there are pages in a locale: the entity, an ancestor, or the settings."""
        asked = next((file for file in lineage if file.values.get("locales")), None)
        if asked is None:
            settings = self._site.settings_file
            return locate(settings.file, settings.data, ("locale",))
        return locate(asked.file, asked.data, ("locales", asked.values["locales"].index(locale)))


def _place_in(lineage: tuple[SourceFile, ...], path: tuple[str, ...]) -> Span:
    """Find where the nearest file that states a value states it."""
    for file in lineage:
        at: Any = file.values
        for key in path:
            at = at.get(key, _NOWHERE) if isinstance(at, Mapping) else _NOWHERE
        if at is not _NOWHERE:
            return locate(file.file, file.data, path)
    return locate(lineage[0].file, lineage[0].data, path)


def _given(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return values.get(name) or _NOTHING


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


@lru_cache(_MANY)
def _duration(given: Duration | None, locale: str) -> Worded | None:
    if given is None:
        return None
    words = language.duration_words(given.count, given.unit, locale)
    return Worded(words, {"count": given.count, "unit": language.unit_word(given.count, given.unit, locale)})
