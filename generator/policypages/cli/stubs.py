"""The first text of new entities, clauses, policies and themes, with the names that their site declares."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from policypages.diagnostics import did_you_mean
from policypages.formats.language import known_locale
from policypages.model import Settings, Sources
from policypages.values import why_not_id

ENTITIES: Final = "content/entities/"
CLAUSES: Final = "content/clauses/"
POLICIES: Final = "content/policies/"
THEMES: Final = "themes/"
_CLAUSE: Final = re.compile(r"(?P<id>[^@.]*)(?:@(?P<variant>[^@.]*))?(?:\.(?P<locale>[^.]*))?")
_COLUMN: Final = 34
_EXTRA: Final = {
    "text": "some words",
    "number": "12",
    "date": "2026-01-31",
    "yes or no": "yes",
    "list of text": "[one thing, another]",
    "url": "https://www.example.com/",
    "email": "office@example.com",
}


@dataclass(frozen=True, slots=True)
class Made:
    """Files to write, by path below the site's root, and what to do next."""

    files: Mapping[str, bytes]
    next: str


def new_entity(id_: str, sources: Sources, settings: Settings) -> Made | str:
    """Begin an entity: what it may state, with a `#` before all that is not needed."""
    why = why_not_id(id_)
    if why:
        return f"`{id_}` cannot be an entity's id: {why}"
    path = f"{ENTITIES}{id_}.yaml"
    stem = id_.rpartition("/")[2]
    known = _ids(sources, ENTITIES)
    if stem in known:
        return f"the entity `{stem}` is there already: {known[stem]}"
    parent = next(iter(known), "example-group")
    text = _entity_text(
        path, stem, parent, list(_ids(sources, POLICIES, whole=True)) or ["privacy"], settings
    )
    tip = "fill in its facts, list the policies that it publishes, and run `policypages build`"
    return Made({path: text.encode()}, tip)


def _entity_text(path: str, stem: str, parent: str, policies: list[str], settings: Settings) -> str:
    names: Mapping[str, Any] = settings.names
    contacts, retention, wording = (
        list(names.get(key) or ()) for key in ("contacts", "retention", "wording")
    )
    extra: Mapping[str, str] = names.get("extra") or {}
    lines = [
        _modeline(path, "entity"),
        "#",
        f"# An entity is one site under one controller. Its id is the name of this file: {stem}.",
        "# Take the `#` before a line away to state a fact; the next build says which facts its pages lack.",
        _with_comment("sample: true", "a banner, and never published; take it out when the facts are yours"),
        f"name: {_quoted(_title(stem))}",
        _with_comment(
            f"#extends: {parent}", "take over the facts of another entity that are not stated here"
        ),
        _with_comment("#controller: Example Company", "the legal person who answers for the pages"),
        _with_comment("#audience: customers", "whom the site serves"),
        _with_comment("#url: https://www.example.com/legal/", "the folder where the policies will live"),
        "",
        "# These names are declared in policypages.yaml. `~` sets a fact that was taken over to nothing.",
        *_group("wording", [f"{name}: website" for name in wording]),
        *_group("contacts", [f"{name}: {{email: office@example.com}}" for name in contacts]),
        *_group("retention", [f"{name}: 7 years" for name in retention]),
        *_group("extra", [f"{name}: {_EXTRA[word]}" for name, word in extra.items()]),
        "# The cookie table, and every count of cookies, is made from these.",
        "#cookies:",
        "#  sid: {type: session, purpose: keeps you signed in, category: necessary, provider: first party}",
        "",
        "# The pages that this site publishes.",
        "#policies:",
        *(f"#  {policy}: {{updated: 2026-01-31}}" for policy in policies),
    ]
    return "\n".join(lines) + "\n"


def _group(name: str, entries: list[str]) -> list[str]:
    return [f"#{name}:", *(f"#  {entry}" for entry in entries), ""] if entries else []


def new_clause(id_: str, sources: Sources, settings: Settings) -> Made | str:  # noqa: ARG001 - one signature for all kinds
    """Begin a clause; a variant or a translation begins as a copy of the clause."""
    folder, slash, name = id_.removesuffix(".md").rpartition("/")
    match = _CLAUSE.fullmatch(name)
    if match is None:
        return f"`{id_}` is no name for a clause: write `x`, `x@variant`, `x.locale` or `x@variant.locale`"
    base, variant, locale = f"{folder}{slash}{match['id']}", match["variant"], match["locale"]
    why = why_not_id(base) or (why_not_id(variant) if variant is not None else None)
    if not why and locale is not None and not known_locale(locale):
        why = f"there is no locale `{locale}`"
    if why:
        return f"`{id_}` cannot name a clause: {why}"
    path = f"{CLAUSES}{folder}{slash}{name}.md"
    if path in sources.paths:
        return f"the clause `{id_}` is there already: {path}"
    if variant is None and locale is None:
        tip = f"write its text, and name `{base}` in an outline below {POLICIES}"
        return Made({path: _clause_text(path, base).encode()}, tip)
    return _copy(path, base, variant, locale, sources)


def _copy(path: str, base: str, variant: str | None, locale: str | None, sources: Sources) -> Made | str:
    """Begin a translation of a variant as a copy of the variant, all else as a copy of the clause itself."""
    origin = f"{CLAUSES}{base}@{variant}.md" if variant and locale else f"{CLAUSES}{base}.md"
    if origin not in sources.paths:
        origin = f"{CLAUSES}{base}.md"
    if origin not in sources.paths:
        near = did_you_mean(base, _ids(sources, CLAUSES, whole=True))
        return f"there is no clause `{base}` to begin from" + (f"; {near}" if near else "")
    tip = f"it is a copy of {origin}: change it"
    if locale is not None:
        tip += f", and list `{locale}` under `locales` in an entity"
    else:
        tip += f", and choose it in an entity or an outline: `{base}: {{variant: {variant}, because: …}}`"
    return Made({path: sources.read(origin)}, tip)


def _clause_text(path: str, id_: str) -> str:
    words = _title(id_.rpartition("/")[2], every=False)
    return f"""\
---
{_modeline(path, "clause")}
title: {_quoted(words)}
summary: What this section says, in one sentence.
#options:                         # what an outline may set by `with:`, printed as {{{{ option.effect }}}}
#  effect: {{default: some features may stop working, about: what happens without cookies}}
---
{{# Nobody sees this comment. The text below is Markdown; {{{{ name }}}} prints a fact,
   {{{{ ref("contact") }}}} leads to a section of the page, {{{{ link("privacy") }}}} to another policy. #}}

This section of {{{{ name }}}} is still to be written.
"""


def new_policy(id_: str, sources: Sources, settings: Settings) -> Made | str:
    """Begin a policy with one section, and with a clause for it."""
    why = why_not_id(id_)
    if why:
        return f"`{id_}` cannot be a policy's id: {why}"
    path = f"{POLICIES}{id_}.yaml"
    if path in sources.paths:
        return f"the policy `{id_}` is there already: {path}"
    clause = f"{id_}/opening"
    files: dict[str, bytes] = {}
    if f"{CLAUSES}{clause}.md" not in sources.paths:
        made = new_clause(clause, sources, settings)
        if isinstance(made, str):
            return made
        files.update(made.files)
    files[path] = f"""\
{_modeline(path, "policy")}
#
# A policy is a kind of page. An entity publishes it by naming `{id_}` under `policies`.
title: {_quoted(_title(id_.rpartition("/")[2], every=False))}
{_with_comment(f"path: {id_}", f"the page stands at <entity>/{id_}/")}
summary: What this page is about, in one sentence.
sections:                         # clauses in their order, by id; a section may have `sections` of its own
  - {clause}
""".encode()
    return Made(files, f"publish it: put `{id_}: {{}}` under `policies` in a file below {ENTITIES}")


def new_theme(id_: str, sources: Sources, settings: Settings) -> Made | str:
    """Begin a theme: one block of the default theme's page changed, and a stylesheet beside its own."""
    why = why_not_id(id_) or ("a theme is one folder" if "/" in id_ else None)
    if why:
        return f"`{id_}` cannot be a theme's id: {why}"
    folder = f"{THEMES}{id_}/"
    if any(path.startswith(folder) for path in sources.paths):
        return f"the theme `{id_}` is there already: {folder}"
    files = {
        "theme.yaml": f"""\
# What is not in this folder comes from the default theme, or from the one that `extends` names.
name: {_quoted(_title(id_))}
#extends: bare                   # pages without a header and a footer, for a frame of your own
""",
        "templates/layout.html": f"""\
{{# Every page has these parts. A block that is not here stays as the default theme has it; docs/themes.md
   lists what a template can read. #}}
{{% extends "policypages/layout.html" %}}
{{% block head %}}
<link rel="stylesheet" href="{{{{ assets['{id_}.css'] }}}}">
{{% endblock %}}
{{% block about %}}
<p>{{{{ site.name }}}}</p>
{{% endblock %}}
""",
        f"assets/{id_}.css": """\
/* It stands behind the stylesheet of the default theme, so what is said here wins. */
.site-name { letter-spacing: 0.02em; }
""",
    }
    tip = f"say `theme: {id_}` in policypages.yaml, where it now says `{settings.theme}`"
    return Made({f"{folder}{path}": text.encode() for path, text in files.items()}, tip)


# ------------------------------------------------------------- small text


def _ids(sources: Sources, folder: str, *, whole: bool = False) -> dict[str, str]:
    """Return the ids below a folder with their files; an entity's id is the file's name alone."""
    found = {}
    for path in sources.paths:
        if path.startswith(folder) and path.endswith((".yaml", ".yml", ".md")):
            id_ = path.removeprefix(folder).rpartition(".")[0]
            found[id_ if whole else id_.rpartition("/")[2]] = path
    return found


def _modeline(path: str, kind: str) -> str:
    up = "../" * len(PurePosixPath(path).parent.parts)
    return f"# yaml-language-server: $schema={up}.policypages/schema/{kind}.schema.json"


def _with_comment(text: str, comment: str) -> str:
    return f"{text.ljust(_COLUMN - 1)} # {comment}"


def _title(id_: str, *, every: bool = True) -> str:
    words = id_.replace("-", " ")
    return words.title() if every else words[:1].upper() + words[1:]


def _quoted(text: str) -> str:
    """Quote what YAML's editors would take for something else than text."""
    plain = re.fullmatch(r"[A-Z][A-Za-z]{3,}( [A-Za-z0-9]+)*", text) and text not in {"Null", "True", "False"}
    return text if plain else json.dumps(text)
