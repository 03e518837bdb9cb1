"""Read pictures as far as a page has to know them: their size, and that they run and fetch nothing."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

from policypages.model import Picture

MAX_PICTURE: Final = 200_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_HEADER: Final = 24  # bytes of a PNG up to the end of its size
_SVG: Final = "{http://www.w3.org/2000/svg}"
# what else browsers act on, wherever it stands
_FOREIGN: Final = ("{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/1998/Math/MathML}")
_RUNS: Final = frozenset({"script", "foreignObject", "iframe", "audio", "video", "handler", "listener"})
_PIXELS: Final = r"data:image/(?:png|jpeg|gif|webp)[;,]"
_INSIDE: Final = re.compile(rf"\s*(?:#|{_PIXELS})")
_LEAVES: Final = re.compile(
    rf"@import|url\(\s*[\"']?(?!#|{_PIXELS})|image-set\(|src\(|javascript:", re.IGNORECASE
)
_PREFACE: Final = re.compile(r"<!DOCTYPE|<!ENTITY|<\?(?!xml\s)")
_ENCODING: Final = re.compile(r"""<\?xml\s[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_MOST: Final = 100_000  # pixels that a picture may say it is wide


def read_picture(path: str, data: bytes) -> tuple[Picture | None, str]:
    """Read a picture by the ending of its name; without one, say what is wrong with it."""
    if path.endswith(".png"):
        if not data.startswith(_PNG) or len(data) < _HEADER or data[12:16] != b"IHDR":
            return None, "is no PNG picture"
        width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
        return (Picture("png", data, width, height), "") if width and height else (None, "is no PNG picture")
    return _svg(data)


def _svg(data: bytes) -> tuple[Picture | None, str]:
    root, why = _parsed(data)
    if root is None:
        return None, why
    why = next(filter(None, map(_unsafe, root.iter())), "")
    if why:
        return None, why
    box = [_pixels(part) for part in (root.get("viewBox") or "").replace(",", " ").split()]
    width, height = (
        _pixels((root.get(name) or "").strip().removesuffix("px")) for name in ("width", "height")
    )
    if len(box) == 4 and not (width and height):  # noqa: PLR2004 - left, top, width, height
        width, height = box[2:]
    if not width or not height:
        return None, "says neither `viewBox` nor `width` and `height`"
    return Picture("svg", data, max(1, round(width)), max(1, round(height))), ""


def _parsed(data: bytes) -> tuple[ET.Element | None, str]:
    """Parse an SVG as any browser reads it, else say what is wrong with it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, "is no SVG picture in UTF-8"
    if "\0" in text or _ENCODING.match(text):  # a browser would read other characters than we do
        return None, "is no SVG picture in UTF-8"
    if _PREFACE.search(text):
        return None, "has a document type or instructions, which pictures here do without"
    try:
        root = ET.fromstring(text)  # noqa: S314 - without a document type there are no entities to expand
    except (ET.ParseError, ValueError, LookupError):
        return None, "is no SVG picture"
    return (root, "") if root.tag == f"{_SVG}svg" else (None, "is no SVG picture")


def _unsafe(element: ET.Element) -> str:
    """Say what of an element could run or fetch something."""
    tag = str(element.tag)
    name = tag.rpartition("}")[2]
    if name in _RUNS or tag.startswith(_FOREIGN):
        return f"holds `<{name}>`, which a picture may not"
    if name == "style" and _leaves("".join(element.itertext())):
        return "leads to something outside of itself"
    return next(filter(None, (_unfit(key, value) for key, value in element.attrib.items())), "")


def _unfit(key: str, value: str) -> str:
    """Say what of an attribute could run or fetch something."""
    space, _, name = key.rpartition("}")
    name = name.lower()
    if name.startswith("on"):
        return f"holds the attribute `{name}`, which runs"
    if name == "attributename" and value.strip().lower().rpartition(":")[2] == "href":
        return "animates where something leads"
    outside = not _INSIDE.match(value) if name == "href" else not space and _leaves(value)
    return "leads to something outside of itself" if outside else ""  # other spaces are notes of editors


def _leaves(css: str) -> bool:
    """Tell whether styles could fetch something; who writes a function with escapes means no good."""
    return "\\" in css or _LEAVES.search(css) is not None


def _pixels(text: str) -> float:
    """Return a length; 0 for none that a picture could have."""
    length = float(text) if _NUMBER.fullmatch(text) else 0.0
    return length if 0 < length <= _MOST else 0.0
