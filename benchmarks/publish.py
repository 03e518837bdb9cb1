"""Count requests and seconds of publishing many pages to a real S3 server: at first, again, one change."""

from __future__ import annotations

import argparse
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import boto3

BUCKET: Final = "policy-pages"
LISTED: Final = 1000  # objects that S3 lists in one answer
KEYS: Final = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
_ASKED: Final = re.compile(r'"(GET|PUT|POST|DELETE|HEAD) (\S+) HTTP')
CLAUSE: Final = (
    "---\ntitle: Part {at}\n---\n" + "{{{{ name }}}} keeps what it must, and says so here.\n\n" * 12
)


@dataclass(frozen=True, slots=True)
class Run:
    """One publish: how long it took, how long it computed, and what was asked of the server."""

    what: str
    seconds: float
    cpu: float
    lists: int
    reads: int
    writes: int


class Server:
    """moto's S3 in a process of its own; its log says what it was asked."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        program = Path(sys.executable).with_name("moto_server")
        with self.log.open("wb") as log:
            command = [str(program), "-H", "127.0.0.1", "-p", str(self.port)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own server
        self._wait()
        client = boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", **_lower(KEYS))
        client.create_bucket(Bucket=BUCKET)

    def _wait(self) -> None:
        for _ in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        raise TimeoutError

    @contextmanager
    def counting(self) -> Iterator[Counter[str]]:
        """Count what is asked until the block ends: lists, reads, writes."""
        counts: Counter[str] = Counter()
        before = self.log.stat().st_size
        yield counts
        time.sleep(0.3)  # the log is written behind the answers
        with self.log.open("rb") as log:
            log.seek(before)
            for method, path in _ASKED.findall(log.read().decode("utf-8", "replace")):
                kind = (
                    "writes" if method not in {"GET", "HEAD"} else "lists" if "list-type" in path else "reads"
                )
                counts[kind] += 1


def _lower(keys: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in keys.items()}


def write(folder: Path, url: str, *, entities: int, policies: int) -> None:
    """Write a site of so many entities with so many policies each."""
    files = {
        "policypages.yaml": (
            "title: Bench\ntargets:\n"
            f"  live: {{to: 's3://{BUCKET}/live', region: us-east-1, endpoint: '{url}'}}\n"
        )
    }
    names = [f"policy-{at}" for at in range(policies)]
    for at, name in enumerate(names):
        files[f"content/clauses/{name}.md"] = CLAUSE.format(at=at)
        files[f"content/policies/{name}.yaml"] = f"title: Policy {at}\nsections: [{name}]\n"
    listed = ", ".join(f"{name}: {{}}" for name in names)
    for at in range(entities):
        files[f"content/entities/site-{at:05}.yaml"] = f"name: Site {at}\npolicies: {{{listed}}}\n"
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def command(folder: Path, *words: str) -> str:
    """Run policypages and return what it says at the end."""
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "policypages", "-C", str(folder), *words],
        env={**os.environ, **KEYS},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    return ran.stderr.strip().splitlines()[-1]


def _computed() -> float:
    """Return the seconds that commands have computed; the server still runs, and is not counted."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def publish(server: Server, folder: Path, what: str) -> Run:
    """Publish once, and count."""
    with server.counting() as asked:
        start, before = time.monotonic(), _computed()
        said = command(folder, "publish", "live", "--yes")
        seconds, cpu = time.monotonic() - start, _computed() - before
    print(f"{what}: {said}", flush=True)  # noqa: T201 - this is a report
    return Run(what, seconds, cpu, asked["lists"], asked["reads"], asked["writes"])


def measure(pages: int, policies: int) -> tuple[int, list[Run]]:
    """Publish many pages, again, and after one entity's edit; return how many objects there are."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "site"
        server = Server(Path(place))
        try:
            write(folder, server.url, entities=pages // policies, policies=policies)
            command(folder, "build")
            objects = sum(
                path.is_file()
                for path in (folder / "output").rglob("*")
                if path.relative_to(folder / "output").parts[0][0] not in "._"
            )
            runs = [publish(server, folder, "first")]
            runs += [publish(server, folder, "no-op") for _ in range(3)]
            one = folder / "content/entities/site-00001.yaml"
            one.write_text(one.read_text("utf-8").replace("Site 1", "Site One"), "utf-8")
            command(folder, "build")
            runs.append(publish(server, folder, "one site"))
        finally:
            server.process.terminate()
            server.process.wait()
    return objects, runs


def main() -> int:
    """Print what was measured; fail where a no-op asks more than the listing and the record."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--pages", type=int, default=10_000)
    reader.add_argument("--policies", type=int, default=10, help="of each entity")
    asked = reader.parse_args()
    objects, runs = measure(asked.pages, asked.policies)
    most = -(-(objects + 1) // LISTED)  # the record is listed, too
    print(f"\n{asked.pages:,} pages, {objects:,} objects; a listing takes {most} requests\n")  # noqa: T201
    print("| publish | seconds | of them ours | lists | reads | writes |\n|---|---|---|---|---|---|")  # noqa: T201
    for run in runs:
        took = f"{run.seconds:.1f} | {run.cpu:.1f}"
        print(f"| {run.what} | {took} | {run.lists} | {run.reads} | {run.writes} |")  # noqa: T201
    idle = [run for run in runs if run.what == "no-op"]
    good = all((run.lists, run.reads, run.writes) == (most, 1, 0) for run in idle)
    print("\nas it must be" if good else f"\na no-op must take {most} lists, 1 read and no write")  # noqa: T201
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
