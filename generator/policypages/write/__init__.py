"""Write the output folder: staging, journal, rename, prune own files, manifest last."""

from __future__ import annotations

from policypages.write.aside import Spool
from policypages.write.machine import machine_problem
from policypages.write.output import Output, open_output
from policypages.write.stage import Stage, stage_file

__all__ = ["Output", "Spool", "Stage", "machine_problem", "open_output", "stage_file"]
