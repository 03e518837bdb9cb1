"""What is known of the templates that we ship, by the digest of their text; `pytest --regen` writes it."""
# fmt: off
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# the fields of `Known`, in its order
TABLE: Final[Mapping[str, tuple[Any, ...]]] = {
    # themes/default/templates/404.html
    "cefede300b92c0018779c3f9d606720086abf94065a2ce9a9abc13b8bbd75b90": (
        "404.html",
        ("layout.html",),
        (),
        (),
        (),
        ((("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("kind", ("double", "body", "class", "")), ("main", ("text", "", "", "")), ("top", ("text", "", "", ""))), (("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("kind", ("double", "main", "class", "")), ("main", ("text", "", "", "")), ("top", ("text", "", "", "")))),
    ),
    # themes/default/templates/changes.html
    "6d540f782cf1f1b0bd467dda1cc426dde84457c5ce17b2ff5c0508f6acecb1e7": (
        "changes.html",
        ("layout.html",),
        ("versions.css",),
        (),
        (),
        ((("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("head", ("text", "", "", "")), ("kind", ("double", "body", "class", "")), ("main", ("text", "", "", "")), ("state", None), ("article", None)), (("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("head", ("text", "", "", "")), ("kind", ("double", "main", "class", "")), ("main", ("text", "", "", "")), ("state", None), ("article", None))),
    ),
    # themes/default/templates/index.html
    "c5afa3ae88e9e98d1e5122c146770cce0b0ea058b5f5940d436c764b6351b02d": (
        "index.html",
        ("layout.html",),
        (),
        ("other", "policy"),
        (),
        ((("title", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("machines", ("text", "", "", "")), ("kind", ("double", "body", "class", "")), ("policies", ("text", "", "", "")), ("main", ("text", "", "", "")), ("top", ("text", "", "", ""))), (("title", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("machines", ("text", "", "", "")), ("kind", ("double", "main", "class", "")), ("policies", ("text", "", "", "")), ("main", ("text", "", "", "")), ("top", ("text", "", "", "")))),
    ),
    # themes/default/templates/layout.html
    "6397107994244f41b9335218dabd0d9ae1d5fb542d3f30b8eeea6c30fbd224b5": (
        "",
        (),
        ("style.css",),
        ("other", "policy"),
        (("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("machines", ("text", "", "", "")), ("icon", ("text", "", "", "")), ("styles", ("text", "", "", "")), ("head", ("text", "", "", "")), ("kind", ("double", "body", "class", "")), ("header", ("text", "", "", "")), ("banner", ("text", "", "", "")), ("site_name", ("text", "", "", "")), ("policies", ("text", "", "", "")), ("languages", ("text", "", "", "")), ("main", ("text", "", "", "")), ("footer", ("text", "", "", "")), ("about", ("text", "", "", "")), ("top", ("text", "", "", ""))),
        None,
    ),
    # themes/default/templates/overview.html
    "79e64d8826828dc57b76e468aca59b10e8d4610213014aca335680e319dacb69": (
        "overview.html",
        ("layout.html",),
        ("overview.css",),
        ("entry", "part", "policy", "steps"),
        (),
        ((("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("icon", ("text", "", "", "")), ("head", ("text", "", "", "")), ("kind", ("double", "body", "class", "")), ("header", ("text", "", "", "")), ("main", ("text", "", "", "")), ("footer", ("text", "", "", ""))), (("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("icon", ("text", "", "", "")), ("head", ("text", "", "", "")), ("kind", ("double", "main", "class", "")), ("header", ("text", "", "", "")), ("main", ("text", "", "", "")), ("footer", ("text", "", "", "")))),
    ),
    # themes/default/templates/page.html
    "4b820a0adc8d88e744d8bd56b85282e4ff2e345d04928a0d1e3ecc084a95c6ea": (
        "page.html",
        ("layout.html",),
        (),
        ("dates", "day", "item", "label", "other"),
        (),
        ((("meta", ("text", "", "", "")), ("machines", ("text", "", "", "")), ("kind", ("double", "body", "class", "")), ("main", ("text", "", "", "")), ("notice", None), ("dates", None), ("contents", None), ("article", None), ("about", ("text", "", "", ""))), (("meta", ("text", "", "", "")), ("machines", ("text", "", "", "")), ("kind", ("double", "main", "class", "")), ("main", ("text", "", "", "")), ("notice", None), ("dates", None), ("contents", None), ("article", None), ("about", ("text", "", "", "")))),
    ),
    # themes/default/templates/redirect.html
    "8419b094672e7081af64d142f148e945dd1bf68602f0f0cae7a3f10e5528c1f8": (
        "redirect.html",
        ("layout.html",),
        (),
        (),
        (),
        ((("robots", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("head", ("text", "", "", "")), ("kind", ("double", "body", "class", "")), ("header", ("text", "", "", "")), ("main", ("text", "", "", "")), ("top", ("text", "", "", ""))), (("robots", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("head", ("text", "", "", "")), ("kind", ("double", "main", "class", "")), ("header", ("text", "", "", "")), ("main", ("text", "", "", "")), ("top", ("text", "", "", "")))),
    ),
    # themes/default/templates/version.html
    "d8fd683f18ea8b756d2fee67ffa1affd8cba91f0e46da7c120e4d9fbccb162bf": (
        "version.html",
        ("layout.html",),
        (),
        (),
        (),
        ((("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("kind", ("double", "body", "class", "")), ("main", ("text", "", "", "")), ("state", None), ("article", None)), (("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("kind", ("double", "main", "class", "")), ("main", ("text", "", "", "")), ("state", None), ("article", None))),
    ),
    # themes/default/templates/versions.html
    "1ad13abb22dc49481c73f7babecc3a0900f372921351c7432509c968e00ca087": (
        "versions.html",
        ("layout.html",),
        ("versions.css",),
        ("one",),
        (),
        ((("title", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("head", ("text", "", "", "")), ("kind", ("double", "body", "class", "")), ("main", ("text", "", "", ""))), (("title", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("head", ("text", "", "", "")), ("kind", ("double", "main", "class", "")), ("main", ("text", "", "", "")))),
    ),
    # themes/bare/templates/layout.html
    "608bd439a615e4a543eea1d3eb5811e83de8c85b529645601f51ca0293b7029e": (
        "",
        (),
        ("bare.css",),
        ("other",),
        (("document", ("text", "", "", "")), ("title", ("text", "", "", "")), ("robots", ("text", "", "", "")), ("meta", ("text", "", "", "")), ("machines", ("text", "", "", "")), ("icon", ("text", "", "", "")), ("styles", ("text", "", "", "")), ("head", ("text", "", "", "")), ("before", ("text", "", "", "")), ("kind", ("double", "main", "class", "")), ("fragment", ("text", "", "", "")), ("banner", ("text", "", "", "")), ("languages", ("text", "", "", "")), ("main", ("text", "", "", "")), ("after", ("text", "", "", ""))),
        None,
    ),
    # themes/bare/templates/overview.html
    "c030c0a60a64a983276a62e4feb5860eb27def34fa48ca874162146aa5ed2543": (
        "overview.html",
        ("policypages/overview.html",),
        (),
        (),
        (),
        ((("banner", ("text", "", "", "")), ("languages", ("text", "", "", ""))),),
    ),
    # themes/bare/templates/page.html
    "2c26cc1c79ba4fd511565f3ff53f53503a0ce9ef5d89cbb88ffa983ca10aa875": (
        "page.html",
        ("policypages/page.html",),
        (),
        ("item",),
        (),
        ((("contents", None),),),
    ),
}
