"""The room of Jinja: the sandbox that clauses run in, the article's template, and themes."""
