"""Make the bytes of one file, redlines included: they meet here, since stages do not know each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policypages.diagnostics import Diagnostic
from policypages.model import ChangesTask, FileTask, MadeFile
from policypages.render import render_file

if TYPE_CHECKING:
    from policypages.formats.templates.theme import ThemeEngine


def render(file: FileTask, engine: ThemeEngine) -> tuple[MadeFile, list[Diagnostic]]:
    """Make one file of the output."""
    task = file.task
    if type(task) is ChangesTask:
        # lxml is imported where two texts have to be compared, and in no other build
        from policypages.redline import compare  # noqa: PLC0415

        redline = compare(task.before.html, task.article.html, was=task.was)
        file = file._replace(task=task._replace(redline=redline.html))
    return render_file(file, engine)
