# make run · make demo · make test · make test-fast · make test-window [JOURNEY=name] · make check · make bench
#
# Each target installs what it needs and does again only what has changed.

.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: help run demo test test-fast test-window check bench build system clean

JOURNEY ?=
# Journeys wait more than they compute, so two of them share two cores well.
WINDOWS ?= 2
# What is measured; PROFILE=dev is quicker to build.
PROFILE ?= release
BUILT := $(or $(CARGO_TARGET_DIR),target)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

UI_SOURCES := $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print)

help:
	@sed -n 1p Makefile

system:
	@scripts/ensure-system

ui/node_modules/.package-lock.json: ui/package-lock.json | system
	cd ui && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	cd ui && npm run --silent build -- --logLevel warn
	@touch $@

build: ui/dist/index.html
	cargo build --quiet --workspace --bins

run: build
	@scripts/run

demo: build
	cargo test --quiet --test demo --

test: ui/dist/index.html
	@scripts/test all

test-fast: ui/dist/index.html
	@scripts/test fast

test-window: build
	cargo test --test window -- $(if $(JOURNEY),$(JOURNEY)::) --test-threads=$(WINDOWS)

check: ui/dist/index.html
	@scripts/test check

bench: ui/dist/index.html
	cargo build --quiet --profile $(PROFILE) --workspace --bins
	@cargo bench --quiet --profile $(PROFILE) --bench kiosk
	@$(BUILT)/bench-commit

clean:
	rm -rf target ui/dist ui/node_modules .run shots
