# Two commands do everything from a fresh clone: `make demo` and `make test`. The rest is for working on it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
jobs ?= $(shell nproc)

help:
	@echo 'make demo     set up, build, and let two parties bootstrap a stock and a foil tally'
	@echo 'make test     set up and run all tests (unit, whole program, interop)'
	@echo 'make package  the Debian package'
	@echo 'make bench    build and run the benchmarks'
	@echo 'make format   format the sources;  make tidy  static analysis'
	@echo 'make test-tsan  unit tests under TSan;  make fuzz  fuzz every target for a while;  make model  check the model;  make coverage'
	@echo 'make docs     the reference of the library: build/api/html'

setup:
	@scripts/setup

release: setup
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(jobs)

dev: setup
	cmake --preset dev
	cmake --build --preset dev -j $(jobs)

demo: release
	@scripts/demo build/release/taleus

test: unit system packaging interop
unit: dev
	ctest --preset dev -j $(jobs)
system: release
	@scripts/fetch-tools
	/usr/bin/python3 -m pytest -q tests/system
packaging: release
	@scripts/fetch-tools
	/usr/bin/python3 -m pytest -q -rs tests/packaging
interop: release
	tests/interop/build
	/usr/bin/python3 -m pytest -q -rs tests/interop --ignore tests/interop/peers_test.py

# What runs on more than one thread (the worker, the journal's writer, the provisioner's and hooks' threads, the resolver, the admin
# interface beside them) and what runs on top of it. The pure layers below have no thread to race with.
threaded := async session host store hooks provision ops sim app public c_bootstrap c_hooks
test-tsan: setup
	cmake --preset tsan
	cmake --build --preset tsan -j $(jobs) --target $(addsuffix _test,$(threaded))
	ctest --preset tsan -j $(jobs) -R '^($(subst $() ,|,$(threaded))|host_with_handshake_threads)$$'
package: release
	@scripts/package
docs: setup
	@scripts/make-api-docs
format:
	scripts/check-format --fix
tidy: dev
	scripts/check-tidy
fuzz: setup
	scripts/fuzz
# An hour for each group of targets, or HOURS; GROUP=transport, messages, trail, sessions or edges runs one.
fuzz-long: setup
	HOURS=$${HOURS:-1} scripts/fuzz
# Branches of the pure modules that their tests take.
coverage: setup
	scripts/coverage
model: setup
	scripts/check-model
# Seeded defects that the simulator must find; half an hour or more.
mutants: release
	scripts/check-mutants
# Simulated worlds: each of them, and all together, must hold what docs/testing.md says.
worlds ?= 10000
worlds: release
	build/release/taleus-sim --runs $(worlds) --jobs $(jobs)
bench: release
	build/release/micro | tee build/micro.txt
	bench/run
	bench/durability
	bench/trail
	bench/listeners
	bench/scaling
	bench/bounds
	@bench/report
# Every durable step, and a thousand kills of listener and dialers: half an hour.
kills: release
	STEPS=all /usr/bin/python3 -m pytest -q tests/system/test_kill_steps.py tests/system/test_migration.py tests/system/test_backup.py
	KILLS=1000 /usr/bin/python3 -m pytest -q -s tests/system/test_random_kills.py

# A thousand reloads and forty restarts under load, the start ended at forty moments, the guide and the image on a Debian of their own: needs root and the network.
long: release
	@scripts/fetch-tools
	TALEUS_LONG=1 /usr/bin/python3 -m pytest -q -rs tests/packaging tests/system/test_config.py tests/system/test_drain.py tests/system/test_systemd.py

.PHONY: coverage fuzz-long mutants worlds long docs package help setup release dev demo test unit system packaging interop test-tsan format tidy fuzz model bench kills
