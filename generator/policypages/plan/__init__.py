"""Decide which files a site has, from which inputs, under which key, and why a file is out of date."""
