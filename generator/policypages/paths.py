"""The one normaliser of output paths: what may be a path, and which two paths are one file somewhere."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

MANIFEST_FOLDER: Final = ".policypages"
MANIFEST: Final = f"{MANIFEST_FOLDER}/manifest"
STAGE_PREFIX: Final = ".staging-"
FEED: Final = "feed.xml"  # below the folder of a site, as are the next
BUILD_RECORD: Final = "build.json"
HOST_FILES: Final = frozenset({"_headers", "_redirects"})  # a host reads them, and sends them to nobody
POLICY_JSON: Final = "policy.json"  # beside the page of a policy

_COMPONENT_BYTES: Final = 255  # ext4, APFS and NTFS agree on this
_PATH_BYTES: Final = 1024  # the longest key of an object store, and far below PATH_MAX
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ESCAPED: Final = re.compile(r"%[0-9a-fA-F]{2}")
_WINDOWS: Final = frozenset('<>:"|?*')
# nearly every path is plain, and told by one match; all others are looked at character by character
# (not with possessive quantifiers: in Python 3.11.2 they let `a/` through)
_NO_DEVICE: Final = r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|\Z))"
_PLAIN: Final = re.compile(rf"{_NO_DEVICE}[a-z0-9_-]+(?:\.[a-z0-9_-]+|/{_NO_DEVICE}[a-z0-9_-]+)*")


class PathProblem(NamedTuple):
    """Why a text cannot be an output path: `reason` completes the sentence "the path …"."""

    path: str
    reason: str


def output_path(*parts: str) -> str | PathProblem:
    """Join parts (each may hold slashes) to a posix path below the output folder, or say why not.

    What is accepted is a good name on Linux, macOS, Windows and in a URL; nothing is repaired.
    """
    path = "/".join(parts)
    if len(path) <= _COMPONENT_BYTES and _PLAIN.fullmatch(path):
        return path
    shown = path.encode("utf-8", "backslashreplace").decode("utf-8")
    if not parts or not path:
        return PathProblem(shown, "is empty")
    components = path.split("/")
    for component in components:
        reason = _refuse(component)
        if reason is not None:
            return PathProblem(shown, reason)
    if components[0].casefold() == MANIFEST_FOLDER or components[0].casefold().startswith(STAGE_PREFIX):
        return PathProblem(shown, f"begins with `{components[0]}`, a name that policypages keeps for itself")
    if len(path.encode()) > _PATH_BYTES:
        return PathProblem(shown, f"is longer than {_PATH_BYTES} bytes")
    return path


def collision_key(path: str) -> str:
    """Return what two paths have in common when some file system takes them for one: NFC and case folded."""
    if path.isascii():
        return path.lower()
    folded = unicodedata.normalize("NFD", path).casefold()
    return unicodedata.normalize("NFC", folded)


def _refuse(component: str) -> str | None:
    if component == "":
        return "has an empty part, or begins or ends with a slash"
    if component in {".", ".."}:
        return f"has the part `{component}`"
    return _refuse_characters(component) or _refuse_whole(component)


def _refuse_characters(component: str) -> str | None:
    if "\\" in component:
        return "has a backslash"
    if _ESCAPED.search(component):
        return f"has a percent escape in `{component}`"
    for character in component:
        if character in _BIDI or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            return f"has the character U+{ord(character):04X}"
        if character in _WINDOWS:
            return f"has `{character}`, which Windows refuses"
    return None


def _refuse_whole(component: str) -> str | None:
    if component[-1] in ". " or component[0] == " ":
        return f"has the part `{component}`, which begins with a space or ends with a dot or a space"
    if component.partition(".")[0].rstrip(" ").casefold() in _DEVICES:
        return f"has the part `{component}`, the name of a device on Windows"
    if len(component.encode()) > _COMPONENT_BYTES:
        return f"has a part longer than {_COMPONENT_BYTES} bytes"
    return None
