# Every task of the house; `make help` lists them. Nothing but Python 3.11 or newer and make is needed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$python; break; fi; done)
BIN := .venv/bin
READY := .venv/.installed
# A package index has an `entrypoints`, too, which others may install: ours must come first.
export PYTHONPATH := src
# The system's certificates are the ones that a company's or a laboratory's network is trusted by.
export UV_SYSTEM_CERTS := 1
export UV_LINK_MODE := copy
unexport VIRTUAL_ENV
# Whatever is compiled is kept: each of the many processes of the tests and the demo starts seconds sooner.
unexport PYTHONDONTWRITEBYTECODE
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-config pyproject.toml
CORE := src/instainstru_core/*

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

$(READY): locks/uv.txt locks/dev.txt
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed: install it, or say make PYTHON=/path/to/python3' >&2; exit 1; }
	@test -x $(BIN)/python || { echo 'Creating .venv'; $(PYTHON) -m venv .venv; }
	@test -x $(BIN)/uv || { echo 'Installing uv'; $(BIN)/python -m pip install --quiet \
		--disable-pip-version-check --require-hashes --only-binary :all: -r locks/uv.txt; }
	@echo 'Installing the packages of locks/dev.txt'
	@$(BIN)/uv pip sync --quiet --no-config --require-hashes --python $(BIN)/python locks/dev.txt
	@touch $@

demo: $(READY) ## Run the whole platform here, with sample people (DEMO_ARGS="--port 8000")
	@exec $(BIN)/python -m entrypoints.cli demo $(DEMO_ARGS)

journey: $(READY) ## Play a lesson from sign-up to payout against a running server (URL=http://…)
	@exec $(BIN)/python -m entrypoints.cli journey $(if $(URL),--url $(URL))

# Each worker has servers of its own; a Valkey that is given is one for all, and emptied. There is one
# more than there are cores, up to four: many a test waits for a server or another process.
CORES = $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
AT_ONCE = $(if $(VALKEY_URL),,-n $(shell n=$(CORES); echo $$((n < 4 ? n + 1 : 4))) --dist worksteal)

simulate: $(READY) ## Let months of money go wrong in memory (SEEDS=200 SEED=… BOOKINGS=500 WORKERS=2 ONLY=…)
	@exec $(BIN)/python -m entrypoints.cli simulate $(if $(SEEDS),--seeds $(SEEDS)) \
		$(if $(SEED),--seed $(SEED)) $(if $(BOOKINGS),--bookings $(BOOKINGS)) \
		$(if $(WORKERS),--workers $(WORKERS)) $(if $(ONLY),--only $(ONLY))

test: $(READY) ## Run all tests, with branch coverage and its thresholds
	@rm -f .coverage .coverage.*
	@echo 'The core, from its wheel, in an empty environment:'
	@tools/check_wheel.sh --count
	@echo 'Adapters and entrypoints, on private servers:'
	@$(BIN)/python -m pytest -q $(AT_ONCE) --cov=src/adapters --cov=src/entrypoints --cov-report= \
		tests/integration
	@$(BIN)/coverage combine --quiet --append .venv/wheel.coverage
	@echo 'Coverage of the core (at least 95 %):'
	@$(call COVERED,--include='$(CORE)' --fail-under=95)
	@echo 'Coverage of everything (at least 90 %):'
	@$(call COVERED,--fail-under=90)

# Reading what was counted takes seconds: it is read once, and its end shown.
COVERED = $(BIN)/coverage report $(1) >.venv/covered.txt; ended=$$?; tail -n 40 .venv/covered.txt; exit $$ended

unit: $(READY) ## Run the tests of the core, which need no server
	@$(BIN)/python -m pytest -q tests/unit

integration: $(READY) ## Run the tests of adapters and entrypoints, on private servers
	@$(BIN)/python -m pytest -q tests/integration

golden: $(READY) ## Write the golden files anew, and show what changed in them
	@$(BIN)/python -m pytest -q --renew-golden tests/unit/golden tests/integration/golden
	@git --no-pager diff --stat -- tests/unit/golden tests/integration/golden
	@git --no-pager diff -- tests/unit/golden tests/integration/golden

messages: $(READY) ## Bring the texts of the pages into their catalogues, and name what is to be translated
	@$(BIN)/python tools/messages.py

lint: $(READY) ## Check format, style and architecture
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --config importlinter.ini --no-cache

types: $(READY) ## Check the types, strictly
	@$(BIN)/mypy

check: lint types ## Check everything that needs no run

bench: $(READY) ## Measure the hot paths (BENCH_ARGS="--help")
	@exec $(BIN)/python -m benchmarks $(BENCH_ARGS)

screenshots: $(READY) ## Take pictures of the main pages into docs/screenshots (URL=http://… of a demo)
	@exec $(BIN)/python -m tools.screenshots $(URL)

MUTANTS := .mutants
mutants: export PYTHONDONTWRITEBYTECODE := 1
mutants: $(READY) ## Break the money's code in thousands of ways, see what no test notices (ONLY='*planner*')
	@mkdir -p $(MUTANTS)
	@test -x $(MUTANTS)/venv/bin/mutmut || { $(PYTHON) -m venv $(MUTANTS)/venv; \
		$(BIN)/uv pip install --quiet --no-config --require-hashes \
		--python $(MUTANTS)/venv/bin/python -r locks/core.txt -r locks/mutants.txt; }
	@exec $(MUTANTS)/venv/bin/python tools/mutants.py $(MUTANTS)/place $(ONLY)

wheel: $(READY) ## Prove the core pure: build the wheel, test it in an empty environment
	@tools/check_wheel.sh

lock: $(READY) ## Resolve the dependencies anew and pin them by hash
	@$(COMPILE) --extra testing --upgrade -o locks/core.txt
	@$(COMPILE) --group app --upgrade -o locks/app.txt
	@$(COMPILE) --group dev --upgrade -o locks/dev.txt
	@echo mutmut | $(subst pyproject.toml,-,$(COMPILE)) --upgrade -c locks/core.txt -o locks/mutants.txt
	@grep -A400 '^uv==' locks/dev.txt | awk 'NR > 1 && /^[a-z]/ {exit} !/ +#/' > locks/uv.txt

clean: ## Remove everything that make has made, the demo's data included
	rm -rf .venv .demo .mutants dist build .coverage .coverage.* .hypothesis .import_linter_cache
	find . -name __pycache__ -o -name .mypy_cache -o -name .pytest_cache -o -name .ruff_cache | xargs rm -rf

.PHONY: help demo screenshots journey simulate test unit integration golden messages lint types check bench mutants wheel lock clean
