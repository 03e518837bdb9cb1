"""Compose an article: the one template of the core, which no theme can change."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template

from policypages.formats.templates.quick import Render, quick

_ARTICLE: Final = """\
{% macro contact(c) %}
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
{% endmacro %}
{% macro table(t) %}
<table class="{{ t.kind }}">
<caption>{{ t.caption }}</caption>
<thead><tr>{% for head in t.heads %}\
<th scope="col">{{ head }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in t.rows %}
<tr>{% for cell in row %}{% if loop.first %}<th scope="row">{{ cell }}</th>\
{% else %}<td data-label="{{ t.heads[loop.index0] }}">{{ cell }}</td>{% endif %}{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
{% endmacro %}
<article class="policy" lang="{{ lang }}" dir="{{ dir }}">
<h1>{{ title }}</h1>
{% for s in sections recursive %}
{% if s.heading == "block" %}
<section id="{{ s.anchor }}">
<h{{ s.level }}>{% if s.number %}<span class="number">{{ s.number }}.</span> {% endif %}\
{{ s.title }}</h{{ s.level }}>
{% else %}
<div id="{{ s.anchor }}" class="section{% if s.heading == "run-in" %} run-in{% endif %}">
{% endif %}
{{ s.html }}{% if s.contact %}{{ contact(s.contact) }}{% endif %}\
{% if s.table %}{{ table(s.table) }}{% endif %}
{% if s.children %}
{{ loop(s.children) }}\
{% endif %}
{% if s.heading == "block" %}
</section>
{% else %}
</div>
{% endif %}
{% endfor %}
</article>
"""


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
def _template() -> Template:
    return _environment().from_string(_ARTICLE)


@cache
def _quick() -> Render | None:
    return quick(_environment().parse(_ARTICLE), _environment())


def compose(context: Mapping[str, Any]) -> str:
    """Write an article from its title, its sections with their HTML, and the core's labels."""
    run = _quick()
    if run is not None:
        try:
            return run(context)
        except Exception:  # noqa: BLE001, S110 - whatever it is, stock Jinja says it right
            pass
    return _template().render(context)
