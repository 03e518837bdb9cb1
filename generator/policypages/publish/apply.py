"""Carry a plan out: step by step, each object on condition, verified before anything is taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple, TypeVar

from policypages.formats.published import (
    JOURNAL,
    RECORD,
    Intent,
    Journal,
    Object,
    write_journal,
    write_record,
)
from policypages.paths import MANIFEST_FOLDER
from policypages.publish.lock import Lock
from policypages.publish.look import THREADS
from policypages.publish.order import step_of
from policypages.publish.patience import PatientStore
from policypages.publish.plan import Change, Plan
from policypages.publish.store import ConflictError, StoreError

T = TypeVar("T")
R = TypeVar("R")
_OWN: Final = {"Content-Type": "application/json", "Cache-Control": "no-store"}
_LISTED: Final = 1000
_FEW: Final = 10  # so few are read one by one, whatever a listing would take


class MovedError(Exception):
    """Something is not what it was when the plan was made: a key of the target, or a file of the output."""

    def __init__(self, what: str, *, here: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.here = here


class Sent(NamedTuple):
    """The bytes and headers of one file as they are sent."""

    data: bytes
    headers: Mapping[str, str]


class _Put(NamedTuple):
    """An object that was written: `proven` tells that its ETag is the digest of what was sent."""

    change: Change
    size: int
    etag: str
    proven: bool


@dataclass(frozen=True, slots=True)
class Work:
    """How to carry plans out at one root.

    `read` gives what is to be sent for a path of the output and its digest, or raises MovedError where the
    file is not what the build wrote; `md5` tells the ETag that it will probably have, where that can be
    told; `progress` is told how many are done, of how many.
    """

    store: PatientStore
    lock: Lock
    read: Callable[[str, str], Sent]
    md5: Callable[[str, str], str] = lambda *_: ""
    progress: Callable[[int, int], None] = lambda *_: None

    def carry_out(self, plan: Plan) -> None:
        """Do what a plan says; whatever breaks, the record stays what it was and nothing is deleted."""
        self._see_that_nobody_came_between(plan)
        puts = [one for one in plan.changes if one.kind != "delete"]
        gone = [one for one in plan.changes if one.kind == "delete"]
        journal = self._begin(plan, puts)
        done: list[_Put] = []
        steps = groupby(puts, lambda one: step_of(one.path, new=one.kind == "create"))
        for _, step in steps:
            done += self._each(self._put, [*step], before=len(done), total=len(puts))
        self._verify(plan, done, gone)
        self.lock.renew()
        if gone:
            self.store.delete([one.key for one in gone])
        self._end(plan, done, journal)

    def _see_that_nobody_came_between(self, plan: Plan) -> None:
        """Compare what the target says of itself with what it said when the plan was made."""
        aside = self.store.list(MANIFEST_FOLDER)
        for key, etag in ((RECORD, plan.remote.record_etag), (JOURNAL, plan.remote.journal_etag)):
            there = aside.get(key)
            if (there.etag if there is not None else "") != etag:
                raise MovedError(key)

    # ---- the journal and the record

    def _begin(self, plan: Plan, puts: Sequence[Change]) -> str:
        """Write down what may be written, so that the next publish knows it for ours if this one breaks."""

        def intend(one: Change) -> Intent:
            return Intent(one.key, one.sha256, self.md5(one.path, one.sha256), one.meta)

        intents = self._each(intend, puts)
        if not puts and not plan.deletions:
            return plan.remote.journal_etag
        # what earlier publishes left is still ours until the record says so
        every = dict.fromkeys([*plan.remote.journal.intents, *sorted(intents)])
        data = write_journal(Journal(tuple(every), plan.purge))
        return self._own(JOURNAL, data, plan.remote.journal_etag)

    def _end(self, plan: Plan, done: Iterable[_Put], journal: str) -> None:
        objects = dict(plan.stays)
        for one in done:
            objects[one.change.key] = Object(one.size, one.change.sha256, one.etag, one.change.meta)
        data = write_record(objects)
        if data != write_record(plan.remote.record) or not plan.remote.record_etag:
            self._own(RECORD, data, plan.remote.record_etag)
        if journal:
            self.store.delete([JOURNAL])

    def _own(self, key: str, data: bytes, etag: str) -> str:
        self.lock.check()
        try:
            return self.store.put(key, data, _OWN, etag)
        except ConflictError as error:
            raise MovedError(key) from error

    # ---- objects

    def _put(self, one: Change) -> _Put:
        self.lock.check()
        data, headers = self.read(one.path, one.sha256)
        try:
            etag = self.store.put(one.key, data, headers, one.etag)
        except ConflictError as error:
            raise MovedError(one.key) from error
        return _Put(one, len(data), etag, _is_md5(etag, data))

    def _each(
        self, work: Callable[[T], R], items: Sequence[T], *, before: int = 0, total: int = 0
    ) -> list[R]:
        """Do the same for each of many, several at once; the first that fails ends it."""
        done: list[R] = []
        with ThreadPoolExecutor(THREADS) as pool:
            futures = [pool.submit(work, item) for item in items]
            try:
                for future in as_completed(futures):
                    done.append(future.result())
                    if total:
                        self.progress(before + len(done), total)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return done

    def _verify(self, plan: Plan, done: Sequence[_Put], gone: Sequence[Change]) -> None:
        """See that all that was written is there, bit by bit, and what is to be deleted is what it was."""
        if len(done) + len(gone) <= max(_FEW, len(plan.remote.found) // _LISTED):
            self._each(self._see_that_it_is_as_it_was, gone)
            self._each(self._read_back, done)
            return
        found = self.store.list()
        for one in gone:
            there = found.get(one.key)
            if there is not None and there.etag != one.etag:
                raise MovedError(one.key)
        for put in done:
            there = found.get(put.change.key)
            if there is None or there.etag != put.etag:
                raise MovedError(put.change.key)
        self._each(self._read_back, [one for one in done if not one.proven])

    def _see_that_it_is_as_it_was(self, one: Change) -> None:
        got = self.store.get(one.key)
        if got is not None and got.etag != one.etag:
            raise MovedError(one.key)

    def _read_back(self, one: _Put) -> None:
        got = self.store.get(one.change.key)
        sent = self.read(one.change.path, one.change.sha256)
        if got is None or got.etag != one.etag:
            raise MovedError(one.change.key)
        if got.data != sent.data:
            reason = f"`{one.change.key}` does not hold what was sent"
            raise StoreError(reason, hint="publish again")
        if self.store.keeps_headers:
            for name, value in sent.headers.items():
                if got.headers.get(name) != value:
                    reason = f"`{one.change.key}` has not kept the header `{name}: {value}`"
                    raise StoreError(reason, hint="does this server keep headers with objects?")


def _is_md5(etag: str, data: bytes) -> bool:
    """Tell whether an ETag proves what is stored: S3 gives the MD5 of most objects, not of all."""
    return etag.strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest()
