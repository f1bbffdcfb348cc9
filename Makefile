# make run · make demo · make test · make test-fast · make test-window [JOURNEY=name] · make check · make gallery ·
# make a11y · make screens · make sheets · make fuzz [MINUTES=n] ·
# make simulate [ORDERS=n SEED=s] · make powercut [IMAGES=n SEED=s] · make diskfaults [STRIDE=n SEED=s] · make kills ·
# make mutants [SHARD=k/n FILES=names] · make bench · make package · make test-package · make check-windows ·
# make release-keys KEY=file · make release CHANNEL=stable|beta TO=folder KEY=file [PACKAGE=file.deb PERCENT=n]
#
# Each target installs what it needs and does again only what has changed.

.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: help run demo test test-fast test-window check gallery a11y screens sheets fuzz simulate powercut mutants diskfaults kills bench package test-package check-windows release release-keys build system clean

# rustup's own folder, for a shell that was open before it was installed
export PATH := $(PATH):$(HOME)/.cargo/bin

JOURNEY ?=
# Journeys wait more than they compute, so three of them share two cores well.
WINDOWS ?= 3
# How long everything that reads from outside is tried with bytes that nobody has thought of.
MINUTES ?= 5
# How many orders are sold while everything goes wrong.
ORDERS ?= 1000000
# How often the power is cut; and which orders and cuts are drawn.
IMAGES ?= 30000
SEED ?= 1
# Which part of the mutants is tried; of which files ("money.rs kiosk/show.rs"). Without them, all that aren't known yet.
SHARD ?=
FILES ?=
# Each so many of the calls that are alike is made to fail; 1 is all of them, and takes half an hour.
STRIDE ?= 10
# What is measured and packed; PROFILE=dev is quicker to build.
PROFILE ?= release
# What is published, in which channel, where to, for so many of a hundred kiosks, and signed with which secret keys.
PACKAGE ?=
CHANNEL ?=
TO ?=
PERCENT ?= 100
KEY ?=

UI_SOURCES := $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print)

help:
	@sed -n 1,6p Makefile

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
	cargo build --bins

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

gallery: ui/node_modules/.package-lock.json
	cd ui && npx --no-install vite --open /gallery.html

a11y: ui/node_modules/.package-lock.json
	@cd ui && node gallery/run.mjs a11y "$(WINDOWS)"

screens: ui/node_modules/.package-lock.json
	@cd ui && WINDOWS="$(WINDOWS)" npx --no-install vitest run --config gallery/vitest.config.ts

sheets: ui/node_modules/.package-lock.json
	@cd ui && node gallery/run.mjs sheets "$(WINDOWS)"

check: ui/dist/index.html
	@scripts/test check

fuzz: system
	@scripts/fuzz "$(MINUTES)"

simulate: system
	@echo "building (a minute or two the first time)"
	@cargo run --quiet --profile simulate -p simulation -- $(ORDERS) $(SEED)

powercut: system
	@echo "building (some minutes the first time)"
	@cargo run --quiet -p powercut -- $(IMAGES) $(SEED)

mutants: system
	@scripts/mutants "$(SHARD)" "$(FILES)"

diskfaults: system
	@echo "building (some minutes the first time)"
	@cargo run --quiet -p powercut -- faults $(STRIDE) $(SEED)

kills: build
	@scripts/kills "$(WINDOWS)"

bench: ui/dist/index.html
	@echo "building (some minutes the first time)"
	cargo build --profile $(PROFILE) --bins
	@cargo bench --profile $(PROFILE) --bench kiosk
	@cargo run --quiet --profile $(PROFILE) -p till --bin bench-commit
	@cargo run --quiet --profile $(PROFILE) -p till --bin bench-search

package: ui/dist/index.html
	@scripts/ensure-system debhelper
	@echo "building (some minutes the first time)"
	@scripts/package "$(PROFILE)"

test-package: package
	@scripts/ensure-system debhelper mmdebstrap sqlite3 grim
	cargo build --bin prbiti-simulator --bin prbiti-kiosk-release
	@scripts/test-package

check-windows: ui/dist/index.html
	@scripts/check-windows

release: system
	@CHANNEL="$(CHANNEL)" TO="$(TO)" KEY="$(KEY)" PACKAGE="$(PACKAGE)" PERCENT="$(PERCENT)" scripts/release publish

release-keys: system
	@KEY="$(KEY)" scripts/release keys

clean:
	rm -rf target ui/dist ui/node_modules .run shots
