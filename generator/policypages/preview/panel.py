"""Answer what the panel of a page asks: where its sections come from, and to open a line in the editor."""

from __future__ import annotations

import json
from typing import Any, Final

from policypages.preview.editor import place_in
from policypages.preview.handlers import Handler, is_here
from policypages.preview.inspect import inspect

_MOST: Final = 1_000_000_000


class InspectHandler(Handler):
    """Where the sections of a page come from."""

    def get(self) -> None:
        """Send what explains the page that stands at an output path, or why nothing does."""
        self.send_json(inspect(self.preview.live, self.get_query_argument("page", "")))


class OpenHandler(Handler):
    """An editor at a line of a source: for pages of ours alone, on this machine alone."""

    async def post(self) -> None:
        """Open `file` at `line` and `column`."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        asked = _read(self.request.body) if kind == "application/json" else None
        if asked is None:
            self.refuse(400, "this wants JSON: a file, a line and a column")
            return
        file, line, column = asked
        live = self.preview.live
        place = (
            place_in(str(live.root), file) if live.state and file in live.state.basis.files.paths else None
        )
        if not is_here(self.request):
            self.refuse(403, "the editor opens for the machine that serves")
        elif place is None:
            self.refuse(404, "no source of this folder is called so")
        else:
            why = await self.preview.editor.open(place, line, column)
            self.set_status(500 if why else 200)
            self.send_json({"why": why})


def _read(body: bytes) -> tuple[str, int, int] | None:
    try:
        asked: Any = json.loads(body)
    except ValueError:
        return None
    if not isinstance(asked, dict):
        return None
    file, line, column = asked.get("file"), asked.get("line", 1), asked.get("column", 1)
    numbers = all(type(one) is int and 0 < one < _MOST for one in (line, column))
    return (file, line, column) if isinstance(file, str) and "\0" not in file and numbers else None
