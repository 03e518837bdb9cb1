"""Put a text into the one comment that a pull request on GitHub, or a merge request on GitLab, has from us.

`python -I comment.py FILE`, with TOKEN in the environment, and what the two set there themselves. Ours is the
comment that this token wrote and that begins with a marker; it is written anew, so that a request has one
comment and not one a push. Where the token may not write, as for a fork, nothing is wrong: whoever started
the job finds the text in its summary.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

MOST = 65_536  # characters of a comment on GitHub; GitLab takes more
A_PAGE = 100
NOT_ALLOWED = frozenset({401, 403, 404})


class Request(NamedTuple):
    """A pull or merge request: where its comments are listed, where each is, and how one shows who one is."""

    comments: str
    one: str
    method: str  # how a comment is changed
    head: tuple[str, str]
    account: str  # where it is told who has the token; GitHub does not tell its own bot


def github(env: Mapping[str, str]) -> Request:
    """Return the pull request of a workflow."""
    repository = f"{env['GITHUB_API_URL']}/repos/{env['GITHUB_REPOSITORY']}/issues"
    return Request(
        f"{repository}/{int(env['NUMBER'])}/comments",
        f"{repository}/comments",
        "PATCH",
        ("Authorization", f"Bearer {env['TOKEN']}"),
        "",
    )


def gitlab(env: Mapping[str, str]) -> Request:
    """Return the merge request of a pipeline."""
    project = f"{env['CI_API_V4_URL']}/projects/{int(env['CI_PROJECT_ID'])}"
    notes = f"{project}/merge_requests/{int(env['CI_MERGE_REQUEST_IID'])}/notes"
    return Request(notes, notes, "PUT", ("PRIVATE-TOKEN", env["TOKEN"]), f"{env['CI_API_V4_URL']}/user")


def ask(request: Request, method: str, address: str, body: str | None = None) -> Any:
    """Ask the server one thing; the token is for no other server that it may name."""
    data = None if body is None else json.dumps({"body": body}).encode()
    asked = urllib.request.Request(address, data, method=method)  # noqa: S310 - the server that runs the job names it
    asked.add_header("Content-Type", "application/json")
    asked.add_header("User-Agent", "policypages")
    asked.add_unredirected_header(*request.head)
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - as above
        return json.load(answer)


def our_comment(request: Request, marker: str) -> int | None:
    """Find the comment that was written before: by us, since whoever comments can write a marker."""
    us = ask(request, "GET", request.account)["id"] if request.account else None
    page = 1
    while True:
        some = ask(request, "GET", f"{request.comments}?per_page={A_PAGE}&page={page}")
        for one in some:
            ours = one["author"]["id"] == us if request.account else one["user"]["type"] == "Bot"
            if ours and one["body"].startswith(marker):
                return int(one["id"])
        if len(some) < A_PAGE:
            return None
        page += 1


def main(env: Mapping[str, str], file: str) -> int:
    """Write the comment, and say how that went."""
    request = gitlab(env) if "CI_API_V4_URL" in env else github(env)
    marker = f"<!-- policypages: {env.get('NAME') or 'policies'} -->"
    body = f"{marker}\n{Path(file).read_text('utf-8')}"[:MOST]
    try:
        known = our_comment(request, marker)
        if known is None:
            ask(request, "POST", request.comments, body)
        else:
            ask(request, request.method, f"{request.one}/{known}", body)
    except urllib.error.HTTPError as error:
        with error:
            if error.code not in NOT_ALLOWED:
                sys.stderr.write(f"the comment was not written: the server answers {error.code}\n")
                return 1
        sys.stderr.write(f"the token may not comment here ({error.code}): the text is in the job's summary\n")
        return 0
    except OSError as error:
        sys.stderr.write(f"the comment was not written: {error}\n")
        return 1
    sys.stderr.write(f"the comment was {'written' if known is None else 'brought up to date'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1]))
