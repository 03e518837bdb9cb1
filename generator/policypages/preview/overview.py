"""What the overview shows of all entities: rows that another process makes, kept true from here."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from policypages.load.listing import ENTITIES
from policypages.load.site import CLAUSES
from policypages.preview.folder import Changes
from policypages.preview.live import Live
from policypages.preview.rows import Rows, Shape

_FEW: Final = 200  # entities that are planned here; for more of them the other process begins anew
_AGAIN: Final = 1.0  # seconds of quiet before it begins anew
_EVERY: Final = 0.25  # seconds between two messages of how far it is
MOST: Final = 500  # rows of one answer


class Overview:
    """The rows of all entities, and the process that fills them in."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.rows = Rows()
        self.told: Callable[[dict[str, Any]], None] = lambda _: None
        self._done = False
        self._waiting: asyncio.TimerHandle | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._shapes: list[Shape] = []  # as the other process numbers them
        self._fresh: set[str] = set()  # planned here since the other process began
        self._said = 0.0

    # ---- questions

    def message(self) -> dict[str, Any]:
        """Say how far the index is."""
        total = len(self.live.ids())
        return {
            "type": "index",
            "done": total if self._done else min(total, len(self.rows.rows)),
            "total": total,
        }

    def part(self, start: int, count: int, words: str) -> dict[str, Any]:
        """Return some of the sites in which these words are found, and how many there are."""
        found = self.rows.search(self.live.ids(), words)
        sites = [self._site(id_) for id_ in found[start : start + min(count, MOST)]]
        known = len(self.rows.search(self.live.ids(), "")) if words.strip() else len(found)
        names = self.rows.suggest(words) if start == 0 else []
        told = {"from": start, "count": len(found), "of": known, "sites": sites, "suggest": names}
        return {**self.message(), **told}

    def users(self, name: str, start: int, count: int) -> dict[str, Any]:
        """Return some of the sites that use a clause or a policy: `clause:web-logs`."""
        shown = [id_ for id_ in self.rows.using(name) if self.live.shows(id_)]
        shown.sort()
        sites = [self._site(id_) for id_ in shown[start : start + min(count, MOST)]]
        return {**self.message(), "from": start, "count": len(shown), "sites": sites}

    def _site(self, id_: str) -> dict[str, Any]:
        row = self.rows.rows.get(id_)
        if row is None:
            return {"id": id_, "name": id_, "sample": False, "indexed": False, "pages": []}
        pages = [
            {"title": title, "path": f"/{id_}/{path.removesuffix('index.html')}", "locale": locale}
            for title, path, locale in row.shape.pages
        ]
        return {"id": id_, "name": row.name, "sample": row.shape.sample, "indexed": True, "pages": pages}

    # ---- changes

    def changed(self, changes: Changes) -> None:
        """Plan again the entities that changed; where many did, or what they share, begin anew."""
        state = self.live.state
        if state is None:
            return
        own = {path for path in changes.all if path.startswith(ENTITIES)}
        shared = changes.all - own
        entities = state.basis.entities
        self.rows.drop([id_ for id_ in map(_id_of, changes.removed & own) if id_ not in entities])
        edited_texts = shared <= changes.edited and all(path.startswith(CLAUSES) for path in shared)
        below = self.rows.below(own)
        touched = {*map(_id_of, own - changes.removed), *below} & entities.keys()
        if (shared and not edited_texts) or len(touched) > _FEW:
            self.begin(after=_AGAIN)
            return
        for id_ in touched:
            site = state.site(id_)
            self.rows.put(id_, site.plan, site.lineage)
            self._fresh.add(id_)
        if own:
            self.told(self.message())

    def begin(self, *, after: float = 0.0) -> None:
        """Let another process plan all entities; one that is at it ends."""
        self.stop()
        self._waiting = asyncio.get_running_loop().call_later(after, self._start)

    def stop(self) -> None:
        """End the other process."""
        if self._waiting is not None:
            self._waiting.cancel()
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _start(self) -> None:
        self._fresh, self._shapes, self._done = set(), [], False
        module = "policypages.preview.index"
        process = subprocess.Popen(  # noqa: S603 - our own module, and no shell
            [sys.executable, "-m", module, str(self.live.root), *self.live.wanted.only],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the server, which ends it
        )
        self._process = process
        loop = asyncio.get_running_loop()

        def listen() -> None:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            with process.stdout as lines, suppress(RuntimeError):  # the loop is closed: the server has ended
                for line in lines:
                    loop.call_soon_threadsafe(self._take, process, json.loads(line))
            process.wait()

        threading.Thread(target=listen, name="index", daemon=True).start()

    def _take(self, process: subprocess.Popen[bytes], told: dict[str, Any]) -> None:
        """Take in what the other process says; one that was ended has nothing to say."""
        if process is not self._process:
            return
        if "names" in told:
            self.rows.name_shared(told["names"])
            for id_ in self._fresh & set(self.live.ids()):
                self._plan(id_)
            return
        self._shapes += map(self.rows.shape_of, told["shapes"])
        rows: Sequence[tuple[str, str, int, int]] = told["rows"]
        entities = self.live.entities
        for id_, name, shape, uses in rows:
            if id_ not in self._fresh and id_ in entities:
                self.rows.put_told(id_, name, self._shapes[shape], uses)
        self._done = bool(told.get("done"))
        now = time.monotonic()
        if self._done or now - self._said >= _EVERY:
            self._said = now
            self.told(self.message())

    def _plan(self, id_: str) -> None:
        if self.live.state is not None:
            site = self.live.state.site(id_)
            self.rows.put(id_, site.plan, site.lineage)


def _id_of(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]
