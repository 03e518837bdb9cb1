"""What is known of the templates that we ship is what reading them finds."""

from __future__ import annotations

from pathlib import Path

from tests.spec import known_templates

from policypages.formats.templates import theme_table


def test_the_table_is_current(*, regen: bool) -> None:
    """The committed table is what is found in the templates as they are."""
    made = known_templates.regenerated()
    page = Path(theme_table.__file__)
    if regen:
        page.write_text(made, "utf-8")
    else:
        assert page.read_text("utf-8") == made, "run pytest with --regen"
