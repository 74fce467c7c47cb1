"""The interface's record (packaging/abi): the library built here keeps it, and what would break a program is told apart from what was added."""

import re
import shutil
import subprocess

import pytest
from taleus import ROOT

[RECORD] = (ROOT / "packaging/abi").glob("taleus-*.txt")


def check(*options):
    ended = subprocess.run([ROOT / "scripts/check-abi", *map(str, options)], capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


def test_programs_built_against_the_last_release_run_with_this_library():
    code, told = check()
    assert code == 0, told


@pytest.fixture
def headers(tmp_path):
    """A copy of the public headers, to change."""
    return shutil.copytree(ROOT / "include", tmp_path / "include")


def edit(file, before, after):
    text = file.read_text()
    assert text.count(before) == 1, (file, before)
    file.write_text(text.replace(before, after))


BREAKS = {
    "a member in the middle of a C struct": ("taleus.h", "    int64_t valid_for; ", "    int64_t not_before;\n    int64_t valid_for; "),
    "a member of a C++ struct": ("tally.hpp", "    UtcTime recorded{};", "    bool more = false;\n    UtcTime recorded{};"),
    "a value in the middle of an enumeration": ("taleus.h", "    TALEUS_BOUND, ", "    TALEUS_BETWEEN,\n    TALEUS_BOUND, "),
    "a virtual function more": ("hooks.hpp", "    virtual void find(", "    virtual void forget(std::string) {}\n    virtual void find("),
}


@pytest.mark.parametrize("change", BREAKS)
def test_a_break_is_noticed_and_not_taken_over(headers, tmp_path, change):
    name, before, after = BREAKS[change]
    edit(headers / "taleus" / name, before, after)
    record = shutil.copy(RECORD, tmp_path)
    for options in ([], ["--update"]):
        code, told = check("--headers", headers, "--baseline", record, *options)
        assert code != 0 and "changed: " in told and "raise the major version" in told, told
    assert (tmp_path / RECORD.name).read_text() == RECORD.read_text()


def test_a_function_that_is_gone_is_noticed(tmp_path):
    record = tmp_path / RECORD.name
    record.write_text("symbol taleus_of_old@@TALEUS_1\n" + RECORD.read_text())
    code, told = check("--baseline", record)
    assert code != 0 and "gone: symbol taleus_of_old" in told, told


def test_what_is_added_is_told_and_taken_over(headers, tmp_path):
    edit(headers / "taleus/taleus.h", "} taleus_terms;", "    int64_t not_before;\n} taleus_terms;")
    record = tmp_path / RECORD.name
    shutil.copy(RECORD, record)
    code, told = check("--headers", headers, "--baseline", record)
    assert code != 0 and "longer: record taleus_terms" in told and "--update" in told, told
    assert check("--headers", headers, "--baseline", record, "--update")[0] == 0
    assert check("--headers", headers, "--baseline", record)[0] == 0
    assert re.search(r"record taleus_terms\n(    .*\n)*.*not_before", record.read_text())


def test_every_public_name_is_documented():
    made = subprocess.run([ROOT / "scripts/make-api-docs"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert (ROOT / "build/api/html/index.html").exists()


def test_a_name_without_documentation_is_noticed(headers, tmp_path):
    header = headers / "taleus/taleus.h"
    header.write_text(header.read_text().replace("/** Frees it. */\nTALEUS_API void taleus_error_free", "TALEUS_API void taleus_error_free"))
    settings = f"@INCLUDE = {ROOT}/docs/Doxyfile\nINPUT = {headers}\nRECURSIVE = YES\nOUTPUT_DIRECTORY = {tmp_path}\nGENERATE_HTML = NO\n"
    made = subprocess.run(["doxygen", "-"], input=settings, capture_output=True, text=True)
    assert made.returncode != 0 and "taleus_error_free" in made.stderr, made
