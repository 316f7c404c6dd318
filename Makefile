# Run it, test it, measure it. `make` alone says what there is.

# What `make bench` plays, and `make simulate` runs: make bench SCENARIO="idle --documents 10000"
SCENARIO ?= all
# Options of `make compare`: make compare COMPARE="--documents 50 --changes 20 --rounds 1"
COMPARE ?=
SEEDS ?= 2000
KILLS ?= 1000
INPUTS ?= 1000000

.DEFAULT_GOAL := help
.PHONY: help run demo test bench compare simulate kills bytes audit check-mobile pages clean

help:
	@echo 'make run        the app on a sample conference, with a server of its own'
	@echo 'make demo       a day at a conference with five devices, told in the terminal'
	@echo 'make test       formatting, clippy, the server by itself, and all tests'
	@echo 'make bench      figures, one line of JSON a scenario (SCENARIO="idle --documents 10000")'
	@echo 'make compare    the same beside Hocuspocus and automerge-repo (COMPARE="--documents 50 --rounds 1")'
	@echo 'make simulate   many seeded worlds on a virtual network (SEEDS=2000)'
	@echo 'make kills      devices and a server killed in the middle of their work, over and over (KILLS=1000)'
	@echo 'make bytes      wrong bytes at every border of devices and server (INPUTS=1000000)'
	@echo 'make audit      sources and licences of all packages, and known flaws as far as there is a network'
	@echo 'make check-mobile'
	@echo '                type-checks the app for Android and iOS, on Debian'
	@echo 'make clean      removes what was built, and what the demo and the app left'

run: pages
	@.ci/need cargo cc pkg-config webview
	cargo build --locked -p multaqa -p sync-server -p tests --bin multaqa --bin sync-server --bin host
	@.ci/app

pages:
	@.ci/need npm
	@.ci/pages

demo:
	@.ci/need cargo cc pkg-config
	cargo build --locked -p tests --no-default-features --bin demo
	@target/debug/demo

test:
	@.ci/need cargo clippy fmt cc pkg-config npm webview display browser
	@.ci/test

bench:
	@.ci/need cargo cc pkg-config
	cargo build --locked --release -p tests --no-default-features --bin scenario
	@target/release/scenario $(SCENARIO)

compare:
	@.ci/need cargo cc pkg-config npm python3
	cargo build --locked --release -p tests --no-default-features --bin scenario
	@.ci/compare $(COMPARE)

simulate:
	@.ci/need cargo cc pkg-config
	cargo build --locked --release -p tests --no-default-features --bin simulate
	@target/release/simulate --seeds $(SEEDS)

kills:
	@.ci/need cargo cc pkg-config
	cargo build --locked -p tests --no-default-features --bin kills
	@target/debug/kills --kills $(KILLS)

bytes:
	@.ci/need cargo cc pkg-config
	cargo build --locked --release -p tests --no-default-features --bin bytes
	@target/release/bytes --inputs $(INPUTS)

audit:
	@.ci/need cargo cc pkg-config npm
	@.ci/audit

check-mobile: pages
	@.ci/need mobile
	@.ci/check-mobile

clean:
	cargo clean
	rm -rf .multaqa-demo .multaqa-run ui/dist ui/node_modules tests/compare/node_modules
