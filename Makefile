# make run · make demo · make test · make test-fast · make test-window [JOURNEY=name] · make check · make fuzz [MINUTES=n] ·
# make powercut [IMAGES=n SEED=s] · make kills · make bench
#
# Each target installs what it needs and does again only what has changed.

.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: help run demo test test-fast test-window check fuzz powercut kills bench build system clean

# rustup's own folder, for a shell that was open before it was installed
export PATH := $(PATH):$(HOME)/.cargo/bin

JOURNEY ?=
# Journeys wait more than they compute, so two of them share two cores well.
WINDOWS ?= 2
# How long everything that reads from outside is tried with bytes that nobody has thought of.
MINUTES ?= 5
# How often the power is cut, and which cuts are drawn.
IMAGES ?= 30000
SEED ?= 1
# What is measured; PROFILE=dev is quicker to build.
PROFILE ?= release

UI_SOURCES := $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print)

help:
	@sed -n 1,2p Makefile

system:
	@scripts/ensure-system

ui/node_modules/.package-lock.json: ui/package-lock.json | system
	cd ui && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	cd ui && npm run --silent build -- --logLevel warn
	@touch $@

build: ui/dist/index.html
	@echo "building (some minutes the first time)"
	cargo build --workspace --bins

run: build
	@scripts/run

demo: build
	cargo test --test demo --

test: ui/dist/index.html
	@scripts/test all

test-fast: ui/dist/index.html
	@scripts/test fast

test-window: build
	@scripts/window "$(WINDOWS)" "$(JOURNEY)"

check: ui/dist/index.html
	@scripts/test check

fuzz: system
	@scripts/fuzz "$(MINUTES)"

powercut: system
	@echo "building (some minutes the first time)"
	@cargo run --quiet -p powercut -- $(IMAGES) $(SEED)

kills: build
	@scripts/kills "$(WINDOWS)"

bench: ui/dist/index.html
	@echo "building (some minutes the first time)"
	cargo build --profile $(PROFILE) --workspace --bins
	@cargo bench --profile $(PROFILE) --bench kiosk
	@cargo run --quiet --profile $(PROFILE) -p till --bin bench-commit

clean:
	rm -rf target ui/dist ui/node_modules .run shots
