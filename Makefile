# Two commands are enough: make run, make test. The rest is for whoever changes the code.

# The system's own first: a distribution builds it for speed, and one that was built by hand is often a third slower.
GOOD_PYTHON = import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for one in /usr/bin/python3 python3.11 python3.12 python3.13 python3; do \
	$$one -c '$(GOOD_PYTHON)' 2>/dev/null && command -v $$one && break; done)
PORT ?= 8000
export MACA_DATA ?= $(CURDIR)/.maca
BIN := .venv/bin
TEST_DATA := $(CURDIR)/.build/test-data
# Tests of rooms and files that know no database: another one tells nothing new of them.
KNOW_NO_DATABASE = documents design kernel/test_small_numbers.py chronology/test_patterns.py \
	chronology/test_reading.py cases/test_cohort.py cases/test_drawing.py
RUN_TESTS = MACA_DATA=$(TEST_DATA) $(BIN)/python -m pytest

.PHONY: run test test-processes test-words test-everybody test-crawls test-browser test-browser-again test-all test-postgres test-postgres-matrix test-wheel kill clashes check mutate panel-load bench bench-patterns bench-line bench-related bench-said-before bench-screen bench-attack bench-report bench-briefing docs format lock pictures clean help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-21s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .build/site $(if $(DATABASE_URL),.build/postgres) ## Make everything that is needed, and serve the demo on this machine
	@$(BIN)/python -m maca demo
	@exec $(BIN)/python -m maca serve --port $(PORT)

test: .build/dev ## The tests of every change: under five minutes
	$(RUN_TESTS) -n 2 -m "not browser and not everybody and not crawl and not process" $(ARGS)

test-processes: .build/dev ## The site and its command as real processes: started, killed, gone on with, their files read byte by byte
	$(RUN_TESTS) -n 2 --maxschedchunk 1 -m process $(ARGS)

test-words: .build/dev ## Ten thousand things that somebody might type, through every form of a chronology and of a report
	MACA_STRINGS=10000 $(RUN_TESTS) -n 2 $(foreach one,chronology report,tests/documents/test_$(one)_any_words.py) $(ARGS)

test-everybody: .build/dev ## Every page as everybody at every stage: the policy table, and the sealed words
	$(RUN_TESTS) -n 2 --maxschedchunk 1 -m everybody $(ARGS)

test-crawls: .build/dev ## Every page at every stage: it does not break, shows no number of the database, and asks nobody elsewhere
	$(RUN_TESTS) -n 2 -m crawl $(ARGS)

test-browser: .build/dev ## Whole journeys in a real Chromium against a real server, at a laptop’s width
	@if $(BIN)/python -m tests.journeys.browser; then $(RUN_TESTS) -n 2 --dist load -m "browser and not again" $(ARGS); fi

test-browser-again: .build/dev ## The same journeys on a phone and with scripts off, and every page there is in a browser
	@if $(BIN)/python -m tests.journeys.browser; then $(RUN_TESTS) -n 2 --dist load -m "browser and again" $(ARGS); fi

test-all: test test-processes test-everybody test-crawls test-browser test-browser-again ## Every test there is, on SQLite

test-postgres: .build/pgserver ## The tests of the rooms, on PostgreSQL
	$(BIN)/python -m tools.with_postgres env $(RUN_TESTS) -n 2 \
		-m "not browser and not everybody and not crawl" $(foreach one,$(KNOW_NO_DATABASE),--ignore tests/$(one)) $(ARGS)

test-postgres-matrix: .build/pgserver ## The whole policy table, on PostgreSQL
	$(BIN)/python -m tools.with_postgres env $(RUN_TESTS) -n 2 -m matrix $(ARGS)

test-wheel: .build/dev ## Install the wheel somewhere else, and run the demo from it
	PYTHON=$(PYTHON) sh tools/try_wheel.sh

kill: .build/dev ## A hundred kill -9 under load, and the control that must fail; DATABASE_URL for PostgreSQL
	$(BIN)/python -m tests.drills.kill_nine $(ARGS)
	$(BIN)/python -m tests.drills.kill_nine --rounds 20 --torn
	$(BIN)/python -m tests.drills.kill_uploads
	$(BIN)/python -m tests.drills.kill_uploads --cuts 10 --torn

clashes: .build/dev ## Two colleagues in one return at a hundred moments, every form sent twice at once, and the controls that must fail
	$(BIN)/python -m tests.drills.clashes $(ARGS)
	$(BIN)/python -m tests.drills.clashes --timings 5 --unversioned
	$(BIN)/python -m tests.drills.double_click
	$(BIN)/python -m tests.drills.double_click --timings 2 --ignored

panel-load: .build/dev ## Three panels at once, each with twenty who follow and six who write; DATABASE_URL for PostgreSQL
	$(BIN)/python -m tests.drills.panel_load $(ARGS)
	$(BIN)/python -m tests.drills.panel_load --seconds 5 --deaf

check: .build/dev ## Lint, types, import contracts, migrations, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	MACA_DATA=$(TEST_DATA) $(BIN)/mypy
	MACA_DATA=$(TEST_DATA) $(BIN)/lint-imports --no-logo
	MACA_DATA=$(TEST_DATA) $(BIN)/python -W error -m django makemigrations --check --dry-run --settings maca.config.settings
	MACA_DATA=$(TEST_DATA) $(BIN)/python -m tools.write_docs --check

mutate: .build/dev ## Weaken the rules one by one, and see whether the policy table notices; ARGS="--only maca.returns"
	MACA_DATA=$(CURDIR)/.build/mutate-data $(BIN)/python -m tools.mutate_rules $(ARGS)

bench: .build/dev ## Speed as ratios in one run, and queries at 10 and at 1,000 audits
	@rm -rf .build/bench-data
	MACA_DATA=$(CURDIR)/.build/bench-data $(BIN)/python -m bench $(ARGS)

bench-patterns: .build/dev ## Recall and precision of the chronology’s patterns over 200 made-up cases, and their speed as a ratio to DuckDB
	$(BIN)/python -m bench.chronology

bench-line: .build/dev ## The first page of a chronology of 600, 6,000 and 60,000 entries, as a ratio to the plain page
	@rm -rf .build/bench-data
	MACA_DATA=$(CURDIR)/.build/bench-data $(BIN)/python -m bench.line

bench-said-before: .build/dev ## “Have we said this before?” asked 200 times over a million findings: p50 and p95
	@rm -rf .build/bench-data
	MACA_DATA=$(CURDIR)/.build/bench-data $(BIN)/python -m bench.said_before $(ARGS)

bench-related: .build/dev ## How well findings that say the same are found: recall at 5, on the seed and on sentences written apart
	MACA_DATA=$(TEST_DATA) DJANGO_SETTINGS_MODULE=maca.config.settings $(BIN)/python -m bench.related $(ARGS)

bench-screen: .build/dev ## What could identify a family, found in the published briefing and in 24 that were written apart from the rules
	$(BIN)/python -m bench.screen $(ARGS)

bench-attack: .build/dev ## Whether a neighbour who reads the local paper can tell whose case a briefing is about, before the gate and after
	$(BIN)/python -m bench.attack $(ARGS)

bench-report: .build/dev ## A summative report of twelve agencies × sixty answers to Word and PDF, in seconds
	MACA_DATA=$(TEST_DATA) DJANGO_SETTINGS_MODULE=maca.config.settings $(BIN)/python -m bench.summative

bench-briefing: .build/dev ## A briefing of 120 findings to Word, as a ratio to plain python-docx, and to PDF, in seconds
	$(BIN)/python -m bench.briefing

docs: .build/dev ## Write the generated pages of docs/
	MACA_DATA=$(TEST_DATA) $(BIN)/python -m tools.write_docs

pictures: .build/dev ## Take the guide's pictures anew, with a Chromium
	MACA_PICTURES=$(CURDIR)/docs/guide/pictures $(RUN_TESTS) -m browser -k "laptop or take_notes" tests/journeys $(ARGS)

format: .build/dev ## Put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .build/dev ## Lock the libraries anew, with hashes and without addresses
	$(BIN)/python -m pip install --quiet uv
	for name in requirements requirements-postgres requirements-dev requirements-pgserver; do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
			$$name.in --output-file $$name.txt || exit 1; \
	done

clean: ## Remove what was made, but not the site's data
	rm -rf .venv .build build dist *.egg-info

.venv/made:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 with venv is needed. On Debian: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c '$(GOOD_PYTHON)' || { echo "Python 3.11, 3.12 or 3.13 with venv is needed; $(PYTHON) is not that."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "The virtual environment could not be made. On Debian: apt install python3-venv"; exit 1; }
	@touch $@

# uv where there is one, for speed; pip otherwise. Both check every hash.
define install
	@if command -v uv >/dev/null; then \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1); \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); \
	fi
	@mkdir -p .build && touch $@
endef

.build/site: requirements.txt .venv/made
	$(call install,requirements.txt)

.build/postgres: requirements-postgres.txt .venv/made
	$(call install,requirements-postgres.txt)

.build/dev: requirements-dev.txt .venv/made
	$(call install,requirements-dev.txt)

.build/pgserver: requirements-pgserver.txt .build/dev
	$(call install,requirements-pgserver.txt)
