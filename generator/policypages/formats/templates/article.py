"""Compose an article: the templates of the core, which no theme can change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template

from policypages.formats.templates.markup import escaped, safe
from policypages.formats.templates.quick import Render, quick

_ARTICLE: Final = """\
<article class="policy" lang="{{ lang }}" dir="{{ dir }}">
<h1>{{ title }}</h1>
{{ inside }}</article>
"""
_SECTION: Final = """\
{% if heading == "block" %}
<section id="{{ anchor }}">
<h{{ level }}>{% if number %}<span class="number">{{ number }}.</span> {% endif %}\
{{ title }}</h{{ level }}>
<a class="anchor" href="#{{ anchor }}" aria-label="{{ link }}: {{ title }}"></a>
{% else %}
<div id="{{ anchor }}" class="section{% if heading == "run-in" %} run-in{% endif %}">
{% endif %}
{{ inside }}{% if heading == "block" %}
</section>
{% else %}
</div>
{% endif %}
"""
_SUMMARY: Final = """\
<details class="summary" open>
<summary>{{ label }}</summary>
<p>{{ inside }}</p>
</details>
"""
_CONTACT: Final = """\
<address class="contact">
{% for line in (c.organisation, c.department, c.person) if line %}
<p class="name">{{ line }}</p>
{% endfor %}
{% if c.address %}
<p class="postal">{% for line in c.address %}{{ line }}{% if not loop.last %}<br>
{% endif %}{% endfor %}</p>
{% endif %}
{% if c.email or c.phone or c.fax or c.form or c.hours %}
<dl>
{% if c.email %}
<div><dt>{{ labels.contact_email }}</dt> <dd><a href="mailto:{{ c.email }}">{{ c.email }}</a></dd></div>
{% endif %}
{% if c.phone %}
<div><dt>{{ labels.contact_phone }}</dt> <dd><a href="tel:{{ c.dial }}">{{ c.phone }}</a>\
{% if c.toll_free %} ({{ labels.contact_toll_free }}){% endif %}</dd></div>
{% endif %}
{% if c.fax %}
<div><dt>{{ labels.contact_fax }}</dt> <dd>{{ c.fax }}</dd></div>
{% endif %}
{% if c.form %}
<div><dt>{{ labels.contact_form }}</dt> <dd><a href="{{ c.form }}">{{ c.form }}</a></dd></div>
{% endif %}
{% if c.hours %}
<div><dt>{{ labels.contact_hours }}</dt> <dd>{{ c.hours }}</dd></div>
{% endif %}
</dl>
{% endif %}
</address>
"""
_TABLE: Final = """\
<table class="{{ kind }}">
<caption>{{ caption }}</caption>
<thead><tr>{% for head in heads %}\
<th scope="col">{{ head }}</th>{% endfor %}</tr></thead>
<tbody>
{{ inside }}</tbody>
</table>
"""
_ROW: Final = """\
<tr>{% for head in heads %}{% if loop.first %}<th scope="row">{{ inside }}</th>\
{% else %}<td data-label="{{ head }}">{{ inside }}</td>{% endif %}{% endfor %}</tr>
"""
_INSIDE: Final = "\0"
_MANY: Final = 4096


@cache
def _environment() -> Environment:
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=0,
    )


@cache
def _template(source: str) -> Template:
    return _environment().from_string(source)


@cache
def _quick(source: str) -> Render | None:
    return quick(_environment().parse(source), _environment())


def _compose(source: str, context: Mapping[str, Any]) -> str:
    run = _quick(source)
    if run is not None:
        try:
            return run(context)
        except Exception:  # noqa: BLE001, S110 - whatever it is, stock Jinja says it right
            pass
    return _template(source).render(context)


def _frame(source: str, **context: Any) -> tuple[str, str]:
    """Return what stands before and after the inside; no value is written behind it."""
    before, _, after = _compose(source, {**context, "inside": _INSIDE}).rpartition(_INSIDE)
    return before, after


@lru_cache(_MANY)
def frame_of_article(title: str, lang: str, direction: str) -> tuple[str, str]:
    """Return what stands before the sections of an article, and after them."""
    return _frame(_ARTICLE, title=title, lang=lang, dir=direction)


@lru_cache(_MANY)
def frame_of_section(
    heading: str, level: int, anchor: str, number: str | None, title: str, *, link: str
) -> tuple[str, str]:
    """Return what stands before the words of a section, and after all that is in it.

    `link` names the link by which a reader copies the address of a section; it has no words of its own.
    """
    return _frame(
        _SECTION, heading=heading, level=level, anchor=anchor, number=number, title=title, link=link
    )


@lru_cache(_MANY)
def frame_of_summary(label: str) -> tuple[str, str]:
    """Return what stands before and after the summary of a section."""
    return _frame(_SUMMARY, label=label)


def contact(given: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Write a contact with all the ways to reach it."""
    return _compose(_CONTACT, {"c": given, "labels": labels})


def table(kind: str, caption: str, heads: tuple[str, ...], cells: Sequence[str]) -> str:
    """Write a table of the cells given row by row; the first of a row is its head."""
    before, row, after = _frame_of_table(kind, caption, heads)
    return f"{before}{row * (len(cells) // len(heads)) % tuple(map(escaped, cells))}{after}"


@lru_cache(_MANY)
def _frame_of_table(kind: str, caption: str, heads: tuple[str, ...]) -> tuple[str, str, str]:
    """Return what stands before the rows of a table, one row with `%s` for each cell, what stands after."""
    before, after = _frame(_TABLE, kind=kind, caption=caption, heads=heads)
    cell = _INSIDE
    while any(cell in head for head in heads):
        cell += _INSIDE
    row = _compose(_ROW, {"heads": heads, "inside": safe(cell)})
    return before, row.replace("%", "%%").replace(cell, "%s"), after
