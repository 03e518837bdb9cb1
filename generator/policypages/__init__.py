"""Policy pages for many entities: facts in YAML, clauses in Markdown, one true page for every site."""

__version__ = "0.1.0"
