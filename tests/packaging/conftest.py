import shutil

import pytest

from taleus import ROOT


@pytest.fixture(scope="session")
def tool():
    """The path of a tool that a check needs; without it the check is skipped, loudly."""

    def find(name, package):
        own = ROOT / "build/tools" / name
        found = str(own) if own.exists() else shutil.which(name)
        return found or pytest.skip(f"{name} is not installed (package {package}; scripts/setup, scripts/fetch-tools)")

    return find
