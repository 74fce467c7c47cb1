"""The library as somebody else has it: installed, moved, and built against by a project that has nothing of the sources."""

import shutil
import subprocess

from taleus import ROOT

EXAMPLES = ["listener", "dialer", "merchant", "own_hooks", "tested"]


def run(*command, **options):
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert ended.returncode == 0, ended
    return ended.stdout


def installed(folder):
    """What `cmake --install` puts below its prefix, moved: nothing in it may name where it was."""
    made, moved = folder / "first", folder / "moved"
    for component in ("library", "development"):
        run("cmake", "--install", ROOT / "build/release", "--prefix", made, "--component", component)
    made.rename(moved)
    for file in moved.rglob("*"):
        if file.suffix in (".cmake", ".pc", ".hpp", ".h"):
            assert str(made) not in file.read_text() and str(ROOT) not in file.read_text(), file
    return moved


def built(prefix, project, names=EXAMPLES):
    """The examples of these names, found and built by CMake: the folder with the programs."""
    shutil.copy(ROOT / "tests/library/consumer/CMakeLists.txt", project)
    for name in names:
        shutil.copy(ROOT / f"examples/{name}.cpp", project)
    run("cmake", "-S", project, "-B", project / "build", "-G", "Ninja", "-DCMAKE_CXX_COMPILER=clang++-19", f"-DCMAKE_PREFIX_PATH={prefix}",
        "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror", "-DPROGRAMS=" + ";".join(f"{name}.cpp" for name in names))
    run("cmake", "--build", project / "build", "-j2")
    return project / "build"


def built_in_c(prefix, project, names=("listener", "dialer")):
    """The examples in C of these names, found by pkg-config and built by a C compiler in a strict standard: the folder with the programs."""
    [file] = prefix.rglob("taleus.pc")
    [library] = prefix.rglob("libtaleus.so.1")
    flags = run("pkg-config", "--cflags", "--libs", "taleus", env={"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(file.parent)}).split()
    for name in names:
        run("clang-19", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", ROOT / f"examples/c/{name}.c", *flags, f"-Wl,-rpath,{library.parent}",
            "-o", project / name)
    return project
