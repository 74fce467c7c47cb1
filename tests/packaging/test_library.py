"""The installed library: moved to another place, found by CMake and by pkg-config, with nothing in sight but what the headers name, and
programs built against it that bootstrap with one another (with peers that are not ours: tests/interop/test_library.py)."""

import re
import subprocess

import pytest
from embedding import EXAMPLES, built, built_in_c, installed, run
from taleus import ROOT

@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    return installed(tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def programs(prefix, tmp_path_factory):
    return built(prefix, tmp_path_factory.mktemp("consumer"))


@pytest.fixture(scope="module")
def programs_in_c(prefix, tmp_path_factory):
    return built_in_c(prefix, tmp_path_factory.mktemp("in-c"))


def library_of(prefix):
    [library] = prefix.rglob("libtaleus.so.1")
    return library


def test_it_shows_what_the_headers_name_and_nothing_else(prefix):
    library = library_of(prefix)
    assert "SONAME" in run("readelf", "-d", library) and "libtaleus.so.1]" in run("readelf", "-d", library)
    shown = [line.split(maxsplit=2)[2] for line in run("nm", "-D", "-C", "--defined-only", library).splitlines()]
    ours = re.compile(r"(typeinfo (name )?for |vtable for )?taleus::(testing::)?(Listener|Dialer|Joining|NodeKey|World|Party|PendingJoin|to_text|parse_link|checked_link|token_source_at|identity_check_at|provisioner_at|postgres_provisioner|version)\b|taleus_|TALEUS_1")
    assert [name for name in shown if not ours.match(name)] == []
    assert any("taleus::Listener::start" in name for name in shown)


def test_programs_found_it_by_cmake(programs, prefix):
    for name in EXAMPLES:
        assert f"libtaleus.so.1 => {library_of(prefix)}" in run("ldd", programs / name)


def test_a_program_finds_it_by_pkg_config(prefix, tmp_path):
    [file] = prefix.rglob("taleus.pc")
    env = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(file.parent)}
    flags = run("pkg-config", "--cflags", "--libs", "taleus", env=env).split()
    program = tmp_path / "tested"
    run("clang++-19", "-std=c++23", ROOT / "examples/tested.cpp", *flags, f"-Wl,-rpath,{library_of(prefix).parent}", "-o", program)
    assert run(program) == "all is as it should be\n"


def test_a_wrong_version_is_not_found(prefix, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(x NONE)\nfind_package(taleus 2 CONFIG REQUIRED)\n")
    ended = subprocess.run(["cmake", "-S", tmp_path, "-B", tmp_path / "b", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}"], capture_output=True, text=True)
    assert ended.returncode != 0 and "taleus" in ended.stderr


def test_the_world_without_a_network_is_in_it(programs):
    assert run(programs / "tested") == "all is as it should be\n"
    assert run(programs / "own_hooks").splitlines()[0].startswith("bert: ledger:")


@pytest.mark.parametrize("role", ["stock", "foil"])
@pytest.mark.parametrize("inviter, respondent", [("programs", "programs"), ("programs_in_c", "programs_in_c"), ("programs_in_c", "programs")])
def test_two_programs_bootstrap(request, tmp_path, role, inviter, respondent):
    inviter, respondent = request.getfixturevalue(inviter), request.getfixturevalue(respondent)
    with subprocess.Popen([inviter / "listener", tmp_path / "anna", role], stdout=subprocess.PIPE, text=True) as listener:
        link = listener.stdout.readline()
        told = run(respondent / "dialer", tmp_path / "bert", input=link).split()
        assert listener.wait(30) == 0
    assert len(told) == 2 and told[1].startswith("taleus-sqlite:")
    ours, theirs = (sorted(file.name for file in (tmp_path / name / "tallies").iterdir()) for name in ("anna", "bert"))
    assert len(ours if role == "stock" else theirs) >= 1 and (theirs if role == "stock" else ours) == [], "the stock side has the database"


def test_a_merchant_serves_its_customers(programs, tmp_path):
    with subprocess.Popen([programs / "merchant", tmp_path / "shop", "3"], stdout=subprocess.PIPE, text=True) as merchant:
        poster = merchant.stdout.readline()
        tallies = {run(programs / "dialer", tmp_path / f"customer{i}", input=poster).split()[0] for i in range(3)}
        assert merchant.wait(30) == 0
    assert len(tallies) == 3
