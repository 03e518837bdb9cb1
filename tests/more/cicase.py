"""Play GitHub's runner and GitLab's for the files of the CI kit: what they say is run in bash as it stands.

The two are outside services that cannot run here. What is theirs (expressions, inputs, environment, outputs,
which steps run) is played as their documents have it; what is ours (every `run:` and `script:`) is run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

OURS: Final = "policypages/policypages@"
_EXPRESSION: Final = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_TERM: Final = re.compile(r"(?:'((?:[^']|'')*)'|([\w.-]+))$")
_NOT_THEIRS: Final = re.compile(
    r"(?:PYTHON|GIT_(?!SSL)|GITHUB_|GITLAB_|CI$|CI_|AWS_(?!CA)|RUNNER_|VIRTUAL_ENV|SOURCE_DATE)"
)


class Ran(NamedTuple):
    """A step that was run: what it said, and what it was given."""

    name: str
    code: int
    out: str
    err: str
    env: Mapping[str, str]


def clean_environment(folder: Path) -> dict[str, str]:
    """Return what a fresh machine has in its environment: no Python of ours, and no trace of this session."""
    python = folder / "bin" / "python"
    if not python.exists():
        python.parent.mkdir(parents=True, exist_ok=True)
        python.symlink_to(getattr(sys, "_base_executable", sys.executable))
    kept = {name: value for name, value in os.environ.items() if not _NOT_THEIRS.match(name)}
    path = [str(python.parent), *(part for part in kept["PATH"].split(os.pathsep) if ".venv" not in part)]
    return {**kept, "PATH": os.pathsep.join(path), "NO_PROXY": "127.0.0.1", "CI": "true"}


def evaluate(text: str, contexts: Mapping[str, Any]) -> Any:
    """Return the value of an expression: names, texts, ==, !=, && and ||, which is all that the kit needs."""
    for sign, combine in (("||", any), ("&&", all)):
        if sign in text:
            return combine([bool(evaluate(part, contexts)) for part in text.split(sign)])
    for sign in ("==", "!="):
        if sign in text:
            left, right = (evaluate(part, contexts) for part in text.split(sign))
            return (left == right) is (sign == "==")
    term = _TERM.match(text.strip())
    assert term is not None, f"an expression that is not played: {text}"
    if term[2] is None:
        return term[1].replace("''", "'")
    root, *path = term[2].split(".")
    value = contexts[root]
    for name in path:
        value = value.get(name, "") if isinstance(value, Mapping) else ""
    return value


def filled(text: Any, contexts: Mapping[str, Any]) -> str:
    """Put values in the place of expressions."""
    return _EXPRESSION.sub(lambda found: str(evaluate(found[1], contexts)), str(text))


@dataclass
class GitHub:
    """One job on a fresh machine with a checkout: `job` runs it, and everything that it left is at hand."""

    checkout: Path
    home: Path
    action: Path
    contexts: dict[str, Any]
    inputs: dict[str, str]
    env: dict[str, str] = field(default_factory=dict)
    ran: list[Ran] = field(default_factory=list)
    path: list[str] = field(default_factory=list)

    @property
    def temp(self) -> Path:
        return self.home / "temp"

    @property
    def artifacts(self) -> Path:
        return self.home / "artifacts"

    def said(self, name: str) -> str:
        """Return what one step printed."""
        return "".join(one.out + one.err for one in self.ran if one.name == name)

    def summary(self) -> str:
        return (self.home / "summary").read_text("utf-8")

    def job(self, name: str) -> bool:
        """Run a job of the workflow that lies in the checkout; tell whether it ended well."""
        workflow = yaml.safe_load((self.checkout / ".github/workflows/policies.yml").read_text("utf-8"))
        job = workflow["jobs"][name]
        assert workflow["permissions"] == {}
        for folder in (self.temp, self.artifacts):
            folder.mkdir(parents=True, exist_ok=True)
        for file in ("summary", "output", "path"):
            (self.home / file).write_text("", "utf-8")
        event = self.contexts["github"]["event_name"]
        assert event in workflow[True], "YAML 1.1 reads the key `on` as true"
        fixed = {"runner": {"temp": str(self.temp)}, "inputs": {}, "steps": {}}
        contexts = {**self.contexts, **fixed, "env": workflow["env"]}
        assert evaluate(job["if"], contexts), f"the job `{name}` is not for this event"
        return self._steps(job["steps"], contexts, dict(workflow["env"]))

    def _steps(self, steps: list[dict[str, Any]], contexts: dict[str, Any], env: dict[str, str]) -> bool:
        contexts = {**contexts, "steps": {}}
        for step in steps:
            if "if" in step and not evaluate(step["if"], contexts):
                continue
            given = {name: filled(value, contexts) for name, value in step.get("with", {}).items()}
            its = env | {name: filled(value, contexts) for name, value in step.get("env", {}).items()}
            uses = step.get("uses", "")
            outputs: dict[str, str] = {}
            if uses.startswith(OURS):
                done, outputs = self._action(given, contexts, its)
            elif uses:
                done, outputs = self._theirs(uses, given)
            else:
                done, outputs = self._run(step, its)
            contexts["steps"][step.get("id", "")] = {"outputs": outputs}
            if not done:
                return False
        self.contexts["steps"] = contexts["steps"]
        return True

    def _action(
        self, given: dict[str, str], contexts: dict[str, Any], env: dict[str, str]
    ) -> tuple[bool, dict[str, str]]:
        action = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        assert given.keys() <= action["inputs"].keys(), "an input that the action does not have"
        inputs = {
            name: filled(one.get("default", ""), contexts) for name, one in action["inputs"].items()
        } | {**given, **self.inputs}
        inside = {**contexts, "inputs": inputs}
        done = self._steps(action["runs"]["steps"], inside, env)
        inside["steps"] = self.contexts.get("steps", {}) if done else {}
        outputs = {name: filled(one["value"], inside) for name, one in action["outputs"].items()}
        return done, outputs

    def _theirs(self, uses: str, given: dict[str, str]) -> tuple[bool, dict[str, str]]:
        """Do what three actions of GitHub's own do; no others are used."""
        match uses.partition("@")[0]:
            case "actions/checkout":
                assert given == {"fetch-depth": "0", "persist-credentials": "False"}
            case "actions/setup-python":
                assert given.keys() == {"python-version"}, "a cache would be restored"
            case "actions/upload-artifact":
                hidden = shutil.ignore_patterns(".*")
                shutil.copytree(given["path"], self.artifacts / given["name"], ignore=hidden)
                return True, {"artifact-url": f"https://github.example/artifacts/{given['name']}"}
            case other:
                raise AssertionError(other)
        return True, {}

    def _run(self, step: dict[str, Any], env: dict[str, str]) -> tuple[bool, dict[str, str]]:
        assert step["shell"] == "bash"
        script = self.home / "step.sh"
        script.write_text(step["run"], "utf-8")
        base = clean_environment(self.home)
        whole = {
            **base,
            **self.env,
            "PATH": os.pathsep.join([*reversed(self.path), base["PATH"]]),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_WORKSPACE": str(self.checkout),
            "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
            "GITHUB_OUTPUT": str(self.home / "output"),
            "GITHUB_PATH": str(self.home / "path"),
            "RUNNER_TEMP": str(self.temp),
            **{
                f"GITHUB_{name.upper()}": value
                for name, value in self.contexts["github"].items()
                if isinstance(value, str) and name != "token"
            },
            **env,
        }
        (self.home / "output").write_text("", "utf-8")
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.checkout,
            env=whole,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        self.ran.append(Ran(step["name"], ran.returncode, ran.stdout, ran.stderr, whole))
        self.path = (self.home / "path").read_text("utf-8").split()
        outputs = dict(line.split("=", 1) for line in (self.home / "output").read_text("utf-8").splitlines())
        return ran.returncode == 0, outputs


def gitlab(checkout: Path, home: Path, name: str, env: Mapping[str, str]) -> Ran:
    """Run the lines of a job of the pipeline that lies in a checkout, as GitLab does: in one shell."""
    entry = yaml.safe_load((checkout / ".gitlab-ci.yml").read_text("utf-8"))
    (local,) = (one["local"] for one in entry["include"])
    pipeline = yaml.safe_load((checkout / local).read_text("utf-8"))
    job = pipeline[name]
    basis = pipeline[job["extends"]]
    whole = {**basis, **job}
    assert whole["cache"] == [], "a cache would be restored"
    assert whole["dependencies"] == [], "artifacts of other jobs would be taken"
    variables = {**pipeline["variables"], **basis["variables"], **job.get("variables", {})}
    home.mkdir(parents=True, exist_ok=True)
    script = home / "job.sh"
    script.write_text("\n".join([*whole["before_script"], *whole["script"]]) + "\n", "utf-8")
    environment = {
        **clean_environment(home),
        "GITLAB_CI": "true",
        "CI_PROJECT_DIR": str(checkout),
        **{name: str(value) for name, value in variables.items()},
        **env,
    }
    ran = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=checkout,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(name, ran.returncode, ran.stdout, ran.stderr, environment)
