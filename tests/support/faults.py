"""Faults for the real program, without a change to it: `faults.cpp` is preloaded, and a page shared with the test says what is to fail.

A program that was started with `environment` ends itself by SIGKILL at the n-th durable step (`kill_at`), has no room on its disk
(`disk_is_full`), cannot flush (`flush_fails`), reads another wall clock (`clock_jumps`), or is refused a thread (`thread_is_refused`).
"""

import datetime
import errno
import functools
import mmap
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

import pytest

SOURCE = pathlib.Path(__file__).with_name("faults.cpp")


@functools.cache
def library():
    compiler = shutil.which("clang++-19") or shutil.which("c++")
    if compiler is None:
        pytest.skip("NO C++ COMPILER: the library of faults cannot be made (scripts/setup)")
    made = pathlib.Path(tempfile.mkdtemp(prefix="taleus-faults-")) / "faults.so"
    subprocess.run([compiler, "-std=c++23", "-O2", "-shared", "-fPIC", "-D_GNU_SOURCE", SOURCE, "-o", made], check=True)
    return made


class Faults:
    FIELDS = ("seen", "kill_at", "torn", "write_error", "flush_error", "failed_flushes", "fill_at", "clock_ms", "threads", "refused_thread")

    def __init__(self, file, home):
        """`file`: where the shared page is kept, outside the home whose steps are counted."""
        self.file, self.home = pathlib.Path(file), home
        self.file.write_bytes(bytes(4096))
        with self.file.open("r+b") as opened:
            self.page = mmap.mmap(opened.fileno(), 4096)

    @property
    def environment(self):
        sanitized = {"ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")}
        return {"LD_PRELOAD": str(library()), "FAULTS": str(self.file), "FAULTS_HOME": str(self.home.path), **sanitized}

    def __getattr__(self, name):
        if name not in self.FIELDS:
            raise AttributeError(name)
        return struct.unpack_from("q", self.page, 8 * self.FIELDS.index(name))[0]

    def put(self, **values):
        for name, value in values.items():
            struct.pack_into("q", self.page, 8 * self.FIELDS.index(name), value)

    ONLY, LAST = slice(80, 180), slice(180, 380)  # after the fields

    @property
    def last(self):
        """The step at which the program ended, such as `pwrite …/taleus.db-wal`."""
        return self.page[self.LAST].split(b"\0")[0].decode()

    def only(self, text=""):
        """Count and fail only steps whose text, such as `fsync /home/taleus.db`, holds this one."""
        self.page[self.ONLY] = text.encode().ljust(100, b"\0")

    # --- what is to fail, from now on
    def kill_at(self, number, torn=False, only=""):
        """Ends the program before its step `number` from now; `torn`: with the first half of what that step writes."""
        self.put(kill_at=0)
        self.only(only)
        self.put(seen=0, torn=int(torn))
        self.put(kill_at=number)

    def never(self):
        self.put(kill_at=0, write_error=0, flush_error=0, refused_thread=0)

    def disk_is_full(self):
        self.fill_at(0)

    def fill_at(self, number):
        """The disk is full from step `number` from now on."""
        self.put(write_error=0)
        self.only()
        self.put(seen=0, fill_at=number)
        self.put(write_error=errno.ENOSPC)

    def flush_fails(self, only=""):
        self.only(only)
        self.put(flush_error=errno.EIO)

    def thread_is_refused(self, number):
        """The thread `number` that the program begins from now on is not to be had."""
        self.put(threads=0, refused_thread=number)

    def clock_jumps(self, by: datetime.timedelta):
        self.put(clock_ms=int(by.total_seconds() * 1000))
