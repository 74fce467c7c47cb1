"""Programs that checks need and that are not ours: those that scripts/fetch-tools fetched first, then the machine's."""

import shutil

import pytest

from taleus import ROOT


def tool(name, package):
    """Its path; without it the check is skipped, loudly."""
    own = ROOT / "build/tools" / name
    found = str(own) if own.exists() else shutil.which(name)
    return found or pytest.skip(f"{name} is not installed (package {package}; scripts/setup, scripts/fetch-tools)")
