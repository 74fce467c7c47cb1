"""The Debian packages: accepted by their linter, with all that they promise in them, and a program in one that runs."""

import gzip
import os
import pathlib
import re
import subprocess

import pytest
from taleus import ROOT
from tools import tool


def run(*command):
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 0, ended
    return ended.stdout


@pytest.fixture(scope="module")
def packages():
    """The program's, the library's, and what programs are built with."""
    made = run(ROOT / "scripts/package", "--all").split()
    assert [pathlib.Path(package).name.split("_")[0] for package in sorted(made)] == ["libtaleus-dev", "libtaleus1", "taleus"]
    return sorted(made)


@pytest.fixture(scope="module")
def package(packages):
    return packages[-1]


@pytest.fixture(scope="module")
def unpacked(package, tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    run("dpkg-deb", "--extract", package, folder)
    run("dpkg-deb", "--control", package, folder / "DEBIAN")
    return folder


def test_the_linter_finds_nothing(packages):
    found = subprocess.run([tool("lintian", "lintian"), "--allow-root", "--fail-on", "error,warning", *packages], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_the_program_in_it_runs_and_is_stripped(unpacked):
    program = unpacked / "usr/bin/taleus"
    assert run(program, "--version").startswith("taleus ")
    assert ".debug_info" not in run("readelf", "-S", program)


def test_it_names_the_libraries_that_it_needs(unpacked):
    control = (unpacked / "DEBIAN/control").read_text()
    depends = re.search(r"^Depends: (.*)$", control, re.M)[1]
    for library in ("libc6", "libsodium", "libsqlite3", "libssl3", "libpq5"):
        assert library in depends, depends


def test_everything_is_where_debian_looks_for_it(unpacked):
    for path in ("lib/systemd/system/taleus.service", "lib/systemd/system/taleus.socket", "usr/lib/sysusers.d/taleus.conf", "usr/lib/tmpfiles.d/taleus.conf",
                 "usr/share/bash-completion/completions/taleus", "usr/share/zsh/vendor-completions/_taleus",
                 "usr/share/fish/vendor_completions.d/taleus.fish", "usr/share/doc/taleus/operating.md", "usr/share/doc/taleus/copyright",
                 "usr/share/doc/taleus/monitoring/taleus.rules.yml"):
        assert (unpacked / path).is_file(), path
    page = gzip.decompress((unpacked / "usr/share/man/man1/taleus-join.1.gz").read_bytes()).decode()
    assert page.startswith(".TH TALEUS")
    assert "ExecStart=/usr/bin/taleus serve" in (unpacked / "lib/systemd/system/taleus.service").read_text()


def test_its_scripts_are_sound_and_start_nothing(unpacked):
    for name in ("postinst", "prerm", "postrm"):
        script = unpacked / "DEBIAN" / name
        run("sh", "-n", script)
        assert "systemctl" not in script.read_text() and "rm -" not in script.read_text()


def test_an_install_puts_what_the_packages_have(packages, tmp_path_factory):
    """`cmake --install` after a build of everything: what is written by the program itself, manual and completion, is part of that."""
    assert "documents" in run("ninja", "-C", "build/release", "-t", "query", "all").split(), "a build of everything writes the documents"
    installed, unpacked = tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("unpacked")
    subprocess.run(["cmake", "--install", "build/release"], cwd=ROOT, env={**os.environ, "DESTDIR": str(installed)}, check=True, capture_output=True)
    for package in packages:
        run("dpkg-deb", "--extract", package, unpacked)
    ours, packaged = ({file.relative_to(root) for file in root.rglob("*") if not file.is_dir()} for root in (installed, unpacked))
    assert ours == packaged
    for file in ours:
        if file != pathlib.Path("usr/bin/taleus") and ".so" not in file.name:  # which the packages have stripped
            assert (installed / file).read_bytes() == (unpacked / file).read_bytes(), file


def test_the_librarys_packages_are_found_by_who_builds_and_loads(packages):
    dev, library, _ = packages
    assert "Depends: libtaleus1 (= " in run("dpkg-deb", "--info", dev)
    assert "libtaleus 1 libtaleus1" in run("dpkg-deb", "--info", library, "shlibs")
    assert "ldconfig" in run("dpkg-deb", "--info", library, "triggers")


def test_an_install_elsewhere_names_its_own_program(tmp_path):
    run("cmake", "-S", ROOT, "-B", tmp_path / "build", "-G", "Ninja", "-DCMAKE_CXX_COMPILER=clang++-19", "-DTALEUS_TESTS=OFF", f"-DCMAKE_INSTALL_PREFIX={tmp_path}/opt")
    unit = (tmp_path / "build/units/taleus.service").read_text()
    assert f"ExecStart={tmp_path}/opt/bin/taleus serve" in unit
