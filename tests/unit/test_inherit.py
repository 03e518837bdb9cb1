"""What an entity takes over from its parents, and what it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

import pytest

from policypages.diagnostics import Diagnostic
from policypages.load.entity import EntityLoader
from policypages.load.site import load_site
from policypages.model import Entity
from policypages.sources import MemorySources

SETTINGS = """\
names:
  contacts: [privacy, press]
  retention: [records]
  wording: [site]
  extra: {product: text, tools: list of text}
"""


def load(entities: Mapping[str, str], which: str = "acme") -> tuple[tuple[Entity, ...], list[Diagnostic]]:
    """Load one entity of a site that has these."""
    files = {f"content/entities/{id_}.yaml": dedent(text) for id_, text in entities.items()}
    sources = MemorySources({"policypages.yaml": SETTINGS, **files})
    site, found = load_site(sources)
    assert site is not None, found
    assert not found, found
    loaded, found = EntityLoader(site, sources).load(which)
    return loaded.views, found


def facts(entities: Mapping[str, str], which: str = "acme") -> Mapping[str, Any]:
    """Return the facts of an entity that has no mistake."""
    views, found = load(entities, which)
    assert not found
    return views[0].facts


def values(entities: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the merged tree of an entity that has no mistake."""
    views, found = load(entities)
    assert not found
    return views[0].values


def test_mappings_merge_key_by_key() -> None:
    """An entity may add one field to an inherited contact and keep the others."""
    given = facts(
        {
            "group": "publish: false\ncontacts: {privacy: {email: a@b.example, phone: '1'}}",
            "acme": "extends: group\nname: Acme\ncontacts: {privacy: {phone: '2', fax: '3'}}",
        }
    )
    contact = given["contacts"]["privacy"]
    assert (contact["email"], contact["phone"], contact["fax"]) == ("a@b.example", "2", "3")


def test_a_tilde_sets_an_inherited_fact_to_null() -> None:
    """`~` for a fact, a field or a whole contact leaves nothing of what was inherited."""
    given = facts(
        {
            "group": """\
                publish: false
                audience: miners
                wording: {site: website}
                contacts: {privacy: {email: a@b.example, phone: '1'}, press: {phone: '2'}}
                """,
            "acme": """\
                extends: group
                name: Acme
                audience: ~
                wording: ~
                contacts: {privacy: {phone: ~}, press: ~}
                """,
        }
    )
    assert given["audience"] is None
    assert given["wording"] == {"site": None}
    assert given["contacts"]["privacy"]["email"] == "a@b.example"
    assert given["contacts"]["privacy"]["phone"] is None
    assert given["contacts"]["press"] is None


def test_a_tilde_takes_an_inherited_cookie_out() -> None:
    """A cookie that the group sets and this site does not is taken out by `~`, and its type with it."""
    given = facts(
        {
            "group": "publish: false\ncookies: {sid: {type: session}, uid: {type: persistent}}",
            "acme": "extends: group\nname: Acme\ncookies: {uid: ~}",
        }
    )
    assert list(given["cookies"]) == ["sid"]
    assert [str(kind) for kind in given["cookie_types"]] == ["session"]


def test_a_tilde_takes_entries_out_of_adjustments() -> None:
    """`~` takes back an inherited adjustment, one of its edits, one of its options, one of its allowances."""
    merged = values(
        {
            "group": """\
                publish: false
                policies:
                  privacy:
                    adjust:
                      gone: {omit: true, because: x}
                      kept:
                        because: y
                        edits: {a: b, c: d}
                        with: {tone: loud, size: big}
                        allow: {html-as-text: known, unused-allow: known}
                """,
            "acme": """\
                extends: group
                name: Acme
                policies:
                  privacy:
                    adjust:
                      gone: ~
                      kept: {edits: {a: ~}, with: {size: ~}, allow: {unused-allow: ~}}
                """,
        }
    )
    assert merged["policies"]["privacy"]["adjust"] == {
        "kept": {
            "because": "y",
            "edits": {"c": "d"},
            "with": {"tone": "loud"},
            "allow": {"html-as-text": "known"},
        }
    }


def test_lists_and_scalars_replace() -> None:
    """An address or a list of an entity's own stands in place of the inherited one, never after it."""
    given = facts(
        {
            "group": "publish: false\naudience: all\nextra: {tools: [saw, axe]}\n"
            "contacts: {privacy: {address: [1 Main St, Bend]}}",
            "acme": "extends: group\nname: Acme\naudience: miners\nextra: {tools: [drill]}\n"
            "contacts: {privacy: {address: [PO Box 9]}}",
        }
    )
    assert given["audience"] == "miners"
    assert given["extra"]["tools"] == ["drill"]
    assert given["contacts"]["privacy"]["address"] == ["PO Box 9"]


def test_parents_are_laid_over_each_other_from_left_to_right() -> None:
    """What only one of two parents states is taken from it, and cookies of both come in their order."""
    given = facts(
        {
            "left": "publish: false\naudience: miners\ncookies: {sid: {type: session}}",
            "right": "publish: false\nshort_name: the site\ncookies: {uid: {type: persistent}}",
            "acme": "extends: [left, right]\nname: Acme",
        }
    )
    assert (given["audience"], given["short_name"]) == ("miners", "the site")
    assert list(given["cookies"]) == ["sid", "uid"]


def test_a_later_parent_takes_an_entry_of_an_earlier_one_out() -> None:
    """A group that says `~` to a cookie works as a parent behind another, not only above one."""
    given = facts(
        {
            "left": "publish: false\ncookies: {sid: {type: session}, uid: {type: persistent}}",
            "right": "publish: false\ncookies: {uid: ~}",
            "acme": "extends: [left, right]\nname: Acme",
        }
    )
    assert list(given["cookies"]) == ["sid"]


def test_a_locale_takes_out_what_the_whole_entity_has() -> None:
    """`~` under `in` takes an entry out in that locale alone, also where a parent states the entry."""
    views, found = load(
        {
            "group": "publish: false\ncookies: {sid: {type: session}, uid: {type: persistent}}",
            "acme": "extends: group\nname: Acme\nlocales: [en, de]\n"
            "in: {de: {cookies: {uid: ~}, name: Akme}}",
        }
    )
    assert not found
    assert [list(view.facts["cookies"]) for view in views] == [["sid", "uid"], ["sid"]]
    assert [view.facts["name"] for view in views] == ["Acme", "Akme"]


DISAGREEING = {
    "north": "publish: false\ncontacts: {privacy: {phone: '1', fax: '9'}}",
    "base": "publish: false\ncontacts: {privacy: {phone: '2'}}",
    "south": "publish: false\nextends: base\ncontacts: {privacy: {fax: '9'}}",
}


def test_parents_that_disagree_are_an_error() -> None:
    """Two parents with two telephone numbers are not decided by their order; both places are shown."""
    _, found = load({**DISAGREEING, "acme": "name: Acme\nextends: [north, south]"})
    assert [one.code for one in found] == ["parents-disagree"]
    assert "`contacts.privacy.phone`" in found[0].message
    assert found[0].span
    assert (found[0].span.file, found[0].span.line) == ("content/entities/acme.yaml", 2)
    places = [(label.span.file, label.span.line, label.span.column) for label in found[0].labels]
    assert places == [("content/entities/north.yaml", 2, 29), ("content/entities/base.yaml", 2, 29)]


@pytest.mark.parametrize(("own", "phone"), [("{phone: '3'}", "3"), ("{phone: ~}", None)])
def test_an_entity_decides_between_its_parents(own: str, phone: str | None) -> None:
    """What the entity sets itself, be it to nothing, is no disagreement."""
    given = facts(
        {**DISAGREEING, "acme": f"name: Acme\nextends: [north, south]\ncontacts: {{privacy: {own}}}"}
    )
    assert given["contacts"]["privacy"]["phone"] == phone


def test_parents_with_one_ancestor_agree() -> None:
    """What two parents have from the same grandparent is one statement."""
    given = facts(
        {
            "base": "publish: false\naudience: miners",
            "left": "publish: false\nextends: base",
            "right": "publish: false\nextends: base",
            "acme": "extends: [left, right]\nname: Acme",
        }
    )
    assert given["audience"] == "miners"


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_cycle_is_one_error(length: int) -> None:
    """However one comes into a circle of entities, it is the same problem at the same place."""
    ids = ["acme", "beta", "gamma"][:length]
    ring = {id_: f"name: X\nextends: {ids[(at + 1) % length]}" for at, id_ in enumerate(ids)}
    ring["outside"] = "name: Out\nextends: " + ids[-1]
    way = " → ".join(f"`{id_}`" for id_ in (*ids, "acme"))
    for which in ring:
        _, found = load(ring, which)
        assert [one.code for one in found] == ["inheritance-cycle"]
        assert found[0].message == f"`acme` extends itself: {way}"
        assert found[0].span
        assert (found[0].span.file, found[0].span.line, found[0].span.column) == (
            "content/entities/acme.yaml",
            2,
            10,
        )


def test_a_chain_that_is_too_long_is_an_error() -> None:
    """Hundreds of entities that extend one another are refused, and do not exhaust the machine."""
    chain = {f"e{at}": f"name: X\nextends: e{at + 1}" for at in range(300)}
    _, found = load({**chain, "e300": "name: X"}, "e0")
    assert [one.code for one in found] == ["too-large"]


def test_an_unknown_parent_gets_a_suggestion() -> None:
    """A parent that is misspelled is an error at its name, with the nearest id; nothing follows from it."""
    _, found = load({"example-group": "publish: false\nname: G", "acme": "extends: [exampel-group]"})
    assert [(one.code, one.hint) for one in found] == [("unknown-entity", "did you mean `example-group`?")]
    assert found[0].span
    assert (found[0].span.line, found[0].span.column) == (1, 11)


def test_a_group_has_no_site() -> None:
    """An entity with `publish: false` hands facts down, needs no name and has no pages."""
    entities = {"group": "publish: false\naudience: miners", "acme": "extends: group\nname: Acme"}
    views, found = load(entities, "group")
    assert (views, found) == ((), [])
    assert len(load(entities)[0]) == 1


def test_what_speaks_of_one_site_is_never_inherited() -> None:
    """An address, a former id, a review or the root of a host belong to the one entity that states them."""
    merged = values(
        {
            "group": """\
                publish: false
                url: https://group.example/
                owns_root: true
                was: [old-group]
                review: {.: {owner: Counsel}}
                allow: {html-as-text: known}
                sample: true
                site_url: https://shop.example/
                """,
            "acme": "extends: group\nname: Acme",
        }
    )
    assert not {"url", "owns_root", "was", "review", "allow", "publish"} & set(merged)
    assert merged["sample"] is True
    assert merged["site_url"] == "https://shop.example/"


def test_problems_of_an_ancestor_are_told_with_the_entity() -> None:
    """A build of one site alone must not pass over what its group gets wrong."""
    _, found = load({"group": "publish: false\nkolor: red", "acme": "extends: group\nname: Acme"})
    assert [(one.code, one.span and one.span.file) for one in found] == [
        ("unknown-key", "content/entities/group.yaml")
    ]


def test_ladders_of_parents_are_merged_once() -> None:
    """Two parents a step over twenty steps are forty files, not a million merges."""
    ladder: dict[str, str] = {"a20": "publish: false\naudience: miners", "b20": "publish: false"}
    for at in range(20):
        for side in "ab":
            ladder[f"{side}{at}"] = f"publish: false\nextends: [a{at + 1}, b{at + 1}]"
    ladder["acme"] = "extends: [a0, b0]\nname: Acme"
    assert facts(ladder)["audience"] == "miners"


SHARED = """\
cookies:
  sid:
    purpose: keeps you signed in
    type: session
  old: {purpose: nothing any more}
wording: {site: shop}
extra:
  tools: [a, b]
"""


def test_what_two_files_state_alike_is_never_changed_through_one_of_them() -> None:
    """Heirs and locales lay their own over facts whose text stands in other files, too; those keep theirs."""
    heir = "extends: plain\nname: Heir\ncookies: {sid: {purpose: other}, old: null}\nwording: {site: app}\n"
    words = "locales: [en, de]\nin:\n  de:\n    cookies: {old: null, sid: {purpose: Anmeldung}}\n"
    entities = {
        "plain": "name: Plain\n" + SHARED,
        "heir": heir,
        "german": "name: German\n" + SHARED + words,
        "last": "name: Last\n" + SHARED,
    }
    files = {f"content/entities/{id_}.yaml": text for id_, text in entities.items()}
    sources = MemorySources({"policypages.yaml": SETTINGS, **files})
    site, _ = load_site(sources)
    assert site is not None
    loader = EntityLoader(site, sources)
    loaded = {id_: loader.load(id_)[0].views for id_ in ("plain", "heir", "german", "last", "plain")}
    assert [*loaded["heir"][0].facts["cookies"]] == ["sid"]
    assert loaded["german"][1].facts["cookies"]["sid"]["purpose"] == "Anmeldung"
    for id_ in ("plain", "last"):
        shown = loaded[id_][0].facts
        assert [*shown["cookies"]] == ["sid", "old"]
        assert shown["cookies"]["sid"]["purpose"] == "keeps you signed in"
        assert (str(shown["cookies"]["sid"]["type"]), shown["wording"]["site"]) == ("session", "shop")
        assert (shown["cookie_types"], shown["extra"]["tools"]) == (["session"], ["a", "b"])
