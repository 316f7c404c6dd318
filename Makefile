# Run it, test it, measure it. `make` alone says what there is.

# What `make bench` plays, and `make simulate` runs: make bench SCENARIO="idle --documents 10000"
SCENARIO ?= all
SEEDS ?= 2000

.DEFAULT_GOAL := help
.PHONY: help run demo test bench simulate clean

help:
	@echo 'make run        the demo, until there is an app: a day at a conference, told in the terminal'
	@echo 'make demo       the same'
	@echo 'make test       formatting, clippy, the server by itself, and all tests'
	@echo 'make bench      figures, one line of JSON a scenario (SCENARIO="idle --documents 10000")'
	@echo 'make simulate   many seeded worlds on a virtual network (SEEDS=2000)'
	@echo 'make clean      removes what was built, and what the demo left'

run: demo

demo:
	@.ci/need cargo cc pkg-config
	cargo build --locked -p tests --bin demo
	@cargo run --locked -q -p tests --bin demo

test:
	@.ci/need cargo clippy fmt cc pkg-config
	@.ci/test

bench:
	@.ci/need cargo cc pkg-config
	cargo build --locked --release -p tests --bin scenario
	@cargo run --locked -q --release -p tests --bin scenario -- $(SCENARIO)

simulate:
	@.ci/need cargo cc pkg-config
	cargo build --locked --release -p tests --bin simulate
	@cargo run --locked -q --release -p tests --bin simulate -- --seeds $(SEEDS)

clean:
	cargo clean
	rm -rf .multaqa-demo
