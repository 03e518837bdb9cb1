"""Say what a page is in the words of schema.org, for search engines: JSON-LD."""

from __future__ import annotations

import json
from typing import Any, Final

_encode: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
# https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
_NOT_IN_SCRIPTS: Final = "<>&\u2028\u2029"


def web_page(
    *,
    title: str,
    summary: str | None,
    locale: str,
    site: str,
    publisher: str,
    home: str | None,
    address: str | None,
    version: str | None,
    modified: str | None,
    reviewed: str | None,
) -> str:
    """Write a policy's page as JSON that can end no element, open no comment and close no script.

    `home` and `address` are full addresses, for a site that has one.
    """
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "url": address,
        "name": title,
        "description": summary,
        "inLanguage": locale,
        "version": version,
        "dateModified": modified,
        "lastReviewed": reviewed,
        "publisher": {"@type": "Organization", "name": publisher},
        "isPartOf": {"@type": "WebSite", "name": site, **({"url": home} if home else {})},
    }
    if home and address:
        steps = [(site, home), (title, address)]
        made["breadcrumb"] = {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": at, "name": name, "item": item}
                for at, (name, item) in enumerate(steps, 1)
            ],
        }
    text = _encode({name: value for name, value in made.items() if value is not None})
    for sign in _NOT_IN_SCRIPTS:  # mostly none is there: to look for each is cheaper than to translate
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
