"""Write what nginx has to be told of a site, to be included in the `server` block of its host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from policypages import headers

_ABOUT: Final = """\
#
# Include it in a `server` block whose `root` is the folder of one site:
#
#   server {
#     listen 443 ssl;
#     server_name www.example.com;
#     root /srv/policies/output/acme;
#     include /srv/policies/output/_hosting/nginx.conf;
#     include /srv/policies/output/_hosting/redirects/acme.*;
#   }
#
# The second holds the redirects of that site; with a star nginx does not mind if there are none.
#
# A `location` of yours that says `add_header` loses the headers below: nginx takes those of one level alone.
"""


def nginx(hosting: Mapping[str, Any]) -> str:
    """Write the directives; they are for one site, whichever it is."""
    encodings = hosting.get("precompress") or ()
    everywhere = dict(headers.HEADERS)
    if hosting.get("hsts"):
        everywhere.update([headers.HSTS])
    # the names of the assets, as `headers.cache_control` tells them
    return f"""\
{_ABOUT}
index index.html;
error_page 404 /404.html;
server_tokens off;
absolute_redirect off;

# one address for each page: a folder's, with a slash at its end
if ($request_uri ~ "^(/(?:[^/\\\\\\\\?][^?]*/)?)index\\.html(\\?.*)?$") {{
  return 301 $1$2;
}}

# ---- headers

{_headers(everywhere)}
add_header Cache-Control $policypages_cache;
set $policypages_cache "{headers.SHORT}";

charset utf-8;
charset_types {_with_charset()};
default_type {headers.OTHER};
types {{
{_types()}
}}

# ---- compression

{_compression(encodings)}

# ---- what is served otherwise than pages, and what not at all

location ~ "/assets/.+-[0-9a-f]{{10}}(?:\\.[^./]+)?$" {{
  set $policypages_cache "{headers.FOR_EVER}";
}}
location ~ "/feed\\.xml$" {{
  types {{ }}
  default_type {_plain(headers.ATOM)};
  set $policypages_cache "{headers.HOURLY}";
}}
location ~ "/(?:robots\\.txt|[^/]+\\.xml)$" {{
  set $policypages_cache "{headers.HOURLY}";
}}
location = /build.json {{
  set $policypages_cache "{headers.ALWAYS_ASK}";
}}
# files for other hosts, compressed copies by their own names, and what begins with a dot
location ~ "^/_|\\.(?:br|gz)$|/\\.(?!well-known/)" {{
  return 404;
}}
"""


def locations(moved: Sequence[tuple[str, str]]) -> str:
    """Write where old addresses of one site lead: each address, which begins with a slash, and its target.

    Of an old address nginx compares what it decoded; in a target a `$` would be a variable.
    """
    return "".join(
        [f'location = "{path}" {{ return 301 "{target.replace("$", "%24")}"; }}\n' for path, target in moved]
    )


def _headers(given: Mapping[str, str]) -> str:
    return "\n".join([f'add_header {name} "{value}" always;' for name, value in sorted(given.items())])


def _plain(kind: str) -> str:
    return kind.partition(";")[0]


def _with_charset() -> str:
    """Name the types of text; nginx has that of pages in its list by itself, and warns of a second."""
    kinds = {_plain(kind) for kind in (*headers.TYPES.values(), headers.ATOM) if ";" in kind}
    return " ".join(sorted(kinds - {"text/html"}))


def _types() -> str:
    of_kind = sorted((_plain(kind), ending) for ending, kind in headers.TYPES.items())
    groups = groupby(of_kind, key=lambda one: one[0])
    return "\n".join([f"  {kind} {' '.join(ending for _, ending in some)};" for kind, some in groups])


def _compression(encodings: Any) -> str:
    """Serve what the build compressed; a module that this nginx may lack stands in a comment."""
    kinds = sorted(
        {
            _plain(kind)
            for ending, kind in headers.TYPES.items()
            if ";" in kind or ending in {"json", "svg", "webmanifest"}
        }
        - {"text/html"}
    )
    lines = ["gzip on;", "gzip_vary on;", f"gzip_types {' '.join([_plain(headers.ATOM), *kinds])};"]
    if "gzip" in encodings:
        lines.append("gzip_static on;  # wants nginx --with-http_gzip_static_module, as Debian's is")
    if "br" in encodings:
        lines.append("#brotli_static on;  # take the # away where nginx has the module ngx_brotli")
    return "\n".join(lines)
