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
_RUNS: Final = frozenset({"script", "foreignObject", "iframe", "audio", "video", "handler", "listener"})
_NUMBER: Final = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)(?:px)?\s*")
_LEAVES: Final = re.compile(r"@import|url\(\s*[\"']?(?!#|data:image/)|javascript:", re.IGNORECASE)


def read_picture(path: str, data: bytes) -> tuple[Picture | None, str]:
    """Read a picture by the ending of its name; without one, say what is wrong with it."""
    if path.endswith(".png"):
        if not data.startswith(_PNG) or len(data) < _HEADER or data[12:16] != b"IHDR":
            return None, "is no PNG picture"
        width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
        return Picture("png", data, width, height), ""
    return _svg(data)


def _svg(data: bytes) -> tuple[Picture | None, str]:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return None, "has a document type, which pictures here do without"
    try:
        root = ET.fromstring(data)  # noqa: S314 - without a document type there are no entities to expand
    except (ET.ParseError, ValueError, LookupError):
        return None, "is no SVG picture"
    if root.tag != f"{_SVG}svg":
        return None, "is no SVG picture"
    for element in root.iter():
        why = _unsafe(element)
        if why:
            return None, why
    box = [float(part) for part in re.findall(r"-?[0-9]+(?:\.[0-9]+)?", root.get("viewBox") or "")]
    width, height = _number(root.get("width")), _number(root.get("height"))
    if len(box) == 4:  # noqa: PLR2004 - left, top, width, height
        width, height = (width, height) if width and height else (box[2], box[3])
    if not width or not height:
        return None, "says neither `viewBox` nor `width` and `height`"
    return Picture("svg", data, max(1, round(width)), max(1, round(height))), ""


def _unsafe(element: ET.Element) -> str:
    """Say what of an element could run or fetch something."""
    name = str(element.tag).rpartition("}")[2]
    if name in _RUNS:
        return f"holds `<{name}>`, which a picture may not"
    for key, value in element.attrib.items():
        attribute = key.rpartition("}")[2].lower()
        if attribute.startswith("on"):
            return f"holds the attribute `{attribute}`, which runs"
        if attribute == "href" and not value.strip().startswith(("#", "data:image/")):
            return "leads to something outside of itself"
        if _LEAVES.search(value):
            return "leads to something outside of itself"
    if name == "style" and _LEAVES.search(element.text or ""):
        return "leads to something outside of itself"
    return ""


def _number(text: str | None) -> float:
    match = _NUMBER.fullmatch(text or "")
    return float(match[1]) if match else 0.0
