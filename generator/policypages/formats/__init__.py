"""The formats that people write: YAML facts, Markdown clauses, Jinja templates, and the words of languages."""
