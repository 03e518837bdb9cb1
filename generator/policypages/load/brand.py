"""Read the brand of an entity: its colours held against the theme's grounds, its pictures as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from policypages.diagnostics import Diagnostic, did_you_mean, problem
from policypages.formats.colour import TEXT_RATIO, contrast, ink_on, lowest, mixed, nearest_fit, stronger
from policypages.formats.origins import origin_in, span_of
from policypages.formats.pictures import MAX_PICTURE, read_picture
from policypages.load.listing import BRANDS
from policypages.model import Brand, Entity, Picture, Sources, Theme

_SCHEMES: Final = (("accent", "light"), ("accent_dark", "dark"))
_FADED: Final = 0.22  # how much of a header's ground the stylesheet mixes into the links on it
_PLAIN: Final[Mapping[str, tuple[str, ...]]] = {"light": ("#ffffff",), "dark": ("#000000",)}


class _Wrong(NamedTuple):
    """What is wrong with a fact of a brand, whoever states it."""

    key: str
    code: str
    message: str
    hint: str | None = None


class BrandLoader:
    """Reads brands, each once: many entities have the same."""

    def __init__(self, sources: Sources, theme: Theme) -> None:
        self._sources = sources
        self._grounds = {**_PLAIN, **theme.grounds}
        self._known: dict[str, tuple[Brand, list[_Wrong]]] = {}

    def load(self, entity: Entity) -> tuple[Brand | None, list[Diagnostic]]:
        """Return the brand of an entity, and what is wrong with it where it states that."""
        given = {key: value for key, value in (entity.values.get("brand") or {}).items() if value is not None}
        if not given:
            return None, []
        key = repr(sorted(given.items()))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._read(given)
        brand, wrong = known
        return brand, [
            problem(
                one.code,
                one.message,
                span_of(origin_in(entity, ("brand", one.key))),
                hint=one.hint,
                entities=(entity.id,),
            )
            for one in wrong
        ]

    def _read(self, given: Mapping[str, Any]) -> tuple[Brand, list[_Wrong]]:
        wrong = [
            one for key, scheme in _SCHEMES if key in given for one in self._dim(key, scheme, given[key])
        ]
        logo, icon = (self._picture(key, given.get(key), wrong) for key in ("logo", "favicon"))
        css = _css(given, self._grounds)
        files = tuple(f"{BRANDS}{given[key]}" for key in ("logo", "favicon") if key in given)
        parts = (css, logo and logo.data, icon and icon.data)
        return Brand(css, logo, icon, files, hashlib.sha256(repr(parts).encode()).hexdigest()[:16]), wrong

    def _dim(self, key: str, scheme: str, colour: str) -> list[_Wrong]:
        """Complain of a colour that readers cannot tell from a ground of the theme."""
        grounds = self._grounds[scheme]
        ratio = lowest(colour, grounds)
        if ratio >= TEXT_RATIO:
            return []
        near = nearest_fit(colour, grounds)
        hint = f'the nearest that passes is `"{near}"`' if near else None
        message = f"`{colour}` stands out by {_floor(ratio)} to 1 in the {scheme}, and readers need 4.5 to 1"
        return [_Wrong(key, "low-contrast", message, hint)]

    def _picture(self, key: str, name: str | None, wrong: list[_Wrong]) -> Picture | None:
        if name is None:
            return None
        path = f"{BRANDS}{name}"
        if path not in self._sources.paths:
            known = [one.removeprefix(BRANDS) for one in self._sources.paths if one.startswith(BRANDS)]
            hint = did_you_mean(name, known) or f"put the picture at `{path}`"
            wrong.append(_Wrong(key, "invalid-value", f"there is no `{path}`", hint))
            return None
        try:
            data = self._sources.read(path)
        except OSError as error:
            message = f"`{path}` cannot be read: {error.strerror}"
            wrong.append(_Wrong(key, "unreadable-file", message))
            return None
        if len(data) > MAX_PICTURE:
            wrong.append(_Wrong(key, "too-large", f"`{path}` is larger than {MAX_PICTURE:,} bytes"))
            return None
        picture, why = read_picture(path, data)
        if picture is None:
            wrong.append(_Wrong(key, "invalid-value", f"`{path}` {why}"))
        return picture


def _css(given: Mapping[str, Any], grounds: Mapping[str, tuple[str, ...]]) -> str:
    """Write what comes behind the theme's stylesheet: the custom properties that a brand sets."""
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    accent, other = given.get("accent"), given.get("accent_dark")
    if accent and not other:
        other = nearest_fit(accent, grounds["dark"])
    for colour, ground, into in ((accent, grounds["light"], light), (other, grounds["dark"], dark)):
        if colour:
            into |= {"--link": colour, "--link-hover": stronger(colour, ground[0])}
    header = given.get("header")
    if header:
        ink = ink_on(header)
        light |= {"--header": header, "--header-ink": ink, "--mark-line": "currentcolor"}
        if contrast(mixed(ink, header, _FADED), header) < TEXT_RATIO:
            light["--header-quiet"] = ink
    rules = []
    if given.get("font"):
        names = ", ".join(f'"{name}"' for name in given["font"])
        rules.append(f":root {{ --lettering: {names}, var(--sans); }}\n")
    for query, into in (("screen", light), ("screen and (prefers-color-scheme: dark)", dark)):
        if into:
            inside = " ".join(f"{name}: {value};" for name, value in into.items())
            rules.append(f"@media {query} {{ :root {{ {inside} }} }}\n")
    return "".join(rules)


def _floor(ratio: float) -> str:
    """Write a contrast so that what does not pass never looks as if it did."""
    return f"{int(ratio * 10) / 10:.1f}"
