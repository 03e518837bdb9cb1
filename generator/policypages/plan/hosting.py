"""Plan what hosts are told: files that stand in each site for its host, and those for the house's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from policypages import headers
from policypages.diagnostics import Diagnostic, problem
from policypages.model import FileTask, Redirect
from policypages.paths import FEED
from policypages.plan.keys import fixed_task
from policypages.plan.nginx import locations, nginx

FOLDER: Final = "_hosting"
_WITH_PAGE: Final = ("/", ".html", ".htm")
_SAFE: Final = "/!$&'()+,;=@~-._"  # what stands in the path of an address as it is (RFC 3986, 3.3)
_PAGES: Final = frozenset({"netlify", "cloudflare"})
_MADE: Final = "# Made by policypages: the next build writes it anew.\n"


def site_files(hosting: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files that each site has for its host, by name: they are the same in all sites."""
    if _PAGES.isdisjoint(hosting.get("for") or ()):
        return {}
    return {"_headers": _headers(hosting, "").encode()}


def redirects_file(folder: str, hosting: Mapping[str, Any], moved: Sequence[Redirect]) -> list[FileTask]:
    """Plan `_redirects` of one folder, where its host reads one and an address of it moved.

    Netlify sends the page at the old address, unless it is told by a `!` that the redirect comes first;
    Cloudflare always redirects, and refuses the sign. Where both read the file there is none: Netlify's
    readers then get the page, which leads on. Cloudflare reads so many lines, so what has no page comes
    first. Into a site without a `url` nothing leads: this one may be deployed alone.
    """
    hosts = frozenset(hosting.get("for") or ())
    if hosts.isdisjoint(_PAGES):
        return []
    first = "" if "cloudflare" in hosts else "!"
    known = [
        (one.path, target, one.status)
        for one in moved
        if one.site == folder and (target := _at_root(one.target)) is not None
    ]
    known.sort(key=lambda one: (one[0].endswith(_WITH_PAGE) or not one[0], one[0]))
    lines = [f"/{quote(path, _SAFE)} {target} {status}{first}\n" for path, target, status in known]
    if not lines:
        return []
    text = _MADE + "".join(lines)
    return [fixed_task(f"{folder}/_redirects", text)]


def _at_root(target: str) -> str | None:
    """Return where a redirect leads, as the root of a host of its own would write it."""
    if "://" in target:
        return target
    way, sign, anchor = target.partition("#")
    return None if way.startswith("../") else f"/{quote(way, _SAFE)}{sign}{anchor}"


def plan_hosting(
    hosting: Mapping[str, Any],
    sizes: Sequence[tuple[str, int]],
    moved: Mapping[str, Sequence[Redirect]],
) -> tuple[tuple[FileTask, ...], list[Diagnostic]]:
    """Plan the files for the house, and complain of sites that a host would refuse.

    `sizes` are the sites by id, each with the number of its files; `moved` are redirects by folder.
    """
    hosts = frozenset(hosting.get("for") or ())
    files: dict[str, str] = {}
    if "nginx" in hosts:
        files["nginx.conf"] = _MADE + nginx(hosting)
        for folder, some in moved.items():
            known = [(f"/{one.path}", target) for one in some if (target := _at_root(one.target)) is not None]
            if known:
                files[f"redirects/{folder}.conf"] = _MADE + locations(sorted(known))
    most = hosting.get("max_files")
    if most is None:
        return tuple(_tasks(files)), []
    found = [_too_many(id_, size, most) for id_, size in sizes if size > most]
    together = 0 if _PAGES.isdisjoint(hosts) else 1  # the one file that is beside the sites
    for number, ids in enumerate(_deployments(sizes, most - together), 1):
        files[f"deployments/{number:03}.txt"] = "".join([f"{id_}\n" for id_ in ids])
    if together:
        # hosts read these files at the top of a deployment alone, and there stand several sites below it
        files["deployments/_headers"] = _headers(hosting, "/:site")
    return tuple(_tasks(files)), found


def _tasks(files: Mapping[str, str]) -> Iterator[FileTask]:
    for name, text in sorted(files.items()):
        yield fixed_task(f"{FOLDER}/{name}", text)


def _too_many(id_: str, size: int, most: int) -> Diagnostic:
    return problem(
        "too-many-files",
        f"the site `{id_}` has {size:,} files, and its host takes {most:,}",
        hint="take `precompress` out, publish fewer locales, or choose a host that takes more",
        entities=(id_,),
    )


def _deployments(sizes: Sequence[tuple[str, int]], most: int) -> Iterator[list[str]]:
    """Put sites together, in the order of their ids, as many as a host takes at once."""
    ids: list[str] = []
    total = 0
    for id_, size in sizes:
        if ids and total + size > most:
            yield ids
            ids, total = [], 0
        ids.append(id_)
        total += size
    if ids:
        yield ids


def _headers(hosting: Mapping[str, Any], before: str) -> str:
    """Write `_headers`, which Netlify and Cloudflare Pages read alike.

    No two rules that fit one address give the same header: one host would join the values, the other
    take one. So pages keep the hosts' own lifetime, which is to ask each time.
    """
    everywhere = dict(headers.HEADERS)
    if hosting.get("hsts"):
        everywhere.update([headers.HSTS])
    rules = {
        "/*": dict(sorted(everywhere.items())),
        f"{before}/assets/*": {"Cache-Control": headers.FOR_EVER},
        f"{before}/{FEED}": {"Content-Type": headers.ATOM},
    }
    blocks = [
        "".join([f"{pattern}\n", *(f"  {name}: {value}\n" for name, value in given.items())])
        for pattern, given in rules.items()
    ]
    return _MADE + "\n".join(blocks)
