"""Plan what hosts are told: files that stand in each site for its host, and those for the house's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from policypages import headers
from policypages.diagnostics import Diagnostic, problem
from policypages.model import FileTask, FixedTask
from policypages.paths import FEED
from policypages.plan.keys import file_task
from policypages.plan.nginx import nginx

FOLDER: Final = "_hosting"
_PAGES: Final = frozenset({"netlify", "cloudflare"})
_MADE: Final = "# Made by policypages: the next build writes it anew.\n"


def site_files(hosting: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files that each site has for its host, by name: they are the same in all sites."""
    if _PAGES.isdisjoint(hosting.get("for") or ()):
        return {}
    return {"_headers": _headers(hosting, "").encode()}


def plan_hosting(
    hosting: Mapping[str, Any], sizes: Sequence[tuple[str, int]]
) -> tuple[tuple[FileTask, ...], list[Diagnostic]]:
    """Plan the files for the house, and complain of sites that a host would refuse.

    `sizes` are the sites by id, each with the number of its files.
    """
    hosts = frozenset(hosting.get("for") or ())
    files: dict[str, str] = {}
    if "nginx" in hosts:
        files["nginx.conf"] = _MADE + nginx(hosting)
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
        yield file_task(f"{FOLDER}/{name}", {"its content": text}, FixedTask(text.encode()))


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
