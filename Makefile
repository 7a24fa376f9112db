# make demo and make test do everything on a fresh Debian or Ubuntu with a Swift toolchain.
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
CHECKS = --explicit-target-dependency-import-check error
RELEASE = -c release -Xswiftc -cross-module-optimization -Xswiftc -static-executable -Xlinker -s
OUT = .build/release
TESTED = TARE_BINARY=$(CURDIR)/$(OUT)/tare TARE_SERVICE=$(CURDIR)/$(OUT)/tare-service
TRUTH_RUNS ?= 300
PICTURE = $(OUT)/tare snapshot --root $(CAPTURED) --format svg
CAPTURED = .build/captured/host

.PHONY: help demo test stock-host release install uninstall format lint bench screenshots clean
.DEFAULT_GOAL := release

## help: these lines
help:
	@sed -n 's/^## *//p' Makefile

## demo: start a container and a VM, watch them side by side, remove both; without a terminal, tables for half a minute
demo: release
	@.ci/packages demo
	$(OUT)/tare demo $(DEMO)

## test: the whole suite, with real containers and VMs where they can run
test: release
	@.ci/packages test
	$(if $(TEST),,TARE_LOAD=1 $(TESTED) $(SWIFT) test $(CHECKS) --filter LabTests/Load)
	$(TESTED) $(SWIFT) test $(CHECKS) $(TEST)

## stock-host: tare in an emulated Debian 13 with systemd, cgroup v2 and its own Docker, Podman, nspawn and libvirt; builds its image once, as root
stock-host: release
	Tests/StockHost/run.sh $(CURDIR)/$(OUT)/tare

## release: one static executable, and the small service of the demo
release:
	@.ci/packages build
	$(SWIFT) build $(RELEASE) $(CHECKS) --product tare
	$(SWIFT) build $(RELEASE) $(CHECKS) --product tare-service

## bench: the sampler beside a C program that reads the same files, the live screen beside systemd-cgtop, htop and btop, the
##        cost of seeing starts and of discovery, and how far what is said of 300 starts of each kind is from the truth; needs root
bench: release
	TARE_BINARY=$(CURDIR)/$(OUT)/tare Tests/Benchmarks/run.sh
	TARE_BINARY=$(CURDIR)/$(OUT)/tare Tests/Benchmarks/screen.sh
	TARE_BINARY=$(CURDIR)/$(OUT)/tare Tests/Benchmarks/starts.sh
	TARE_BINARY=$(CURDIR)/$(OUT)/tare Tests/Benchmarks/discovery.sh
	TARE_TRUTH_RUNS=$(TRUTH_RUNS) $(SWIFT) test $(CHECKS) --filter TruthTests >.build/bench/truth 2>&1; \
		status=$$?; grep -E '^truth:|✘|error:|Test run' .build/bench/truth; exit $$status

## screenshots: the pictures of the README, from a captured host
screenshots: release
	rm -rf $(dir $(CAPTURED)) && mkdir -p $(dir $(CAPTURED)) && tar -xzf docs/host.tar.gz -C $(dir $(CAPTURED))
	$(PICTURE) --size 120x40 >docs/overview.svg
	$(PICTURE) --size 80x24 >docs/overview-80x24.svg
	$(PICTURE) --size 120x40 --theme light >docs/overview-light.svg
	$(PICTURE) --size 120x24 --view table >docs/table.svg
	$(PICTURE) --size 120x24 --view boot --sort boot >docs/boot.svg
	$(PICTURE) --size 100x30 --view stack >docs/stack.svg

## install: into PREFIX, /usr/local unless given, below DESTDIR
install:
	install -D -m 755 $(OUT)/tare $(DESTDIR)$(PREFIX)/bin/tare
	install -D -m 755 $(OUT)/tare-service $(DESTDIR)$(PREFIX)/libexec/tare/tare-service

## uninstall: what install put there
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/tare
	rm -rf $(DESTDIR)$(PREFIX)/libexec/tare

## format: the sources by swift-format
format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests

## lint: fails where format would change something
lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

## clean: what was built
clean:
	rm -rf .build
