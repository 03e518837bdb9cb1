"""Read a site's sources into typed values: files one by one, then entities with what they inherit."""

from policypages.load.entity import EntityLoader
from policypages.load.site import load_clause, load_file, load_settings, load_site

__all__ = ["EntityLoader", "load_clause", "load_file", "load_settings", "load_site"]
