"""Two hosts and the wire between them: network namespaces, and a thread that carries their IP packets from one to the other, late, not
at all, or only one way, as the test says. Nothing of it depends on what queueing disciplines the kernel was built with.

    with Wire() as wire:
        with wire.at("listener"):   # what this thread starts and connects is on that host
            running = Listener(…, listen=f"/ip4/{wire.address('listener')}/tcp/0")
        wire.delay, wire.loss = 0.05, 0.1
        wire.cut()

Needs root and /dev/net/tun; without them the test is skipped, with the reason."""

import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time

import pytest

HOSTS = {"listener": "10.77.0.1", "dialer": "10.77.0.2"}
CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace):
    """Moves this thread; what it starts from now on is there too."""
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Wire:
    def __init__(self, seed=1):
        self.delay, self.loss = 0.0, 0.0  # seconds, one way; the share that is lost
        self.lost, self.carried = 0, 0
        self.cut_from = set()  # the hosts of which nothing arrives
        self.random = random.Random(seed)
        self.names = {host: f"taleus-{os.getpid()}-{host}" for host in HOSTS}
        self.opened = contextlib.ExitStack()

    def __enter__(self):
        try:
            self._make()
        except BaseException:
            self.opened.close()
            raise
        self.is_over = threading.Event()
        self.carrier = threading.Thread(target=self._carry, daemon=True)
        self.carrier.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.carrier.join(5)
        self.opened.close()

    def _make(self):
        if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
            pytest.skip("network namespaces and /dev/net/tun need root: nothing is known of delay, loss and partition here")
        self.ends, self.namespaces = {}, {}
        for host, name in self.names.items():
            try:
                ip("netns", "add", name)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"no network namespaces here: {error.stderr.strip()}")
            self.opened.callback(subprocess.run, ["ip", "netns", "del", name], check=False)
            self.namespaces[host] = os.open(f"/run/netns/{name}", os.O_RDONLY | os.O_CLOEXEC)
            self.opened.callback(os.close, self.namespaces[host])
            with self.at(host):
                end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
                self.opened.callback(os.close, end)
                fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", b"wire", IFF_TUN | IFF_NO_PI))
            self.ends[host] = end
            ip("-n", name, "addr", "add", f"{HOSTS[host]}/24", "dev", "wire")
            for device in ("lo", "wire"):
                ip("-n", name, "link", "set", device, "up")

    @contextlib.contextmanager
    def at(self, host):
        here = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            enter(self.namespaces[host])
            try:
                yield
            finally:
                enter(here)
        finally:
            os.close(here)

    @staticmethod
    def address(host):
        return HOSTS[host]

    # --- what goes wrong, from now on
    def cut(self, hosts=tuple(HOSTS)):
        """Nothing that these hosts send arrives any more, and nobody is told."""
        self.cut_from = set(hosts)

    def heal(self):
        self.cut_from = set()

    def _carry(self):
        travelling, number = [], 0
        other = {self.ends[host]: (host, self.ends[far]) for host, far in zip(HOSTS, reversed(HOSTS))}
        while not self.is_over.is_set():
            wait = max(0.0, min(0.05, travelling[0][0] - time.monotonic())) if travelling else 0.05
            for end in select.select(list(other), [], [], wait)[0]:
                host, far = other[end]
                with contextlib.suppress(BlockingIOError):
                    packet = os.read(end, 65536)
                    number += 1
                    heapq.heappush(travelling, (time.monotonic() + self.delay, number, host, far, packet))
            while travelling and travelling[0][0] <= time.monotonic():
                _, _, host, far, packet = heapq.heappop(travelling)
                if host in self.cut_from or self.random.random() < self.loss:  # what is on its way is lost too
                    self.lost += 1
                    continue
                self.carried += 1
                with contextlib.suppress(OSError):  # a full or closed end loses it, as a wire would
                    os.write(far, packet)
