"""Span, Diagnostic and the registry of codes: every problem a person should know is one of these values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final, Literal, NamedTuple

Severity = Literal["error", "warning", "note"]


class Span(NamedTuple):
    """A place in a source file: `line` and `column` count from 1, `length` in characters."""

    file: str
    line: int = 1
    column: int = 1
    length: int = 1


class Label(NamedTuple):
    """A second place that explains a diagnostic: `the entity is here`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing a person should know.

    `message` is lower case without a full stop, with backticks round names;
    `chain` says how the place was reached (entity, policy, section, clause);
    `entities` are the ids of the entities that the problem hits.
    """

    code: str
    message: str
    span: Span | None = None
    hint: str | None = None
    labels: tuple[Label, ...] = ()
    chain: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    severity: Severity = "error"

    def __post_init__(self) -> None:
        """Refuse a code that is not registered: that is a bug, not a problem in content."""
        if self.code not in CODES:
            msg = f"diagnostic code {self.code!r} is not registered"
            raise ValueError(msg)


class Code(NamedTuple):
    """A kind of problem: its kebab-case name, and one sentence that says what it means."""

    name: str
    summary: str


def problem(
    code: str,
    message: str,
    span: Span | None = None,
    *,
    hint: str | None = None,
    labels: tuple[Label, ...] = (),
    chain: tuple[str, ...] = (),
    entities: tuple[str, ...] = (),
) -> Diagnostic:
    """Make a diagnostic with the severity that is registered for its code."""
    severity: Severity = SEVERITIES.get(code, "error")
    return Diagnostic(code, message, span, hint, labels, chain, entities, severity)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return "did you mean `x`?" for the known word nearest to `word`, or None."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else None


def strictly(one: Diagnostic) -> Diagnostic:
    """Make an error of a warning."""
    return replace(one, severity="error") if one.severity == "warning" else one


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether any diagnostic is an error."""
    return any(d.severity == "error" for d in diagnostics)


def gather(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by place and merge: one problem in one place is one diagnostic, with all entities it hits."""
    merged: dict[tuple[object, ...], tuple[Diagnostic, set[str]]] = {}
    for found in sorted(diagnostics, key=_by_place):
        key = (found.code, found.span, found.message)
        known = merged.get(key)
        if known is None or not known[0].entities:
            merged[key] = (found, {*found.entities})
        else:
            known[1].update(found.entities)
    return [
        one if len(entities) == len(one.entities) else replace(one, entities=tuple(sorted(entities)))
        for one, entities in merged.values()
    ]


def _by_place(found: Diagnostic) -> tuple[object, ...]:
    span = found.span or Span("\U0010ffff")  # what has no place comes last
    return (span.file, span.line, span.column, found.code, found.message, found.entities)


GROUPS: Final[dict[str, tuple[Code, ...]]] = {
    "Reading files": (
        Code("unreadable-file", "a source file cannot be read, or its name is not UTF-8"),
        Code("outside-root", "a symbolic link leads out of the site folder, or round in a circle"),
        Code("invalid-encoding", "a source file is not UTF-8, or holds a NUL or another control character"),
        Code("too-large", "a file, a nesting or a value is larger than the limits allow"),
    ),
    "YAML": (
        Code("yaml-syntax", "the YAML cannot be read"),
        Code("yaml-refused", "a YAML feature that is not used here: tags, merge keys, several documents"),
        Code("duplicate-key", "a mapping has the same key twice"),
        Code("empty-file", "a file that must hold a mapping is empty or holds something else"),
    ),
    "Facts": (
        Code("unknown-key", "a key that the format does not have"),
        Code("undeclared-name", "a name that policypages.yaml does not declare"),
        Code("invalid-value", "a value is not of the type its field wants"),
        Code("missing-key", "a key that is required is not there"),
        Code("invalid-id", "an id has other characters than a-z 0-9 - /"),
        Code("collision", "two sources claim one id or one output path"),
        Code("unknown-entity", "`extends` names an entity that does not exist"),
        Code("inheritance-cycle", "an entity extends itself"),
        Code("parents-disagree", "two parents give one fact different values and the entity does not decide"),
    ),
    "Outlines": (
        Code("unknown-policy", "an entity lists a policy that does not exist"),
        Code("unknown-clause", "an outline names a clause that does not exist"),
        Code("unknown-variant", "an outline names a variant that the clause does not have"),
        Code("unknown-section", "an adjustment names a section that the outline does not have"),
        Code("unknown-option", "an option that the clause does not declare"),
        Code("missing-reason", "a variant, an edit or an omission without `because`"),
        Code("edit-mismatch", "an edit does not fit the clause exactly once"),
        Code("missing-locale", "a clause has no file for a locale that is published"),
        Code("missing-strings", "a theme or core string is not set for a locale"),
        Code("unused-allow", "an `allow` that silences nothing"),
    ),
    "Clauses": (
        Code("front-matter", "the front matter of a clause cannot be read"),
        Code("template-syntax", "a template tag cannot be read"),
        Code("unknown-tag", "a template tag that the clause language does not have"),
        Code("unknown-fact", "a name that no schema, setting or clause declares"),
        Code("unknown-filter", "a filter that the clause language does not have"),
        Code("refused-expression", "an expression that the clause language does not have"),
        Code("unbalanced-tag", "a tag is not closed, or closes nothing, or closes in another block"),
        Code("misplaced-tag", "a tag stands where it would be shown as text or break the structure"),
        Code("empty-item", "an item, a heading, a link or emphasis that can be left without text"),
        Code("heading-level", "a heading is deeper than level 6"),
        Code("suspicious-character", "a character that is not seen but changes what is read"),
    ),
    "Pages": (
        Code("missing-fact", "a clause prints a fact that this entity does not have"),
        Code("unprintable-value", "a value that is not text, a number or a reference is printed"),
        Code("unsafe-url", "a link target is not an http, https, mailto, tel or relative address"),
        Code("unknown-reference", "`ref` or `link` names a section or policy that this entity does not have"),
        Code("broken-redirect", "an old address leads to no page, round in a circle, or is a page itself"),
        Code("duplicate-anchor", "two sections of one page have the same anchor"),
    ),
    "Themes": (
        Code("unknown-theme", "the settings name a theme that does not exist"),
        Code("low-contrast", "a colour of a brand does not stand out enough to be read"),
        Code("theme-template", "a theme template cannot be read or run"),
    ),
    "What a page claims": (
        Code("structure-claim", "a text counts or names sections or types by hand"),
        Code("false-claim", "a text counts what this page has another number of"),
        Code("dangling-title", "a text names a section by a title that no heading of the page bears"),
        Code("broken-promise", "a text promises a contact, a version or a date that the facts lack"),
        Code("lost-fact", "a sentence has a gap where a fact stood"),
        Code("placeholder", "a text or a fact still holds what somebody meant to replace"),
        Code("wrong-audience", "a text speaks of other people than the page is for"),
        Code("contradiction", "two clauses of one page contradict each other"),
        Code("broken-link", "a link inside a site leads nowhere"),
        Code("duplicate-id", "two elements of one page have the same id"),
        Code("dead-link", "an address on another host does not answer, or has moved for good"),
    ),
    "Words": (
        Code("html-as-text", "a clause holds HTML, which readers see as text"),
        Code("drift", "two texts say nearly the same in different words"),
        Code("mixed-spelling", "one page spells a word in two ways"),
        Code("term-twice", "a term is defined twice on one page"),
        Code("term-unused", "a term is defined and never used"),
        Code("term-undefined", "a term is used as if it were defined, and is not"),
        Code("dead-term", "a text or a fact names what is no more"),
    ),
    "What nobody needs or looked at": (
        Code("unused-fact", "a fact is stated that no clause reads"),
        Code("unused-clause", "a clause stands in no outline"),
        Code("unused-variant", "a variant of a clause was never chosen"),
        Code("review-overdue", "a text or a fact was to be reviewed by now"),
        Code("secret-value", "a fact looks like a password or a key"),
    ),
    "Releases": (
        Code("release-changed", "a ledger or an object of a release is not as it was written"),
        Code("release-missing", "a release names an article that is not there"),
        Code("release-fork", "two releases of one page follow the same one"),
        Code("release-unverified", "what git would have to tell of releases cannot be seen here"),
        Code("unreleased-change", "the sources of a page say other than its latest release"),
        Code("short-notice", "a material release takes effect before its notice is over"),
        Code("address-vanished", "an address of a release has neither page nor redirect"),
        Code("release-refused", "a release cannot be made as it was asked for"),
    ),
    "From a build to a host": (
        Code("no-commit", "a record of a build was asked for, and git names no commit"),
        Code("no-record", "there is no record of a build to verify a site with, or it cannot be read"),
        Code("too-many-files", "a site has more files than its host takes"),
        Code("not-as-built", "a file of a site is not the one that its build made"),
    ),
    "Publishing": (
        Code("publish-refused", "what was built cannot be published as it was asked for"),
        Code("publish-locked", "another publish is writing to the target"),
        Code("foreign-object", "something that policypages did not publish is in the way on the target"),
    ),
    "The house and the machine": (
        Code("no-site", "there is no policypages.yaml here"),
        Code("no-entities", "the site has no entity"),
        Code("no-address", "a site without `url` has no sitemap and no canonical address"),
        Code("output-refused", "the output folder cannot be used safely"),
        Code("output-locked", "another build is writing to the output folder"),
        Code("kept-file", "a file that an earlier build wrote was changed since, and is kept"),
        Code("machine", "the machine prevented the work"),
        Code("worker-lost", "a worker process died"),
        Code("source-changed", "a source file changed while the build ran, or after it"),
        Code("cache-ignored", "a manifest or cache could not be read and was not used"),
    ),
}

_OF_RULES: Final = ("What a page claims", "Words", "What nobody needs or looked at")
RULES: Final = frozenset(code.name for group in _OF_RULES for code in GROUPS[group]) | {
    "suspicious-character",
    "unused-allow",
}
"""The codes of the rules of `policypages check`: they may be chosen, and what they find may be allowed."""
CODES: Final = {code.name: code for codes in GROUPS.values() for code in codes}

SEVERITIES: Final[dict[str, Severity]] = {
    "suspicious-character": "warning",
    "source-changed": "warning",
    **dict.fromkeys(
        (
            "structure-claim",
            "wrong-audience",
            "dead-link",
            "drift",
            "html-as-text",
            "mixed-spelling",
            "term-twice",
            "term-unused",
            "term-undefined",
            "dead-term",
            "unused-fact",
            "unused-clause",
            "unused-variant",
            "review-overdue",
            "secret-value",
        ),
        "warning",
    ),
    "release-unverified": "warning",
    "unreleased-change": "warning",
    "short-notice": "warning",
    "no-commit": "warning",
    "no-entities": "warning",
    "no-address": "note",
    "cache-ignored": "note",
    "kept-file": "note",
}
