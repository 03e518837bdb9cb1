"""Run the pipeline in order; every problem is found before a file changes."""

from policypages.build.options import Options, Previous, Report
from policypages.build.planning import Plan, plan_build, read_previous
from policypages.build.watch import Watch
from policypages.build.work import carry_out

__all__ = ["Options", "Plan", "Previous", "Report", "Watch", "carry_out", "plan_build", "read_previous"]
