"""Answer where the words of a page come from, and where a fact ends up."""
