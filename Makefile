# Two commands matter: `make demo` and `make test`; both do all the set-up.
PYTHON ?= python3
SERVE ?= 1
PORT ?= 8000
TESTERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PACKAGES := features models training monitoring serving leadloop

.PHONY: help setup demo test test-long torture fuzz check audit format lock screenshots bench clean

help: ## show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make the virtual environment

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check --quiet --disable-pip-version-check
	@touch $@

demo: setup ## simulate a company, learn from it, serve the pages (SERVE=0 ends after the work, PORT=8001 serves there)
	@$(BIN)/leadloop demo $(if $(filter 0,$(SERVE)),--no-serve,--serve) --port $(PORT)

# Each test worker and each process that a test starts would compile every module anew where the shell forbids to keep that.
test: export PYTHONDONTWRITEBYTECODE :=
# Memory in large pages, where the C library is glibc: on a virtual machine that was slow to find its pages the tests of imports
# took a sixth of the processor time (12 s instead of 76), and a sixth less on one that was not.
test: export PYTHONMALLOC := malloc
test: export GLIBC_TUNABLES := glibc.malloc.hugetlb=1
test: setup ## run every test; installs PostgreSQL and Chromium where it may
	@$(BIN)/python -m tests.support.provide
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TESTERS) --dist worksteal

test-long: export TESTS := long
test-long: test ## run every test, and ask the laws many more cases each

torture: setup ## kill the service 200 times under 32 writers on each database, and look for what it acknowledged
	@$(BIN)/python -m tests.support.provide
	@OMP_NUM_THREADS=1 $(BIN)/python -m tests.torture

fuzz: setup ## ask the whole API 20,000 cases drawn from its schema, and look at every answer (CASES=100000 for more)
	@OMP_NUM_THREADS=1 $(BIN)/python -W ignore -m tests.fuzz --cases $(or $(CASES),20000)

check: setup ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

audit: setup ## look every dependency up among the known vulnerabilities (asks the network, so it is no part of check)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit
	@$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip

format: setup ## put the code in order
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

LOCKED := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
	--no-strip-extras --quiet

lock: ## write requirements.lock anew from pyproject.toml, and deploy/requirements.lock: what runs, without what tests
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --extra dev --extra otel $(LOCKED) -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra otel --constraint requirements.lock $(LOCKED) -o deploy/requirements.lock

screenshots: setup ## take the README's screenshots anew
	@$(BIN)/python -m benchmarks.screenshots

bench: setup ## run the benchmarks; benchmarks/README.md says what each needs
	@$(BIN)/python -m benchmarks.serving
	@$(BIN)/python -m benchmarks.scale

clean: ## remove the virtual environment and the demo's data
	@rm -rf $(VENV) demo-data
