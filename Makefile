# Everything that a developer, an auditor or CI runs. `make help` lists it.
# One target folder for everything, outside the clone, so that a fresh clone does not rebuild the world.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/anshi-target
# With PGO=1 every target builds, and measures, what `make pgo` built: see deploy/pgo/build.sh.
PGO_TARGET ?= $(HOME)/.cache/anshi-pgo
ifdef PGO
export CARGO_TARGET_DIR := $(PGO_TARGET)
export RUSTC_WRAPPER := $(CURDIR)/deploy/pgo/rustc.sh
export PROFILE_FLAGS := -Cprofile-use=$(PGO_TARGET)/anshi.profdata -Cllvm-args=-pgo-warn-missing-function=false
endif
ANSHI := $(CARGO_TARGET_DIR)/release/anshi
GUESTS := target/guests
export ANSHI_GUESTS_DIR := $(CURDIR)/$(GUESTS)
DEMO_HOME ?= $(shell mktemp -u /tmp/anshi-demo-XXXXXX)
ROUNDS ?= 200
MINUTES ?= 10
API_SECONDS ?= 300
# The calls that the city has answered in all.
CALLS ?= 520000
# 1,000,000 is 9.2 million rows.
SERVICE_SCALE ?= 1000000
SERVICE_ROUNDS ?= 12
# Whose Ed25519 the floor has: `ring`, or `dalek` as the engine.
SERVICE_FLOOR ?= ring
INGEST_ROUNDS ?= 5
# 1 is 9.2 million rows.
INGEST_SCALES ?= 0.108 1
TABLE_ROUNDS ?= 5
# 1 is 9.2 million rows; above 12 million the engine runs alone, for its memory.
TABLE_SCALES ?= 0.11 1 2.2
# One process for all integration tests: the homes that they share are made once (nextest would make one for each test).
TEST := cargo test --release --locked --no-fail-fast

.PHONY: help build target guests demo demos dist scenarios policies test test-odbc lint docs-test foreign test-api test-api-short test-clients crash faults attacks twin dp-audit utility fuzz bench bench-ingest bench-tables bench-peers bench-service replay soak soak-minute clean test-guests bench-guests pgo

help:            ## list the targets
	@grep -E '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed 's/:.*##/  /'

target:          ## add the WebAssembly target
	@rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown

build: target    ## build the `anshi` command
	cargo build --release --locked --bin anshi

pgo: guests      ## build `anshi` guided by a profile of its own work, and with PGO=1 measure or pack that build
	deploy/pgo/build.sh $(PGO_TARGET) $(GUESTS)

guests: target   ## build the guests for the tests
	@mkdir -p $(GUESTS)
	cd sandbox-guests && env -u RUSTFLAGS cargo build --release --locked --target wasm32-unknown-unknown
	cp $(CARGO_TARGET_DIR)/wasm32-unknown-unknown/release/*.wasm $(GUESTS)/

dist: build guests  ## the tarball for developers of guests, and its digest
	@tarball=$$(deploy/dist/make.sh $(ANSHI) $(CARGO_TARGET_DIR)/dist $(GUESTS)) && echo "$$tarball" && cat "$$tarball.sha256" && \
		echo "check it: cd $$(dirname "$$tarball") && sha256sum -c $$(basename "$$tarball").sha256; inside: sha256sum -c SHA256SUMS"

demo: build guests  ## watch a bank's question be answered, or with SCENARIO=NAME another use (`anshi demo --list`)
	$(ANSHI) demo --home $(DEMO_HOME) --guests $(GUESTS) $(if $(SCENARIO),--scenario $(SCENARIO))

demos: build guests  ## show every scenario, and say how long each took
	tests/demo/all.sh $(ANSHI) $(GUESTS)

scenarios: build guests  ## ask of every shipped policy what its cases ask, and of a whole city how its answers are shared out
	$(ANSHI) policy test policies --guests $(GUESTS)

policies: scenarios  ## the same; and check every shipped policy, the guest kit's too
	$(ANSHI) policy check policies
	$(ANSHI) policy check sandbox-guests/kit/policies
	$(ANSHI) policy test sandbox-guests/kit/policies --guests $(GUESTS)

test: guests     ## all tests: the project's, the shipped policies' cases, then the guests' own
	$(TEST)
	$(MAKE) --no-print-directory policies
	cd sandbox-guests && cargo test --release --locked --quiet

test-odbc:       ## what an ODBC driver gives (Debian: unixodbc-dev, odbc-postgresql, postgresql)
	$(TEST) --features odbc --lib -- odbc

docs-test: build guests  ## run what the documents show
	cargo test --release --locked --test docs

crash: guests    ## kill the engine at ROUNDS random moments, and check everything after each
	CRASH_ROUNDS=$(ROUNDS) cargo test --release --locked --test main -- --exact crash::killed_at_any_moment --nocapture

faults: guests   ## fail every file call of every stage, cut the power after each; then find out weakened engines
	$(TEST) --test main -- --exact faults::every_call_fails_and_power_is_cut_after_each --ignored --nocapture
	$(TEST) --features weaken --test main -- --exact faults::weakened_engines_are_caught --nocapture

fuzz:            ## fuzz every parser of foreign bytes, MINUTES each
	fuzz/run.sh $(MINUTES)

lint:            ## formatting, clippy and rustdoc, warnings denied
	cargo fmt --all --check
	cargo clippy --release --locked --all-targets --features odbc -- -D warnings
	cargo clippy --release --locked --lib --bins -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps
	cd sandbox-guests && cargo fmt --all --check && cargo clippy --release --locked --all-targets -- -D warnings

bench: guests    ## what one job costs, part by part, beside baselines
	cargo bench --locked --bench bench

bench-guests: build guests  ## what a guest costs in each language, beside the yardstick: size, registration, calls, memory
	tests/languages/run.sh $(ANSHI) bench

bench-ingest: build guests  ## ingest beside polars on the same files, and what an engine holds on them
	benches/ingest/run.sh $(ANSHI) $(GUESTS)/sme_credit_check.wasm $(INGEST_ROUNDS) $(INGEST_SCALES)

bench-tables: build guests  ## a table over every unit beside polars' group-by on the same data, and its memory
	benches/tables/run.sh $(ANSHI) $(GUESTS)/table_yardstick.wasm $(TABLE_ROUNDS) alone $(TABLE_SCALES)

bench-peers: build guests  ## the same beside OpenDP on polars (skipped where the packages cannot be had)
	benches/tables/run.sh $(ANSHI) $(GUESTS)/table_yardstick.wasm $(TABLE_ROUNDS) peers 1

bench-service: guests  ## signed label jobs over HTTP beside a floor that signs and syncs as much, and their latency
	cargo bench --locked --bench service -- rounds $(SERVICE_ROUNDS) 6000 1280 $(SERVICE_SCALE) $(SERVICE_FLOOR)

replay: guests   ## the city's CALLS calls over HTTP, each of which must be answered
	cargo bench --locked --bench service -- replay $(CALLS) $(SERVICE_SCALE)

soak: guests     ## MINUTES at four fifths of what the service can do, killed and started again: nothing lost, nothing charged twice
	cargo bench --locked --bench service -- soak $(MINUTES) $(SERVICE_SCALE)

soak-minute: guests  ## one minute of the same, on little data
	$(TEST) --test main -- --exact load::killed_under_load --ignored --nocapture

utility: guests  ## the noise of tables at ε = 1 against the scale of the policy's bounds
	cargo test --release --locked --features weaken --test main utility:: -- --include-ignored --nocapture --test-threads=1

attacks: guests  ## every attack: held by the engine, and broken once its defence is taken away
	cargo test --release --locked --features weaken --test main attacks::table -- --ignored --nocapture --test-threads=1

twin: guests     ## ask two services whose data differ in one figure the same, compare every byte and 500 pairs of times; find out weakened engines
	cargo test --release --locked --features weaken --test main twin:: -- --include-ignored --nocapture --test-threads=1

dp-audit: guests ## the privacy of tables: noise against its exact distributions, neighbouring data, seeded bugs that must be caught
	cargo test --release --locked --features weaken --test main dp_audit:: -- --include-ignored --nocapture --test-threads=1

test-api: build guests  ## ask everything that the specification offers, rightly and wrongly signed, for API_SECONDS
	tests/api/run.sh $(ANSHI) $(GUESTS)/sme_credit_check.wasm $(GUESTS)/late_payment_by_county.wasm $(API_SECONDS)

test-api-short: build guests  ## the same in less than a minute
	tests/api/run.sh $(ANSHI) $(GUESTS)/sme_credit_check.wasm $(GUESTS)/late_payment_by_county.wasm 20

test-clients: build guests  ## have the clients of clients/ (Python, Java, Node) ask a live server, and verify what it answers
	tests/clients/run.sh $(ANSHI) $(GUESTS)

test-guests: build guests  ## build the kit's guests in every language outside of here, and have all asked one table of cases
	tests/languages/run.sh $(ANSHI) test

foreign: build guests  ## have libraries that are not ours verify receipts and log
	tests/foreign/run.sh $(ANSHI) $(GUESTS)/sme_credit_check.wasm
