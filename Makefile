# SPDX-License-Identifier: GPL-2.0-or-later
#
# Everything is made under build/ by meson and ninja; this file gives the
# steps their names. "make help" lists them.

SHELL = /bin/bash
.SHELLFLAGS = -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# ends with a line when NAME was given and is no number
number = $(if $(filter-out 1,$(shell \
    [[ '$($1)' =~ ^([1-9][0-9]{0,15})?$$ ]] && echo 1 || echo 0)),$(error \
    $1 is '$($1)', must be a number from 1 up))

$(if $(JOBS),$(call number,JOBS))

# on a terminal ninja keeps to one line; elsewhere show every 5 %
JOBS ?= $(shell nproc)
PROGRESS = $(if $(MAKE_TERMOUT),cat,scripts/progress)
QEMU = build/qemu-system-x86_64

# written by configure; no rule makes it, or every target would configure
-include build/config.mk

.PHONY: all
all: tools qemu

.PHONY: help
help:
	@echo 'make            build $(QEMU) and build/gvirt-decode'
	@echo 'make run        install what is missing, build, boot a Debian guest'
	@echo 'make check      all tests: unit, qtest, guest'
	@echo 'make check-unit the library alone, no QEMU, seconds'
	@echo 'make check-qtest, make check-guest'
	@echo 'make fuzz       SECONDS=600: hostile input under sanitizers, clang'
	@echo 'make soak       STEPS=1000000: random guests must stay apart'
	@echo 'make lint       style, licence lines, includes, shell scripts'
	@echo 'make bench      how fast it is, as ratios; JSON=FILE keeps them'
	@echo 'make docs       docs/ as pages, in build/docs'
	@echo 'make clean      remove what was built, keep sources and images'
	@echo 'make distclean  remove build/'
	@echo './configure --help lists what can be chosen'

# configured with defaults when nobody did it, again when its input changed
CONFIGURE_INPUTS = configure scripts/overlay qemu/devices.mak \
	qemu/devices-fuzz.mak \
	include/hw/gvirt/trace.def

build/config.status: $(CONFIGURE_INPUTS)
	@if [ -x build/config.status ]; then build/config.status; \
	else ./configure; fi

.PHONY: qemu
qemu: build/config.status
	@$(MAKE) qemu-configured

.PHONY: qemu-configured
qemu-configured:
	@if [ -z '$(QEMU_BUILD)' ]; then echo \
	    'make: configured with --without-qemu; run ./configure again'; \
	    exit 1; fi
	@echo 'make: building QEMU $(QEMU_VERSION) with gvirt'
	@ninja -j$(JOBS) -C $(QEMU_BUILD) qemu-system-x86_64 | $(PROGRESS) || \
	    { echo 'make: the build failed, see above'; exit 1; }

.PHONY: library
library: build/config.status
	@$(MAKE) library-configured

.PHONY: library-configured
library-configured:
	@ninja -j$(JOBS) -C build/lib | $(PROGRESS) || \
	    { echo 'make: the build of the library failed, see above'; exit 1; }

# what needs nothing of QEMU: with no build yet, only the library is configured
.PHONY: library-alone
library-alone: setup-unit
	@if [ ! -e build/lib/build.ninja ]; then \
	    GVIRT_LIBRARY_ONLY=1 ./configure --without-qemu; fi

.PHONY: tools
tools: build/config.status
	@$(MAKE) tools-configured

.PHONY: tools-configured
tools-configured:
	@ninja -j$(JOBS) -C build/lib tools/gvirt-decode | $(PROGRESS) || \
	    { echo 'make: the build of the tools failed, see above'; exit 1; }

.PHONY: qtests
qtests: qemu
	@$(MAKE) qtests-configured

.PHONY: qtests-configured
qtests-configured:
	@ninja -j$(JOBS) -C $(QEMU_BUILD) gvirt-qtests | $(PROGRESS)

.PHONY: setup setup-unit setup-qemu
setup:
	@scripts/setup unit qemu guest
setup-qemu:
	@scripts/setup unit qemu
setup-unit:
	@scripts/setup unit

# --- running ----------------------------------------------------------------

.PHONY: run
run: setup
	@$(MAKE) all
	@scripts/guest image
	@scripts/guest run

# --- tests ------------------------------------------------------------------

.PHONY: check
check: setup
	@$(MAKE) library qtests
	@scripts/check unit fuzz qtest guest

.PHONY: check-unit
check-unit: library-alone
	@$(MAKE) library-configured
	@scripts/check unit

.PHONY: check-qtest
check-qtest: setup-qemu
	@$(MAKE) qtests
	@scripts/check qtest

.PHONY: check-guest
check-guest: setup
	@$(MAKE) all
	@scripts/check guest

.PHONY: fuzz
fuzz:
	$(call number,SECONDS)
	@$(MAKE) setup-unit
	@if [ -n '$(QEMU_SRC)' ]; then $(MAKE) build/config.status; fi
	@tests/fuzz/run $(or $(SECONDS),600)

.PHONY: soak
soak:
	$(call number,STEPS)
	@$(MAKE) library-alone
	@$(MAKE) library-configured
	@ISOLATION_STEPS=$(or $(STEPS),1000000) \
	    build/lib/tests/unit/test-isolation

# with QEMU, too, unless configured without it
.PHONY: bench
bench: setup-unit
	@$(if $(JSON),touch '$(JSON)')
	@$(MAKE) library
	@$(MAKE) bench-configured

.PHONY: bench-configured
bench-configured:
	@if [ -n '$(QEMU_BUILD)' ]; then $(MAKE) qemu-configured; fi
	@bench/run $(if $(JSON),--json '$(JSON)')

# the tables of registers, commands and trace events are made by the decoder
.PHONY: docs
docs: library-alone
	@scripts/setup docs
	@$(MAKE) tools-configured
	@mkdir -p build/docs-tables
	@for t in registers commands traces; do \
	    build/gvirt-decode --list $$t --rst >build/docs-tables/$$t.inc || \
	    exit 1; done
	@sphinx-build -q -W -b html docs build/docs || \
	    { echo 'make: the pages of docs/ have mistakes, see above'; exit 1; }
	@echo 'make: build/docs/index.html'

.PHONY: lint
lint:
	@scripts/setup lint
	@scripts/lint

.PHONY: clean
clean:
	@if [ -d build/lib ]; then ninja -C build/lib -t clean; fi
	@if [ -n '$(QEMU_BUILD)' ]; then ninja -C $(QEMU_BUILD) -t clean; fi

.PHONY: distclean
distclean:
	rm -rf build
