"""The lock of a target: whose it is, and who may take it away."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypages.formats.published import LOCK
from policypages.publish.folder import FolderStore
from policypages.publish.lock import Lock, LostError
from policypages.publish.patience import Patience, PatientStore

BEGAN = "2026-11-22T10:00:00+00:00"


def test_a_lock_that_was_taken_over_is_not_taken_away(tmp_path: Path) -> None:
    """The first was asleep and has not noticed: the lock of the second stays until that one ends."""
    store = PatientStore(FolderStore(str(tmp_path)), Patience())
    first = Lock(store, BEGAN)
    with first:
        second = Lock(store, BEGAN, take_over=True).__enter__()
        with pytest.raises(LostError):
            first.renew()
    assert store.get(LOCK) is not None
    third = Lock(store, BEGAN, take_over=True)
    third.__enter__()
    second.__exit__(None, None, None)
    assert store.get(LOCK) is not None
    third.__exit__(None, None, None)
    assert store.get(LOCK) is None
