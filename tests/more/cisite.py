"""A site in a git repository of its own, as its owner has it: with the CI kit, a target, and no pages yet."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.more.s3case import BUCKET, Bucket

ROOT: Final = Path(__file__).resolve().parents[2]
TARGET: Final = """
targets:
  production:
    to: s3://{bucket}/live
    region: us-east-1
    endpoint: {url}
    purge: https://legal.example.org/
"""
KEYS: Final = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
_NAME: Final = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Counsel"), ("EMAIL", "counsel@example.org"))
}


def git(folder: Path, *words: str) -> str:
    """Run git, without what a person has set up for themselves."""
    env = {**os.environ, **_NAME, "GIT_CONFIG_GLOBAL": os.devnull}
    ran = subprocess.run(
        ["git", *words], cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def clean_clone(folder: Path) -> tuple[Path, str]:
    """Clone this repository, and build its wheel there; return the clone, and what pip is to install."""
    clone = folder / "policypages"
    git(folder, "clone", "--quiet", "--depth=1", ROOT.as_uri(), str(clone))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheels")]
    subprocess.run(command, cwd=clone, check=True, capture_output=True)
    (wheel,) = (folder / "wheels").glob("*.whl")
    assert "policypages/_data/ci/github/policies.yml" in zipfile.ZipFile(wheel).namelist()
    return clone, f"policypages[publish] @ {wheel.as_uri()}"


@dataclass
class Home:
    """Where the owner of a site works: a repository that CI clones from."""

    repository: Path
    folder: str

    @property
    def site(self) -> Path:
        return self.repository / self.folder

    def write(self, path: str, old: str, new: str) -> None:
        """Change one place of a file."""
        text = (self.site / path).read_text("utf-8")
        assert text.count(old) == 1, path
        (self.site / path).write_text(text.replace(old, new), "utf-8")

    def commit(self, message: str) -> str:
        git(self.repository, "add", "--all")
        git(self.repository, "commit", "--quiet", "--message", message)
        return git(self.repository, "rev-parse", "HEAD")

    def checkout(self, place: Path, branch: str = "main", onto: str | None = None) -> Path:
        """Clone as CI does: all of the history, and of a request what merging it would make."""
        git(self.repository.parent, "clone", "--quiet", self.repository.as_uri(), str(place))
        git(place, "checkout", "--quiet", "--detach", f"origin/{onto or branch}")
        if onto is not None:
            git(place, "merge", "--quiet", "--no-ff", "--message", "merged", f"origin/{branch}")
        return place


def settle(folder: Path, server: tuple[str, int], kind: str, deeper: str = ".") -> Home:
    """Make the starter site a real one, with the kit and a target, and commit it."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    command = [sys.executable, "-m", "policypages", "init", str(folder / deeper), "--ci", kind]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    home = Home(folder, deeper)
    for name in ("acme-shop", "acme-careers"):
        path = home.site / "content" / "entities" / f"{name}.yaml"
        text = (
            path.read_text("utf-8")
            .replace("example.com", "acme-policies.org")
            .replace("555-0100", "556-7677")
        )
        lines = [line for line in text.splitlines(keepends=True) if not line.startswith("sample:")]
        path.write_text("".join(lines), "utf-8")
    settings = home.site / "policypages.yaml"
    url = f"http://{server[0]}:{server[1]}"
    settings.write_text(settings.read_text("utf-8") + TARGET.format(bucket=BUCKET, url=url), "utf-8")
    home.commit("a site")
    return home


@contextmanager
def delivered(bucket: Bucket) -> Iterator[str]:
    """Serve a bucket as a CDN does: a folder's address is that of its index."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = self.path[1:] + ("index.html" if self.path.endswith("/") else "")
            try:
                head: dict[str, Any] = bucket.head(key)
                data = bucket.get(key)
            except bucket.client.exceptions.ClientError:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", head["ContentType"])
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
