"""Write what `policypages check --format json` found as GitLab's report of code quality.

`python -I quality.py FOLDER <found.json >report.json`; FOLDER is the site's, from the top of the checkout.
GitLab shows the report beside the merge request.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import sys
from typing import Any

SEVERITY = {"error": "major", "warning": "minor", "note": "info"}


def as_finding(one: dict[str, Any], folder: str, seen: set[str]) -> dict[str, Any]:
    """Return one finding; its fingerprint has no line, so that it stays known when a text above it grows."""
    file = posixpath.normpath(posixpath.join(folder, one["file"] or "policypages.yaml"))
    number = 0
    while True:
        words = json.dumps([one["code"], file, one["message"], number])
        fingerprint = hashlib.sha256(words.encode()).hexdigest()
        if fingerprint not in seen:
            break
        number += 1
    seen.add(fingerprint)
    return {
        "description": one["message"] + (f" (hint: {one['hint']})" if one["hint"] else ""),
        "check_name": one["code"],
        "fingerprint": fingerprint,
        "severity": SEVERITY[one["severity"]],
        "location": {"path": file, "lines": {"begin": one["line"] or 1}},
    }


if __name__ == "__main__":
    found: set[str] = set()
    diagnostics = json.load(sys.stdin)["diagnostics"]
    json.dump([as_finding(one, sys.argv[1], found) for one in diagnostics], sys.stdout, indent=2)
    sys.stdout.write("\n")
