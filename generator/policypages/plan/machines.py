"""Plan what machines read of a page: the file beside it that has it as data."""

from __future__ import annotations

from typing import Final

from policypages.model import FileTask, PageTask, PolicyJsonTask, ReleasedTask
from policypages.paths import POLICY_JSON
from policypages.plan.keys import seal, tag

_PAGE: Final = tag("the page")
_RELEASE: Final = tag("the release")


def with_data(files: list[FileTask]) -> list[FileTask]:
    """Put a page as data behind the page, which comes first: what both are made of is made once."""
    page = files[0]
    task = page.task
    if isinstance(task, PageTask | ReleasedTask):
        key, marks = page.key, f"{_PAGE}{page.key[:6]}"  # as much of a digest as `seal` would take
        if isinstance(task, ReleasedTask):  # of this the page shows nothing
            key, marks = seal(None, _PAGE + _RELEASE, [page.key, task.current.line.text])
        path = f"{page.path.removesuffix('index.html')}{POLICY_JSON}"
        files.insert(1, FileTask(path, key, marks, PolicyJsonTask(task)))
    return files
