"""A site in memory, built by the real pipeline into a real folder, with questions a test reads aloud."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from lxml import html
from lxml.html import HtmlElement

from policypages import build as pipeline
from policypages.build.checking import check
from policypages.checks.kinds import Choice
from policypages.diagnostics import Diagnostic
from policypages.formats.record import Provenance
from policypages.sources import MemorySources
from policypages.write import open_output

DAY = datetime.date(2026, 11, 22)
SETTINGS = """\
schema_version: 1
title: Test site
names:
  contacts: [privacy]
  retention: [records]
  wording: [site]
  extra: {product: text, tools: list of text}
checks: {ignore: [unused-fact]}
"""


@dataclass
class SiteCase:
    """Files and an output folder; a path is below `content/`, but for policypages.yaml and themes/."""

    root: Path
    files: dict[str, str] = field(default_factory=dict)
    jobs: int = 1
    report: pipeline.Report = field(default_factory=pipeline.Report)

    @property
    def output(self) -> Path:
        return self.root / "output"

    def change(self, path: str, text: str | None) -> SiteCase:
        """Write one file, or take it away."""
        if text is None:
            self.files.pop(_full(path), None)
        else:
            self.files[_full(path)] = dedent(text)
        return self

    def build(
        self,
        *,
        only: tuple[str, ...] = (),
        clean: bool = False,
        out: Path | None = None,
        as_of: datetime.date = DAY,
        drafts: bool = False,
        provenance: Provenance | None = None,
    ) -> SiteCase:
        """Build with the real pipeline; `report` is what came of it."""
        sources = MemorySources(self.files)
        output, found = open_output(self.root, out or self.output)
        assert output is not None, found
        with output:
            previous, found = pipeline.read_previous(output)
            options = pipeline.Options(
                as_of, only, self.jobs, clean=clean, drafts=drafts, explain=True, provenance=provenance
            )
            plan, more = pipeline.plan_build(sources, previous, options)
            if plan is None:
                self.report = pipeline.Report(diagnostics=[*found, *more])
            else:
                self.report = pipeline.carry_out(plan, output)
                self.report.diagnostics = [*found, *self.report.diagnostics]
        return self

    def check(self, choice: Choice = Choice()) -> SiteCase:  # noqa: B008 - a frozen value
        """Look with all rules that are on, or that are chosen; `report` is what came of it."""
        self.report = check(MemorySources(self.files), pipeline.Options(DAY, jobs=self.jobs), choice, DAY)
        return self

    def text(self, address: str) -> str:
        """Return the words of the article (or of the page) at an address such as `/acme/privacy/`."""
        tree: HtmlElement = html.fromstring((self.output / address.strip("/") / "index.html").read_bytes())
        article = next(tree.iter("article"), tree)
        return " ".join(str(article.text_content()).split())

    def markup(self, address: str) -> str:
        """Return the page's HTML."""
        return (self.output / address.strip("/") / "index.html").read_text()

    def says(self, address: str, words: str) -> SiteCase:
        """Assert that a page says something."""
        assert words in self.text(address), self.text(address)
        return self

    def never_says(self, address: str, words: str) -> SiteCase:
        """Assert that a page does not say something."""
        assert words not in self.text(address), self.text(address)
        return self

    def rebuilds(self, *addresses: str) -> SiteCase:
        """Build again, and assert which pages (`…/index.html`, the overview apart) were made."""
        self.build()
        assert not self.report.failed, self.report.diagnostics
        made = {
            f"/{path.removesuffix('index.html')}"
            for path, _ in self.report.stale
            if path.endswith("index.html")
        }
        assert made - {"/_overview/"} == set(addresses), self.report.stale
        return self

    def errors(self) -> list[Diagnostic]:
        """Return the errors of the last build."""
        return [one for one in self.report.diagnostics if one.severity == "error"]

    def complains(self, code: str, file: str, line: int, column: int) -> Diagnostic:
        """Assert that the last build had exactly this error at this place."""
        here = [
            one
            for one in self.errors()
            if one.code == code
            and one.span
            and (one.span.file, one.span.line, one.span.column) == (file, line, column)
        ]
        assert len(here) == 1, self.errors()
        return here[0]

    def tree(self, folder: Path | None = None) -> dict[str, bytes]:
        """Return every published file of an output folder."""
        top = folder or self.output
        return {
            str(path.relative_to(top)): path.read_bytes()
            for path in sorted(top.rglob("*"))
            if path.is_file() and ".policypages" not in path.relative_to(top).parts
        }


def _full(path: str) -> str:
    return path if path.startswith(("policypages.yaml", "themes/", "content/")) else f"content/{path}"


def make_site(root: Path, files: Mapping[str, str]) -> SiteCase:
    """Make a site from files; `policypages.yaml` may be left out."""
    case = SiteCase(root)
    case.change("policypages.yaml", SETTINGS)
    for path, text in files.items():
        case.change(path, text)
    return case
