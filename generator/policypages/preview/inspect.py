"""Say of an open page where each of its sections comes from, as data for the panel that shows it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from policypages.diagnostics import Span, has_errors
from policypages.inquiry.explain import explain_page
from policypages.inquiry.pages import pages_of
from policypages.preview.live import Live


def inspect(live: Live, path: str) -> dict[str, Any]:
    """Explain the page that stands at an output path; `why` says why that cannot be done."""
    id_ = path.partition("/")[0]
    state = live.state
    if state is None or state.basis.repository is None or not live.shows(id_):
        return {"why": f"there is no entity `{id_}` now"}
    pages, found = pages_of(state.basis.repository, id_)
    page = next((page for page in pages if page.path == path), None)
    if page is not None:
        return {"state": state.number, "wrong": has_errors(found), **as_data(explain_page(page))}
    if has_errors(found):
        return {"why": "the sources have errors: mend these first"}
    return {"why": "no clause stands on this page: the theme makes it of titles and addresses"}


def as_data(value: Any) -> Any:
    """Return a value of the inquiry as JSON has it: a place as file, line and column."""
    if isinstance(value, Span):
        return {"file": value.file, "line": value.line, "column": value.column}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: as_data(each) for name, each in value._asdict().items()}
    if is_dataclass(value):
        return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
    return [as_data(each) for each in value] if isinstance(value, tuple) else value
