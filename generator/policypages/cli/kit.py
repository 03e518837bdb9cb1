"""Write the files with which CI reviews and publishes a site: what `init --ci` adds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from policypages.sources import starter_folder

KINDS: Final = ("github", "gitlab")
_BRANCH: Final = "main"
_GITLAB_ENTRY: Final = ".gitlab-ci.yml"
# where a file of the kit goes, from the top of the repository
_FILES: Final = {
    "github": {".github/workflows/policies.yml": "github/policies.yml"},
    "gitlab": {
        _GITLAB_ENTRY: "gitlab/gitlab-ci.yml",
        ".gitlab/policypages.yml": "gitlab/policypages.yml",
        ".gitlab/policypages/comment.py": "comment.py",
        ".gitlab/policypages/quality.py": "gitlab/quality.py",
    },
}


class Kit(NamedTuple):
    """What is to be written below the top of a repository, and what its owner has to do then."""

    top: Path
    files: Mapping[str, bytes]
    to_do: tuple[str, ...]


def kit_for(kind: str, site: Path, branch: str) -> Kit:
    """Return the files for a site, which may lie deeper in its repository than CI looks for them."""
    top = top_of(site)
    folder = site.relative_to(top).as_posix()
    files = {path: _read(name) for path, name in _FILES[kind].items()}
    if kind == "github":
        path = ".github/workflows/policies.yml"
        files[path] = _set_up_github(files[path].decode(), folder, branch).encode()
        here = f"in that file, twice: the branch, if you publish from another than `{branch}`"
        return Kit(top, files, (here, *_GITHUB))
    path = ".gitlab/policypages.yml"
    files[path] = _set_up_gitlab(files[path].decode(), folder).encode()
    if (top / _GITLAB_ENTRY).exists():
        del files[_GITLAB_ENTRY]
        include = f"in {_GITLAB_ENTRY}, which you have: `include: [{{local: {path}}}]`"
        return Kit(top, files, (include, *_GITLAB))
    return Kit(top, files, _GITLAB)


_TARGET: Final = (
    "where the pages go, in policypages.yaml: `targets: {production: {to: s3://BUCKET, region: REGION}}`"
)
_GITHUB: Final = (
    _TARGET,
    "what that target needs, as secrets of the environment `production`: AWS_ACCESS_KEY_ID and so on",
    "where readers find it, as its variable POLICIES_ADDRESS: then each publish is verified there",
)
_GITLAB: Final = (
    _TARGET,
    "what that target needs, as protected CI/CD variables: AWS_ACCESS_KEY_ID and so on",
    "where readers find it, as the variable POLICYPAGES_ADDRESS: then each publish is verified there",
    "a pipeline schedule once a day, so that dates take effect",
    "for a comment on merge requests: a project access token, as the masked variable POLICYPAGES_NOTES_TOKEN",
)


def top_of(site: Path) -> Path:
    """Return the top of the repository that a folder lies in, or will; without one, the folder itself."""
    return next((folder for folder in (site, *site.parents) if (folder / ".git").exists()), site)


def branch_of(site: Path) -> str:
    """Return the branch that is published: as the site's settings say, else as git knows it, else `main`."""
    from policypages.git import Git, GitError
    from policypages.load.site import load_settings
    from policypages.sources import SETTINGS_FILE, open_folder

    asked = None
    if (site / SETTINGS_FILE).is_file():
        sources, _ = open_folder(site)
        asked = load_settings(sources).default_branch if sources is not None else None
    top = top_of(site)
    if not (top / ".git").exists():
        return asked or _BRANCH
    try:
        return Git(str(top)).default_branch(asked)[0]
    except GitError:
        return asked or _BRANCH


def _read(name: str) -> bytes:
    """Read a file of the kit: it lies beside the starter site, in a checkout as in the wheel."""
    starter = starter_folder()
    file = starter.parent / "ci" / name if starter is not None else None
    if file is None or not file.is_file():
        message = f"this installation of policypages has no `ci/{name}`"
        raise RuntimeError(message)
    return file.read_bytes()


def _set_up_github(text: str, folder: str, branch: str) -> str:
    """Name folder and branch: quoted as YAML and GitHub's expressions quote."""
    quoted = branch.replace("'", "''")
    text = _set(text, "  FOLDER: {}\n", ".", folder)
    text = _set(text, "branches: [{}]\n", _BRANCH, branch)
    condition = "github.event_name != 'pull_request' && github.ref == 'refs/heads/{}'"
    return _set(text, "if: {}\n", condition.format(_BRANCH), condition.format(quoted))


def _set_up_gitlab(text: str, folder: str) -> str:
    return _set(text, "  POLICYPAGES_FOLDER: {}\n", ".", folder.replace("$", "$$"))


def _set(text: str, line: str, old: str, new: str) -> str:
    """Put another value into the one place of a line; in quotes, as YAML reads `no` and `1.0`."""
    if text.count(line.format(old)) != 1:
        message = f"the kit has no line `{line.format(old).strip()}`"
        raise RuntimeError(message)
    return text if new == old else text.replace(line.format(old), line.format(json.dumps(new)))
