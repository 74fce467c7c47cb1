import pytest

from taleus import PROGRAM, Home, in_parallel


def pytest_report_header():
    return f"program: {PROGRAM}" + ("" if PROGRAM.exists() else "  IS NOT THERE: build it, or name it by TALEUS")


@pytest.fixture
def home(tmp_path):
    return lambda name="alice": Home(tmp_path / name)


@pytest.fixture
def alice(home):
    return home("alice")


@pytest.fixture
def bob(home):
    return home("bob")


@pytest.fixture(scope="session")
def crowd(tmp_path_factory):
    """Homes of a hundred respondents, for all tests."""
    folder = tmp_path_factory.mktemp("crowd")
    return in_parallel([lambda number=number: Home(folder / f"bob-{number}") for number in range(100)], 4)
