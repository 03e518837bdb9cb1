"""Read a site's sources into typed values: files one by one, then entities with what they inherit."""
