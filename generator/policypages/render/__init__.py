"""Make the bytes of one file from its task: clauses to an article, the article into a page."""

from policypages.render.article import render_article
from policypages.render.freeze import freeze
from policypages.render.pages import render_file

__all__ = ["freeze", "render_article", "render_file"]
