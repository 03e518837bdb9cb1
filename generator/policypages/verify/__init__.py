"""Hold what stands in a folder, or is served at an address, against the record of its build."""

from policypages.verify.comparing import Outcome, Place, compare
from policypages.verify.folder import Folder, recorded_folders
from policypages.verify.served import Served, ServedError

__all__ = ["Folder", "Outcome", "Place", "Served", "ServedError", "compare", "recorded_folders"]
