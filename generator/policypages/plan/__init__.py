"""Decide which files a site has, from which inputs, under which key, and why a file is out of date."""

from policypages.plan.keys import why_stale
from policypages.plan.overview import plan_overview
from policypages.plan.sites import SitePlanner

__all__ = ["SitePlanner", "plan_overview", "why_stale"]
