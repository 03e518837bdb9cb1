"""Run a theme's templates in the sandbox, and say what is wrong with one at its own line."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.loaders import FunctionLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from policypages.diagnostics import Diagnostic, Span, problem
from policypages.formats.templates.quick import Render, quick
from policypages.formats.templates.theme_known import Known, all_clean, known_templates
from policypages.model import Heading
from policypages.model.contexts import TEMPLATES

MAX_REPEATED: Final = 10_000
PAGES: Final = (*TEMPLATES,)


class _ThemeEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox that themes run in: to fill the memory with one sum is refused, too."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers, and text within reason; no powers."""
        sizes = [len(side) for side in (left, right) if hasattr(side, "__len__")]
        counts = [side for side in (left, right) if isinstance(side, int)]
        if operator == "**" or any(size * count > MAX_REPEATED for size in sizes for count in counts):
            message = f"the result of `{operator}` would be too large"
            raise SecurityError(message)
        return super().call_binop(context, operator, left, right)


def _environment(loader: FunctionLoader | None = None) -> _ThemeEnvironment:
    return _ThemeEnvironment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


# the texts of themes are the same from one reading of a site to the next: what follows from them is kept
_PARSER: Final = _environment()
_Found = tuple[tuple[str, int, str, str | None], ...]
_Read = tuple[tuple[str, str, Known | None], ...]


@lru_cache(256)
def _parsed(text: str) -> nodes.Template:
    """Return the tree of a template, which nobody changes."""
    return _PARSER.parse(text)


@lru_cache(16)
def _linted(templates: _Read) -> _Found:
    """Return template, line, message and hint of each place where a fact could become more than text."""
    known = {name: one for name, _, one in templates if one is not None}
    texts = {name: text for name, text, _ in templates}
    if all_clean(texts, known):
        return ()
    from policypages.formats.templates.theme_lint import lint_templates  # noqa: PLC0415 - seldom needed

    return tuple((*one, None) for one in lint_templates(_PARSER, texts, known, parse=_parsed))


@lru_cache(16)
def _unknown(templates: _Read) -> _Found:
    """Return the same for each name that a template reads and no page gives it."""
    made: list[str] = []
    trees: dict[str, nodes.Template] = {}
    for name, text, known in templates:
        # a page of ours in the place of another kind reads names that this one may lack
        if known is not None and known.page == _page(name):
            made += known.assigned
        else:
            trees[name] = _parsed(text)
    if not trees:
        return ()
    from policypages.formats.templates.theme_names import unknown_names  # noqa: PLC0415 - seldom needed

    found = unknown_names(_PARSER, trees, made)
    return tuple((name, one.line, one.message, one.hint) for name, one in found)


def _page(name: str) -> str:
    """Return the page whose names a template reads; none for a part of any."""
    page = name.rpartition("/")[2]
    return page if page in TEMPLATES else ""


class ThemeEngine:
    """The templates of one theme, by name; each is (file, text)."""

    def __init__(self, templates: Mapping[str, tuple[str, str]]) -> None:
        self._files = {name: file for name, (file, _) in templates.items()}
        self._texts = {name: text for name, (_, text) in templates.items()}
        self._environment = _environment(FunctionLoader(self._load))
        self.found: list[Diagnostic] = []
        self._runs: dict[str, Render | None] = {}
        self._known = known_templates(self._texts)
        self._read: list[str] = []
        self._named: dict[str, tuple[str | None, ...]] = {}
        self._asked: dict[str, frozenset[str] | None] = {}
        parts = {name: self._parts(name) for name in PAGES if name in self._texts}
        # it is made for each page, and few themes of somebody's own may ask for it
        self.wants_json_ld = any("json_ld" in text for text in parts.get("page.html", {}).values())
        self.digests: dict[str, str] = {name: _digest(seen) for name, seen in parts.items()}
        self.assets: dict[str, frozenset[str] | None] = {
            name: self._assets_of(seen) for name, seen in parts.items()
        }
        self.found += [
            problem("theme-template", f"the theme has no template `{name}`")
            for name in PAGES
            if name not in self._texts
        ]
        files = {file: name for name, file in self._files.items()}  # one file may have two names
        found = (*_linted(self._all(files.values())), *_unknown(self._all(self._read)))
        for name, line, message, hint in found:
            self._complain(name, line, message, hint)

    def _all(self, names: Iterable[str]) -> _Read:
        return tuple((name, self._texts[name], self._known.get(name)) for name in names)

    def _load(self, name: str) -> tuple[str, str, None] | None:
        text = self._texts.get(name)
        return None if text is None else (text, self._files[name], None)

    def _parts(self, name: str) -> dict[str, str]:
        """Return the texts of a template and all it includes, and complain of what cannot be read."""
        seen: dict[str, str] = {}
        self._collect(name, seen, ())
        return seen

    def _assets_of(self, parts: Mapping[str, str]) -> frozenset[str] | None:
        """Return the assets that templates name; None where they may ask for any."""
        named: set[str] = set()
        for name, text in parts.items():
            if "assets" not in text:
                continue
            self._references(name, text)  # it is parsed there, if it was not
            asked = self._asked[name]
            if asked is None:
                return None
            named |= asked
        return frozenset(named)

    def _collect(self, name: str, seen: dict[str, str], way: tuple[str, ...]) -> None:
        if name in way:
            self._complain(way[-1], 1, f"the templates include each other: {' → '.join((*way, name))}")
            return
        text = self._texts.get(name)
        if text is None or name in seen:
            return
        seen[name] = text
        for other in self._references(name, text):
            if other is None:  # the name is worked out on each page, so any template may be meant
                seen.update(self._texts)
            elif other not in self._texts:
                self._complain(name, 1, f"there is no template `{other}`")
            else:
                self._collect(other, seen, (*way, name))

    def _references(self, name: str, text: str) -> tuple[str | None, ...]:
        """Return the templates that one names; of how many pages it is part, it is parsed once at most."""
        if name not in self._named:
            self._named[name], self._asked[name] = (), None
            known = self._known.get(name)
            if known is not None:
                self._read.append(name)
                self._named[name] = known.named
                self._asked[name] = None if known.asked is None else frozenset(known.asked)
                return known.named
            try:
                tree = _parsed(text)
                self._read.append(name)
                self._named[name] = tuple(meta.find_referenced_templates(tree))
                self._asked[name] = assets_named(tree) if "assets" in text else frozenset()
            except TemplateSyntaxError as error:
                self._complain(name, error.lineno, _plain(error.message))
            except RecursionError:
                self._complain(name, 1, "the template is nested too deeply")
        return self._named[name]

    def _complain(self, name: str, line: int, message: str, hint: str | None = None) -> None:
        found = problem("theme-template", message, Span(self._files.get(name, name), line), hint=hint)
        if found not in self.found:
            self.found.append(found)

    def render(self, name: str, context: Mapping[str, Any]) -> tuple[str, list[Diagnostic]]:
        """Render a template; what a theme does wrong is a diagnostic at its line."""
        run = self._quick(name)
        if run is not None:
            try:
                return run(context), []
            except Exception:  # noqa: BLE001, S110 - whatever it is, stock Jinja says it right, and where
                pass
        try:
            return self._environment.get_template(name).render(context), []
        except TemplateSyntaxError as error:
            span = Span(error.filename or self._files.get(name, name), error.lineno)
            return "", [problem("theme-template", _plain(error.message), span)]
        except TemplateNotFound as error:
            return "", [self._failed(error, name, f"there is no template `{error.name}`")]
        except RecursionError as error:
            return "", [self._failed(error, name, "the template includes itself")]
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            return "", [self._failed(error, name, _plain(str(error)))]

    def _quick(self, name: str) -> Render | None:
        if name not in self._runs:
            try:
                self._runs[name] = quick(
                    self._tree(name), self._environment, load_tree=self._tree, records=(Heading,)
                )
            except (TemplateError, RecursionError):
                self._runs[name] = None
        return self._runs[name]

    def _tree(self, name: str) -> nodes.Template:
        text = self._texts.get(name)
        if text is None:
            raise TemplateNotFound(name)
        return _parsed(text)

    def _failed(self, error: BaseException, name: str, message: str) -> Diagnostic:
        """Find the line of the template that is deepest in a traceback, and how it was reached."""
        files = set(self._files.values())
        way: dict[str, int] = {}
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename in files:
                way.pop(frame.filename, None)  # a template that is in it twice stands where it was last
                way[frame.filename] = frame.lineno or 1
        places = [*way.items()] or [(self._files.get(name, name), 1)]
        chain = tuple(f"{file}:{line}" for file, line in places) if len(places) > 1 else ()
        span = Span(*places[-1])
        hints = (one.hint for one in self.found if (one.span, one.message) == (span, message))
        return problem("theme-template", message, span, hint=next(hints, None), chain=chain)


def _digest(parts: Mapping[str, str]) -> str:
    text = "\0".join(f"{known}\0{body}" for known, body in sorted(parts.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def assets_named(tree: nodes.Template) -> frozenset[str] | None:
    """Return the assets that a template names, `assets["style.css"]`; None where it may ask for any."""
    named = set()
    plain = 0
    for node in tree.find_all((nodes.Getitem, nodes.Getattr)):
        match node:
            case nodes.Getattr(node=nodes.Name(name="assets"), attr=str(name)):
                pass
            case nodes.Getitem(node=nodes.Name(name="assets"), arg=nodes.Const(value=str(name))):
                pass
            case _:
                continue
        if hasattr(dict, name):  # `assets.values`, which is a method
            return None
        named.add(name)
        plain += 1
    uses = sum(name.name == "assets" for name in tree.find_all(nodes.Name))
    return frozenset(named) if uses == plain else None


def _plain(message: str | None) -> str:
    text = (message or "").replace("'", "`").rstrip(".")
    text = text.replace("`dict object` has no attribute", "there is nothing called")
    return text[:1].lower() + text[1:]
