"""The forms in which problems are shown."""

from __future__ import annotations

from typing import Final

FORMATS: Final = ("full", "short", "json", "github")
