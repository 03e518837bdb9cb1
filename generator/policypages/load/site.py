"""Read a site's files into typed values: settings, clauses, outlines, theme, and entities one by one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from policypages.diagnostics import Diagnostic, Label, Span, did_you_mean, has_errors, problem
from policypages.formats.facts import locate, read_yaml
from policypages.formats.language import known_locale
from policypages.formats.schema import Kind, Validator, validate, validator
from policypages.formats.unseen import unseen, unseen_problem
from policypages.load.listing import Listed, list_entities
from policypages.load.redirects import REDIRECTS, redirects_of
from policypages.load.releases import load_releases
from policypages.model import ClauseFile, Settings, Site, SourceFile, Sources, Theme
from policypages.values import why_not_id

SETTINGS_FILE: Final = "policypages.yaml"
CLAUSES: Final = "content/clauses/"
POLICIES: Final = "content/policies/"
DEFAULT_THEME: Final = "default"
_PREFIX: Final = "policypages"  # the templates of the default theme, for those that are laid over them
_THEME_PATH: Final = re.compile(r"themes/[^/]+/.")
_CLAUSE_NAME: Final = re.compile(r"(?P<id>[^@.]*)(?:@(?P<variant>[^.]*))?(?:\.(?P<locale>[^.]+))?\.md")
# front matter that is not closed, and keys down to the line that ends it, where none begins it
_BROKEN: Final = (
    (re.compile(r"---[ \t]*\n"), "the front matter is not closed", "end it with a line `---`"),
    (
        re.compile(
            r"\s*(?:(?:title|summary|tags|options|review|shows|was|allow):.*\n|[ \t].*\n)+---[ \t]*(?:\n|\Z)"
        ),
        "the front matter is not opened",
        "begin the file with a line `---`",
    ),
)
_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(.*?)(?<=\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_NEWLINES: Final = re.compile(r"\r\n?")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_MAX_UNSEEN: Final = 20
MAX_CLAUSE: Final = 1_000_000


def load_site(sources: Sources, listed: Listed | None = None) -> tuple[Site | None, list[Diagnostic]]:
    """Read everything but the entities, of which only the ids are listed, unless they were already."""
    if SETTINGS_FILE not in sources.paths:
        return None, [problem("no-site", f"there is no `{SETTINGS_FILE}` here", Span(SETTINGS_FILE))]
    settings_file, found = load_file(sources, "settings", SETTINGS_FILE, SETTINGS_FILE)
    settings, more = _settings(settings_file)
    found += more
    clauses, more = _clauses(sources, settings.locale)
    found += more
    policies, more = _policies(sources)
    found += more
    entities, more = listed if listed is not None else list_entities(sources.paths)
    found += more
    theme, more = _theme(sources, settings, settings_file)
    found += more
    releases, more = load_releases(sources)
    found += more
    redirects = None
    if REDIRECTS in sources.paths:
        file, more = load_file(sources, "redirects", "redirects", REDIRECTS)
        redirects, wrong = redirects_of(file)
        found += [*more, *wrong]
    site = Site(settings, clauses, policies, entities, theme, settings_file, releases, redirects)
    return site, found


def load_settings(sources: Sources) -> Settings:
    """Read the settings alone, as far as they can be read: for what must be known before a build."""
    if SETTINGS_FILE not in sources.paths:
        return Settings()
    return _settings(load_file(sources, "settings", SETTINGS_FILE, SETTINGS_FILE)[0])[0]


def load_file(
    sources: Sources, kind: Kind, id_: str, path: str, names: Mapping[str, Any] | None = None
) -> tuple[SourceFile, list[Diagnostic]]:
    """Read and validate one YAML file."""
    data, found = _read(sources, path)
    if data is None:
        return SourceFile(id_, path, b"", {}), found
    return _checked(kind, id_, path, data, names)


def load_entities(
    sources: Sources, ids: Sequence[str], paths: Mapping[str, str], names: Mapping[str, Any]
) -> dict[str, tuple[SourceFile, list[Diagnostic]]]:
    """Read and validate the files of entities, each step of all before the next; see `SiteBuilder.build`."""
    loaded: dict[str, tuple[SourceFile, list[Diagnostic]]] = {}
    files = []
    for id_ in ids:
        path = paths[id_]
        data, found = _read(sources, path)
        if data is None:
            loaded[id_] = SourceFile(id_, path, b"", {}), found
        else:
            files.append((id_, path, data))
    read = [(id_, path, data, *read_yaml(path, data)) for id_, path, data in files]
    typed = validator("entity", names)
    for id_, path, data, raw, wrong in read:
        values, found = _typed(typed, path, data, raw, wrong)
        loaded[id_] = SourceFile(id_, path, data, values), found
    return loaded


def _checked(
    kind: Kind, id_: str, path: str, data: bytes, names: Mapping[str, Any] | None = None
) -> tuple[SourceFile, list[Diagnostic]]:
    """Validate the bytes of one YAML file."""
    values, found = _typed(validator(kind, names), path, data, *read_yaml(path, data))
    return SourceFile(id_, path, data, values), found


def _typed(
    typed: Validator, path: str, data: bytes, raw: object, found: list[Diagnostic]
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Validate what was read of a YAML file."""
    if found and not raw:
        return {}, found
    values, more = typed(path, raw, data)
    if not data.isascii():
        text = _NEWLINES.sub("\n", data.decode("utf-8-sig", "replace"))
        found = found + _unseen(path, text)
    return values, found + more


def _read(sources: Sources, path: str) -> tuple[bytes | None, list[Diagnostic]]:
    try:
        return sources.read(path), []
    except OSError as error:
        return None, [problem("unreadable-file", f"the file cannot be read: {error.strerror}", Span(path))]


def _settings(file: SourceFile) -> tuple[Settings, list[Diagnostic]]:
    given = {key: value for key, value in file.values.items() if value is not None}
    known = {
        "title",
        "locale",
        "timezone",
        "theme",
        "names",
        "fallback",
        "checks",
        "releases",
        "hosting",
        "default_branch",
        "targets",
        "policy_json",
    }
    settings = Settings(**{key: value for key, value in given.items() if key in known})
    locales = {settings.locale, *settings.fallback, *settings.fallback.values()}
    return settings, [
        problem("invalid-value", f"there is no locale `{locale}`", Span(file.file))
        for locale in sorted(locales)
        if not known_locale(locale)
    ]


# --------------------------------------------------------------- clauses


def _clauses(sources: Sources, main: str) -> tuple[dict[str, tuple[ClauseFile, ...]], list[Diagnostic]]:
    clauses: dict[str, list[ClauseFile]] = {}
    found: list[Diagnostic] = []
    for path in sources.paths:
        if not (path.startswith(CLAUSES) and path.endswith(".md")):
            continue
        clause, more = load_clause(sources, path)
        found += more
        if clause is None:
            continue
        files = clauses.setdefault(clause.id, [])
        for other in files:
            if (other.variant, other.locale or main) == (clause.variant, clause.locale or main):
                message = f"two files hold the text of the clause `{clause.id}` in `{main}`"
                hint = f"`{main}` is the main locale, and a file without a locale is in it: take one away"
                labels = (Label(Span(other.file), "the other is here"),)
                found.append(problem("collision", message, Span(path), hint=hint, labels=labels))
        files.append(clause)
    return {id_: tuple(files) for id_, files in clauses.items()}, found


def load_clause(sources: Sources, path: str) -> tuple[ClauseFile | None, list[Diagnostic]]:
    """Read one clause: its name, its front matter, its Markdown."""
    folder, _, name = path.removeprefix(CLAUSES).rpartition("/")
    match = _CLAUSE_NAME.fullmatch(name)
    if match is None:
        hint = "a clause is called `cookies.md`, `cookies@brief.md`, `cookies.de.md` or `cookies@brief.de.md`"
        return None, [problem("invalid-id", f"`{name}` is no name for a clause", Span(path), hint=hint)]
    id_ = f"{folder}/{match['id']}" if folder else match["id"]
    for part in (id_, match["variant"]):
        why = why_not_id(part) if part is not None else None
        if why:
            return None, [problem("invalid-id", f"`{part}` cannot name a clause: {why}", Span(path))]
    if match["locale"] and not known_locale(match["locale"]):
        return None, [
            problem("invalid-id", f"`{name}` names the locale `{match['locale']}`, which is none", Span(path))
        ]
    data, found = _read(sources, path)
    text, body, line = None, "", 1
    values: dict[str, Any] = {}
    if data is not None:
        text, found = clause_text(path, data)
    if text is not None:
        values, body, line, more = _front_matter(path, text)
        found += more
    if has_errors(found):
        values.setdefault("title", id_)  # what is wrong was said, and outlines that name the clause are right
    digest = hashlib.sha256((text or "").encode()).hexdigest()
    clause = ClauseFile(id_, match["variant"], match["locale"], path, data or b"", values, body, line, digest)
    return clause, found


def clause_text(path: str, data: bytes) -> tuple[str | None, list[Diagnostic]]:
    """Decode a clause, newlines folded; complain of what is not UTF-8 and of characters not seen."""
    if len(data) > MAX_CLAUSE:
        return None, [problem("too-large", f"a clause is larger than {MAX_CLAUSE:,} bytes", Span(path))]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        span = Span(path, line, error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1)
        message = f"the file is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}"
        return None, [problem("invalid-encoding", message, span, hint="save the file as UTF-8")]
    text = _NEWLINES.sub("\n", text)
    control = _CONTROL.search(text)
    if control:
        message = f"the file holds the control character U+{ord(control.group()):04X}"
        return None, [problem("invalid-encoding", message, _span_at(path, text, control.start()))]
    return text, _unseen(path, text)


def _unseen(path: str, text: str) -> list[Diagnostic]:
    """Warn of characters that turn, join or hide what is read."""
    return [
        unseen_problem(match.group(), _span_at(path, text, match.start()))
        for match in islice(unseen(text), _MAX_UNSEEN)
    ]


def _span_at(path: str, text: str, offset: int) -> Span:
    return Span(path, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _front_matter(path: str, text: str) -> tuple[dict[str, Any], str, int, list[Diagnostic]]:
    """Cut a clause into front matter and body; the YAML keeps its line numbers."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        broken = next((one for one in _BROKEN if one[0].match(text)), None)
        if broken is None:
            return {}, text, 1, []
        _, message, hint = broken
        return {}, "", 1, [problem("front-matter", message, Span(path), hint=hint)]
    line = text.count("\n", 0, match.end()) + 1
    yaml = match.group(1)
    if not yaml.strip():
        return {}, text[match.end() :], line, []
    data = ("\n" + yaml + "\n").encode()
    raw, found = read_yaml(path, data)
    if found and not raw:
        return {}, text[match.end() :], line, found
    values, more = validate("clause", path, raw, data)
    return values, text[match.end() :], line, found + more


# -------------------------------------------------------------- policies


def _policies(sources: Sources) -> tuple[dict[str, SourceFile], list[Diagnostic]]:
    policies: dict[str, SourceFile] = {}
    found: list[Diagnostic] = []
    for path in sources.paths:
        if not (path.startswith(POLICIES) and path.endswith(".yaml")):
            continue
        id_ = path.removeprefix(POLICIES).removesuffix(".yaml")
        why = why_not_id(id_)
        if why:
            found.append(problem("invalid-id", f"`{id_}` cannot be a policy's id: {why}", Span(path)))
            continue
        policies[id_], more = load_file(sources, "policy", id_, path)
        found += more
    return policies, found


# ----------------------------------------------------------------- theme


def _theme(sources: Sources, settings: Settings, file: SourceFile) -> tuple[Theme, list[Diagnostic]]:
    """Read a theme, and what it lacks from those that it builds on; the default theme is below them all."""
    lineage, found = _lineage(sources, settings.theme, file)
    templates: dict[str, tuple[str, str]] = {}
    below: dict[str, tuple[str, str]] = {}
    assets: dict[str, bytes] = {}
    strings: dict[str, dict[str, str]] = {}
    grounds: dict[str, tuple[str, ...]] = {}
    digest = hashlib.sha256()
    for theme in lineage:
        prefix = f"themes/{theme}/"
        for path in (path for path in sources.paths if path.startswith(prefix)):
            data, more = _read(sources, path)
            found += more
            if data is None:
                continue
            name = path.removeprefix(prefix)
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
            folder, _, rest = name.partition("/")
            if folder == "templates" and rest:
                text, more = clause_text(path, data)
                found += more
                if text is not None:
                    templates[rest] = (path, text)
                    below[f"{_PREFIX if theme == DEFAULT_THEME else theme}/{rest}"] = (path, text)
            elif folder == "assets" and rest:
                assets[rest] = data
            elif folder == "strings" and rest.endswith(".yaml"):
                loaded, more = _checked("strings", rest, path, data)
                found += more
                strings.setdefault(rest.removesuffix(".yaml"), {}).update(loaded.values)
            elif name == "theme.yaml":
                loaded, more = _checked("theme", theme, path, data)
                found += more
                given = loaded.values.get("grounds") or {}
                grounds.update({scheme: tuple(colours) for scheme, colours in given.items() if colours})
    prefix = f"themes/{settings.theme}/"
    own = frozenset(name for name in assets if f"{prefix}assets/{name}" in sources.paths)
    # a template over another of its name can name that one: `policypages/page.html`
    both = {**below, **templates}
    return Theme(settings.theme, both, assets, own, strings, digest.hexdigest(), grounds), found


def _lineage(sources: Sources, theme: str, settings: SourceFile) -> tuple[list[str], list[Diagnostic]]:
    """Return the themes that one is laid over, the default theme first, and itself last."""
    names = {path.split("/")[1] for path in sources.paths if _THEME_PATH.match(path)}
    found: list[Diagnostic] = []
    lineage: list[str] = []
    stated, place = settings, ("theme",)
    name = theme
    while name != DEFAULT_THEME or name not in names:
        if name not in names or name in lineage:
            message = (
                f"the theme `{name}` extends itself" if name in lineage else f"there is no theme `{name}`"
            )
            hint = did_you_mean(name, names - {*lineage}) or f"make the folder `themes/{name}`"
            span = locate(stated.file, stated.data, place)
            found.append(problem("unknown-theme", message, span, hint=None if name in lineage else hint))
            break
        lineage.append(name)
        path = f"themes/{name}/theme.yaml"
        if path not in sources.paths:
            break
        stated, more = load_file(sources, "theme", name, path)
        found += more
        place = ("extends",)
        name = stated.values.get("extends") or DEFAULT_THEME
    return [DEFAULT_THEME, *reversed(lineage)], found
