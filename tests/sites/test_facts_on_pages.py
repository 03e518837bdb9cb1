"""Which facts reach a page: those that a clause prints, as they were typed, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html
from tests.sitecase import SiteCase, make_site

PLANT = "pl4nted-{}-v4lue"
ENTITY = """\
sample: yes
name: Acme
short_name: {short_name}
controller: {controller}
url: https://acme.example/legal/
audience: {audience}
was: [acme-{was}]
contacts:
  privacy: {{person: {person}, email: {email}@acme.example, hours: {hours}}}
  press: {{person: {press}, address: [{street}], phone: "{phone}"}}
cookies:
  {cookie}: {{type: session, purpose: {purpose}, provider: {provider}, duration: {duration}}}
wording: {{site: {site}, page: {page}}}
extra:
  product: {product}
  secret: {secret}
  tools: [{tool}]
review:
  extra.product: {{owner: {owner}, verified: 2026-11-01, every: 1 year}}
allow: {{dead-term: {permitted}}}
policies:
  privacy:
    adjust:
      opening: {{because: {because}, edits: {{old words: new words}}, allow: {{drift: {agreed}}}}}
      hidden: {{omit: yes, because: {omitted}}}
"""
NAMES = (
    "short_name controller audience was person email hours press street phone cookie purpose provider"
    " duration site page product secret tool owner permitted because agreed omitted"
).split()
PRINTED = {"product", "person", "audience"}


@pytest.fixture
def planted(tmp_path: Path) -> SiteCase:
    """Build a site that is full of facts, of which its clauses print three."""
    values = {name: PLANT.format(name.replace("_", "-")) for name in NAMES}
    settings = (
        "title: Test\nnames:\n  contacts: [privacy, press]\n  wording: [site, page]\n"
        "  extra: {product: text, secret: text, tools: list of text}\n"
    )
    files = {
        "policypages.yaml": settings,
        "entities/acme.yaml": ENTITY.format(**values),
        "policies/privacy.yaml": "title: Privacy\nsections: [opening, hidden]\n",
        "clauses/opening.md": (
            "---\ntitle: Opening\ntags: [pl4nted-tag]\nreview: {owner: pl4nted-counsel}\n---\n"
            "old words of {{ extra.product }} by {{ contacts.privacy.person }} for {{ audience }}."
            "{% if extra.secret %} There is more.{% endif %}\n"
        ),
        "clauses/hidden.md": "---\ntitle: Hidden\n---\n{{ extra.tools | first }}\n",
    }
    case = make_site(tmp_path, files).build()
    assert not case.report.failed, case.report.diagnostics
    return case


def test_only_facts_that_a_clause_prints_reach_what_is_published(planted: SiteCase) -> None:
    """In all files of the output, the overview with them, no planted value stands but the printed."""
    everything = b"\0".join(planted.tree().values()).decode("utf-8", "replace")
    assert "There is more." in everything
    for name in NAMES:
        value = PLANT.format(name.replace("_", "-"))
        assert (value in everything) == (name in PRINTED), name
    assert "pl4nted-tag" not in everything
    assert "pl4nted-counsel" not in everything
    folders = {path.partition("/")[0] for path in planted.tree() if "pl4nted" in path}
    assert folders == {"acme-pl4nted-was-v4lue"}  # an id that it had leads on to the one that it has


SCRIPTS = {
    "ar": ("rtl", "شركة أكمي 123", "مرحبا بكم في أكمي."),
    "he": ("rtl", "אקמי בע״מ", "ברוכים הבאים."),
    "ja": ("ltr", "株式会社アクメ", "個人情報を大切にします。"),
    "en": (
        "ltr",
        "Acme\u00a0Trading Com\u00adpany 👩\u200d💻 e\u0301",
        "Hello\u00a0there, soft\u00adly.",
    ),
}


@pytest.mark.parametrize("locale", SCRIPTS)
def test_scripts_signs_and_spaces_are_kept(tmp_path: Path, locale: str) -> None:
    """Right to left, CJK, emoji, no-break spaces and soft hyphens stand on the page as they were typed."""
    direction, name, words = SCRIPTS[locale]
    files = {
        "policypages.yaml": f"title: Test\nlocale: {locale}\nfallback: {{{locale}: en}}\n",
        "entities/acme.yaml": (
            f"name: Acme\nurl: https://a.example/\ncontroller: {name}\npolicies: {{privacy: {{}}}}\n"
        ),
        "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
        "clauses/opening.md": f"---\ntitle: {words}\n---\n{words} {{{{ controller }}}} {words}\n",
    }
    case = make_site(tmp_path, files).build()
    assert not case.errors(), case.report.diagnostics
    page: Any = html.fromstring((case.output / "acme/privacy/index.html").read_bytes())
    assert (page.get("lang"), page.get("dir")) == (locale, direction)
    (paragraph,) = page.xpath("//article//section//p")
    assert paragraph.text_content() == f"{words} {name} {words}"
    assert page.xpath("//article//h2")[0].text_content() == words
    assert not [one for one in case.report.diagnostics if one.code == "suspicious-character"]


def test_a_bidi_control_in_a_name_is_kept_and_told(tmp_path: Path) -> None:
    """The page has what the file has: it is for a person to decide, who is warned."""
    files = {
        "policypages.yaml": "title: Test\n",
        "entities/acme.yaml": 'name: "Ac\u202eme"\nurl: https://a.example/\npolicies: {privacy: {}}\n',
        "policies/privacy.yaml": "title: Privacy\nsections: [opening]\n",
        "clauses/opening.md": "---\ntitle: O\n---\n{{ name }} it is.\n",
    }
    case = make_site(tmp_path, files).build()
    (one,) = case.report.diagnostics
    assert (one.code, one.severity) == ("suspicious-character", "warning")
    assert "Ac\u202eme it is." in case.text("/acme/privacy/")
