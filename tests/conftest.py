"""Options and fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# a slow machine is not a fault; CI looks at the same examples each time, so that red means the change
hypothesis.settings.register_profile(
    "policypages", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True, max_examples=60
)
hypothesis.settings.load_profile("policypages")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one switch that rewrites golden files."""
    parser.addoption(
        "--regen", action="store_true", help="rewrite golden files instead of comparing; review the diff"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to rewrite what CI is there to compare."""
    if config.getoption("--regen") and os.environ.get("CI"):
        msg = "--regen rewrites golden files and has no place in CI"
        raise pytest.UsageError(msg)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a skip a failure in CI, unless the test wants `../shared` and says so."""
    report = yield
    if not (report.skipped and os.environ.get("CI")) or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if "../shared" not in reason:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a missing part is a failure in CI, not a skip: {reason}"
    return report


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return `../shared`, or skip the test: a plain clone does not have it."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which is not here")
    return SHARED


@pytest.fixture(scope="session")
def regen(request: pytest.FixtureRequest) -> bool:
    """Tell whether golden files are to be rewritten."""
    return bool(request.config.getoption("--regen"))
