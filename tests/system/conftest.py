import pytest

from taleus import PROGRAM, Home, Listener


def pytest_report_header():
    return f"program: {PROGRAM}" + ("" if PROGRAM.exists() else "  IS NOT THERE: build it, or name it by TALEUS")


@pytest.fixture
def home(tmp_path):
    """Makes homes, all below the test's own folder."""
    return lambda name="alice": Home(tmp_path / name)


@pytest.fixture
def alice(home):
    return home("alice")


@pytest.fixture
def bob(home):
    return home("bob")


@pytest.fixture
def listener(alice):
    """Alice's, with default settings."""
    with Listener(alice) as running:
        yield running
