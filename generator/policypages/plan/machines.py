"""Plan what machines read of a page: the file beside it that has it as data."""

from __future__ import annotations

from typing import Final

from policypages.model import FileTask, PageTask, PolicyJsonTask, ReleasedTask
from policypages.paths import POLICY_JSON
from policypages.plan.keys import seal, tag

_TAGS: Final = [tag("the page"), tag("the release")]


def with_data(files: list[FileTask]) -> list[FileTask]:
    """Put a page as data behind the page, which comes first: what both are made of is made once."""
    page = files[0]
    task = page.task
    if isinstance(task, PageTask | ReleasedTask):
        # all that the data holds is in the key of the page, but for what the ledger says of the text
        text = task.current.line.text if isinstance(task, ReleasedTask) else ""
        key, marks = seal(None, _TAGS, [page.key, text])
        path = f"{page.path.removesuffix('index.html')}{POLICY_JSON}"
        files.insert(1, FileTask(path, key, marks, PolicyJsonTask(task)))
    return files
